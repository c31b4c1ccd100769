//! The key that signs a house's messages and receipts, and its public half.

use std::fmt;

use journal::hash::Hash;
use serde::{Deserialize, Serialize};

use super::custody::Custody;
use super::pair::{PrivatePair, PublicPair, Purpose, read_note, refuse_foreign};
use super::{Fingerprint, SecretBytes};
use crate::{SealError, Suite};

/// Largest note we read, in bytes: the two signatures of suite K2 take about 6.5 kB.
const MAX_NOTE_BYTES: usize = 16 * 1024;

fn purpose(suite: Suite) -> Purpose {
    Purpose {
        domain: match suite {
            Suite::K1 => "kontaktstelle/key/K1",
            Suite::K2 => "kontaktstelle/key/K2",
        },
        algorithms: suite.signatures(),
    }
}

/// Signs a house's messages and receipts, with both algorithms of its suite together. Renewed often (every 90 days).
pub struct SigningKey {
    suite: Suite,
    pair: PrivatePair,
}

impl SigningKey {
    /// A new key from the operating system's generator.
    ///
    /// # Errors
    /// [`SealError::Randomness`].
    pub fn generate(suite: Suite) -> Result<Self, SealError> {
        let pair = PrivatePair::generate(purpose(suite))?;
        Ok(Self { suite, pair })
    }

    /// Reads what [`Self::to_secret_bytes`] wrote.
    ///
    /// # Errors
    /// [`SealError::MalformedKey`] unless these are exactly the two secrets of the suite: 64 bytes for K1, 80 for K2.
    pub fn from_secret_bytes(suite: Suite, bytes: &[u8]) -> Result<Self, SealError> {
        let pair = PrivatePair::from_secret_bytes(purpose(suite), bytes)?;
        Ok(Self { suite, pair })
    }

    /// A key whose two halves are kept elsewhere, such as in a hardware module; the classical one first.
    ///
    /// # Errors
    /// [`SealError::MalformedKey`] if they are not of the suite's algorithms.
    pub fn from_custody(suite: Suite, custody: [Box<dyn Custody>; 2]) -> Result<Self, SealError> {
        let pair = PrivatePair::from_custody(purpose(suite), custody)?;
        Ok(Self { suite, pair })
    }

    /// For the key store only: the two secrets in a row, 32 bytes each (for K2's P-384: the private number, 48 bytes).
    /// Nothing if they are kept where they cannot be read.
    #[must_use]
    pub fn to_secret_bytes(&self) -> Option<SecretBytes> {
        self.pair.to_secret_bytes()
    }

    /// Its suite.
    #[must_use]
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// The public half.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey {
            suite: self.suite,
            pair: self.pair.public().clone(),
        }
    }

    /// A signed note over `text` with both lines.
    pub(crate) fn sign(&self, text: &str) -> Result<String, SealError> {
        self.pair.sign(text)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(secret of {:?})", self.pair.public())
    }
}

/// The public half of a [`SigningKey`]: two keys that only count together.
///
/// In JSON it is an object of the suite and two verifier keys in the form of C2SP signed notes (`name+id+base64`), so
/// that other note tools can check K1's Ed25519 line. The name carries the beginning of [`VerifyingKey::id`] and thereby
/// ties each key to its partner.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Spelled", into = "Spelled")]
pub struct VerifyingKey {
    suite: Suite,
    pair: PublicPair,
}

impl VerifyingKey {
    /// SHA-256 over a line with the suite and both public keys. Names the pair in manifests.
    #[must_use]
    pub fn id(&self) -> Hash {
        self.pair.id()
    }

    /// Its suite. A key verifies nothing of another suite.
    #[must_use]
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// The id in a form to be read aloud.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.id())
    }

    /// Checks that `note` signs exactly `text` with exactly this key's two lines.
    pub(crate) fn verify(&self, text: &str, note: &str) -> Result<(), SealError> {
        let note = read_note(text, note, MAX_NOTE_BYTES)?;
        self.pair.must_have_signed(&note)?;
        refuse_foreign(&note, [&self.pair])
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({} {:?})", self.suite, self.pair)
    }
}

/// The JSON form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spelled {
    suite: Suite,
    classical: String,
    post_quantum: String,
}

impl From<VerifyingKey> for Spelled {
    fn from(key: VerifyingKey) -> Self {
        let [classical, post_quantum] = key.pair.vkeys();
        Self {
            suite: key.suite,
            classical,
            post_quantum,
        }
    }
}

impl TryFrom<Spelled> for VerifyingKey {
    type Error = SealError;

    fn try_from(spelled: Spelled) -> Result<Self, SealError> {
        let vkeys = [spelled.classical.as_str(), spelled.post_quantum.as_str()];
        let pair = PublicPair::from_vkeys(purpose(spelled.suite), vkeys)
            .ok_or(SealError::MalformedKey("verifying key"))?;
        Ok(Self {
            suite: spelled.suite,
            pair,
        })
    }
}
