//! A strict reader of age v1 headers.
//!
//! The `age` crate accepts two malformed stanzas for the sake of old files (no short final body line). Two readers that
//! disagree on what a file is are a way to hide one; so every header passes this reader first, which follows the grammar
//! of the specification (C2SP `age.md`, "ABNF definition of file header") to the letter.

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;

use crate::SealError;

/// Largest header we read, in bytes. A post-quantum stanza has about 1.6 kB; 32 of them fit twice.
pub const MAX_HEADER_BYTES: usize = 128 * 1024;

const VERSION_LINE: &[u8] = b"age-encryption.org/v1\n";
const COLUMNS: usize = 64;
const MAC_CHARS: usize = 43;

/// What a well-formed header says about the file's recipients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgeHeader {
    /// The stanzas' types, in order: the first argument of each.
    pub stanza_types: Vec<String>,
    /// Where the payload begins, in bytes from the start of the file.
    pub length: usize,
}

impl AgeHeader {
    /// Reads the header at the start of `file`.
    ///
    /// # Errors
    /// [`SealError::AgeHeader`] with the rule that was broken.
    pub fn parse(file: &[u8]) -> Result<Self, SealError> {
        let head = file.get(..MAX_HEADER_BYTES).unwrap_or(file);
        let mut rest = head
            .strip_prefix(VERSION_LINE)
            .ok_or(SealError::AgeHeader("not an age v1 file"))?;
        let mut stanza_types = Vec::new();
        loop {
            let line = take_line(&mut rest)?;
            if let Some(arguments) = line.strip_prefix(b"-> ") {
                stanza_types.push(stanza_type(arguments)?);
                skip_body(&mut rest)?;
            } else if let Some(mac) = line.strip_prefix(b"--- ") {
                if mac.len() != MAC_CHARS || BASE64_STANDARD_NO_PAD.decode(mac).is_err() {
                    return Err(SealError::AgeHeader("malformed MAC"));
                }
                break;
            } else {
                return Err(SealError::AgeHeader("line is neither stanza nor MAC"));
            }
        }
        if stanza_types.is_empty() {
            return Err(SealError::AgeHeader("no recipient"));
        }
        Ok(Self {
            stanza_types,
            length: head.len() - rest.len(),
        })
    }

    /// Checks that no recipient other than hybrid post-quantum ones can open the file. "Grease" stanzas (random ones that
    /// keep readers honest about unknown types) carry no key and are allowed.
    ///
    /// # Errors
    /// [`SealError::ClassicalRecipient`] naming the first other type.
    pub fn require_post_quantum(&self) -> Result<(), SealError> {
        let other = self
            .stanza_types
            .iter()
            .find(|t| *t != crate::keys::STANZA_TYPE && !t.ends_with("-grease"));
        match other {
            Some(t) => Err(SealError::ClassicalRecipient(t.clone())),
            None => Ok(()),
        }
    }
}

fn take_line<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], SealError> {
    let all = *rest;
    let end = all
        .iter()
        .position(|b| *b == b'\n')
        .ok_or(SealError::AgeHeader("header does not end"))?;
    let (line, tail) = all.split_at(end);
    *rest = tail.strip_prefix(b"\n").unwrap_or(tail);
    Ok(line)
}

/// `argument *(SP argument)`, each of one or more visible characters; the first is the type.
fn stanza_type(arguments: &[u8]) -> Result<String, SealError> {
    let malformed = SealError::AgeHeader("malformed stanza arguments");
    let mut first = None;
    for argument in arguments.split(|b| *b == b' ') {
        if argument.is_empty() || !argument.iter().all(u8::is_ascii_graphic) {
            return Err(malformed);
        }
        first.get_or_insert(argument);
    }
    first
        .and_then(|t| std::str::from_utf8(t).ok())
        .map(str::to_owned)
        .ok_or(malformed)
}

/// `*full-line final-line`: lines of 64 columns, then one shorter line, which may be empty. Together canonical base64.
fn skip_body(rest: &mut &[u8]) -> Result<(), SealError> {
    let mut body = Vec::new();
    loop {
        let line = take_line(rest)?;
        body.extend_from_slice(line);
        if line.len() > COLUMNS {
            return Err(SealError::AgeHeader("stanza line is too long"));
        }
        if line.len() < COLUMNS {
            break;
        }
    }
    match BASE64_STANDARD_NO_PAD.decode(&body) {
        Ok(_) => Ok(()),
        Err(_) => Err(SealError::AgeHeader("stanza body is not canonical base64")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = "age-encryption.org/v1\n-> mlkem768x25519 abc\n\n-> x/y-grease\nAAAA\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nrest";

    /// A caller can rely on the place where the payload begins and on the list of types.
    #[test]
    fn finds_types_and_payload() {
        let header = AgeHeader::parse(GOOD.as_bytes()).unwrap();
        assert_eq!(header.stanza_types, ["mlkem768x25519", "x/y-grease"]);
        assert_eq!(&GOOD[header.length..], "rest");
        header.require_post_quantum().unwrap();
    }

    /// A file that a quantum computer could open is named as such.
    #[test]
    fn classical_recipient_is_named() {
        let mixed = GOOD.replace("x/y-grease", "X25519");
        let header = AgeHeader::parse(mixed.as_bytes()).unwrap();
        assert!(matches!(
            header.require_post_quantum(),
            Err(SealError::ClassicalRecipient(t)) if t == "X25519"
        ));
    }

    /// A header that never ends is refused at the limit, not read for ever.
    #[test]
    fn endless_header_is_refused() {
        let mut file = VERSION_LINE.to_vec();
        file.extend(b"-> a\n\n".repeat(MAX_HEADER_BYTES));
        assert!(matches!(
            AgeHeader::parse(&file),
            Err(SealError::AgeHeader("header does not end"))
        ));
    }

    proptest! {
        /// Bytes from outside never end in a panic.
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..512), cut in 0..GOOD.len()) {
            let _ = AgeHeader::parse(&bytes);
            let mut file = GOOD.as_bytes()[..cut].to_vec();
            file.extend(&bytes);
            let _ = AgeHeader::parse(&file);
        }
    }
}
