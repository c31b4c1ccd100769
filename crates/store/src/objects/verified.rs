//! A reader that tells at its end whether what passed was what its name says.

use super::hex;
use journal::hash::Hash;
use sha2::{Digest as _, Sha256};
use std::io::{Error, ErrorKind, Read, Result};

/// Passes bytes on and hashes them; gives an error in place of the end if they are not `expected`.
pub(super) struct Verified<R> {
    inner: R,
    hasher: Sha256,
    expected: Hash,
}

impl<R> Verified<R> {
    pub(super) fn new(inner: R, expected: Hash) -> Self {
        Self {
            inner,
            hasher: Sha256::new(),
            expected,
        }
    }
}

impl<R: Read> Read for Verified<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let read = self.inner.read(into)?;
        if let Some(new) = into.get(..read) {
            self.hasher.update(new);
        }
        if read == 0 && !into.is_empty() {
            let found = Hash(self.hasher.clone().finalize().into());
            if found != self.expected {
                return Err(Error::new(
                    ErrorKind::InvalidData,
                    format!(
                        "object {} is damaged: it hashes to {}",
                        hex(&self.expected),
                        hex(&found)
                    ),
                ));
            }
        }
        Ok(read)
    }
}
