//! A hash that people compare.

use std::fmt;
use std::str::FromStr;

use journal::hash::Hash;

use crate::SealError;

/// A hash to be read aloud and compared: sixteen groups of four hexadecimal digits, eight to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(Hash);

impl Fingerprint {
    pub(crate) fn of(id: Hash) -> Self {
        Self(id)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, group) in self.0.0.chunks(2).enumerate() {
            match at {
                0 => {}
                8 => writeln!(f)?,
                _ => write!(f, " ")?,
            }
            f.write_str(&hex::encode(group))?;
        }
        Ok(())
    }
}

impl FromStr for Fingerprint {
    type Err = SealError;

    /// Reads a fingerprint as people type it: spaces, line breaks and capitals do not matter.
    fn from_str(text: &str) -> Result<Self, SealError> {
        let malformed = || SealError::MalformedKey("fingerprint");
        if text.len() > 256 {
            return Err(malformed());
        }
        let digits: String = text.split_whitespace().collect();
        let bytes = hex::decode(digits).map_err(|_| malformed())?;
        Ok(Self(Hash(bytes.try_into().map_err(|_| malformed())?)))
    }
}
