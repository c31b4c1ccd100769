//! What holds for any text.
#![allow(clippy::unwrap_used, missing_docs)]

mod desk;

use desk::{incident, screen};
use proptest::prelude::*;
use records::Request;
use safeguard::{Attachment, Location, NoRegistry, Place, Screening};
use std::time::{Duration, Instant};

/// Neighbours of an embedded selector, in three languages.
const AROUND: &[(&str, &str)] = &[
    ("Auskunft zu ", " und dem Server"),
    ("we ask for ", ", thank you."),
    ("请提供", "的用户信息"),
    ("邮箱：", "，谢谢。"),
    ("(", ")"),
    ("「", "」"),
    ("Absender:\n", "\nEnde."),
];

const DRESS: &[fn(&str) -> String] = &[
    str::to_owned,
    |s| s.replace('.', "[.]").replace('@', "[at]"),
    |s| s.replace('.', "。"),
    |s| s.to_uppercase(),
    |s| s.replace('@', "\u{200b}@"),
    |s| s.replace('@', " @ "),
];

fn spans_are_sound(request: &Request, screening: &Screening) {
    let places = screening
        .findings
        .iter()
        .map(|f| (&f.location, &f.evidence));
    let found = screening
        .selectors
        .iter()
        .map(|s| (&s.location, &s.as_written));
    for (Location { place, span }, written) in places.chain(found) {
        let Place::Field { name } = place else {
            continue;
        };
        if name == "facts" && *span != (0, 0) {
            let text = request
                .facts
                .get(span.0..span.1)
                .expect("a span on character boundaries");
            assert!(text.starts_with(written.as_str()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Nothing panics on any text, and every span can be cut out of the original.
    #[test]
    fn any_text_is_read(text in "\\PC{0,120}|[a-z0-9@.: \u{200b}\u{430}例。＠%\\[\\]/+'\"-]{0,120}") {
        let mut request = incident();
        request.facts = text.clone();
        let screening = screen(&request);
        spans_are_sound(&request, &screening);
        for media_type in ["text/plain", "application/json", "image/png", ""] {
            let file = Attachment { name: &text, media_type, bytes: text.as_bytes() };
            let _ = safeguard::screen(&incident(), &[file], &NoRegistry);
        }
    }

    /// Nothing panics on any bytes.
    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let file = Attachment { name: "a", media_type: "text/plain", bytes: &bytes };
        let _ = safeguard::screen(&incident(), &[file], &NoRegistry);
    }

    /// A person's address is found in any dress among words of any of the three languages.
    #[test]
    fn an_embedded_address_is_found(
        local in "[a-z][a-z0-9]{1,8}(\\.[a-z]{2,8})?",
        host in "(mail\\.)?example\\.(org|net|com)",
        around in 0..AROUND.len(),
        dress in 0..DRESS.len(),
    ) {
        let address = format!("{local}@{host}");
        let (before, after) = AROUND[around];
        let mut request = incident();
        request.facts = format!("{before}{}{after}", DRESS[dress](&address));
        let screening = screen(&request);
        spans_are_sound(&request, &screening);
        prop_assert!(desk::holds_undeclared(&screening, &address),
            "{:?}: {:?}", request.facts, screening.selectors);
    }

    /// So is a telephone number.
    #[test]
    fn an_embedded_number_is_found(last in 0..1000_u32, around in 0..AROUND.len(), form in 0..4) {
        let written = match form {
            0 => format!("+49 30 23125 {last:03}"),
            1 => format!("0049 (0)30 23125-{last:03}"),
            2 => format!("030/23125{last:03}"),
            _ => format!("＋４９ 30 23125{last:03}"),
        };
        let (before, after) = AROUND[around];
        let mut request = incident();
        request.facts = format!("{before}{written}{after}");
        let screening = screen(&request);
        prop_assert!(desk::holds_undeclared(&screening, &format!("+493023125{last:03}")),
            "{:?}: {:?}", request.facts, screening.selectors);
    }
}

fn time_of(text: &str) -> Duration {
    let file = Attachment {
        name: "a.txt",
        media_type: "text/plain",
        bytes: text.as_bytes(),
    };
    let start = Instant::now();
    let _ = safeguard::screen(&incident(), &[file], &NoRegistry);
    start.elapsed()
}

/// Unbroken runs that send backtracking extractors into minutes take no longer, within a wide
/// factor, than prose of the same length; a quadratic rule would take thousands of times as long.
#[test]
fn time_is_linear_in_hostile_text() {
    let prose = "Die Angriffsserver stehen im Netz der Gegenseite seit Montag. ";
    let runs = [
        "a.", "a@", "@", "@ ", "a ", "1 ", "0", "+4", ":", "1.", "例", "[.]", "\u{430}a", "a.de ",
    ];
    let cases = runs.map(|run| (run, 1 << 17));
    let million = [("A", 1 << 20), ("\u{430}a", 1 << 16)];
    let _ = time_of(prose);
    for (run, size) in million.into_iter().chain(cases) {
        let plain = time_of(&prose.repeat(size / prose.len()));
        let mut hostile = run.repeat(size / run.len());
        hostile.push('@');
        let taken = time_of(&hostile);
        assert!(
            taken < plain * 40,
            "{run:?} took {taken:?}, prose {plain:?}"
        );
    }
}
