//! Objects that come in pieces from a sender who may break off, lie, or be restarted.

use crate::{Breaking, Place, bytes, read};
use journal::hash::{Hash, sha256};
use std::io::{self, Read};
use std::process::Command;
use std::sync::mpsc;
use store::objects::{Announced, Folder, ObjectError, Objects};

const AMPLE: u64 = 1 << 30;

fn announced(scope: &str, content: &[u8]) -> Announced {
    Announced {
        scope: scope.to_owned(),
        hash: sha256(content),
        size: content.len() as u64,
    }
}

/// A transfer that is cut and restarted at any point ends with the whole object, which nobody sees
/// before.
#[test]
fn a_transfer_survives_cuts_and_restarts() {
    for place in Place::each() {
        let content = bytes(500_000);
        let what = announced("cn", &content);
        let mut received = 0;
        for length in [1, 100_000, 131_072, 200_000, 68_927] {
            // Opened anew for each piece, as after a restart.
            let objects = place.open();
            assert_eq!(objects.partial(&what, AMPLE).unwrap(), received as u64);
            assert_eq!(objects.size(&what.hash).unwrap(), None);
            assert!(matches!(
                objects.complete(&what),
                Err(ObjectError::Incomplete { .. })
            ));
            let piece = &content[received..received + length];
            let cut = objects.append(&what, received as u64, &mut Breaking(piece));
            received += length;
            let Err(ObjectError::Cut { received: told, .. }) = cut else {
                panic!("a broken connection must show: {cut:?}");
            };
            assert_eq!(told, received as u64);
        }
        let objects = place.open();
        objects.complete(&what).unwrap();
        assert!(read(&*objects, &what.hash).unwrap() == content);
        assert_eq!(objects.incoming().partials("cn").unwrap(), []);
    }
}

/// Bytes are taken only where they continue what is there: nothing is overwritten, no gap arises.
#[test]
fn only_the_next_byte_is_taken() {
    for place in Place::each() {
        let objects = place.open();
        let content = bytes(1000);
        let what = announced("cn", &content);
        objects.partial(&what, AMPLE).unwrap();
        assert_eq!(objects.append(&what, 0, &mut &content[..600]).unwrap(), 600);
        for wrong in [0, 599, 601, u64::MAX] {
            let refused = objects.append(&what, wrong, &mut &b"x"[..]);
            assert!(matches!(
                refused,
                Err(ObjectError::WrongOffset { received: 600 })
            ));
        }
        assert_eq!(
            objects.append(&what, 600, &mut &content[600..]).unwrap(),
            1000
        );
        objects.complete(&what).unwrap();
    }
}

/// A sender cannot fill the disk by sending more than it announced.
#[test]
fn more_than_announced_is_refused() {
    for place in Place::each() {
        let objects = place.open();
        let content = bytes(1000);
        let what = announced("cn", &content);
        objects.partial(&what, AMPLE).unwrap();
        let endless = objects.append(&what, 0, &mut (&content[..]).chain(io::repeat(0)));
        assert!(matches!(
            endless,
            Err(ObjectError::TooLarge { limit: 1000 })
        ));
        let more = objects.append(&what, 1000, &mut &b"x"[..]);
        assert!(matches!(more, Err(ObjectError::TooLarge { limit: 1000 })));
        // The bytes up to the announced size were the right ones, and count.
        objects.complete(&what).unwrap();
        assert!(read(&*objects, &what.hash).unwrap() == content);
    }
}

/// Wrong bytes never become visible under the announced name, and do not stay.
#[test]
fn wrong_bytes_are_deleted() {
    for place in Place::each() {
        let objects = place.open();
        let content = bytes(1000);
        let what = announced("cn", &content);
        let wrong = [&content[..999], b"\0"].concat();
        objects.partial(&what, AMPLE).unwrap();
        objects.append(&what, 0, &mut wrong.as_slice()).unwrap();
        let refused = objects.complete(&what);
        assert!(
            matches!(refused, Err(ObjectError::Mismatch { expected, found })
                if expected == what.hash && found == sha256(&wrong))
        );
        assert_eq!(objects.list().unwrap(), []);
        assert!(matches!(
            objects.complete(&what),
            Err(ObjectError::NotAnnounced { .. })
        ));
        // Announced again, it begins anew.
        assert_eq!(objects.partial(&what, AMPLE).unwrap(), 0);
        objects.append(&what, 0, &mut content.as_slice()).unwrap();
        objects.complete(&what).unwrap();
    }
}

/// Nothing is taken that was not announced.
#[test]
fn nothing_unannounced_is_taken() {
    for place in Place::each() {
        let objects = place.open();
        let content = bytes(1000);
        let what = announced("cn", &content);
        let unannounced =
            |result| matches!(result, Err(ObjectError::NotAnnounced { hash }) if hash == what.hash);
        assert!(unannounced(
            objects.append(&what, 0, &mut content.as_slice()).map(drop)
        ));
        assert!(unannounced(objects.complete(&what)));
        objects.discard(&what).unwrap();
    }
}

/// What a sender may have open at once is bounded by what it announces, not by what has come; room
/// is given back when an object is complete or discarded; a swarm of empty objects is bounded too.
#[test]
fn announcements_are_bounded() {
    for place in Place::each() {
        let objects = place.open();
        let of = |n: u8, size| Announced {
            scope: "cn".to_owned(),
            hash: Hash([n; 32]),
            size,
        };
        let over = |result| matches!(result, Err(ObjectError::OverQuota { quota: 100_000, .. }));
        let content = bytes(60_000);
        let first = announced("cn", &content);
        objects.partial(&first, 100_000).unwrap();
        assert!(over(objects.partial(&of(2, 40_001), 100_000)));
        assert!(over(objects.partial(&of(2, u64::MAX), 100_000)));
        objects.partial(&of(2, 40_000), 100_000).unwrap();
        // To ask for one that is open is not to announce it again.
        assert_eq!(objects.partial(&first, 100_000).unwrap(), 0);
        assert!(over(objects.partial(&of(3, 1), 100_000)));
        objects.append(&first, 0, &mut content.as_slice()).unwrap();
        objects.complete(&first).unwrap();
        objects.partial(&of(3, 60_000), 100_000).unwrap();
        objects.discard(&of(3, 60_000)).unwrap();
        objects.discard(&of(2, 40_000)).unwrap();
        let swarm = (0..100).take_while(|n| objects.partial(&of(*n, 0), 100_000).is_ok());
        assert_eq!(swarm.count(), 24);
    }
}

/// Senders are kept apart: one that announces another's object learns and spoils nothing, and one
/// sender's quota is not another's.
#[test]
fn senders_do_not_meet() {
    for place in Place::each() {
        let objects = place.open();
        let content = bytes(1000);
        let honest = announced("cn", &content);
        let other = announced("fr", &content);
        objects.partial(&honest, 5000).unwrap();
        objects.append(&honest, 0, &mut &content[..500]).unwrap();
        assert_eq!(objects.partial(&other, 5000).unwrap(), 0);
        objects.append(&other, 0, &mut &[0; 1000][..]).unwrap();
        assert!(matches!(
            objects.complete(&other),
            Err(ObjectError::Mismatch { .. })
        ));
        objects.append(&honest, 500, &mut &content[500..]).unwrap();
        objects.complete(&honest).unwrap();
    }
}

/// A sender's name never leads out of its folder.
#[test]
fn a_scope_stays_in_its_folder() {
    for place in Place::each() {
        let objects = place.open();
        let long = "a".repeat(65);
        for bad in ["", ".", "..", "../cn", "a/b", "CN", "c n", "c\0n", &long] {
            let what = announced(bad, b"x");
            assert!(matches!(
                objects.partial(&what, AMPLE),
                Err(ObjectError::BadScope(_))
            ));
            assert!(matches!(
                objects.discard(&what),
                Err(ObjectError::BadScope(_))
            ));
        }
    }
}

/// Gives its bytes only when told to.
struct Slow(mpsc::Receiver<Vec<u8>>, mpsc::Sender<()>);

impl Read for Slow {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.1.send(()).unwrap();
        let Ok(bytes) = self.0.recv() else {
            return Ok(0);
        };
        into[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }
}

/// Two connections never write the same object at once: the second is told so and may come again.
#[test]
fn two_connections_do_not_mix() {
    for place in Place::each() {
        // Two handles, as two processes have them.
        let (objects, second) = (place.open(), place.open());
        let what = announced("cn", b"abcdef");
        objects.partial(&what, AMPLE).unwrap();
        let (give, bytes) = mpsc::channel();
        let (asked, wait) = mpsc::channel();
        std::thread::scope(|scope| {
            let first = scope.spawn(|| objects.append(&what, 0, &mut Slow(bytes, asked)));
            wait.recv().unwrap();
            let busy = |result| matches!(result, Err(ObjectError::Busy { .. }));
            assert!(busy(second.append(&what, 0, &mut &b"x"[..]).map(drop)));
            assert!(busy(second.complete(&what)));
            assert!(busy(second.discard(&what)));
            give.send(b"abcdef".to_vec()).unwrap();
            drop(give);
            assert_eq!(first.join().unwrap().unwrap(), 6);
        });
        second.complete(&what).unwrap();
    }
}

const VICTIM: &str = "KONTAKTSTELLE_TEST_RECEIVES_UNTIL_KILLED";

/// Kills its process when its bytes are used up.
struct Deadly<'a>(&'a [u8]);

impl Read for Deadly<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0.read(into)? {
            0 => std::process::abort(),
            read => Ok(read),
        }
    }
}

/// A process that dies while it receives leaves what came before, no lock, and no half object.
#[test]
fn a_killed_process_leaves_what_had_come() {
    let content = bytes(400_000);
    let what = announced("cn", &content);
    if let Some(folder) = std::env::var_os(VICTIM) {
        // This is the process that dies.
        let objects = Folder::open(folder.as_ref()).unwrap();
        objects.partial(&what, AMPLE).unwrap();
        objects.append(&what, 0, &mut &content[..150_000]).unwrap();
        let _ = objects.append(&what, 150_000, &mut Deadly(&content[150_000..300_000]));
        unreachable!();
    }
    let folder = tempfile::tempdir().unwrap();
    let victim = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "announced::a_killed_process_leaves_what_had_come",
        ])
        .env(VICTIM, folder.path())
        .output()
        .unwrap();
    assert!(!victim.status.success());
    let objects = Folder::open(folder.path()).unwrap();
    let received = objects.partial(&what, AMPLE).unwrap();
    assert!((150_000..=300_000).contains(&received), "{received}");
    let rest = &content[usize::try_from(received).unwrap()..];
    objects.append(&what, received, &mut &rest[..]).unwrap();
    objects.complete(&what).unwrap();
    assert!(read(&objects, &what.hash).unwrap() == content);
}
