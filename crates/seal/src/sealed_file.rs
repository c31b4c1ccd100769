//! Sealing into one file and opening it again, for archives and backups. With K1 keys that is an age v1 file.
//!
//! Message parts go through [`crate::envelope`], which keeps the header apart and adds the author's statement.

use std::io::{BufRead, Read, Write};

use crate::container::{self, Sealer};
use crate::header::{Header, MAX_HEADER_BYTES};
use crate::keys::{SealingIdentity, SealingRecipient};
use crate::{SealError, Suite};

/// Seals all of `plaintext` so that any one of `recipients` can open it, in constant memory. Keys and nonces are new each
/// time; sealing twice gives different bytes.
///
/// # Errors
/// [`SealError::TooFewRecipients`] without any; [`SealError::OtherSuite`] for a recipient of another suite;
/// [`SealError::Read`] and [`SealError::Write`].
pub fn seal(
    suite: Suite,
    plaintext: impl Read,
    mut file: impl Write,
    recipients: &[SealingRecipient],
) -> Result<(), SealError> {
    if recipients.is_empty() {
        return Err(SealError::TooFewRecipients);
    }
    let sealer = Sealer::new(suite, recipients)?;
    file.write_all(sealer.header()).map_err(SealError::Write)?;
    sealer.seal(plaintext, file).map(drop)
}

/// Opens `file` with the first of `identities` that matches, in constant memory, and gives the number of bytes. Files of
/// both suites are opened, since an archive holds both.
///
/// **Nothing that was written to `plaintext` may be believed before this has returned `Ok`**: each chunk is genuine, but
/// only the last one shows that none is missing.
///
/// # Errors
/// [`SealError::Header`], [`SealError::HeaderMac`], [`SealError::NoMatchingIdentity`], [`SealError::Payload`],
/// [`SealError::Read`], [`SealError::Write`].
pub fn open(
    mut file: impl BufRead,
    mut plaintext: impl Write,
    identities: &[SealingIdentity],
) -> Result<u64, SealError> {
    let header = Header::parse(&read_header(&mut file)?)?;
    let mut chunks = container::open(&header, file, identities)?;
    let mut written = 0;
    while let Some(chunk) = chunks.next_chunk()? {
        plaintext.write_all(chunk).map_err(SealError::Write)?;
        written += chunk.len() as u64;
    }
    Ok(written)
}

/// Reads up to the end of the MAC line, or until no header can be that long. Says nothing on the form.
fn read_header(file: &mut impl BufRead) -> Result<Vec<u8>, SealError> {
    let mut header = Vec::new();
    let mut line_at = 0;
    let mut file = file.take(MAX_HEADER_BYTES as u64);
    while file
        .read_until(b'\n', &mut header)
        .map_err(SealError::Read)?
        > 0
        && !header
            .get(line_at..)
            .is_some_and(|line| line.starts_with(b"---"))
    {
        line_at = header.len();
    }
    Ok(header)
}
