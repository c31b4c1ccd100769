//! What a stolen disk gives away: nothing, unless the passphrase goes with it.
#![allow(clippy::unwrap_used, missing_docs)]

use seal::SealError;
use seal::secret_file::{MAX_SECRET_BYTES, Passphrase, WorkFactor, open_secret, seal_secret};

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.as_bytes()).unwrap()
}

fn quick() -> WorkFactor {
    WorkFactor::new(2).unwrap()
}

/// The right passphrase opens, a wrong one does not and is told from a damaged file.
#[test]
fn only_the_passphrase_opens() {
    let file = seal_secret(b"seed", &passphrase("correct horse"), quick()).unwrap();
    assert!(!file.windows(4).any(|bytes| bytes == b"seed"));
    let opened = open_secret(&file, &passphrase("correct horse")).unwrap();
    assert_eq!(opened.as_slice(), b"seed");
    assert!(matches!(
        open_secret(&file, &passphrase("correct house")),
        Err(SealError::WrongPassphrase)
    ));
    let last = file.len() - 1;
    let mut altered = file.clone();
    altered[last] ^= 1;
    assert!(matches!(
        open_secret(&altered, &passphrase("correct horse")),
        Err(SealError::SecretFile(_))
    ));
    assert!(open_secret(&file[..last], &passphrase("correct horse")).is_err());
}

/// A file cannot make us work for hours or take all memory: it is refused before any work is done.
#[test]
fn work_is_bounded() {
    let file = seal_secret(b"seed", &passphrase("x"), quick()).unwrap();
    let header = b"-> scrypt ";
    let at = file
        .windows(header.len())
        .position(|w| w == header)
        .unwrap();
    let line_end = at + file[at..].iter().position(|b| *b == b'\n').unwrap();
    let mut greedy = file.clone();
    greedy.splice(line_end - 1..line_end, *b"30");
    assert!(matches!(
        open_secret(&greedy, &passphrase("x")),
        Err(SealError::ExcessiveWork { asked: 30, .. })
    ));
    assert!(WorkFactor::new(21).is_err() && WorkFactor::new(0).is_err());
    assert!(WorkFactor::PERSON > WorkFactor::MACHINE && WorkFactor::MAX > WorkFactor::PERSON);
}

/// Sizes are bounded both ways, and the largest secret still passes.
#[test]
fn sizes_are_bounded() {
    let largest = vec![7; MAX_SECRET_BYTES];
    let file = seal_secret(&largest, &passphrase("x"), quick()).unwrap();
    assert_eq!(*open_secret(&file, &passphrase("x")).unwrap(), largest);
    assert!(matches!(
        seal_secret(&[largest, vec![7]].concat(), &passphrase("x"), quick()),
        Err(SealError::TooLarge { .. })
    ));
    let huge = [file, vec![0; 4096]].concat();
    assert!(matches!(
        open_secret(&huge, &passphrase("x")),
        Err(SealError::TooLarge { .. })
    ));
}

/// A file sealed to a key is not one under a passphrase, and says so.
#[test]
fn another_kind_of_file_is_named() {
    for other in [&b""[..], b"age-encryption.org/v1\n", b"-----BEGIN"] {
        assert!(matches!(
            open_secret(other, &passphrase("x")),
            Err(SealError::SecretFile(_))
        ));
    }
}

/// How a passphrase was typed or stored does not matter, and it never shows.
#[test]
fn passphrases_are_lines() {
    let file = seal_secret(b"seed", &passphrase("two words\n"), quick()).unwrap();
    assert!(open_secret(&file, &passphrase("two words")).is_ok());
    assert!(open_secret(&file, &passphrase("two words\r\n")).is_ok());
    assert!(open_secret(&file, &passphrase("two words ")).is_err());
    for bad in [&b""[..], b"\n", b"a\nb", b"\xff", &[b'a'; 1025]] {
        assert!(Passphrase::new(bad).is_err());
    }
    assert_eq!(format!("{:?}", passphrase("hush")), "Passphrase(secret)");
}
