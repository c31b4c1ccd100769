//! Sealed files against other implementations of their formats, and against damage.
#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{Read, Write};
use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, OpModeR};
use journal::hash::sha256;
use proptest::prelude::*;
use seal::header::Header;
use seal::keys::{SealingIdentity, SealingRecipient};
use seal::{SealError, Suite, sealed_file};
use serde_json::Value;

#[path = "support/age_keys.rs"]
mod age_keys;

use age_keys::{AgeIdentity, AgeRecipient};

fn keys(suite: Suite) -> [SealingIdentity; 2] {
    [(); 2].map(|()| SealingIdentity::generate(suite).unwrap())
}

fn seal(keys: &[SealingIdentity], plaintext: &[u8]) -> Vec<u8> {
    let recipients: Vec<SealingRecipient> = keys.iter().map(SealingIdentity::recipient).collect();
    let mut file = Vec::new();
    sealed_file::seal(keys[0].suite(), plaintext, &mut file, &recipients).unwrap();
    file
}

fn open(file: &[u8], keys: &[SealingIdentity]) -> Result<Vec<u8>, SealError> {
    let mut plaintext = Vec::new();
    let size = sealed_file::open(file, &mut plaintext, keys)?;
    assert_eq!(size, plaintext.len() as u64);
    Ok(plaintext)
}

/// The `age` crate, with keys written anew for it, opens what we seal under K1, and we open what it seals.
#[test]
fn age_crate_and_we_open_each_others_files() {
    let keys = keys(Suite::K1);
    for length in [0, 1, 65_535, 65_536, 65_537, 200_000] {
        let plaintext = vec![7; length];
        let identity = AgeIdentity::new(keys[1].to_secret_string().as_str());
        let mut opened = Vec::new();
        age::Decryptor::new_buffered(seal(&keys, &plaintext).as_slice())
            .unwrap()
            .decrypt(std::iter::once(&identity as _))
            .unwrap()
            .read_to_end(&mut opened)
            .unwrap();
        assert_eq!(opened, plaintext);

        let recipient = AgeRecipient::new(keys[0].recipient());
        let mut file = Vec::new();
        let mut writer =
            age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
                .unwrap()
                .wrap_output(&mut file)
                .unwrap();
        writer.write_all(&plaintext).unwrap();
        writer.finish().unwrap();
        assert_eq!(open(&file, &keys).unwrap(), plaintext);
    }
}

/// A K2 file sealed by another implementation (see `vectors/README.md`) opens here.
#[test]
fn foreign_k2_file_opens() {
    let vector: Value = serde_json::from_str(include_str!("vectors/k2/cryptography.json")).unwrap();
    let file = BASE64_STANDARD
        .decode(vector["file"].as_str().unwrap())
        .unwrap();
    let identity: SealingIdentity = vector["identity"].as_str().unwrap().parse().unwrap();
    let plaintext = open(&file, &[identity]).unwrap();
    assert_eq!(hex::encode(sha256(&plaintext).0), vector["plain_sha256"]);
    let header = Header::parse(&file).unwrap();
    assert_eq!((header.suite(), header.stanzas().len()), (Suite::K2, 2));
}

/// RFC 9180, appendix A.2.1: the HPKE library under both suites does what the RFC says.
#[test]
fn hpke_is_that_of_rfc_9180() {
    let bytes = |text: &str| hex::decode(text).unwrap();
    let opened = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &Deserializable::from_bytes(&bytes(
            "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
        ))
        .unwrap(),
        &Deserializable::from_bytes(&bytes(
            "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
        ))
        .unwrap(),
        b"Ode on a Grecian Urn",
        &bytes(
            "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
        ),
        b"Count-0",
    );
    assert_eq!(opened.unwrap(), b"Beauty is truth, truth beauty");
}

/// An archive of both suites is opened with the keys of both, in any order.
#[test]
fn archive_holds_both_suites() {
    let all: Vec<SealingIdentity> = Suite::ALL.into_iter().flat_map(keys).collect();
    for suite in Suite::ALL {
        let own: Vec<_> = all.iter().filter(|k| k.suite() == suite).cloned().collect();
        let file = seal(&own, b"text");
        assert_eq!(open(&file, &all).unwrap(), b"text");
        let others: Vec<_> = all.iter().filter(|k| k.suite() != suite).cloned().collect();
        for strangers in [others, vec![]] {
            assert!(matches!(
                open(&file, &strangers),
                Err(SealError::NoMatchingIdentity)
            ));
        }
    }
}

/// Sealing for nobody, or for a key of another suite, is refused before anything is written.
#[test]
fn recipients_are_checked_first() {
    let k1 = keys(Suite::K1)[0].recipient();
    let mut file = Vec::new();
    let refused = sealed_file::seal(Suite::K2, &b""[..], &mut file, &[k1]);
    assert!(matches!(refused, Err(SealError::OtherSuite { .. })));
    let refused = sealed_file::seal(Suite::K2, &b""[..], &mut file, &[]);
    assert!(matches!(refused, Err(SealError::TooFewRecipients)));
    assert!(file.is_empty());
}

/// A payload does not open under the header of another file for the same recipients.
#[test]
fn header_of_another_file_is_noticed() {
    for suite in Suite::ALL {
        let keys = keys(suite);
        let (first, second) = (seal(&keys, b"first"), seal(&keys, b"second"));
        let header = |file: &[u8]| Header::parse(file).unwrap().length();
        let mixed = [&first[..header(&first)], &second[header(&second)..]].concat();
        assert!(matches!(open(&mixed, &keys), Err(SealError::Payload)));
    }
}

/// Faults of the disk are told as such, with their cause, and not taken for damage or for the end.
#[test]
fn faults_of_reading_and_writing_are_told() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
    }
    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    for suite in Suite::ALL {
        let keys = keys(suite);
        let to = [keys[0].recipient()];
        let refused = sealed_file::seal(suite, Broken, std::io::sink(), &to);
        assert!(matches!(refused, Err(SealError::Read(_))));
        let refused = sealed_file::seal(suite, &b"text"[..], Broken, &to);
        assert!(matches!(refused, Err(SealError::Write(_))));
        let file = seal(&keys, b"text");
        let refused = sealed_file::open(file.as_slice(), Broken, &keys);
        assert!(matches!(refused, Err(SealError::Write(_))));
        let cut = file.len() - 4;
        let refused = sealed_file::open(
            std::io::BufReader::new(file[..cut].chain(Broken)),
            std::io::sink(),
            &keys,
        );
        assert!(matches!(refused, Err(SealError::Read(_))));
    }
}

proptest! {
    // The key encapsulations are slow in debug builds.
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// One flipped bit anywhere in a file is noticed.
    #[test]
    fn flipped_bits_are_noticed(at in any::<proptest::sample::Index>(), bit in 0..8_u32, suite in 0..2_usize) {
        static FILES: LazyLock<[(Vec<u8>, [SealingIdentity; 2]); 2]> = LazyLock::new(|| {
            Suite::ALL.map(|suite| {
                let keys = keys(suite);
                (seal(&keys, &[7; 20_000]), keys)
            })
        });
        let (file, keys) = &FILES[suite];
        let mut bytes = file.clone();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(open(&bytes, keys).is_err(), "byte {at} bit {bit}");
    }
}
