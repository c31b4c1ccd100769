//! Sealing bytes into an age v1 file (C2SP `age.md`) and opening them again.
//!
//! This is the plain container, also fit for archives. Message parts go through [`crate::envelope`], which adds the
//! author's statement and refuses classical recipients.

use std::io::{Read, Write};

use age::{DecryptError, Decryptor, Encryptor};

use crate::SealError;
use crate::age_header::AgeHeader;
use crate::keys::{SealingIdentity, SealingRecipient};

/// Seals `plaintext` so that any one of `recipients` can open it. File key, nonce and encapsulation are drawn from the
/// operating system's generator; sealing twice gives different bytes.
///
/// # Errors
/// [`SealError::AgeWrite`] without recipients or if encapsulation fails.
pub fn seal(plaintext: &[u8], recipients: &[SealingRecipient]) -> Result<Vec<u8>, SealError> {
    let encryptor = Encryptor::with_recipients(recipients.iter().map(|r| r as &dyn age::Recipient))
        .map_err(|_| SealError::AgeWrite)?;
    let mut file = Vec::with_capacity(plaintext.len() + 4096 * (recipients.len() + 1));
    let mut writer = encryptor
        .wrap_output(&mut file)
        .map_err(|_| SealError::AgeWrite)?;
    writer
        .write_all(plaintext)
        .and_then(|()| writer.finish())
        .map_err(|_| SealError::AgeWrite)?;
    Ok(file)
}

/// Opens `file` with the first of `identities` that matches. Several are given while keys rotate.
///
/// # Errors
/// [`SealError::AgeHeader`], [`SealError::AgeHeaderMac`], [`SealError::NoMatchingIdentity`] or
/// [`SealError::AgePayload`]; never part of a plaintext.
pub fn open(file: &[u8], identities: &[SealingIdentity]) -> Result<Vec<u8>, SealError> {
    AgeHeader::parse(file)?;
    let decryptor = Decryptor::new_buffered(file).map_err(refused)?;
    let mut reader = decryptor
        .decrypt(identities.iter().map(|i| i as &dyn age::Identity))
        .map_err(refused)?;
    // The plaintext is always shorter than the file, so one allocation of its size holds it.
    let mut plaintext = Vec::with_capacity(file.len());
    reader
        .read_to_end(&mut plaintext)
        .map_err(|_| SealError::AgePayload)?;
    Ok(plaintext)
}

fn refused(error: DecryptError) -> SealError {
    match error {
        DecryptError::NoMatchingKeys => SealError::NoMatchingIdentity,
        DecryptError::InvalidMac => SealError::AgeHeaderMac,
        // After a well-formed header only the nonce or the payload can be cut short.
        DecryptError::Io(_) | DecryptError::DecryptionFailed => SealError::AgePayload,
        _ => SealError::AgeHeader("malformed recipient stanza"),
    }
}
