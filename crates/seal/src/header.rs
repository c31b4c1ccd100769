//! The header of something sealed: who can open it.
//!
//! The grammar is that of age v1 (C2SP `age.md`, "ABNF definition of file header"), read to the letter: some tools accept
//! stanzas without their short last line, and two readers that disagree on what a file is are a way to hide one. A K1
//! header *is* an age header. A K2 header has another first line, which an age tool refuses, and a longer MAC.
//!
//! ```text
//! age-encryption.org/v1                                       or  kontaktstelle/sealed/k2/v1
//! -> mlkem768x25519 <encapsulated key>                        or  -> mlkem1024p384 <encapsulated key>
//! <wrapped content key>
//! --- <MAC over everything before, keyed from the content key>
//! ```
//!
//! A header is small and stands apart from the payload, so that the payload can be delivered and receipted before
//! anybody can read it.

use aws_lc_rs::{hkdf, hmac};
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;

use crate::keys::{ContentKey, SealingRecipient, stanza_type};
use crate::{SealError, Suite};

/// Largest header, in bytes. A stanza has about 1.6 kB (K1) or 2.4 kB (K2).
pub const MAX_HEADER_BYTES: usize = 64 * 1024;

const COLUMNS: usize = 64;
const STANZA_PREFIX: &str = "-> ";
const MAC_PREFIX: &str = "---";

/// The content key wrapped for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stanza {
    /// The arguments, at least one; the first is the type.
    pub arguments: Vec<String>,
    /// The wrapped key.
    pub body: Vec<u8>,
}

/// A well-formed header. That it was not altered is known only once its content key has been found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    suite: Suite,
    stanzas: Vec<Stanza>,
    covered: Vec<u8>,
    mac: Vec<u8>,
    length: usize,
}

impl Header {
    /// Reads the header at the start of `bytes`; a payload may follow.
    ///
    /// # Errors
    /// [`SealError::Header`] with the rule that was broken; [`SealError::TooLarge`].
    pub fn parse(bytes: &[u8]) -> Result<Self, SealError> {
        let head = bytes.get(..MAX_HEADER_BYTES).unwrap_or(bytes);
        let mut rest = head;
        let first = take_line(&mut rest)?;
        let suite = Suite::ALL
            .into_iter()
            .find(|suite| first == version_line(*suite).as_bytes())
            .ok_or(SealError::Header("unknown version"))?;
        let mut stanzas = Vec::new();
        let (covered, mac) = loop {
            let start = rest;
            let line = take_line(&mut rest)?;
            if let Some(arguments) = line.strip_prefix(STANZA_PREFIX.as_bytes()) {
                stanzas.push(Stanza {
                    arguments: stanza_arguments(arguments)?,
                    body: stanza_body(&mut rest)?,
                });
            } else if let Some(mac) = line.strip_prefix(b"--- ") {
                let covered = head.len() - start.len() + MAC_PREFIX.len();
                let mac = BASE64_STANDARD_NO_PAD
                    .decode(mac)
                    .ok()
                    .filter(|mac| mac.len() == mac_algorithm(suite).tag_len())
                    .ok_or(SealError::Header("malformed MAC"))?;
                break (head.get(..covered).unwrap_or_default().to_vec(), mac);
            } else {
                return Err(SealError::Header("line is neither stanza nor MAC"));
            }
        };
        let has_passphrase = stanzas.iter().any(|s| s.kind() == "scrypt");
        if stanzas.is_empty() {
            return Err(SealError::Header("no recipient"));
        }
        // age.md, "The scrypt recipient type": a passphrase says who sealed, so nobody else may be able to.
        if has_passphrase && stanzas.len() > 1 {
            return Err(SealError::Header("passphrase beside another recipient"));
        }
        Ok(Self {
            suite,
            stanzas,
            covered,
            mac,
            length: head.len() - rest.len(),
        })
    }

    /// Reads a header that stands alone, of a suite that is known beforehand. One of the other suite is refused by its
    /// first line, before anything in it is used.
    ///
    /// # Errors
    /// As [`Header::parse`]; [`SealError::HeaderSuite`].
    pub fn parse_alone(suite: Suite, bytes: &[u8]) -> Result<Self, SealError> {
        if bytes.len() > MAX_HEADER_BYTES {
            return Err(too_large());
        }
        let header = Self::parse(bytes)?;
        if header.suite != suite {
            return Err(SealError::HeaderSuite {
                expected: suite,
                found: header.suite,
            });
        }
        if header.length != bytes.len() {
            return Err(SealError::Header("bytes after the header"));
        }
        Ok(header)
    }

    /// The suite that the first line names.
    #[must_use]
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// The stanzas, in order.
    #[must_use]
    pub fn stanzas(&self) -> &[Stanza] {
        &self.stanzas
    }

    /// Where the payload begins, in bytes from the start.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// Checks that nobody but recipients of the suite's own hybrid type can open this. "Grease" stanzas (random ones that
    /// keep readers honest about unknown types) carry no key and are allowed.
    ///
    /// # Errors
    /// [`SealError::ForeignRecipient`] naming the first other type.
    pub fn require_own_recipients(&self) -> Result<(), SealError> {
        let own = stanza_type(self.suite);
        let other = self
            .stanzas
            .iter()
            .map(Stanza::kind)
            .find(|kind| *kind != own && !kind.ends_with("-grease"));
        match other {
            Some(kind) => Err(SealError::ForeignRecipient(kind.to_owned())),
            None => Ok(()),
        }
    }

    /// Checks that the header is the one that was made with this content key.
    pub(crate) fn verify(&self, key: &ContentKey) -> Result<(), SealError> {
        hmac::verify(&mac_key(self.suite, key), &self.covered, &self.mac)
            .map_err(|_| SealError::HeaderMac)
    }

    /// Writes the header that gives `key` to `recipients`.
    pub(crate) fn write(
        suite: Suite,
        key: &ContentKey,
        recipients: &[SealingRecipient],
    ) -> Result<Vec<u8>, SealError> {
        let mut text = version_line(suite).to_owned();
        for recipient in recipients {
            let stanza = recipient.wrap(key)?;
            text.push('\n');
            text.push_str(STANZA_PREFIX);
            text.push_str(&stanza.arguments.join(" "));
            let body = BASE64_STANDARD_NO_PAD.encode(&stanza.body);
            let mut rest = body.as_str();
            while let Some((line, tail)) = rest.split_at_checked(COLUMNS) {
                text.push('\n');
                text.push_str(line);
                rest = tail;
            }
            // The short last line is always there, even if it is empty.
            text.push('\n');
            text.push_str(rest);
        }
        text.push('\n');
        text.push_str(MAC_PREFIX);
        let mac = hmac::sign(&mac_key(suite, key), text.as_bytes());
        text.push(' ');
        text.push_str(&BASE64_STANDARD_NO_PAD.encode(mac));
        text.push('\n');
        if text.len() > MAX_HEADER_BYTES {
            return Err(too_large());
        }
        Ok(text.into_bytes())
    }
}

impl Stanza {
    /// The type: the first argument.
    fn kind(&self) -> &str {
        self.arguments.first().map_or("", String::as_str)
    }
}

fn version_line(suite: Suite) -> &'static str {
    match suite {
        Suite::K1 => "age-encryption.org/v1",
        Suite::K2 => "kontaktstelle/sealed/k2/v1",
    }
}

fn mac_algorithm(suite: Suite) -> hmac::Algorithm {
    match suite {
        Suite::K1 => hmac::HMAC_SHA256,
        Suite::K2 => hmac::HMAC_SHA512,
    }
}

/// The MAC's key: HKDF of the content key. For K1 as `age.md` has it; K2's content key is as long as a pseudorandom key
/// must be, so there it is expanded without extraction, like the payload's.
fn mac_key(suite: Suite, key: &ContentKey) -> hmac::Key {
    let info: &[&[u8]];
    let prk = match suite {
        Suite::K1 => {
            info = &[b"header"];
            hkdf::Salt::new(hkdf::HKDF_SHA256, b"").extract(key.as_bytes())
        }
        Suite::K2 => {
            info = &[b"kontaktstelle/sealed/k2/v1 header"];
            hkdf::Prk::new_less_safe(hkdf::HKDF_SHA512, key.as_bytes())
        }
    };
    prk.expand(info, mac_algorithm(suite))
        .expect("HKDF gives one hash's length")
        .into()
}

fn take_line<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], SealError> {
    let all = *rest;
    let end = all
        .iter()
        .position(|b| *b == b'\n')
        .ok_or(SealError::Header("does not end"))?;
    let (line, tail) = all.split_at(end);
    *rest = tail.strip_prefix(b"\n").unwrap_or(tail);
    Ok(line)
}

/// `argument *(SP argument)`, each of one or more visible characters; the first is the type.
fn stanza_arguments(line: &[u8]) -> Result<Vec<String>, SealError> {
    line.split(|b| *b == b' ')
        .map(|argument| {
            let visible = !argument.is_empty() && argument.iter().all(u8::is_ascii_graphic);
            visible
                .then(|| String::from_utf8(argument.to_vec()).ok())
                .flatten()
        })
        .collect::<Option<_>>()
        .ok_or(SealError::Header("malformed stanza arguments"))
}

/// `*full-line final-line`: lines of 64 columns, then one shorter line, which may be empty. Together canonical base64.
fn stanza_body(rest: &mut &[u8]) -> Result<Vec<u8>, SealError> {
    let mut body = Vec::new();
    loop {
        let line = take_line(rest)?;
        body.extend_from_slice(line);
        if line.len() > COLUMNS {
            return Err(SealError::Header("stanza line is too long"));
        }
        if line.len() < COLUMNS {
            break;
        }
    }
    BASE64_STANDARD_NO_PAD
        .decode(&body)
        .map_err(|_| SealError::Header("stanza body is not canonical base64"))
}

fn too_large() -> SealError {
    SealError::TooLarge {
        what: "header",
        limit: MAX_HEADER_BYTES as u64,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::keys::SealingIdentity;
    use proptest::prelude::*;

    const GOOD: &str = "age-encryption.org/v1\n-> mlkem768x25519 abc\n\n-> x/y-grease\nAAAA\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nrest";

    fn kinds(header: &Header) -> Vec<&str> {
        header.stanzas().iter().map(Stanza::kind).collect()
    }

    /// A caller can rely on the place where the payload begins and on the list of types.
    #[test]
    fn finds_types_and_payload() {
        let header = Header::parse(GOOD.as_bytes()).unwrap();
        assert_eq!(kinds(&header), ["mlkem768x25519", "x/y-grease"]);
        assert_eq!(&GOOD[header.length..], "rest");
        header.require_own_recipients().unwrap();
    }

    /// What we write we read, of either suite, and only as that suite.
    #[test]
    fn written_headers_are_read() {
        for (suite, other) in [(Suite::K1, Suite::K2), (Suite::K2, Suite::K1)] {
            let key = ContentKey::generate(suite).unwrap();
            let recipients =
                [(); 3].map(|()| SealingIdentity::generate(suite).unwrap().recipient());
            let written = Header::write(suite, &key, &recipients).unwrap();
            let header = Header::parse_alone(suite, &written).unwrap();
            assert_eq!(kinds(&header), [stanza_type(suite); 3]);
            header.verify(&key).unwrap();
            let another = ContentKey::generate(suite).unwrap();
            assert!(matches!(header.verify(&another), Err(SealError::HeaderMac)));
            assert!(matches!(
                Header::parse_alone(other, &written),
                Err(SealError::HeaderSuite { expected, found }) if expected == other && found == suite
            ));
        }
    }

    /// A file that somebody else's kind of key could open is named as such.
    #[test]
    fn foreign_recipient_is_named() {
        for (from, to) in [
            ("x/y-grease", "X25519"),
            ("mlkem768x25519", "mlkem1024p384"),
        ] {
            let header = Header::parse(GOOD.replace(from, to).as_bytes()).unwrap();
            assert!(matches!(
                header.require_own_recipients(),
                Err(SealError::ForeignRecipient(kind)) if kind == to
            ));
        }
    }

    /// A header that never ends is refused at the limit, not read for ever; nothing may stand behind one.
    #[test]
    fn size_and_end_are_checked() {
        let mut file = b"age-encryption.org/v1\n".to_vec();
        file.extend(b"-> a\n\n".repeat(MAX_HEADER_BYTES));
        assert!(matches!(
            Header::parse(&file),
            Err(SealError::Header("does not end"))
        ));
        assert!(matches!(
            Header::parse_alone(Suite::K1, &file),
            Err(SealError::TooLarge { .. })
        ));
        assert!(matches!(
            Header::parse_alone(Suite::K1, GOOD.as_bytes()),
            Err(SealError::Header("bytes after the header"))
        ));
        let recipient = SealingIdentity::generate(Suite::K1).unwrap().recipient();
        let key = ContentKey::generate(Suite::K1).unwrap();
        let too_many = Header::write(Suite::K1, &key, &vec![recipient; 50]);
        assert!(matches!(too_many, Err(SealError::TooLarge { .. })));
    }

    proptest! {
        /// Bytes from outside never end in a panic.
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..512), cut in 0..GOOD.len()) {
            let _ = Header::parse(&bytes);
            for first in ["", "kontaktstelle/sealed/k2/v1\n"] {
                let mut file = first.as_bytes().to_vec();
                file.extend(&GOOD.as_bytes()[..cut]);
                file.extend(&bytes);
                let _ = Header::parse(&file);
                let _ = Header::parse_alone(Suite::K2, &file);
            }
        }

        /// One flipped bit anywhere in a header is noticed: it is refused, or its MAC is wrong.
        #[test]
        fn flipped_bits_are_noticed(at in any::<proptest::sample::Index>(), bit in 0..8_u32, suite in 0..2_usize) {
            static WRITTEN: std::sync::LazyLock<[(Suite, ContentKey, Vec<u8>); 2]> = std::sync::LazyLock::new(|| {
                Suite::ALL.map(|suite| {
                    let key = ContentKey::generate(suite).unwrap();
                    let recipient = SealingIdentity::generate(suite).unwrap().recipient();
                    let written = Header::write(suite, &key, &[recipient]).unwrap();
                    (suite, key, written)
                })
            });
            let (suite, key, written) = &WRITTEN[suite];
            let mut bytes = written.clone();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            let accepted = Header::parse_alone(*suite, &bytes).is_ok_and(|header| header.verify(key).is_ok());
            prop_assert!(!accepted, "byte {at} bit {bit}");
        }
    }
}
