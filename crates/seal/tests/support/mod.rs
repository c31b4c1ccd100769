//! A party with its root's holders and a first key manifest.
#![allow(dead_code)]

use seal::Suite;
use seal::key_manifest::{
    KeyManifest, KeyManifestFormat, LogReference, SignedKeyManifest, SuiteKeys, WitnessReference,
};
use seal::keys::{HolderKey, LogKey, Root, SealingIdentity, SigningKey, WitnessKey};

pub(crate) const NODE: &str = "de.kontaktstelle.example";
pub(crate) const ORIGIN: &str = "de.kontaktstelle.example/exchange/cn";

/// Three holders, the same each time for the same `seed`.
pub(crate) fn holders(seed: u8) -> [HolderKey; 3] {
    [0, 1, 2].map(|at| HolderKey::from_secret_bytes(&[seed + at; 80]).unwrap())
}

pub(crate) fn root(holders: &[HolderKey; 3]) -> Root {
    Root::two_of_three(holders.each_ref().map(HolderKey::verifying_key)).unwrap()
}

pub(crate) fn suite_keys(suite: Suite) -> SuiteKeys {
    SuiteKeys {
        suite,
        signing: SigningKey::generate(suite).unwrap().verifying_key(),
        earlier_signing: vec![],
        recipient: SealingIdentity::generate(suite).unwrap().recipient(),
        earlier_recipients: vec![],
    }
}

pub(crate) fn log(name: &str, epoch: u32, origin: &str) -> LogReference {
    LogReference {
        name: name.into(),
        epoch,
        vkeys: LogKey::generate().unwrap().vkeys(origin),
    }
}

/// Version 1 with both suites.
pub(crate) fn manifest(root: &Root) -> KeyManifest {
    KeyManifest {
        format: KeyManifestFormat::V2,
        party: "de".into(),
        node: NODE.into(),
        version: 1,
        previous: None,
        root: root.clone(),
        former_root: None,
        suites: Suite::ALL.map(suite_keys).into(),
        logs: vec![log("exchange-cn", 1, ORIGIN)],
        witness: Some(WitnessReference {
            vkeys: WitnessKey::generate()
                .unwrap()
                .vkeys(&format!("{NODE}/witness")),
        }),
        tls_spki_sha256: vec!["ab".repeat(32)],
        revocations: vec![],
        valid_from: "2026-11-01T00:00:00Z".into(),
        valid_until: "2027-01-30T00:00:00Z".into(),
        exchange_address: "exchange.de.kontaktstelle.example:7443".into(),
    }
}

/// The next version, with nothing changed but what makes it the next.
pub(crate) fn next(current: &KeyManifest) -> KeyManifest {
    KeyManifest {
        version: current.version + 1,
        previous: Some(current.id().unwrap()),
        former_root: None,
        ..current.clone()
    }
}

/// Signed by the first two holders.
pub(crate) fn signed(manifest: KeyManifest, holders: &[HolderKey; 3]) -> SignedKeyManifest {
    SignedKeyManifest::sign_with(manifest, &[&holders[0], &holders[1]]).unwrap()
}
