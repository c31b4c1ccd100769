//! What the gate is shown of the attachments.

use crate::attachment::AttachmentRef;
use crate::error::OfficeError;
use crate::office::Office;
use records::{Answer, Request};
use safeguard::attachment::MAX_SIZE;
use safeguard::{Attachment, Screening};

/// Most bytes of attachments that are read into memory for one screening.
const MAX_READ: u64 = 64 << 20;

/// Attachments in memory, as far as the gate reads them.
struct Shown<'a> {
    attachments: &'a [AttachmentRef],
    /// Their bytes; `None` where they are too large.
    bytes: Vec<Option<Vec<u8>>>,
    /// One byte more than the gate reads. An attachment that is too large to be read is shown as
    /// this, and the gate says of it that a person must look.
    too_large: Vec<u8>,
}

impl Shown<'_> {
    fn to_gate(&self) -> Vec<Attachment<'_>> {
        self.attachments
            .iter()
            .zip(&self.bytes)
            .map(|(attachment, bytes)| Attachment {
                name: &attachment.name,
                media_type: &attachment.media_type,
                bytes: bytes.as_ref().unwrap_or(&self.too_large),
            })
            .collect()
    }
}

impl Office {
    /// Screens a request, of either side.
    pub(crate) fn screen_request(
        &self,
        request: &Request,
        attachments: &[AttachmentRef],
    ) -> Result<Screening, OfficeError> {
        let shown = self.show(attachments)?;
        let registry = self.registry.as_ref();
        Ok(safeguard::screen(request, &shown.to_gate(), registry))
    }

    /// Screens an answer of ours.
    pub(crate) fn screen_answer(
        &self,
        answer: &Answer,
        attachments: &[AttachmentRef],
        request: &Request,
    ) -> Result<Screening, OfficeError> {
        let shown = self.show(attachments)?;
        let registry = self.registry.as_ref();
        Ok(safeguard::screen_answer(
            answer,
            &shown.to_gate(),
            request,
            registry,
        ))
    }

    fn show<'a>(&self, attachments: &'a [AttachmentRef]) -> Result<Shown<'a>, OfficeError> {
        let mut room = MAX_READ;
        let mut bytes = Vec::with_capacity(attachments.len());
        for AttachmentRef { sha256, size, .. } in attachments {
            let readable = *size <= MAX_SIZE as u64 && *size <= room;
            bytes.push(if readable {
                room = room.saturating_sub(*size);
                Some(self.small_object(sha256)?)
            } else {
                None
            });
        }
        let any = bytes.iter().any(Option::is_none);
        Ok(Shown {
            attachments,
            bytes,
            too_large: if any {
                vec![0; MAX_SIZE + 1]
            } else {
                Vec::new()
            },
        })
    }
}
