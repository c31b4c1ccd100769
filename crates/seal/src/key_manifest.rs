//! Which keys of a party count: signed by its root, whose fingerprint was exchanged on paper.

use journal::hash::Hash;
use serde::{Deserialize, Serialize};

use crate::SealError;
use crate::keys::{Fingerprint, RootKey, SealingRecipient, VerifyingKey};
use crate::statement::{Signed, Statement, check_label, check_time};

/// A key manifest with the root's signatures; as text, one line of JSON that can be printed, mailed or carried.
pub type SignedKeyManifest = Signed<KeyManifest>;

/// Most logs that a manifest may name.
pub const MAX_LOGS: usize = 64;
/// Most TLS pins that a manifest may name: the one in use and those to come.
pub const MAX_TLS_PINS: usize = 16;

/// The format of a key manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyManifestFormat {
    /// The first version.
    #[default]
    #[serde(rename = "kontaktstelle/keys/v1")]
    V1,
}

/// The keys of one party's node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyManifest {
    /// Format and version.
    pub format: KeyManifestFormat,
    /// The party, such as `de`.
    pub party: String,
    /// The node's domain; log origins begin with it.
    pub node: String,
    /// Counts up from 1; a node never goes back to a lower one.
    pub version: u32,
    /// The root that signs this manifest.
    pub root: VerifyingKey,
    /// The key that signs messages and receipts.
    pub signing: VerifyingKey,
    /// The key that message parts for this party are sealed to.
    pub recipient: SealingRecipient,
    /// The keys of the node's logs.
    pub logs: Vec<LogReference>,
    /// SHA-256 of the TLS certificate's public key (SPKI, DER), lower-case hexadecimal. TLS trusts these pins and no
    /// public certificate authority.
    pub tls_spki_sha256: Vec<String>,
    /// First moment in which the keys may be used, RFC 3339 UTC.
    pub valid_from: String,
    /// Last moment in which the keys may be used, RFC 3339 UTC.
    pub valid_until: String,
    /// Where the node receives messages, such as `host:port`.
    pub exchange_address: String,
}

/// A log and its checkpoint key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogReference {
    /// The log's short name, such as `exchange-cn`.
    pub name: String,
    /// The verifier key of its checkpoints, in the form of C2SP signed notes.
    pub vkey: String,
}

impl Statement for KeyManifest {
    const FORMAT: &'static str = "kontaktstelle/keys/v1";

    fn validate(&self) -> Result<(), SealError> {
        check_label("party", &self.party)?;
        check_label("node", &self.node)?;
        check_label("exchange_address", &self.exchange_address)?;
        if self.version == 0 {
            return Err(invalid("version", "counts from 1"));
        }
        if self.root == self.signing {
            return Err(invalid("signing", "must not be the root key"));
        }
        if self.logs.len() > MAX_LOGS {
            return Err(invalid("logs", "too many"));
        }
        for (at, log) in self.logs.iter().enumerate() {
            check_label("logs.name", &log.name)?;
            if log.vkey.parse::<journal::note::VerifierKey>().is_err() {
                return Err(invalid("logs.vkey", "is not a verifier key"));
            }
            if self
                .logs
                .iter()
                .take(at)
                .any(|other| other.name == log.name)
            {
                return Err(invalid("logs.name", "is there twice"));
            }
        }
        if self.tls_spki_sha256.len() > MAX_TLS_PINS {
            return Err(invalid("tls_spki_sha256", "too many"));
        }
        let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if !self
            .tls_spki_sha256
            .iter()
            .all(|pin| pin.len() == 64 && pin.bytes().all(is_digit))
        {
            return Err(invalid(
                "tls_spki_sha256",
                "must be 64 lower-case hexadecimal digits",
            ));
        }
        if check_time("valid_from", &self.valid_from)?
            >= check_time("valid_until", &self.valid_until)?
        {
            return Err(invalid("valid_until", "must be after valid_from"));
        }
        Ok(())
    }
}

impl KeyManifest {
    /// Whether the keys may be used at `now`. Only for choosing keys; whether an *old* signature counts is decided by the
    /// order of the log, not by a clock.
    ///
    /// # Errors
    /// [`SealError::InvalidField`] if a time is malformed, which [`Statement::validate`] excludes.
    pub fn is_valid_at(&self, now: jiff::Timestamp) -> Result<bool, SealError> {
        Ok(check_time("valid_from", &self.valid_from)? <= now
            && now <= check_time("valid_until", &self.valid_until)?)
    }

    /// The root's fingerprint, to be compared with the one on paper.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.root.fingerprint()
    }

    /// The verifier key of the log of this name.
    #[must_use]
    pub fn log_vkey(&self, name: &str) -> Option<&str> {
        self.logs
            .iter()
            .find(|log| log.name == name)
            .map(|log| log.vkey.as_str())
    }
}

impl SignedKeyManifest {
    /// Signs a manifest with the root that it names.
    ///
    /// # Errors
    /// [`SealError::OtherSigningKey`] if the manifest names another root; [`SealError::InvalidField`].
    pub fn sign_with(manifest: KeyManifest, root: &RootKey) -> Result<Self, SealError> {
        same_key(&manifest.root, &root.verifying_key())?;
        Self::sign(manifest, root.pair())
    }

    /// Checks the signatures with the root that the manifest itself names. This proves that the document is whole, **not**
    /// that it is the party's: for that, compare [`VerifyingKey::fingerprint`] of the root with the paper.
    ///
    /// # Errors
    /// As [`Signed::verify`].
    pub fn verify_self(&self) -> Result<(), SealError> {
        self.verify(&self.statement().root)
    }

    /// Checks that this manifest follows `current`, which is trusted already: same party, node and root, higher version.
    ///
    /// # Errors
    /// [`SealError::OtherSigningKey`] for another root (which needs paper again), [`SealError::InvalidField`], and as
    /// [`Signed::verify`].
    pub fn verify_successor(&self, current: &KeyManifest) -> Result<(), SealError> {
        let next = self.statement();
        same_key(&next.root, &current.root)?;
        self.verify(&current.root)?;
        if next.party != current.party || next.node != current.node {
            return Err(invalid("party", "is another than before"));
        }
        if next.version <= current.version {
            return Err(invalid("version", "is not higher than before"));
        }
        Ok(())
    }
}

fn same_key(named: &VerifyingKey, used: &VerifyingKey) -> Result<(), SealError> {
    let (named, used): (Hash, Hash) = (named.id(), used.id());
    if named == used {
        Ok(())
    } else {
        Err(SealError::OtherSigningKey { named, used })
    }
}

fn invalid(field: &'static str, reason: &'static str) -> SealError {
    SealError::InvalidField { field, reason }
}
