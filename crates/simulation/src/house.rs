//! Who takes part: keys and key manifests, made once for all seeds.

use journal::cosignature::Cosigner;
use journal::hash::sha256;
use journal::log_key::LogKeys;
use journal::policy::Policy;
use records::PartyId;
use seal::Suite;
use seal::key_manifest::{
    KeyManifest, KeyManifestFormat, LogReference, SignedKeyManifest, SuiteKeys, WitnessReference,
};
use seal::keys::{HolderKey, LogKey, Root, SealingIdentity, SigningKey, WitnessKey};
use std::sync::OnceLock;

/// The two offices.
pub(crate) const NAMES: [&str; 2] = ["de", "cn"];
/// How many domestic witnesses there are; two of them are a quorum.
pub(crate) const WITNESSES: usize = 3;

/// The other one of two.
pub(crate) const fn other(house: usize) -> usize {
    1 - house
}

/// The logs of an office: its journal, and what passed between it and the other one.
pub(crate) fn logs_of(house: usize) -> [String; 2] {
    [
        "office".to_owned(),
        format!("exchange-{}", NAMES[other(house)]),
    ]
}

pub(crate) fn origin(house: usize, log: &str) -> String {
    format!("{}.kontaktstelle.example/{log}", NAMES[house])
}

/// The secrets of one office.
pub(crate) struct House {
    pub(crate) party: PartyId,
    pub(crate) signing: SigningKey,
    pub(crate) sealing: SealingIdentity,
    pub(crate) witness: WitnessKey,
    pub(crate) logs: Vec<(String, LogKey)>,
    pub(crate) manifest: SignedKeyManifest,
}

impl House {
    fn new(house: usize) -> Self {
        let name = NAMES[house];
        let node = format!("{name}.kontaktstelle.example");
        let holders = [(); 3].map(|()| HolderKey::generate().unwrap());
        let signing = SigningKey::generate(Suite::K1).unwrap();
        let sealing = SealingIdentity::generate(Suite::K1).unwrap();
        let witness = WitnessKey::generate().unwrap();
        let logs = logs_of(house).map(|log| (log, LogKey::generate().unwrap()));
        let manifest = KeyManifest {
            format: KeyManifestFormat::V2,
            party: name.to_owned(),
            version: 1,
            previous: None,
            root: Root::two_of_three(holders.each_ref().map(HolderKey::verifying_key)).unwrap(),
            former_root: None,
            suites: vec![SuiteKeys {
                suite: Suite::K1,
                signing: signing.verifying_key(),
                earlier_signing: Vec::new(),
                recipient: sealing.recipient(),
                earlier_recipients: Vec::new(),
            }],
            logs: logs
                .iter()
                .map(|(log, key)| LogReference {
                    name: log.clone(),
                    epoch: 1,
                    vkeys: key.vkeys(&origin(house, log)),
                })
                .collect(),
            witness: Some(WitnessReference {
                vkeys: witness.vkeys(&format!("{node}/witness")),
            }),
            node,
            tls_spki_sha256: vec![hex::encode(sha256(name.as_bytes()).0)],
            revocations: Vec::new(),
            valid_from: "2026-01-01T00:00:00Z".to_owned(),
            valid_until: "2027-01-01T00:00:00Z".to_owned(),
            exchange_address: "localhost:1".to_owned(),
        };
        let [first, second, _] = &holders;
        Self {
            party: name.parse().unwrap(),
            manifest: SignedKeyManifest::sign_with(manifest, &[first, second]).unwrap(),
            signing,
            sealing,
            witness,
            logs: logs.into(),
        }
    }

    /// The two offices, made at the first call.
    pub(crate) fn of(house: usize) -> &'static Self {
        static HOUSES: OnceLock<[House; 2]> = OnceLock::new();
        &HOUSES.get_or_init(|| [Self::new(0), Self::new(1)])[house]
    }
}

/// A domestic witness's name.
pub(crate) fn witness_name(witness: usize) -> String {
    format!("w{witness}.example/witness")
}

/// The key of a domestic witness, at this time. One line is enough here: what is tested is not the
/// signature.
pub(crate) fn cosigner(witness: usize, seconds: u64) -> Cosigner {
    let seed = sha256(witness_name(witness).as_bytes()).0;
    Cosigner::from_seed(&witness_name(witness), seed, seconds)
}

/// The policy of both offices: two of the three domestic witnesses.
pub(crate) fn policy() -> Policy {
    let line = |n: usize| {
        let key = cosigner(n, 0).verifier().vkey();
        format!("witness w{n} {key} https://w{n}.example\n")
    };
    let witnesses: String = (0..WITNESSES).map(line).collect();
    format!("{witnesses}group domestic 2 w0 w1 w2\nquorum domestic\n")
        .parse()
        .unwrap()
}

/// The log that lies to its witnesses.
pub(crate) const FORGER: &str = "forger.example/log";

/// Its key.
pub(crate) fn forger() -> LogKey {
    let seed = |half: &str| sha256(format!("{FORGER} {half}").as_bytes()).0;
    LogKey::from_secret_bytes(&[seed("one"), seed("two")].concat()).unwrap()
}

/// The logs that every domestic witness follows.
pub(crate) fn followed() -> Vec<LogKeys> {
    let mut all = vec![LogKeys::from_vkeys(&forger().vkeys(FORGER)).unwrap()];
    for house in 0..2 {
        for (log, key) in &House::of(house).logs {
            all.push(LogKeys::from_vkeys(&key.vkeys(&origin(house, log))).unwrap());
        }
    }
    all
}
