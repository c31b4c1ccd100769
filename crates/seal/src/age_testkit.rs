//! All 143 age test vectors (see `tests/vectors/README.md`): what other age tools accept we accept, what they must refuse
//! we refuse, for the stated reason.
//!
//! Our own keys are of the hybrid type only. For the vectors with X25519 keys and passphrases the stanzas that our reader
//! found are given to the `age` crate's keys, and the content key that comes back goes through our MAC and our payload
//! reader: so header, MAC and stream are ours in every vector.
//!
//! How expectations map:
//! - `header failure`: [`SealError::Header`]. Where the payload's nonce is cut off (`stream_no_nonce`,
//!   `stream_short_nonce`), the specification counts that to the header, we to the payload.
//! - `no match`: [`SealError::NoMatchingIdentity`]. `HMAC failure`: [`SealError::HeaderMac`].
//! - `payload failure`: [`SealError::Payload`]. What came out before is what the vector says, except in those of
//!   [`LOOKED_AHEAD`], where it is one chunk less.
//! - `armor failure`: we read no armour, so every armoured file as it stands is refused as [`SealError::Header`]. Those
//!   whose armour is good are also read without it, and then have to behave as they say.

#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use age_core::format::FileKey;
use age_core::secrecy::{ExposeSecret, SecretString};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use crate::header::{Header, Stanza};
use crate::keys::{ContentKey, SealingIdentity, Unwrap};
use crate::{SealError, Suite, container};

/// The reference tries a full chunk as one in the middle and then as the last, and gives it out before it reads on. We look
/// first whether something follows, and do not give out a chunk whose mark does not fit that.
const LOOKED_AHEAD: [&str; 7] = [
    "stream_no_final_full",
    "stream_no_final_two_chunks_full",
    "stream_trailing_garbage_long",
    "stream_trailing_garbage_short",
    "stream_two_final_chunks",
    "stream_two_final_chunks_full",
    "stream_two_final_chunks_second",
];

/// A key that a vector names.
enum Key {
    Ours(SealingIdentity),
    Foreign(Box<dyn age::Identity>),
}

impl Unwrap for Key {
    fn unwrap(&self, stanzas: &[Stanza]) -> Option<Result<ContentKey, SealError>> {
        let identity = match self {
            Self::Ours(identity) => return identity.unwrap(stanzas),
            Self::Foreign(identity) => identity,
        };
        let stanzas: Vec<_> = stanzas
            .iter()
            .map(|stanza| age_core::format::Stanza {
                tag: stanza.arguments[0].clone(),
                args: stanza.arguments[1..].to_vec(),
                body: stanza.body.clone(),
            })
            .collect();
        let unwrapped = identity.unwrap_stanzas(&stanzas)?;
        let content_key = |key: FileKey| {
            ContentKey::from_bytes(Suite::K1, Zeroizing::new(key.expose_secret().to_vec())).unwrap()
        };
        match unwrapped {
            Ok(key) => Some(Ok(content_key(key))),
            // A wrong passphrase: the next key may fit.
            Err(age::DecryptError::DecryptionFailed | age::DecryptError::KeyDecryptionFailed) => {
                None
            }
            Err(_) => Some(Err(SealError::Header("malformed foreign stanza"))),
        }
    }
}

struct Vector {
    name: String,
    fields: HashMap<String, String>,
    keys: Vec<Key>,
    file: Vec<u8>,
}

impl Vector {
    fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap();
        let end = bytes.windows(2).position(|two| two == b"\n\n").unwrap();
        let mut fields = HashMap::new();
        let mut keys = Vec::new();
        for line in std::str::from_utf8(&bytes[..end]).unwrap().lines() {
            let (name, value) = line.split_once(": ").unwrap();
            match name {
                "identity" if value.starts_with("AGE-SECRET-KEY-PQ-") => {
                    keys.push(Key::Ours(value.parse().unwrap()));
                }
                "identity" => {
                    let key: age::x25519::Identity = value.parse().unwrap();
                    keys.push(Key::Foreign(Box::new(key)));
                }
                "passphrase" => {
                    let mut key = age::scrypt::Identity::new(SecretString::from(value.to_owned()));
                    // The vectors' own bound: 23 is too much.
                    key.set_max_work_factor(22);
                    keys.push(Key::Foreign(Box::new(key)));
                }
                _ => drop(fields.insert(name.to_owned(), value.to_owned())),
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
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        Self {
            name,
            fields,
            keys,
            file,
        }
    }

    fn all() -> Vec<Self> {
        let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests/vectors/age"]
            .iter()
            .collect();
        let mut vectors: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| Self::read(&entry.unwrap().path()))
            .collect();
        vectors.sort_by(|a, b| a.name.cmp(&b.name));
        vectors
    }

    fn expects(&self, outcome: &str) -> bool {
        self.fields["expect"] == outcome
    }

    fn is_armored(&self) -> bool {
        self.fields.contains_key("armored")
    }

    /// Opens the file as we do, and gives what came out up to the end or the error.
    fn open(&self, file: &[u8]) -> (Vec<u8>, Result<(), SealError>) {
        let mut plaintext = Vec::new();
        let result = (|| {
            let header = Header::parse(file)?;
            let mut chunks = container::open(&header, &file[header.length()..], &self.keys)?;
            while let Some(chunk) = chunks.next_chunk()? {
                plaintext.extend_from_slice(chunk);
            }
            Ok(())
        })();
        (plaintext, result)
    }

    /// Checks the outcome. Gives whether what came out before an error is less than the vector says.
    fn gave_out_less(&self, file: &[u8]) -> bool {
        let (plaintext, result) = self.open(file);
        let expected = self.fields["expect"].as_str();
        let found = match &result {
            Ok(()) => "success",
            Err(SealError::NoMatchingIdentity) => "no match",
            Err(SealError::Header(_)) => "header failure",
            Err(SealError::HeaderMac) => "HMAC failure",
            Err(SealError::Payload) if self.name.ends_with("_nonce") => "header failure",
            Err(SealError::Payload) => "payload failure",
            Err(other) => panic!("{}: {other}", self.name),
        };
        assert_eq!(found, expected, "{}: {result:?}", self.name);
        let hash = hex::encode(journal::hash::sha256(&plaintext).0);
        let is_expected = self.fields.get("payload").is_none_or(|h| *h == hash);
        assert!(is_expected || result.is_err(), "{}", self.name);
        !is_expected
    }
}

/// Every vector without armour has the outcome it names.
#[test]
fn vectors_behave_as_they_say() {
    let vectors = Vector::all();
    assert_eq!(vectors.len(), 143);
    let plain: Vec<_> = vectors.iter().filter(|v| !v.is_armored()).collect();
    assert_eq!(plain.len(), 110);
    let gave_out_less: Vec<&str> = plain
        .into_iter()
        .filter(|vector| vector.gave_out_less(&vector.file))
        .map(|vector| vector.name.as_str())
        .collect();
    assert_eq!(gave_out_less, LOOKED_AHEAD);
}

/// Armour is not ours to read: every armoured file is refused, good or bad. What is inside good armour behaves as it says.
#[test]
fn armour_is_refused() {
    let armored: Vec<_> = Vector::all()
        .into_iter()
        .filter(Vector::is_armored)
        .collect();
    assert_eq!(armored.len(), 33);
    for vector in armored {
        let (plaintext, refused) = vector.open(&vector.file);
        assert!(
            matches!(refused, Err(SealError::Header(_))) && plaintext.is_empty(),
            "{}",
            vector.name
        );
        let has_good_armor = !vector.expects("armor failure") && vector.name != "armor_empty";
        if has_good_armor {
            let text = String::from_utf8(vector.file.clone()).unwrap();
            let body: String = text
                .lines()
                .map(str::trim)
                .filter(|line| !line.starts_with('-'))
                .collect();
            let gave_out_less = vector.gave_out_less(&BASE64_STANDARD.decode(body).unwrap());
            assert_eq!(gave_out_less, vector.name == "armor_garbage_encoded");
        }
    }
}

/// A file that is also sealed to a classical key opens as age file (the vectors ask for it), but its header tells, and a
/// message refuses it.
#[test]
fn mixed_recipients_are_recognised() {
    let vectors = Vector::all();
    let header = |name: &str| {
        let vector = vectors.iter().find(|v| v.name == name).unwrap();
        Header::parse(&vector.file).unwrap()
    };
    assert!(matches!(
        header("hybrid_and_x25519").require_own_recipients(),
        Err(SealError::ForeignRecipient(kind)) if kind == "X25519"
    ));
    header("hybrid_multiple_recipients")
        .require_own_recipients()
        .unwrap();
}
