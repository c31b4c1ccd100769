//! What an accepted peer can make this node keep is bounded.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use journal::hash::sha256;
use office::command::Command;
use office::reception::{MAX_KEPT_FORKS, MAX_NOTED_PER_DAY};
use seal::message::Message;
use support::*;

fn rejections(house: &House) -> (usize, usize) {
    let kinds = house.kinds("office");
    let of = |kind: &str| kinds.iter().filter(|k| *k == kind).count();
    (of("message.rejected"), of("message.rejections-suppressed"))
}

/// Promise: the same forgery again is no news; after a bounded number of entries a day one more says
/// that further ones are not written down, and the next day begins anew. One peer's flood does not
/// hide another's.
#[test]
fn rejections_fill_no_journal() {
    let (de, cn) = two_houses();
    let fr = House::new("fr", &["de"], false);
    de.accept(&fr).unwrap();
    for _ in 0..3 {
        assert!(de.consign(&cn, b"no message").is_err());
    }
    assert_eq!(rejections(&de), (1, 0));
    for n in 0..MAX_NOTED_PER_DAY + 20 {
        assert!(
            de.consign(&cn, format!("no message {n}").as_bytes())
                .is_err()
        );
    }
    assert_eq!(rejections(&de), (MAX_NOTED_PER_DAY, 1));
    let size = de
        .database()
        .document("rejections", "cn")
        .unwrap()
        .unwrap()
        .json
        .len();
    assert!(size < 16 << 10, "{size}");
    assert!(de.consign(&fr, b"no message").is_err());
    assert_eq!(rejections(&de), (MAX_NOTED_PER_DAY + 1, 1));
    let de = de.reopen(false);
    assert!(de.consign(&cn, b"yet another").is_err());
    assert_eq!(rejections(&de), (MAX_NOTED_PER_DAY + 1, 1));
    de.clock.advance(24 * HOUR);
    assert!(de.consign(&cn, b"yet another").is_err());
    assert_eq!(rejections(&de), (MAX_NOTED_PER_DAY + 2, 1));
}

/// Promise: of forks, which are evidence, the signed manifests are kept, and of those a bounded
/// number; the payloads never are.
#[test]
fn forks_fill_no_disk() {
    let (de, cn) = two_houses();
    let ping = Command::Ping {
        peer: de.party.clone(),
    };
    cn.act(&cn.handler(), ping);
    settle(&de, &cn);
    let thread = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
    let stuffing = vec![b'x'; 500_000];
    let mut kept = 0;
    for n in 0..MAX_KEPT_FORKS + 5 {
        let content = format!(r#"{{"kind":"ping","x":{n}}}"#);
        let parts: [(&str, &[u8]); 2] = [("content", content.as_bytes()), ("x", &stuffing)];
        let bytes = cn.craft(&de, "ping", thread, (1, None), &parts);
        assert_eq!(de.consign(&cn, &bytes).unwrap_err().code(), "fork");
        let message = Message::decode(&bytes).unwrap();
        let manifest = message.manifest().to_json().unwrap();
        let blob = |bytes: &[u8]| de.reader().blob(&sha256(bytes)).unwrap();
        kept += u32::from(blob(manifest.as_bytes()).is_some());
        assert!(blob(&bytes).is_none() && blob(message.payload("x").unwrap()).is_none());
    }
    assert_eq!(kept, MAX_KEPT_FORKS);
    assert_eq!(rejections(&de).0, MAX_KEPT_FORKS as usize + 5);
}

/// Promise: papers and answers of inquiries are bounded.
#[test]
fn papers_are_bounded() {
    use office::handling::{MAX_PAPER_BYTES, MAX_PARSED_BYTES};
    let (de, _cn) = two_houses();
    let desk = de.officer("dora", &[policy::Role::Desk]);
    let register = |source: usize, parsed: usize| {
        let command = Command::RegisterInquiry {
            reference: "19/9523".to_owned(),
            source: vec![b'x'; source],
            parsed: "x".repeat(parsed).into(),
        };
        de.try_act(&desk, command)
    };
    let before = de.kinds("office").len();
    for (source, parsed) in [(MAX_PAPER_BYTES + 1, 1), (1, MAX_PARSED_BYTES)] {
        let refused = register(source, parsed);
        assert!(
            matches!(refused, Err(office::OfficeError::Invalid { .. })),
            "{refused:?}"
        );
    }
    assert_eq!(de.kinds("office").len(), before);
    register(1000, 1000).unwrap();
}
