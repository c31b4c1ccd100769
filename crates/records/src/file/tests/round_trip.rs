use super::*;
use crate::body::Text;
use crate::body::statement::{NilStatement, Period};
use crate::header::{Certainty, Knowledge, Source};
use crate::vocabulary::{Side, Topic};
use crate::{Header, Marking};

/// Promise: export and import lose nothing, in both formats, for the whole delivered record.
#[test]
fn fixtures_survive_both_formats() {
    let all = fixtures();
    for format in [Format::Yaml, Format::Json] {
        let text = write(&all, format).unwrap();
        let back = read("again", &text, format)
            .unwrap_or_else(|errors| panic!("{format:?}: {:#?}", told(&errors)));
        assert_eq!(back, all, "{format:?}");
        assert_eq!(write(&back, format).unwrap(), text, "writing is stable");
    }
}

/// Promise: a record by itself, as it is stored and sent, survives JSON too.
#[test]
fn single_records_survive_json() {
    for record in fixtures() {
        let text = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
    }
}

/// Promise: the fixtures, and so the tests on them, cover every family but the nil statement,
/// which only an office can make.
#[test]
fn fixtures_cover_the_families() {
    let found: BTreeSet<_> = fixtures().iter().map(|r| r.body.kind()).collect();
    let missing: Vec<_> = crate::body::RecordKind::ALL
        .iter()
        .filter(|kind| !found.contains(kind))
        .collect();
    assert_eq!(missing, [&crate::body::RecordKind::NilStatement]);
}

/// Promise: a file may be empty of records.
#[test]
fn no_records_is_a_file() {
    for format in [Format::Yaml, Format::Json] {
        let text = write(&[], format).unwrap();
        assert_eq!(read("empty", &text, format).unwrap(), []);
    }
}

/// Words that YAML reads as something else unless they are written with care.
fn words() -> impl Strategy<Value = String> {
    let awkward = prop::sample::select(vec![
        "no",
        "yes",
        "null",
        "~",
        "2018",
        "2018-05-17",
        "1e3",
        "0x1f",
        "- a",
        "a: b",
        "#a",
        "'",
        "\"",
        "{",
        "[a",
        "|",
        ">",
        "%a",
        "@a",
        "&a",
        "*a",
        "<<",
        "---",
        "a #b",
        " a",
        "a ",
        "a\n",
        "\n\na",
        "a\n b\n\n",
        "a\tb",
        "\t",
        "a\r\nb",
        "\u{85}x",
        "\u{2028}x",
        "\u{feff}x",
        "中文",
        "ß",
        "\u{0}x",
        "\u{1b}x",
        "😀",
        "...",
        "? a",
        "!t",
        "=",
        "1_000",
        "12:30:45",
        "NaN",
        ".inf",
    ]);
    prop_oneof![
        awkward.prop_map(str::to_owned),
        "\\PC{0,60}",
        "[ a-z\\n:#'\"-]{1,200}",
        any::<String>(),
    ]
}

prop_compose! {
    fn record()(
        id in any::<[u8; 10]>(),
        title in words(),
        note in prop::option::of(words()),
        de in words(),
        en in prop::option::of(words()),
        original in prop::option::of(words()),
        year in 1i16..=9999,
        exercise: bool,
    ) -> Record {
        let moment = crate::Timestamp::from_millis(1_767_225_600_000);
        let header = Header {
            id: RecordId::from_moment(moment, &id),
            about: vec![RecordId::from_moment(moment, &id); usize::from(id[0] % 3)],
            side: Side::Own,
            occurred: Some(crate::Occurred::Year(year)),
            knowledge: Knowledge { certainty: Certainty::Claimed, note },
            marking: Marking { originator: original, ..Marking::public() },
            evidence: vec![Source { title, publisher: de.clone(), dated: None, locator: None }],
            supersedes: None,
            exercise,
        };
        let text = |de: &str| Text::new(Some(format!("x{de}")), en.clone()).unwrap();
        let body = NilStatement {
            what: text(&de),
            period: Period { from: Some(crate::Occurred::Year(year)), until: None },
            topics: Topic::ALL[..usize::from(id[1]) % Topic::ALL.len()].to_vec(),
            declared_by: text(&de),
            because: None,
        };
        Record { header, body: body.into() }
    }
}

proptest! {
    /// Promise: no wording, however awkward, is changed by export and import.
    #[test]
    fn any_words_survive(records in prop::collection::vec(record(), 0..4)) {
        for format in [Format::Yaml, Format::Json] {
            let text = write(&records, format).unwrap();
            let back = read("again", &text, format);
            prop_assert_eq!(back.as_ref().map_err(|e| told(e)), Ok(&records), "{:?}\n{}", format, text);
        }
    }

    /// Promise: no input makes the reader panic.
    #[test]
    fn any_text_is_read_or_refused(text in "(format: 1\nrecords:\n)?[-a-z{}\\[\\]:,&*!|>#\"' \n0-9]{0,80}") {
        for format in [Format::Yaml, Format::Json] {
            if let Err(errors) = read("any", &text, format) {
                prop_assert!(!errors.is_empty());
            }
        }
    }
}
