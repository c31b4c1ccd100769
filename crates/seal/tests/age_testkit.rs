//! The age test vectors (see `vectors/README.md`): what other age tools accept we accept, what they must refuse we
//! refuse, for the stated reason.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use seal::age_header::AgeHeader;
use seal::keys::SealingIdentity;
use seal::{SealError, age_file};

struct Vector {
    name: String,
    fields: HashMap<String, String>,
    identities: Vec<SealingIdentity>,
    file: Vec<u8>,
}

impl Vector {
    fn expects(&self, outcome: &str) -> bool {
        self.fields["expect"] == outcome
    }
}

fn vectors(folder: &str) -> Vec<Vector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(folder);
    let mut vectors: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| read(&entry.unwrap().path()))
        .collect();
    vectors.sort_by(|a, b| a.name.cmp(&b.name));
    vectors
}

fn read(path: &Path) -> Vector {
    let bytes = fs::read(path).unwrap();
    let end = bytes.windows(2).position(|two| two == b"\n\n").unwrap();
    let mut fields = HashMap::new();
    let mut identities = Vec::new();
    for line in std::str::from_utf8(&bytes[..end]).unwrap().lines() {
        let (name, value) = line.split_once(": ").unwrap();
        if name == "identity" && value.starts_with("AGE-SECRET-KEY-PQ-") {
            identities.push(value.parse().unwrap());
        } else {
            fields.insert(name.to_owned(), value.to_owned());
        }
    }
    let mut file = bytes[end + 2..].to_vec();
    if fields.contains_key("compressed") {
        let mut plain = Vec::new();
        flate2::read::ZlibDecoder::new(&*file)
            .read_to_end(&mut plain)
            .unwrap();
        file = plain;
    }
    if fields.contains_key("armored") {
        let lines = String::from_utf8(file).unwrap();
        let body: String = lines
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect();
        file = BASE64_STANDARD.decode(body).unwrap();
    }
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    Vector {
        name,
        fields,
        identities,
        file,
    }
}

/// Every hybrid vector opens, or fails for the reason that the vector names.
#[test]
fn hybrid_vectors_behave_as_they_say() {
    let vectors = vectors("hybrid");
    assert_eq!(vectors.len(), 19);
    for vector in vectors {
        // Files for classical keys are none of ours; their rule is checked in the next test.
        if vector.name == "hybrid_x25519_arg" {
            continue;
        }
        let opened = age_file::open(&vector.file, &vector.identities);
        match opened {
            Ok(plaintext) => {
                assert!(vector.expects("success"), "{} must not open", vector.name);
                let hash = hex::encode(journal::hash::sha256(&plaintext).0);
                assert_eq!(hash, vector.fields["payload"], "{}", vector.name);
            }
            Err(SealError::NoMatchingIdentity) => {
                assert!(vector.expects("no match"), "{}", vector.name)
            }
            Err(SealError::AgeHeader(_)) => {
                assert!(vector.expects("header failure"), "{}", vector.name)
            }
            Err(other) => panic!("{}: {other}", vector.name),
        }
    }
}

/// The one vector with a classical identity too: that key has to refuse the header, and ours alone has to pass over the
/// stanza that is not its own.
#[test]
fn classical_stanza_with_hybrid_argument_is_not_ours() {
    let vectors = vectors("hybrid");
    let vector = vectors
        .iter()
        .find(|v| v.name == "hybrid_x25519_arg")
        .unwrap();
    let classical: age::x25519::Identity = vector.fields["identity"].parse().unwrap();
    let mut both: Vec<&dyn age::Identity> = vec![&classical];
    both.extend(vector.identities.iter().map(|i| i as &dyn age::Identity));
    let opened = age::Decryptor::new_buffered(&*vector.file)
        .unwrap()
        .decrypt(both.into_iter());
    assert!(matches!(opened, Err(age::DecryptError::InvalidHeader)));
    assert!(matches!(
        age_file::open(&vector.file, &vector.identities),
        Err(SealError::NoMatchingIdentity)
    ));
}

/// Our header reader is as strict as the specification, also where the `age` crate is not (`stanza_missing_body`,
/// `stanza_missing_final_line`).
#[test]
fn header_vectors_behave_as_they_say() {
    let vectors = vectors("header");
    assert!(vectors.iter().any(|v| v.name == "stanza_missing_body"));
    let identity = SealingIdentity::generate().unwrap();
    for vector in vectors {
        let accepted = AgeHeader::parse(&vector.file).is_ok();
        let opened = age_file::open(&vector.file, std::slice::from_ref(&identity));
        assert_eq!(
            accepted,
            !matches!(opened, Err(SealError::AgeHeader(_))),
            "{}",
            vector.name
        );
        assert_eq!(
            accepted,
            !vector.expects("header failure"),
            "{}",
            vector.name
        );
    }
}

/// A file that is also sealed to a classical key opens as age file (the vectors ask for it), but its header tells.
#[test]
fn mixed_recipients_are_recognised() {
    let vectors = vectors("hybrid");
    let mixed = vectors
        .iter()
        .find(|v| v.name == "hybrid_and_x25519")
        .unwrap();
    let header = AgeHeader::parse(&mixed.file).unwrap();
    assert!(
        matches!(header.require_post_quantum(), Err(SealError::ClassicalRecipient(t)) if t == "X25519")
    );
    let pure = vectors
        .iter()
        .find(|v| v.name == "hybrid_multiple_recipients")
        .unwrap();
    AgeHeader::parse(&pure.file)
        .unwrap()
        .require_post_quantum()
        .unwrap();
}

/// age itself refuses to mix our recipients with classical ones when sealing.
#[test]
fn classical_recipients_cannot_be_mixed_in() {
    let ours = SealingIdentity::generate().unwrap().recipient();
    let classical = age::x25519::Identity::generate().to_public();
    let both: [&dyn age::Recipient; 2] = [&ours, &classical];
    let mixed = age::Encryptor::with_recipients(both.into_iter());
    assert!(matches!(
        mixed,
        Err(age::EncryptError::IncompatibleRecipients { .. })
    ));
}

/// Cutting or altering a sealed file anywhere is noticed, also at chunk borders.
#[test]
fn damage_is_noticed() {
    let identity = SealingIdentity::generate().unwrap();
    let plaintext = vec![7; 2 * 65536];
    let file = age_file::seal(&plaintext, &[identity.recipient()]).unwrap();
    let identities = [identity];
    assert_eq!(age_file::open(&file, &identities).unwrap(), plaintext);
    let payload = AgeHeader::parse(&file).unwrap().length;
    for cut in [
        payload,
        payload + 16,
        payload + 16 + 65536 + 16,
        file.len() - 1,
    ] {
        assert!(
            matches!(
                age_file::open(&file[..cut], &identities),
                Err(SealError::AgePayload)
            ),
            "cut at {cut}"
        );
    }
    for at in [payload, payload + 20, file.len() - 1] {
        let mut altered = file.clone();
        altered[at] ^= 1;
        assert!(
            matches!(
                age_file::open(&altered, &identities),
                Err(SealError::AgePayload)
            ),
            "altered at {at}"
        );
    }
    // The last character of the MAC line carries unused bits; the one before is fully covered.
    let mut altered = file.clone();
    altered[payload - 3] = if altered[payload - 3] == b'A' {
        b'B'
    } else {
        b'A'
    };
    assert!(matches!(
        age_file::open(&altered, &identities),
        Err(SealError::AgeHeaderMac)
    ));
}
