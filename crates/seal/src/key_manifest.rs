//! Which keys of a party count: signed by its root, whose fingerprint was exchanged on paper.
//!
//! A manifest is a numbered version. Each one names the hash of the one before it, so that a party has one line of
//! manifests and a second one is evidence; each is an entry of both sides' logs. Keys that were replaced stay in it for as
//! long as messages signed with them, or sealed to them, may still be under way.
//!
//! How a manifest comes to be signed is in [`ceremony`]; what following the one before means, in
//! [`SignedKeyManifest::verify_successor`].

pub mod ceremony;
mod check;
mod succession;

use journal::hash::{Hash, sha256};
use journal::log_key::LogVerifier;
use journal::note::AnyVerifier;
use serde::{Deserialize, Serialize};

use crate::keys::{Fingerprint, Root, SealingRecipient, VerifyingKey};
use crate::revocation::{Revocation, RevokedKind};
use crate::statement::{Signed, check_time};
use crate::{SealError, Suite};

/// A key manifest with the signatures of the root's holders; as text, one line of JSON that can be printed, mailed or
/// carried. Until [`SignedKeyManifest::verify_self`] it is a claim.
pub type SignedKeyManifest = Signed<KeyManifest>;

/// Largest signed manifest we read, in bytes. Each bound below keeps a sensible one far under it.
pub const MAX_KEY_MANIFEST_BYTES: usize = 384 * 1024;
/// Most signing keys, and most recipients, per suite that a manifest may still honour beside the current one.
pub const MAX_EARLIER_KEYS: usize = 8;
/// Most log keys that a manifest may name, earlier ones and epochs included.
pub const MAX_LOGS: usize = 64;
/// Most TLS pins that a manifest may name: the one in use and those to come.
pub const MAX_TLS_PINS: usize = 16;
/// Most revocations that a manifest may name.
pub const MAX_REVOCATIONS: usize = 256;

/// The format of a key manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyManifestFormat {
    /// With a root of several holders, a chain of versions, suites and revocations.
    #[default]
    #[serde(rename = "kontaktstelle/keys/v2")]
    V2,
}

/// The keys of one party's node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyManifest {
    /// Format and version.
    pub format: KeyManifestFormat,
    /// The party, such as `de`.
    pub party: String,
    /// The node's domain; log origins and the witness's name begin with it.
    pub node: String,
    /// Counts up from 1, one by one.
    pub version: u32,
    /// [`KeyManifest::id`] of the version before; absent in version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Hash>,
    /// The root that signs this manifest.
    pub root: Root,
    /// In the one version that changes the root, the root until then, which must sign as well: it hands over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former_root: Option<Root>,
    /// The keys for messages, per suite; each suite at most once, K1 first.
    pub suites: Vec<SuiteKeys>,
    /// The keys of the node's logs. A log may be there several times: the key that signs now first, then retired keys and
    /// former epochs whose checkpoints still hold.
    pub logs: Vec<LogReference>,
    /// The key with which this node cosigns the logs of others, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<WitnessReference>,
    /// SHA-256 of the TLS certificate's public key (SPKI, DER), lower-case hexadecimal. TLS trusts these pins and no
    /// public certificate authority.
    pub tls_spki_sha256: Vec<String>,
    /// The keys that were taken back, all of them since version 1.
    pub revocations: Vec<Revocation>,
    /// First moment in which the keys may be used, RFC 3339 UTC.
    pub valid_from: String,
    /// Last moment in which the keys may be used, RFC 3339 UTC.
    pub valid_until: String,
    /// Where the node receives messages, such as `host:port`.
    pub exchange_address: String,
}

/// The keys for messages of one suite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuiteKeys {
    /// The suite. All keys beside it are of this suite.
    pub suite: Suite,
    /// The key that signs messages and receipts.
    pub signing: VerifyingKey,
    /// Keys that signed until lately, newest first: what they signed is still taken. A revoked one may be among them, so
    /// that what it signed before can be verified.
    pub earlier_signing: Vec<VerifyingKey>,
    /// The key that message parts for this party are sealed to.
    pub recipient: SealingRecipient,
    /// Keys that the party can still open with, newest first. Nothing new is sealed to them.
    pub earlier_recipients: Vec<SealingRecipient>,
}

/// A log and a key of its checkpoints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogReference {
    /// The log's short name, such as `exchange-cn`.
    pub name: String,
    /// From 1. A log that could not be made whole after a loss goes on in the next epoch, under another origin.
    pub epoch: u32,
    /// The verifier keys of its checkpoints, Ed25519 and ML-DSA-44, in the form of C2SP signed notes. Their name is the
    /// log's origin.
    pub vkeys: Vec<String>,
}

/// A witness's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessReference {
    /// The verifier keys of its cosignatures, Ed25519 and ML-DSA-44, in the form of C2SP signed notes.
    pub vkeys: Vec<String>,
}

/// What a key manifest says about a signing key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStanding<'a> {
    /// The key that signs now.
    Current(&'a VerifyingKey),
    /// A key that signed before. What it signed, such as a message that was queued while keys changed, is taken.
    Earlier(&'a VerifyingKey),
    /// A key that was taken back. Whether something it signed counts is decided by [`crate::revocation::counts`].
    Revoked {
        /// The key, if the manifest still has it; else an older version does.
        key: Option<&'a VerifyingKey>,
        /// What the manifest says about it.
        revocation: &'a Revocation,
    },
    /// No key of this party that the manifest knows.
    Unknown,
}

impl<'a> KeyStanding<'a> {
    /// The key, if what it signs is taken without looking into a log.
    #[must_use]
    pub fn honoured(self) -> Option<&'a VerifyingKey> {
        match self {
            Self::Current(key) | Self::Earlier(key) => Some(key),
            Self::Revoked { .. } | Self::Unknown => None,
        }
    }
}

impl KeyManifest {
    /// SHA-256 of the canonical JSON: what the holders sign, and what the next version names as `previous`.
    ///
    /// # Errors
    /// None in practice: everything in it is text and small numbers.
    pub fn id(&self) -> Result<Hash, SealError> {
        crate::statement::canonical(self).map(|bytes| sha256(&bytes))
    }

    /// Whether the keys may be used at `now`. Only for choosing keys; whether an *old* signature counts is decided by the
    /// order of the log, not by a clock.
    ///
    /// # Errors
    /// [`SealError::InvalidField`] if a time is malformed, which validation excludes.
    pub fn is_valid_at(&self, now: jiff::Timestamp) -> Result<bool, SealError> {
        Ok(check_time("valid_from", &self.valid_from)? <= now
            && now <= check_time("valid_until", &self.valid_until)?)
    }

    /// The root's fingerprint, to be compared with the one on paper.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.root.fingerprint()
    }

    /// The keys for messages of this suite, if the party has any.
    #[must_use]
    pub fn suite(&self, suite: Suite) -> Option<&SuiteKeys> {
        self.suites.iter().find(|keys| keys.suite == suite)
    }

    /// What this manifest says about the signing key with this [`VerifyingKey::id`].
    #[must_use]
    pub fn signing_key(&self, id: Hash) -> KeyStanding<'_> {
        let current = self.suites.iter().map(|keys| &keys.signing);
        let current = current.into_iter().find(|key| key.id() == id);
        let mut earlier = self.suites.iter().flat_map(|keys| &keys.earlier_signing);
        let earlier = earlier.find(|key| key.id() == id);
        match (self.revocation(RevokedKind::Signing, id), current, earlier) {
            (Some(revocation), current, earlier) => KeyStanding::Revoked {
                key: current.or(earlier),
                revocation,
            },
            (None, Some(key), _) => KeyStanding::Current(key),
            (None, None, Some(key)) => KeyStanding::Earlier(key),
            (None, None, None) => KeyStanding::Unknown,
        }
    }

    /// The revocation of this key, if it was taken back.
    #[must_use]
    pub fn revocation(&self, kind: RevokedKind, key: Hash) -> Option<&Revocation> {
        self.revocations
            .iter()
            .find(|revocation| revocation.kind == kind && revocation.key == key)
    }

    /// The log of this name as it is now.
    #[must_use]
    pub fn log(&self, name: &str) -> Option<&LogReference> {
        self.logs.iter().find(|log| log.name == name)
    }

    /// The verifier of the log of this name as it is now.
    ///
    /// # Errors
    /// [`SealError::UnknownLog`]; [`SealError::InvalidField`] for malformed keys, which validation excludes.
    pub fn log_verifier(&self, name: &str) -> Result<LogVerifier, SealError> {
        self.log(name)
            .ok_or_else(|| SealError::UnknownLog(name.to_owned()))?
            .verifier()
    }

    /// The verifiers of all keys that this origin has or had and that were not taken back, the current one first. For
    /// evidence such as receipts, which may be older than the log's key or epoch.
    ///
    /// # Errors
    /// [`SealError::UnknownLog`] if there is none; [`SealError::InvalidField`] for malformed keys, which validation
    /// excludes.
    pub fn log_verifiers_of(&self, origin: &str) -> Result<Vec<LogVerifier>, SealError> {
        let mut found = Vec::new();
        for log in &self.logs {
            let verifier = log.verifier()?;
            if verifier.origin() == origin && self.revocation(RevokedKind::Log, log.id()).is_none()
            {
                found.push(verifier);
            }
        }
        if found.is_empty() {
            return Err(SealError::UnknownLog(origin.to_owned()));
        }
        Ok(found)
    }
}

impl LogReference {
    /// The verifier that demands both signatures on every checkpoint.
    ///
    /// # Errors
    /// [`SealError::InvalidField`] unless there is exactly one Ed25519 and one ML-DSA-44 key of one name.
    pub fn verifier(&self) -> Result<LogVerifier, SealError> {
        LogVerifier::from_vkeys(&self.vkeys).map_err(|_| SealError::InvalidField {
            field: "logs.vkeys",
            reason: "must be one Ed25519 and one ML-DSA-44 verifier key of the same origin",
        })
    }

    /// Names this key in a revocation: SHA-256 over a domain line and the verifier keys, one per line.
    #[must_use]
    pub fn id(&self) -> Hash {
        vkeys_id("kontaktstelle/log-key/v1\n", &self.vkeys)
    }
}

impl WitnessReference {
    /// The verifiers of its cosignatures: Ed25519 (type 04) and ML-DSA-44 (type 06).
    ///
    /// # Errors
    /// [`SealError::InvalidField`] unless there is exactly one of each, of one name.
    pub fn verifiers(&self) -> Result<[AnyVerifier; 2], SealError> {
        check::witness_verifiers(self)
    }

    /// Names this key in a revocation, as [`LogReference::id`].
    #[must_use]
    pub fn id(&self) -> Hash {
        vkeys_id("kontaktstelle/witness-key/v1\n", &self.vkeys)
    }
}

/// Lines cannot run into each other: a verifier key has no line break in it.
fn vkeys_id(domain: &str, vkeys: &[String]) -> Hash {
    sha256([domain, &vkeys.join("\n")].concat().as_bytes())
}
