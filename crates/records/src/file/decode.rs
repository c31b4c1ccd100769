//! From a tree to a record, with the field of every fault.

use super::error::{Place, Problem};
use super::tree::{self, Fields, Node, Tree};
use crate::body::RecordKind;
use crate::{Body, Header, Record};
use serde_json::{Map, Value};
use serde_path_to_error::{Deserializer, Path, Segment, Track};

/// A fault within one record.
pub(super) struct Fault {
    pub(super) place: Option<Place>,
    pub(super) field: Option<String>,
    pub(super) problem: Problem,
}

/// A step from a value to one inside it.
enum Step {
    Key(String),
    Index(usize),
}

/// The id of a record as its author wrote it, for messages.
pub(super) fn id_as_written(node: &Node) -> Option<String> {
    let Tree::Map(fields) = &node.value else {
        return None;
    };
    match &field(fields, "id")?.value {
        Tree::Plain(Value::String(id)) => Some(id.clone()),
        _ => None,
    }
}

/// Reads header and body apart, so that a fault in one does not hide a fault in the other.
pub(super) fn record(node: &Node) -> Result<Record, Vec<Fault>> {
    let Tree::Map(fields) = &node.value else {
        return Err(vec![Fault {
            place: tree::place(node),
            field: None,
            problem: Problem::NotAMapping,
        }]);
    };
    match (header(node, fields), body(node, fields)) {
        (Ok(header), Ok(body)) => Ok(Record { header, body }),
        (header, body) => Err(header.err().into_iter().chain(body.err()).collect()),
    }
}

fn header(node: &Node, fields: &Fields) -> Result<Header, Fault> {
    let own: Map<String, Value> = fields
        .iter()
        .filter(|(key, _)| !matches!(key.as_str(), "kind" | "body"))
        .map(|(key, value)| (key.clone(), tree::json(value)))
        .collect();
    let mut track = Track::new();
    let from = Deserializer::new(Value::Object(own), &mut track);
    serde::Deserialize::deserialize(from).map_err(|error: serde_json::Error| {
        let mut fault = fault(node, Vec::new(), &track.path(), &error.to_string());
        if let (Problem::UnknownField { known, .. }, true) = (
            &mut fault.problem,
            fault.field.as_ref().is_some_and(|f| !f.contains('.')),
        ) {
            known.extend(["kind", "body"].map(str::to_owned));
        }
        fault
    })
}

fn body(node: &Node, fields: &Fields) -> Result<Body, Fault> {
    let missing = |name: &str| Fault {
        place: tree::place(node),
        field: Some(name.to_owned()),
        problem: Problem::Missing,
    };
    let kind_node = field(fields, "kind").ok_or_else(|| missing("kind"))?;
    let kind = kind(kind_node)?;
    let body_node = field(fields, "body").ok_or_else(|| missing("body"))?;
    if !matches!(body_node.value, Tree::Map(_)) {
        return Err(Fault {
            place: tree::place(body_node),
            field: Some("body".to_owned()),
            problem: Problem::NotAMapping,
        });
    }
    let mut track = Track::new();
    let from = Deserializer::new(tree::json(body_node), &mut track);
    Body::deserialize_as(kind, from).map_err(|error: serde_json::Error| {
        let start = vec![Step::Key("body".to_owned())];
        fault(node, start, &track.path(), &error.to_string())
    })
}

fn kind(node: &Node) -> Result<RecordKind, Fault> {
    let given = match &node.value {
        Tree::Plain(Value::String(code)) => code.clone(),
        _ => tree::json(node).to_string(),
    };
    given.parse().map_err(|_| Fault {
        place: tree::place(node),
        field: Some("kind".to_owned()),
        problem: Problem::UnknownCode {
            given,
            known: codes(RecordKind::ALL, RecordKind::code),
        },
    })
}

fn codes<T: Copy>(all: &[T], code: impl Fn(T) -> &'static str) -> Vec<String> {
    all.iter().map(|&one| code(one).to_owned()).collect()
}

fn field<'a>(fields: &'a Fields, name: &str) -> Option<&'a Node> {
    fields
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, node)| node)
}

/// Turns what the deserializer reports into a fault with its place in the file.
fn fault(record: &Node, mut steps: Vec<Step>, path: &Path, message: &str) -> Fault {
    for segment in path {
        match segment {
            Segment::Map { key } => steps.push(Step::Key(key.clone())),
            Segment::Seq { index } => steps.push(Step::Index(*index)),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    let problem = problem(message);
    let place = place_of(record, &steps);
    if let Some(name) = message.strip_prefix("missing field `") {
        steps.push(Step::Key(name.trim_end_matches('`').to_owned()));
    }
    Fault {
        place,
        field: written(&steps),
        problem,
    }
}

fn problem(message: &str) -> Problem {
    if message.starts_with("missing field") {
        return Problem::Missing;
    }
    if let Some((given, known)) = named(message, "unknown field `") {
        return Problem::UnknownField { given, known };
    }
    if let Some((given, known)) = named(message, "unknown variant `") {
        return Problem::UnknownCode { given, known };
    }
    let unquoted = message.starts_with("invalid type: integer") && message.ends_with("a string");
    let hint = if unquoted { "; put it in quotes" } else { "" };
    Problem::Value(format!("{message}{hint}"))
}

/// The name given and the names known, out of a message of serde.
fn named(message: &str, opening: &str) -> Option<(String, Vec<String>)> {
    let (given, expected) = message.strip_prefix(opening)?.rsplit_once("`, expected ")?;
    let known = expected
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect();
    Some((given.to_owned(), known))
}

fn written(steps: &[Step]) -> Option<String> {
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Key(key) if text.is_empty() => text.push_str(key),
            Step::Key(key) => {
                text.push('.');
                text.push_str(key);
            }
            // People count from one.
            Step::Index(index) => text.push_str(&format!("[{}]", index + 1)),
        }
    }
    (!text.is_empty()).then_some(text)
}

/// The place of the innermost value on the way that exists.
fn place_of(record: &Node, steps: &[Step]) -> Option<Place> {
    let mut node = record;
    for step in steps {
        let inner = match (step, &node.value) {
            (Step::Key(key), Tree::Map(fields)) => field(fields, key),
            (Step::Index(index), Tree::List(nodes)) => nodes.get(*index),
            _ => None,
        };
        match inner {
            Some(inner) => node = inner,
            None => break,
        }
    }
    tree::place(node)
}
