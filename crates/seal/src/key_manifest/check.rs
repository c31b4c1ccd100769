//! What makes a key manifest well-formed, before anybody has signed it.

use std::collections::BTreeSet;

use journal::note::{AnyVerifier, KeyKind, NoteVerifier as _, VerifierKey};

use super::{
    KeyManifest, LogReference, MAX_EARLIER_KEYS, MAX_KEY_MANIFEST_BYTES, MAX_LOGS, MAX_REVOCATIONS,
    MAX_TLS_PINS, SuiteKeys, WitnessReference,
};
use crate::SealError;
use crate::keys::{HolderVerifyingKey, SealingRecipient, VerifyingKey};
use crate::revocation::RevokedKind;
use crate::statement::{Statement, check_label, check_time};

impl Statement for KeyManifest {
    const FORMAT: &'static str = "kontaktstelle/keys/v2";
    const MAX_BYTES: usize = MAX_KEY_MANIFEST_BYTES;

    fn validate(&self) -> Result<(), SealError> {
        check_label("party", &self.party)?;
        check_label("node", &self.node)?;
        check_label("exchange_address", &self.exchange_address)?;
        check_version(self)?;
        check_suites(self)?;
        check_logs(self)?;
        check_witness(self)?;
        check_pins(&self.tls_spki_sha256)?;
        check_revocations(self)?;
        if check_time("valid_from", &self.valid_from)?
            >= check_time("valid_until", &self.valid_until)?
        {
            return Err(invalid("valid_until", "must be after valid_from"));
        }
        Ok(())
    }
}

fn check_version(manifest: &KeyManifest) -> Result<(), SealError> {
    if manifest.version == 0 {
        return Err(invalid("version", "counts from 1"));
    }
    if (manifest.version == 1) != manifest.previous.is_none() {
        return Err(invalid("previous", "must be absent exactly in version 1"));
    }
    match &manifest.former_root {
        Some(_) if manifest.version == 1 => {
            Err(invalid("former_root", "must be absent in version 1"))
        }
        Some(former) if *former == manifest.root => {
            Err(invalid("former_root", "must be another than the root"))
        }
        _ => Ok(()),
    }
}

fn check_suites(manifest: &KeyManifest) -> Result<(), SealError> {
    if manifest.suites.is_empty() {
        return Err(invalid("suites", "must not be empty"));
    }
    if !manifest.suites.is_sorted_by(|a, b| a.suite < b.suite) {
        return Err(invalid("suites", "each at most once, in order"));
    }
    for keys in &manifest.suites {
        if keys.earlier_signing.len() > MAX_EARLIER_KEYS {
            return Err(invalid("suites.earlier_signing", "too many"));
        }
        if keys.earlier_recipients.len() > MAX_EARLIER_KEYS {
            return Err(invalid("suites.earlier_recipients", "too many"));
        }
        let suite = keys.suite;
        if signing_keys(keys).any(|key| key.suite() != suite)
            || recipients(keys).any(|key| key.suite() != suite)
        {
            return Err(invalid("suites", "a key is of another suite"));
        }
    }
    let all = || manifest.suites.iter();
    if has_double(all().flat_map(signing_keys).map(VerifyingKey::id)) {
        return Err(invalid("suites.signing", "a key is there twice"));
    }
    if has_double(all().flat_map(recipients).map(SealingRecipient::id)) {
        return Err(invalid("suites.recipient", "a key is there twice"));
    }
    Ok(())
}

fn signing_keys(keys: &SuiteKeys) -> impl Iterator<Item = &VerifyingKey> {
    std::iter::once(&keys.signing).chain(&keys.earlier_signing)
}

fn recipients(keys: &SuiteKeys) -> impl Iterator<Item = &SealingRecipient> {
    std::iter::once(&keys.recipient).chain(&keys.earlier_recipients)
}

fn check_logs(manifest: &KeyManifest) -> Result<(), SealError> {
    if manifest.logs.len() > MAX_LOGS {
        return Err(invalid("logs", "too many"));
    }
    for log in &manifest.logs {
        check_label("logs.name", &log.name)?;
        check_origin(log, &manifest.node)?;
        // The first one of a name is the current one, so a later one may not be of a later epoch.
        if manifest.log(&log.name).is_some_and(|l| l.epoch < log.epoch) {
            return Err(invalid("logs.epoch", "the latest must come first"));
        }
    }
    if has_double(manifest.logs.iter().map(LogReference::id)) {
        return Err(invalid("logs.vkeys", "a key is there twice"));
    }
    Ok(())
}

fn check_origin(log: &LogReference, node: &str) -> Result<(), SealError> {
    let verifier = log.verifier()?;
    let origin = verifier.origin();
    check_label("logs.vkeys", origin)?;
    if log.vkeys != verifier.vkeys() {
        return Err(invalid("logs.vkeys", "the Ed25519 key must come first"));
    }
    if !is_within(node, origin) {
        return Err(invalid("logs.vkeys", "the origin must begin with the node"));
    }
    let named = origin
        .rsplit_once("/epoch-")
        .map_or(Some(1), |(_, number)| {
            let epoch: u32 = number.parse().ok()?;
            (epoch > 1 && epoch.to_string() == number).then_some(epoch)
        });
    if named != Some(log.epoch) {
        return Err(invalid(
            "logs.epoch",
            "must be that at the end of the origin, or 1 where there is none",
        ));
    }
    Ok(())
}

/// A node speaks for names below its own domain only.
fn is_within(node: &str, name: &str) -> bool {
    let below = name
        .strip_prefix(node)
        .and_then(|rest| rest.strip_prefix('/'));
    below.is_some_and(|rest| !rest.is_empty())
}

fn check_witness(manifest: &KeyManifest) -> Result<(), SealError> {
    let Some(witness) = &manifest.witness else {
        return Ok(());
    };
    let [ed25519, _] = witness.verifiers()?;
    check_label("witness.vkeys", ed25519.name())?;
    if !is_within(&manifest.node, ed25519.name()) {
        return Err(invalid(
            "witness.vkeys",
            "the name must begin with the node",
        ));
    }
    let keys = |vkeys: &[String]| -> BTreeSet<Vec<u8>> {
        let parsed = vkeys
            .iter()
            .filter_map(|vkey| vkey.parse::<VerifierKey>().ok());
        parsed.map(|vkey| vkey.key).collect()
    };
    let own = keys(&witness.vkeys);
    if manifest
        .logs
        .iter()
        .any(|log| !keys(&log.vkeys).is_disjoint(&own))
    {
        return Err(invalid("witness.vkeys", "must not be the key of a log"));
    }
    Ok(())
}

pub(super) fn witness_verifiers(witness: &WitnessReference) -> Result<[AnyVerifier; 2], SealError> {
    let read = || {
        let [first, second] = witness.vkeys.as_slice() else {
            return None;
        };
        let verifiers = [
            AnyVerifier::from_vkey(first).ok()?,
            AnyVerifier::from_vkey(second).ok()?,
        ];
        let kinds = verifiers.each_ref().map(AnyVerifier::kind);
        (kinds == [KeyKind::Cosignature, KeyKind::MlDsa44]
            && verifiers[0].name() == verifiers[1].name())
        .then_some(verifiers)
    };
    read().ok_or(invalid(
        "witness.vkeys",
        "must be one Ed25519 cosignature and one ML-DSA-44 verifier key of the same name",
    ))
}

fn check_pins(pins: &[String]) -> Result<(), SealError> {
    let field = "tls_spki_sha256";
    if pins.len() > MAX_TLS_PINS {
        return Err(invalid(field, "too many"));
    }
    let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if !pins
        .iter()
        .all(|pin| pin.len() == 64 && pin.bytes().all(is_digit))
    {
        return Err(invalid(field, "must be 64 lower-case hexadecimal digits"));
    }
    if has_double(pins.iter()) {
        return Err(invalid(field, "one is there twice"));
    }
    Ok(())
}

fn check_revocations(manifest: &KeyManifest) -> Result<(), SealError> {
    let field = "revocations";
    if manifest.revocations.len() > MAX_REVOCATIONS {
        return Err(invalid(field, "too many"));
    }
    for revocation in &manifest.revocations {
        revocation.validate()?;
    }
    if has_double(manifest.revocations.iter().map(|r| (r.kind, r.key))) {
        return Err(invalid(field, "a key is there twice"));
    }
    let is_revoked = |kind, key| manifest.revocation(kind, key).is_some();
    let is_pin_revoked = |pin: &String| {
        let mut hash = [0; 32];
        hex::decode_to_slice(pin, &mut hash).is_ok()
            && is_revoked(RevokedKind::Tls, journal::hash::Hash(hash))
    };
    let in_use =
        manifest.suites.iter().any(|keys| {
            is_revoked(RevokedKind::Signing, keys.signing.id())
                || is_revoked(RevokedKind::Recipient, keys.recipient.id())
        }) || manifest.logs.iter().any(|log| {
            manifest.log(&log.name) == Some(log) && is_revoked(RevokedKind::Log, log.id())
        }) || manifest
            .witness
            .as_ref()
            .is_some_and(|witness| is_revoked(RevokedKind::Witness, witness.id()))
            || manifest.tls_spki_sha256.iter().any(is_pin_revoked)
            || manifest
                .root
                .holders()
                .iter()
                .map(HolderVerifyingKey::id)
                .any(|id| is_revoked(RevokedKind::Holder, id));
    if in_use {
        return Err(invalid(field, "a revoked key is still in use"));
    }
    Ok(())
}

fn has_double<T: Ord>(items: impl Iterator<Item = T>) -> bool {
    let mut seen = BTreeSet::new();
    items.into_iter().any(|item| !seen.insert(item))
}

fn invalid(field: &'static str, reason: &'static str) -> SealError {
    SealError::InvalidField { field, reason }
}
