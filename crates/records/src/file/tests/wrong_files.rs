use super::*;

/// A record that is right, to be made wrong in one place.
const RIGHT: &str = "\
format: 1
records:
  - id: 019b76da-a800-7000-8000-0000000000aa
    side: joint
    occurred: 2018-05-17
    knowledge:
      certainty: claimed
      note: so says the paper
    marking: { tlp: CLEAR }
    evidence:
      - { title: Paper, publisher: Bundestag }
    kind: topic-statement
    body:
      subject: { de: Gesetzgebung }
      topic: legislation
      raised: raised
";

/// What is told of the record with one part of it replaced.
fn told_of(right: &str, wrong: &str) -> Vec<String> {
    assert!(RIGHT.contains(right), "{right:?} is not in the record");
    let text = RIGHT.replacen(right, wrong, 1);
    told(&read("f.yaml", &text, Format::Yaml).unwrap_err())
}

const AT: &str = "record 1 (019b76da-a800-7000-8000-0000000000aa)";

/// Promise: the record is right before it is made wrong.
#[test]
fn the_right_record_is_read() {
    let records = read("f.yaml", RIGHT, Format::Yaml).unwrap();
    assert_eq!(records.len(), 1);
}

/// Promise: each kind of mistake is told with file, line, record and field, and what is right.
#[test]
fn mistakes_are_told_with_place_and_cure() {
    let cases = [
        (
            "raised: raised",
            "raised: rased",
            format!(
                "f.yaml:16:15: {AT}: `body.raised`: \"rased\" is no code of this field; did you mean `raised`?"
            ),
        ),
        (
            "raised: raised",
            "raised: maybe",
            format!(
                "f.yaml:16:15: {AT}: `body.raised`: \"maybe\" is no code of this field; known are: raised, not-raised, unknown"
            ),
        ),
        (
            "topic: legislation",
            "topic: legislation\n      outcom: { de: nichts }",
            format!(
                "f.yaml:16:15: {AT}: `body.outcom`: no such field; did you mean `outcome`?"
            ),
        ),
        (
            "      raised: raised\n",
            "",
            format!("f.yaml:14:7: {AT}: `body.raised`: is missing"),
        ),
        (
            "subject: { de: Gesetzgebung }",
            "subject: Gesetzgebung",
            format!(
                "f.yaml:14:16: {AT}: `body.subject`: invalid type: string \"Gesetzgebung\", expected words by language: `de: …`, `en: …` or both"
            ),
        ),
        (
            "{ de: Gesetzgebung }",
            "{ de: '' }",
            format!(
                "f.yaml:14:16: {AT}: `body.subject`: a text needs words in at least one language: de or en"
            ),
        ),
        (
            "{ de: Gesetzgebung }",
            "{ fr: Législation }",
            format!("f.yaml:14:22: {AT}: `body.subject.fr`: no such field; known are: de, en"),
        ),
        (
            "side: joint",
            "side: jont",
            format!("f.yaml:4:11: {AT}: `side`: \"jont\" is no code of this field; did you mean `joint`?"),
        ),
        (
            "marking:",
            "markings:",
            format!("f.yaml:9:15: {AT}: `markings`: no such field; did you mean `marking`?"),
        ),
        (
            "tlp: CLEAR",
            "tlp: WHITE",
            format!(
                "f.yaml:9:21: {AT}: `marking.tlp`: \"WHITE\" is no code of this field; known are: RED, AMBER+STRICT, AMBER, GREEN, CLEAR"
            ),
        ),
        (
            "2018-05-17",
            "17.05.2018",
            format!(
                "f.yaml:5:15: {AT}: `occurred`: \"17.05.2018\" is not a time such as 2018-05-17T08:30:00Z, 2018-05-17, 2018-05 or 2018"
            ),
        ),
        (
            "2018-05-17",
            "2018",
            format!(
                "f.yaml:5:15: {AT}: `occurred`: invalid type: integer `2018`, expected a string; put it in quotes"
            ),
        ),
        (
            "019b76da-a800-7000-8000-0000000000aa",
            "019b76da-a800-4000-8000-0000000000aa",
            "f.yaml:3:9: record 1 (019b76da-a800-4000-8000-0000000000aa): `id`: \"019b76da-a800-4000-8000-0000000000aa\" is not a UUID of version 7".to_owned(),
        ),
        (
            "- id: 019b76da-a800-7000-8000-0000000000aa\n    side",
            "- side",
            "f.yaml:3:5: record 1: `id`: is missing".to_owned(),
        ),
        (
            "publisher: Bundestag",
            "publishr: Bundestag",
            format!(
                "f.yaml:11:35: {AT}: `evidence[1].publishr`: no such field; did you mean `publisher`?"
            ),
        ),
        (
            "kind: topic-statement",
            "kind: topic-statment",
            format!(
                "f.yaml:12:11: {AT}: `kind`: \"topic-statment\" is no code of this field; did you mean `topic-statement`?"
            ),
        ),
        (
            "    kind: topic-statement\n",
            "",
            format!("f.yaml:3:5: {AT}: `kind`: is missing"),
        ),
        (
            "  - id: 019b76da",
            "  - just words\n  - id: 019b76da",
            "f.yaml:3:5: record 1: must be a mapping of fields".to_owned(),
        ),
    ];
    for (right, wrong, expected) in cases {
        assert_eq!(told_of(right, wrong), [expected], "{wrong}");
    }
}

/// Promise: faults of the file as a whole are told with their line.
#[test]
fn broken_files_are_told() {
    let cases = [
        (
            "format: 1",
            "format: 2",
            "f.yaml:1:9: the format is 2, this version reads 1",
        ),
        (
            "records:",
            "record:",
            "f.yaml:3:3: no such field; did you mean `records`?",
        ),
        (
            "format: 1\n",
            "",
            "f.yaml:1:1: a record file is a mapping of `format: 1` and a list `records`",
        ),
        (
            "topic: legislation",
            "raised: raised",
            "f.yaml:16:7: cannot be read: duplicate mapping key: raised, set DuplicateKeyPolicy in Options if acceptable",
        ),
    ];
    for (right, wrong, expected) in cases {
        assert_eq!(told_of(right, wrong), [expected], "{wrong}");
    }
}

/// Promise: what makes YAML dangerous is refused: anchors, aliases, merge keys, deep nesting.
#[test]
fn yaml_bombs_are_refused() {
    let bomb = "format: 1\nrecords: &a [x, x]\nmore: [*a, *a, *a]\n";
    let merge = "format: 1\nrecords: []\n<<: { a: 1 }\n";
    let deep = format!("format: 1\nrecords: {}{}\n", "[".repeat(40), "]".repeat(40));
    let abyss = "[".repeat(200_000);
    for text in [bomb, merge, &deep, &abyss] {
        let errors = read("f.yaml", text, Format::Yaml).unwrap_err();
        let refused = matches!(errors[0].problem, Problem::Syntax(_) | Problem::TooDeep);
        assert!(refused, "{:?}", told(&errors));
    }
    let json = "[".repeat(200_000);
    assert!(read("f.json", &json, Format::Json).is_err());
    let large = " ".repeat(MAX_BYTES + 1);
    let errors = read("f.yaml", &large, Format::Yaml).unwrap_err();
    assert_eq!(errors[0].problem, Problem::TooLarge(MAX_BYTES + 1));
}

/// Promise: a field that stands twice is an error in JSON too, where it is easily overlooked.
#[test]
fn json_fields_stand_once() {
    let errors = read("f.json", "{\"format\":1,\n\"format\":1}", Format::Json).unwrap_err();
    let expected = "f.json:2:11: cannot be read: the field `format` stands here twice";
    assert_eq!(told(&errors), [expected]);
}

/// Promise: JSON faults name line, record and field as YAML does.
#[test]
fn json_faults_name_the_field() {
    let record = read("f.yaml", RIGHT, Format::Yaml).unwrap();
    let text = write(&record, Format::Json).unwrap();
    let wrong = text.replacen("\"legislation\"", "\"law\"", 1);
    let errors = read("f.json", &wrong, Format::Json).unwrap_err();
    assert_eq!(errors[0].field.as_deref(), Some("body.topic"));
    assert_eq!(errors[0].record.as_ref().unwrap().index, 1);
    let line = wrong
        .lines()
        .position(|line| line.contains("\"law\""))
        .unwrap()
        + 1;
    let told = errors[0].to_string();
    assert!(told.starts_with(&format!("f.json:{line}:")), "{told}");
}

/// Promise: every wrong record is told, and in one record faults of header and body both.
#[test]
fn every_wrong_record_is_told() {
    let record = RIGHT.split_once("records:\n").unwrap().1;
    let text = format!(
        "format: 1\nrecords:\n{}{record}{}",
        record
            .replace("side: joint", "side: x")
            .replace("topic: legislation", "topic: x"),
        record.replace("tlp: CLEAR", "tlp: x"),
    );
    let errors = read("f.yaml", &text, Format::Yaml).unwrap_err();
    let fields: Vec<_> = errors
        .iter()
        .map(|e| {
            (
                e.record.as_ref().unwrap().index,
                e.field.as_deref().unwrap(),
            )
        })
        .collect();
    assert_eq!(fields, [(1, "side"), (1, "body.topic"), (3, "marking.tlp")]);
}

/// Promise: one file with a fault keeps every record of every file out.
#[test]
fn all_or_nothing() {
    let wrong = RIGHT.replace("raised: raised", "raised: x");
    let good = fixture("house-rules.yaml", FIXTURES[4].text);
    let files = [
        good,
        Input {
            name: "f.yaml",
            text: &wrong,
            format: Format::Yaml,
        },
    ];
    let errors = read_all(&files, |_| true).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert!(read_all(&files[..1], |_| true).is_ok());
}

/// What is told of records that are right each by itself.
fn between(records: &[Record], known: &[RecordId]) -> Vec<String> {
    let text = write(records, Format::Json).unwrap();
    let file = Input {
        name: "f.json",
        text: &text,
        format: Format::Json,
    };
    let errors = read_all(&[file], |id| known.contains(&id)).unwrap_err();
    errors
        .iter()
        .map(|e| {
            let field = e.field.as_deref().unwrap();
            format!(
                "{} {field}: {}",
                e.record.as_ref().unwrap().index,
                e.problem
            )
        })
        .collect()
}

fn id(n: u8) -> RecordId {
    format!("019b76da-a800-7000-8000-0000000000{n:02x}")
        .parse()
        .unwrap()
}

/// The record numbered `n`, which may supersede another.
fn numbered(n: u8, supersedes: Option<u8>) -> Record {
    let mut record = read("f.yaml", RIGHT, Format::Yaml).unwrap().remove(0);
    record.header.id = id(n);
    record.header.supersedes = supersedes.map(id);
    record
}

/// Promise: an id names one record.
#[test]
fn ids_are_used_once() {
    let records = [numbered(1, None), numbered(1, None)];
    assert_eq!(
        between(&records, &[]),
        ["2 id: the id is already that of f.json:4, record 1"]
    );
}

/// Promise: nothing points to nothing; what the node has counts.
#[test]
fn pointers_lead_somewhere() {
    let mut record = numbered(1, Some(9));
    record.header.about = vec![id(7), id(8), id(1)];
    let expected = [
        format!(
            "1 about[2]: there is no record {} in these files or in the node",
            id(8)
        ),
        "1 about[3]: the record leads back to itself".to_owned(),
        format!(
            "1 supersedes: there is no record {} in these files or in the node",
            id(9)
        ),
    ];
    assert_eq!(between(&[record], &[id(7)]), expected);
}

/// Promise: the revisions of a record form one line without circles, all of one kind.
#[test]
fn revisions_form_a_line() {
    let circle = [
        numbered(1, Some(2)),
        numbered(2, Some(1)),
        numbered(3, Some(1)),
    ];
    // The third only leads into the circle; beside that it is a second revision of the first.
    assert_eq!(
        between(&circle, &[]),
        [
            "1 supersedes: the record leads back to itself".to_owned(),
            "2 supersedes: the record leads back to itself".to_owned(),
        ]
    );
    let fork = [
        numbered(1, None),
        numbered(2, Some(1)),
        numbered(3, Some(1)),
    ];
    assert_eq!(
        between(&fork, &[]),
        [format!(
            "3 supersedes: {} is already revised by another record; revise that one",
            id(1)
        )]
    );
    let mut other = fixtures().remove(0);
    other.header.id = id(2);
    other.header.supersedes = Some(id(1));
    assert_eq!(
        between(&[numbered(1, None), other], &[]),
        ["2 supersedes: a topic-statement cannot be revised by a party"]
    );
}

/// Promise: what is called certain, corrected or unknown shows why.
#[test]
fn knowledge_shows_why() {
    use crate::header::Certainty;
    let with = |change: &dyn Fn(&mut crate::Header)| {
        let mut record = numbered(1, None);
        change(&mut record.header);
        record
    };
    let undated = with(&|h| h.knowledge.certainty = Certainty::Certain);
    let bare = with(&|h| {
        h.knowledge.certainty = Certainty::Certain;
        h.evidence.clear();
    });
    let silent = with(&|h| {
        h.knowledge.certainty = Certainty::Unknown;
        h.knowledge.note = None;
    });
    let corrects_nothing = with(&|h| h.knowledge.certainty = Certainty::Corrected);
    let cases = [
        (
            undated,
            "1 evidence: a certain record needs evidence of which at least one source is `dated`",
        ),
        (
            bare.clone(),
            "1 evidence: a certain record needs evidence, unless it is marked `exercise: true`",
        ),
        (
            silent,
            "1 knowledge.note: a record of what is unknown must say in `knowledge.note` what was searched",
        ),
        (
            corrects_nothing,
            "1 supersedes: a corrected record must name in `supersedes` what it corrects",
        ),
    ];
    for (record, expected) in cases {
        assert_eq!(between(&[record], &[]), [expected]);
    }
    let mut exercise = bare;
    exercise.header.exercise = true;
    let text = write(&[exercise], Format::Json).unwrap();
    let file = Input {
        name: "f.json",
        text: &text,
        format: Format::Json,
    };
    assert!(read_all(&[file], |_| false).is_ok());
}
