//! A secret at rest: a file that only a passphrase opens.
//!
//! The file is an age v1 file with an scrypt stanza (C2SP `age.md`), so that a secret can be rescued with any age tool and
//! the passphrase. Trying a passphrase costs [`WorkFactor`]; a machine's own passphrase can be long and random instead,
//! and the work small.
//!
//! age draws nonces from the operating system, and measures how fast the machine is to propose a work factor, which is
//! not used: a time never goes into a file.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::iter;

use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor, scrypt};
use zeroize::Zeroizing;

use crate::SealError;
use crate::keys::SecretBytes;

/// Longest secret that is kept in a file, in bytes.
pub const MAX_SECRET_BYTES: usize = 64 * 1024;

/// Longest passphrase, in bytes.
pub const MAX_PASSPHRASE_BYTES: usize = 1024;

/// Header, nonce and tag of such a file have about 250 bytes.
const MAX_FILE_BYTES: usize = MAX_SECRET_BYTES + 1024;

/// What a person or the machine's credential store knows. Wiped when dropped, never printed.
#[derive(Clone)]
pub struct Passphrase(SecretString);

impl Passphrase {
    /// Reads a passphrase from a file or prompt. One line end after it is not part of it.
    ///
    /// # Errors
    /// [`SealError::SecretFile`] if it is empty, longer than [`MAX_PASSPHRASE_BYTES`], more than one line, or not UTF-8.
    pub fn new(bytes: &[u8]) -> Result<Self, SealError> {
        let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match std::str::from_utf8(line) {
            Ok(text)
                if !text.is_empty()
                    && text.len() <= MAX_PASSPHRASE_BYTES
                    && !text.chars().any(char::is_control) =>
            {
                Ok(Self(SecretString::from(text)))
            }
            _ => Err(SealError::SecretFile(
                "a passphrase must be one line of 1 to 1024 bytes",
            )),
        }
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(secret)")
    }
}

/// How much work it is to try one passphrase: scrypt with N = 2^n, r = 8, p = 1 (RFC 7914), which takes 2^n KiB of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkFactor(u8);

impl WorkFactor {
    /// For passphrases that people choose: 256 MiB and about a second.
    pub const PERSON: Self = Self(18);
    /// For passphrases that a machine drew with at least 128 bits of randomness: guessing is hopeless whatever it costs.
    pub const MACHINE: Self = Self(10);
    /// The most that is done for any file: 1 GiB and some seconds. A file that asks for more is an attack or a mistake.
    pub const MAX: Self = Self(20);

    /// The factor with N = 2^`n`.
    ///
    /// # Errors
    /// [`SealError::ExcessiveWork`] above [`Self::MAX`]; [`SealError::SecretFile`] for 0.
    pub fn new(n: u8) -> Result<Self, SealError> {
        if n == 0 {
            return Err(SealError::SecretFile("a work factor must be at least 1"));
        }
        if n > Self::MAX.0 {
            return Err(excessive(n));
        }
        Ok(Self(n))
    }
}

/// Encrypts `secret` under `passphrase`.
///
/// # Errors
/// [`SealError::TooLarge`]; [`SealError::SecretFile("could not be written")`], which does not happen when writing to memory.
pub fn seal_secret(
    secret: &[u8],
    passphrase: &Passphrase,
    work: WorkFactor,
) -> Result<Vec<u8>, SealError> {
    check_length(secret.len(), MAX_SECRET_BYTES)?;
    let mut recipient = scrypt::Recipient::new(passphrase.0.clone());
    recipient.set_work_factor(work.0);
    let recipients = iter::once(&recipient as &dyn age::Recipient);
    let encryptor = Encryptor::with_recipients(recipients)
        .map_err(|_| SealError::SecretFile("could not be written"))?;
    let mut file = Vec::new();
    let mut writer = encryptor
        .wrap_output(&mut file)
        .map_err(|_| SealError::SecretFile("could not be written"))?;
    writer
        .write_all(secret)
        .map_err(|_| SealError::SecretFile("could not be written"))?;
    writer
        .finish()
        .map_err(|_| SealError::SecretFile("could not be written"))?;
    Ok(file)
}

/// Decrypts what [`seal_secret`] or another age tool has encrypted under `passphrase`.
///
/// # Errors
/// [`SealError::WrongPassphrase`]; [`SealError::ExcessiveWork`] before any work is done; [`SealError::SecretFile`] if it
/// is no such file or was altered; [`SealError::TooLarge`].
pub fn open_secret(file: &[u8], passphrase: &Passphrase) -> Result<SecretBytes, SealError> {
    check_length(file.len(), MAX_FILE_BYTES)?;
    let decryptor = Decryptor::new(file).map_err(refusal)?;
    if !decryptor.is_scrypt() {
        return Err(SealError::SecretFile("is not encrypted with a passphrase"));
    }
    let mut identity = scrypt::Identity::new(passphrase.0.clone());
    identity.set_max_work_factor(WorkFactor::MAX.0);
    let mut reader = decryptor
        .decrypt(iter::once(&identity as &dyn age::Identity))
        .map_err(refusal)?;
    // Room for all of it at once: a vector that grows leaves copies behind that nobody wipes.
    let mut secret = Zeroizing::new(Vec::with_capacity(file.len()));
    reader
        .read_to_end(&mut secret)
        .map_err(|_| SealError::SecretFile("is altered or cut"))?;
    Ok(secret)
}

fn check_length(length: usize, limit: usize) -> Result<(), SealError> {
    if length > limit {
        return Err(SealError::TooLarge {
            what: "secret file",
            limit: limit as u64,
        });
    }
    Ok(())
}

fn refusal(error: DecryptError) -> SealError {
    match error {
        // The stanza does not open. A damaged stanza looks the same.
        DecryptError::DecryptionFailed => SealError::WrongPassphrase,
        DecryptError::ExcessiveWork { required, .. } => excessive(required),
        DecryptError::InvalidMac => SealError::SecretFile("is altered or cut"),
        _ => SealError::SecretFile("is not an age file"),
    }
}

fn excessive(asked: u8) -> SealError {
    SealError::ExcessiveWork {
        asked,
        limit: WorkFactor::MAX.0,
    }
}
