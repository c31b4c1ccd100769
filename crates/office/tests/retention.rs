//! Destroying content at its date: gone everywhere, while proofs and figures hold.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use office::Command;
use office::retention::RetentionRule;
use office::state::Decision;
use records::{ThreadId, Timestamp};
use support::{House, attachment, contains, honest_answer, honest_request, settle, two_houses};

const SECRET: &str = "SECRET-WORD-7391";

fn all_bytes(house: &House) -> Vec<u8> {
    let folder = house.database_path().parent().unwrap().to_owned();
    let mut all = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                all.extend(std::fs::read(path).unwrap());
            }
        }
    }
    all
}

/// A case of which question, file and answer hold the secret, closed on both sides.
fn closed_case(de: &House, cn: &House) -> ThreadId {
    let mut request = honest_request();
    request.facts = format!("{} {SECRET}", request.facts);
    let file = attachment("a.txt", SECRET.as_bytes());
    let thread = de.ask(cn, request, vec![file]);
    settle(de, cn);
    let mut draft = honest_answer();
    draft.answer.items[0].text = format!("the answer is {SECRET}");
    cn.answer(thread, draft);
    settle(de, cn);
    thread
}

fn after(days: i64) -> Timestamp {
    let retain_until = honest_answer().answer.conditions.unwrap().retain_until;
    let midnight: Timestamp = format!("{retain_until}T00:00:00.000Z").parse().unwrap();
    midnight.plus_seconds(days * 86_400)
}

/// Promise: at the day the answer names, on either side, nothing of the content is left in any file of
/// the node; what stays proves that it was there, and says that it was destroyed and why.
#[test]
fn destroyed_content_is_gone_and_the_proofs_hold() {
    let (de, cn) = two_houses();
    let thread = closed_case(&de, &cn);
    for house in [&de, &cn] {
        assert!(contains(&all_bytes(house), SECRET));
        assert_eq!(
            house.office.destroy_expired(after(0), 10).unwrap(),
            0,
            "too early"
        );
        let peer = if house.party == de.party {
            "exchange-cn"
        } else {
            "exchange-de"
        };
        let figures = house.kinds(peer);
        let before = house.reader().lines("office", 0, u64::MAX).unwrap();
        assert_eq!(house.office.destroy_expired(after(1), 10).unwrap(), 1);
        assert_eq!(house.office.destroy_expired(after(1), 10).unwrap(), 0);
        assert!(house.reader().case(thread).is_err());
        assert!(house.reader().cases().unwrap().is_empty());
        assert_eq!(house.kinds(peer), figures, "the codes stay");
        let entry = house.last("office", "content.destroyed");
        assert_eq!(entry["rule"], RetentionRule::Condition.code());
        let after = house.reader().lines("office", 0, u64::MAX).unwrap();
        for (old, new) in before.iter().zip(&after) {
            assert_eq!(old.leaf, new.leaf);
        }
        assert!(after.iter().any(|line| line.body.is_none()));
        let destroyed = house.reader().destructions().unwrap();
        assert_eq!(destroyed.len(), 1);
        assert!(destroyed[0].objects.is_empty(), "all files are removed");
        house.office.self_check(&mut |_, _| ()).unwrap();
    }
    let houses = [de.reopen(false), cn.reopen(false)];
    for house in &houses {
        assert!(
            !contains(&house.everything_stored(), SECRET),
            "in the tables"
        );
        assert!(
            !contains(&all_bytes(house), SECRET),
            "in the files of {}",
            house.party
        );
    }
}

/// Promise: a case that is open, or whose answer is still under way, is not touched, however old.
#[test]
fn an_open_case_is_kept() {
    let (de, cn) = two_houses();
    let thread = de.ask(&cn, honest_request(), Vec::new());
    settle(&de, &cn);
    assert_eq!(de.office.destroy_expired(after(999), 10).unwrap(), 0);
    assert_eq!(cn.office.destroy_expired(after(999), 10).unwrap(), 0);
    cn.answer(thread, honest_answer());
    assert_eq!(cn.office.destroy_expired(after(999), 10).unwrap(), 0);
    assert_eq!(cn.state(thread), "answer-released");
}

/// Two houses of which the second keeps closed cases for thirty days.
fn keeps_thirty_days() -> (House, House) {
    let (de, cn) = two_houses();
    let cn = cn.reopen_with(|next| next.limits.keep_case_days = Some(30));
    (de, cn)
}

/// Promise: a request that was ruled out has its date too, counted from when its refusal was due; one
/// that still waits for a person has none.
#[test]
fn a_rejected_request_has_a_date() {
    let (de, cn) = keeps_thirty_days();
    let threads = [(); 2].map(|()| de.ask(&cn, honest_request(), Vec::new()));
    settle(&de, &cn);
    cn.review(threads[0], Decision::Reject);
    cn.review(threads[1], Decision::Hold);
    let due = cn.case(threads[0]).deadline.unwrap();
    let after = |days: i64| due.plus_seconds(days * 86_400);
    assert_eq!(cn.office.destroy_expired(after(30), 10).unwrap(), 0);
    assert_eq!(cn.office.destroy_expired(after(31), 10).unwrap(), 1);
    assert!(cn.reader().case(threads[0]).is_err());
    assert_eq!(cn.state(threads[1]), "held");
}

/// Promise: a draft that nobody went on with does not lie there for ever.
#[test]
fn a_draft_that_was_left_has_a_date() {
    let (de, cn) = keeps_thirty_days();
    let file = attachment("a.txt", SECRET.as_bytes());
    let thread = cn.draft(&de, honest_request(), vec![file]);
    let hash = cn.case(thread).attachments[0].sha256;
    let after = |days: i64| cn.office.now().plus_seconds(days * 86_400);
    assert_eq!(cn.office.destroy_expired(after(29), 10).unwrap(), 0);
    assert_eq!(cn.office.destroy_expired(after(31), 10).unwrap(), 1);
    assert!(!cn.has_object(&hash));
}

/// Promise: a file that only an earlier revision of a case names goes with that case, and not with
/// another one that named it too.
#[test]
fn files_of_earlier_revisions_go_with_their_case() {
    let (de, cn) = keeps_thirty_days();
    let threads = [(); 2].map(|()| de.ask(&cn, honest_request(), Vec::new()));
    settle(&de, &cn);
    let file = attachment("a.txt", SECRET.as_bytes());
    let hash = file.reference().sha256;
    for thread in threads {
        cn.review(thread, Decision::Clear);
        for attachments in [vec![file.clone()], Vec::new()] {
            let draft = Box::new(honest_answer());
            let command = Command::DraftAnswer {
                thread,
                draft,
                attachments,
            };
            cn.act(&cn.handler(), command);
        }
    }
    for (thread, still_there) in threads.into_iter().zip([true, false]) {
        cn.review(thread, Decision::Reject);
        assert!(cn.has_object(&hash));
        let after = cn.case(thread).deadline.unwrap().plus_seconds(31 * 86_400);
        assert_eq!(cn.office.destroy_expired(after, 10).unwrap(), 1);
        assert_eq!(cn.has_object(&hash), still_there);
    }
}

/// Promise: a file that a case came to rest on after another one was destroyed with it stays, also if
/// the removal was cut off in between; it goes with the last case that rests on it.
#[test]
fn a_file_that_is_used_again_outlives_a_cut_removal() {
    let (de, cn) = keeps_thirty_days();
    let file = attachment("a.txt", SECRET.as_bytes());
    let hash = file.reference().sha256;
    let after = |days: i64| cn.office.now().plus_seconds(days * 86_400);
    cn.draft(&de, honest_request(), vec![file.clone()]);
    let name = store::objects::hex(&hash);
    let folder = cn.objects_path().join("objects");
    let path = folder.join(&name[..2]).join(&name[2..4]).join(&name);
    // Something in its place that is no file cannot be removed.
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    cn.office.destroy_expired(after(31), 10).unwrap_err();
    std::fs::remove_dir(&path).unwrap();
    assert!(cn.reader().cases().unwrap().is_empty());

    let threads = [(); 2].map(|()| cn.draft(&de, honest_request(), vec![file.clone()]));
    assert_eq!(cn.office.destroy_expired(after(0), 10).unwrap(), 0);
    for destruction in cn.reader().destructions().unwrap() {
        assert!(destruction.objects.is_empty(), "the removal went on");
    }
    assert!(cn.has_object(&hash));
    assert_eq!(
        cn.office.destroy_expired(after(31), 10).unwrap(),
        threads.len()
    );
    assert!(!cn.has_object(&hash));
}

/// Promise: what the journal quotes of a message that could not be used, and that belongs to no case,
/// has a date.
#[test]
fn what_is_quoted_of_an_unusable_message_has_a_date() {
    let (de, cn) = keeps_thirty_days();
    let thread = "0198c0de-0000-7000-8000-000000000001";
    let content = format!(r#"{{"kind":"{SECRET}"}}"#);
    let parts: [(&str, &[u8]); 1] = [("content", content.as_bytes())];
    let message = de.craft(&cn, "request", thread, (1, None), &parts);
    cn.take(&de, &message).unwrap();
    assert!(contains(&cn.everything_stored(), SECRET));
    let after = cn.office.now().plus_seconds(31 * 86_400);
    assert_eq!(cn.office.destroy_expired(after, 10).unwrap(), 1);
    assert!(!contains(&cn.everything_stored(), SECRET));
}
