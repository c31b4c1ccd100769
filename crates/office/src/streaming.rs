//! Sealing and opening between the object store and itself, in constant memory.
//!
//! The envelope writes into a writer, the object store takes from a reader: a pipe and a thread lie
//! between them. What comes out is not visible as an object before both ends have said that it is
//! whole.

use crate::attachment::AttachmentRef;
use crate::error::OfficeError;
use crate::office::Office;
use journal::hash::Hash;
use seal::SealError;
use seal::Suite;
use seal::envelope::{PartContext, SealedRef, seal_stream};
use seal::keys::SealingRecipient;
use std::io::{PipeWriter, Read};
use store::objects::{Arrived, ObjectError};

impl Office {
    /// Seals an attachment; its payload is then an object.
    pub(crate) fn seal_stored(
        &self,
        attachment: &AttachmentRef,
        recipients: &[SealingRecipient],
        context: &PartContext,
        suite: Suite,
    ) -> Result<SealedRef, OfficeError> {
        let plaintext = self.open_object(&attachment.sha256)?;
        let (payload, sealed) = self.through(u64::MAX, |payload| {
            seal_stream(
                &attachment.name,
                &attachment.media_type,
                plaintext,
                payload,
                recipients,
                context,
                suite,
            )
        })?;
        let sealed = sealed?;
        self.objects.keep(payload)?;
        Ok(sealed)
    }

    /// Lets `write` fill a file that nobody sees before it is [kept](store::Objects::keep). What
    /// `write` came to is for the caller to look at first: an end is no sign that all is there.
    pub(crate) fn through<T: Send>(
        &self,
        limit: u64,
        write: impl FnOnce(PipeWriter) -> Result<T, SealError> + Send,
    ) -> Result<(Arrived, Result<T, SealError>), OfficeError> {
        let (mut reader, writer) = std::io::pipe().map_err(|source| ObjectError::File {
            path: "a pipe".to_owned(),
            source,
        })?;
        std::thread::scope(|scope| {
            let writing = scope.spawn(move || write(writer));
            let arrived = self.objects.incoming().receive(&mut reader, limit);
            // The writer must not wait for a reader that has given up.
            drop(reader);
            let written = match writing.join() {
                Ok(written) => written,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            Ok((arrived?, written))
        })
    }

    /// An object that has to be there and fits into memory.
    pub(crate) fn small_object(&self, hash: &Hash) -> Result<Vec<u8>, OfficeError> {
        let mut bytes = Vec::new();
        // Read to its end, because only the end tells whether it is the right one.
        self.open_object(hash)?
            .read_to_end(&mut bytes)
            .map_err(SealError::Read)?;
        Ok(bytes)
    }

    /// An object that has to be there.
    pub(crate) fn open_object(&self, hash: &Hash) -> Result<Box<dyn Read + Send>, OfficeError> {
        self.objects.open(hash)?.ok_or_else(|| OfficeError::NoSuch {
            what: "stored object",
            name: store::objects::hex(hash),
        })
    }
}
