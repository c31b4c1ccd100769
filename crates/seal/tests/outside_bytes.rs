//! Whatever bytes come from outside, readers of keys answer with an error: they never panic, and never take something that
//! they would not write themselves.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::sync::LazyLock;

use proptest::prelude::*;
use seal::key_manifest::SignedKeyManifest;
use seal::key_manifest::ceremony::{HolderSignature, KeyManifestDraft};
use seal::keys::{Fingerprint, HolderKey, HolderVerifyingKey, Root, SigningKey, VerifyingKey};
use seal::secret_file::{Passphrase, WorkFactor, open_secret, seal_secret};
use seal::{SealError, Suite};

/// One good document of each kind, which the tests damage.
struct Good {
    draft: KeyManifestDraft,
    signed: String,
    signature: String,
    root: String,
    key: String,
    holder: String,
    secret: Vec<u8>,
}

static GOOD: LazyLock<Good> = LazyLock::new(|| {
    let holders = support::holders(1);
    let root = support::root(&holders);
    let draft = KeyManifestDraft::new(support::manifest(&root)).unwrap();
    let key = SigningKey::generate(Suite::K2).unwrap().verifying_key();
    let work = WorkFactor::new(1).unwrap();
    Good {
        signed: support::signed(draft.manifest().clone(), &holders)
            .to_json()
            .unwrap(),
        signature: draft.sign_with(&holders[2]).unwrap().to_string(),
        root: root.to_json().unwrap(),
        key: serde_json::to_string(&key).unwrap(),
        holder: serde_json::to_string(&holders[0].verifying_key()).unwrap(),
        secret: seal_secret(b"a secret", &passphrase(), work).unwrap(),
        draft,
    }
});

fn passphrase() -> Passphrase {
    Passphrase::new(b"x").unwrap()
}

/// A damaged copy: one byte replaced, one stretch cut out, or one doubled.
fn damaged(good: &[u8], kind: u8, at: prop::sample::Index, length: usize, byte: u8) -> Vec<u8> {
    let mut bytes = good.to_vec();
    let at = at.index(bytes.len());
    let end = (at + length).min(bytes.len());
    match kind {
        0 => bytes[at] = byte,
        1 => drop(bytes.drain(at..end)),
        _ => {
            let again = bytes[at..end].to_vec();
            bytes.splice(at..at, again);
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Random bytes are refused by every reader.
    #[test]
    fn noise_is_refused(noise in prop::collection::vec(any::<u8>(), 0..512)) {
        prop_assert!(SignedKeyManifest::from_json(&noise).is_err());
        prop_assert!(KeyManifestDraft::from_json(&noise).is_err());
        prop_assert!(Root::from_json(&noise).is_err());
        prop_assert!(serde_json::from_slice::<VerifyingKey>(&noise).is_err());
        prop_assert!(serde_json::from_slice::<HolderVerifyingKey>(&noise).is_err());
        prop_assert!(open_secret(&noise, &passphrase()).is_err());
        let text = String::from_utf8_lossy(&noise);
        prop_assert!(text.parse::<HolderSignature>().is_err());
        prop_assert!(text.parse::<Fingerprint>().is_err());
        // Secrets have no structure to refuse but their length.
        for suite in Suite::ALL {
            let _ = SigningKey::from_secret_bytes(suite, &noise);
        }
        let is_length = noise.len() == 80;
        prop_assert_eq!(HolderKey::from_secret_bytes(&noise).is_ok(), is_length);
    }

    /// What differs from a good document in any byte is either refused, or is spelled exactly as it would be written and
    /// then does not carry the signatures.
    #[test]
    fn damage_is_refused(
        kind in 0u8..3,
        at in any::<prop::sample::Index>(),
        length in 1usize..40,
        byte in any::<u8>(),
    ) {
        let damage = |good: &[u8]| damaged(good, kind, at, length, byte);

        let bytes = damage(GOOD.signed.as_bytes());
        if bytes != GOOD.signed.as_bytes() && let Ok(read) = SignedKeyManifest::from_json(&bytes) {
            prop_assert!(read.to_json().unwrap().as_bytes() == bytes.trim_ascii_end());
            prop_assert!(read.verify_self().is_err());
        }
        let bytes = damage(GOOD.draft.to_json().unwrap().as_bytes());
        if let Ok(read) = KeyManifestDraft::from_json(&bytes) {
            prop_assert!(read.to_json().unwrap().as_bytes() == bytes.trim_ascii_end());
            prop_assert_eq!(read == GOOD.draft, read.id() == GOOD.draft.id());
        }
        let bytes = damage(GOOD.root.as_bytes());
        if let Ok(read) = Root::from_json(&bytes) {
            prop_assert!(read.to_json().unwrap().as_bytes() == bytes.trim_ascii_end());
        }
        let bytes = damage(GOOD.signature.as_bytes());
        if bytes != GOOD.signature.as_bytes()
            && let Ok(read) = String::from_utf8_lossy(&bytes).parse::<HolderSignature>()
        {
            prop_assert!(GOOD.draft.check(&read).is_err());
        }
        // Two keys and a name that must agree: hardly a damaged key can be one.
        let bytes = damage(GOOD.key.as_bytes());
        if bytes != GOOD.key.as_bytes() {
            prop_assert!(serde_json::from_slice::<VerifyingKey>(&bytes).is_err());
        }
        let bytes = damage(GOOD.holder.as_bytes());
        if bytes != GOOD.holder.as_bytes() {
            prop_assert!(serde_json::from_slice::<HolderVerifyingKey>(&bytes).is_err());
        }
    }

    /// No damaged secret file opens, and none makes us work without bounds.
    #[test]
    fn damaged_secret_files_do_not_open(
        kind in 0u8..3,
        at in any::<prop::sample::Index>(),
        length in 1usize..40,
        byte in any::<u8>().prop_filter("no more work than this test has time for", |b| !b.is_ascii_digit()),
    ) {
        let bytes = damaged(&GOOD.secret, kind, at, length, byte);
        if bytes != GOOD.secret {
            let is_refused = matches!(
                open_secret(&bytes, &passphrase()),
                Err(SealError::WrongPassphrase
                    | SealError::SecretFile(_)
                    | SealError::ExcessiveWork { .. })
            );
            prop_assert!(is_refused);
        }
    }
}
