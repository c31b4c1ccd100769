//! The root of a party's trust: several holders, some of whom must sign together.
//!
//! Each holder has a key of their own on a machine of their own. Their signatures must last longest and are made rarely,
//! so beside Ed25519 stands SLH-DSA, which rests on nothing but a hash function. One holder alone can do nothing, and
//! one who is lost or bribed does not stop or steer the others: two of three is the rule.

use std::fmt;

use journal::hash::{Hash, sha256};
use journal::note::Note;
use serde::{Deserialize, Serialize};

use super::custody::Custody;
use super::pair::{PrivatePair, PublicPair, Purpose};
use super::{Fingerprint, SecretBytes};
use crate::{SealError, SignatureAlgorithm};

/// Most holders that a root may have.
pub const MAX_HOLDERS: usize = 5;

const HOLDER: Purpose = Purpose {
    domain: "kontaktstelle/holder/v1",
    algorithms: [
        SignatureAlgorithm::Ed25519,
        SignatureAlgorithm::SlhDsaSha2_128s,
    ],
};

/// One holder's share of the root: signs key manifests and nothing else. Kept offline. Renewed with the root, after about
/// ten years.
pub struct HolderKey(PrivatePair);

impl HolderKey {
    /// A new key from the operating system's generator.
    ///
    /// # Errors
    /// [`SealError::Randomness`].
    pub fn generate() -> Result<Self, SealError> {
        PrivatePair::generate(HOLDER).map(Self)
    }

    /// Reads what [`Self::to_secret_bytes`] wrote.
    ///
    /// # Errors
    /// [`SealError::MalformedKey`] unless there are exactly 80 bytes.
    pub fn from_secret_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        PrivatePair::from_secret_bytes(HOLDER, bytes).map(Self)
    }

    /// A key whose halves (Ed25519, SLH-DSA) are kept elsewhere, such as in a hardware module.
    ///
    /// # Errors
    /// [`SealError::MalformedKey`] if they are of other algorithms.
    pub fn from_custody(custody: [Box<dyn Custody>; 2]) -> Result<Self, SealError> {
        PrivatePair::from_custody(HOLDER, custody).map(Self)
    }

    /// For the holder's key store only: the Ed25519 seed (32 bytes) and the SLH-DSA seeds (48). Nothing if they are kept
    /// where they cannot be read.
    #[must_use]
    pub fn to_secret_bytes(&self) -> Option<SecretBytes> {
        self.0.to_secret_bytes()
    }

    /// The public half.
    #[must_use]
    pub fn verifying_key(&self) -> HolderVerifyingKey {
        HolderVerifyingKey(self.0.public().clone())
    }

    pub(crate) fn sign(&self, text: &str) -> Result<String, SealError> {
        self.0.sign(text)
    }
}

impl fmt::Debug for HolderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HolderKey(secret of {:?})", self.0.public())
    }
}

/// The public half of a [`HolderKey`]. In JSON an object of two verifier keys, as in [`super::VerifyingKey`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SpelledHolder", into = "SpelledHolder")]
pub struct HolderVerifyingKey(PublicPair);

impl HolderVerifyingKey {
    /// SHA-256 over a domain line and both public keys.
    #[must_use]
    pub fn id(&self) -> Hash {
        self.0.id()
    }

    /// The id in a form to be read aloud, for the holder's own slip of paper.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.id())
    }

    pub(crate) fn pair(&self) -> &PublicPair {
        &self.0
    }
}

impl fmt::Debug for HolderVerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HolderVerifyingKey({:?})", self.0)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SpelledHolder {
    ed25519: String,
    slh_dsa_sha2_128s: String,
}

impl From<HolderVerifyingKey> for SpelledHolder {
    fn from(key: HolderVerifyingKey) -> Self {
        let [ed25519, slh_dsa_sha2_128s] = key.0.vkeys();
        Self {
            ed25519,
            slh_dsa_sha2_128s,
        }
    }
}

impl TryFrom<SpelledHolder> for HolderVerifyingKey {
    type Error = SealError;

    fn try_from(spelled: SpelledHolder) -> Result<Self, SealError> {
        let vkeys = [spelled.ed25519.as_str(), spelled.slh_dsa_sha2_128s.as_str()];
        PublicPair::from_vkeys(HOLDER, vkeys)
            .map(Self)
            .ok_or(SealError::MalformedKey("holder key"))
    }
}

/// The format of a root.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum RootFormat {
    #[default]
    #[serde(rename = "kontaktstelle/root/v1")]
    V1,
}

/// Who must sign a party's key manifests: at least `threshold` of these holders. Its fingerprint is exchanged on paper.
///
/// Holders stand in the order of their ids, so that the same people give the same fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SpelledRoot", into = "SpelledRoot")]
pub struct Root {
    threshold: u8,
    holders: Vec<HolderVerifyingKey>,
    fingerprint: Fingerprint,
}

impl Root {
    /// A root of these holders, in any order.
    ///
    /// # Errors
    /// [`SealError::InvalidField`] unless there are 1 to [`MAX_HOLDERS`], all different in both keys, and the threshold is
    /// more than half of them. With half or less, two groups without a common member could each sign a manifest.
    pub fn new(threshold: u8, mut holders: Vec<HolderVerifyingKey>) -> Result<Self, SealError> {
        let invalid = |field, reason| Err(SealError::InvalidField { field, reason });
        let (needed, count) = (usize::from(threshold), holders.len());
        if count == 0 || count > MAX_HOLDERS {
            return invalid("root.holders", "must be 1 to 5");
        }
        if needed > count || 2 * needed <= count {
            return invalid(
                "root.threshold",
                "must be more than half of the holders, and not more than all",
            );
        }
        let is_double = |(at, holder): (usize, &HolderVerifyingKey)| {
            let mut before = holders.iter().take(at);
            before.any(|other| other.0.shares_a_key(&holder.0))
        };
        if holders.iter().enumerate().any(is_double) {
            return invalid("root.holders", "one is there twice");
        }
        holders.sort_by_key(HolderVerifyingKey::id);
        let canonical = serde_json_canonicalizer::to_vec(&SpelledRoot {
            format: RootFormat::V1,
            threshold,
            holders: holders.clone(),
        });
        Ok(Self {
            threshold,
            holders,
            fingerprint: Fingerprint::of(sha256(&canonical.map_err(malformed)?)),
        })
    }

    /// The usual root: two of three.
    ///
    /// # Errors
    /// [`SealError::InvalidField`] if one holder is there twice.
    pub fn two_of_three(holders: [HolderVerifyingKey; 3]) -> Result<Self, SealError> {
        Self::new(2, holders.into())
    }

    /// How many different holders must sign.
    #[must_use]
    pub fn threshold(&self) -> usize {
        self.threshold.into()
    }

    /// The holders, in the order of their ids.
    #[must_use]
    pub fn holders(&self) -> &[HolderVerifyingKey] {
        &self.holders
    }

    /// The root as one line of canonical JSON (RFC 8785).
    ///
    /// # Errors
    /// None in practice: everything in it is text.
    pub fn to_json(&self) -> Result<String, SealError> {
        serde_json_canonicalizer::to_string(self).map_err(malformed)
    }

    /// Reads a root.
    ///
    /// # Errors
    /// [`SealError::MalformedJson`], also for what [`Self::new`] refuses; [`SealError::NotCanonical`];
    /// [`SealError::TooLarge`].
    pub fn from_json(document: &[u8]) -> Result<Self, SealError> {
        let document = document.trim_ascii_end();
        if document.len() > MAX_ROOT_BYTES {
            return Err(SealError::TooLarge {
                what: WHAT,
                limit: MAX_ROOT_BYTES as u64,
            });
        }
        let root: Self = serde_json::from_slice(document).map_err(malformed)?;
        if root.to_json()?.as_bytes() != document {
            return Err(SealError::NotCanonical(WHAT));
        }
        Ok(root)
    }

    /// SHA-256 of the canonical JSON, for people to compare with the one on paper.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Checks that enough different holders have signed the note, each with both keys.
    pub(crate) fn check_quorum(&self, note: &Note) -> Result<(), SealError> {
        let mut found = 0;
        for holder in &self.holders {
            found += usize::from(holder.0.has_signed(note)?);
        }
        let needed = self.threshold();
        if found < needed {
            return Err(SealError::TooFewHolders { found, needed });
        }
        Ok(())
    }
}

const WHAT: &str = "root";
const MAX_ROOT_BYTES: usize = 4096;

fn malformed(source: serde_json::Error) -> SealError {
    SealError::MalformedJson { what: WHAT, source }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SpelledRoot {
    format: RootFormat,
    threshold: u8,
    holders: Vec<HolderVerifyingKey>,
}

impl From<Root> for SpelledRoot {
    fn from(root: Root) -> Self {
        Self {
            format: RootFormat::V1,
            threshold: root.threshold,
            holders: root.holders,
        }
    }
}

impl TryFrom<SpelledRoot> for Root {
    type Error = SealError;

    fn try_from(spelled: SpelledRoot) -> Result<Self, SealError> {
        let root = Self::new(spelled.threshold, spelled.holders.clone())?;
        // Another order would be another fingerprint of the same root.
        if root.holders != spelled.holders {
            return Err(SealError::NotCanonical(WHAT));
        }
        Ok(root)
    }
}
