//! Something sealed, apart from what it is for: header and payload.
//!
//! For suite K1, header and payload put together are exactly one age v1 file, which any age tool with the key can open.

use std::io::{Read, Write};

use crate::framing::{Chunks, Framing, K2_CONTEXT};
use crate::header::Header;
use crate::keys::{ContentKey, SealingIdentity, SealingRecipient, Unwrap};
use crate::{SealError, Suite};

/// A header, and what seals the payload that goes with it.
pub(crate) struct Sealer {
    header: Vec<u8>,
    prefix: Vec<u8>,
    framing: Framing,
}

impl Sealer {
    /// A new content key, wrapped for `recipients`.
    pub(crate) fn new(suite: Suite, recipients: &[SealingRecipient]) -> Result<Self, SealError> {
        if let Some(other) = recipients.iter().find(|r| r.suite() != suite) {
            return Err(SealError::OtherSuite {
                named: suite,
                used: other.suite(),
            });
        }
        let key = ContentKey::generate(suite)?;
        let header = Header::write(suite, &key, recipients)?;
        let (framing, prefix) = Framing::begin(suite, &key)?;
        Ok(Self {
            header,
            prefix,
            framing,
        })
    }

    pub(crate) fn header(&self) -> &[u8] {
        &self.header
    }

    /// Seals all of `plaintext` and gives the header.
    pub(crate) fn seal(
        self,
        plaintext: impl Read,
        mut payload: impl Write,
    ) -> Result<Vec<u8>, SealError> {
        payload.write_all(&self.prefix).map_err(SealError::Write)?;
        self.framing.seal(plaintext, &mut payload)?;
        payload.flush().map_err(SealError::Write)?;
        Ok(self.header)
    }
}

/// Finds the content key with the first of `identities` that matches; several are given while keys rotate.
pub(crate) fn content_key(
    header: &Header,
    identities: &[impl Unwrap],
) -> Result<ContentKey, SealError> {
    let key = identities
        .iter()
        .find_map(|identity| identity.unwrap(header.stanzas()))
        .ok_or(SealError::NoMatchingIdentity)??;
    header.verify(&key)?;
    Ok(key)
}

/// Opens the payload that goes with `header`.
pub(crate) fn open<R: Read>(
    header: &Header,
    mut payload: R,
    identities: &[impl Unwrap],
) -> Result<Chunks<R>, SealError> {
    let key = content_key(header, identities)?;
    Framing::resume(header.suite(), &key, K2_CONTEXT, &mut payload)?.open(payload)
}

/// [`open`] for a header that has only been received as bytes, of a suite that is known beforehand.
pub(crate) fn open_alone<R: Read>(
    suite: Suite,
    header: &[u8],
    payload: R,
    identities: &[SealingIdentity],
) -> Result<Chunks<R>, SealError> {
    let header = Header::parse_alone(suite, header)?;
    header.require_own_recipients()?;
    open(&header, payload, identities)
}
