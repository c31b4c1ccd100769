//! A file as a tree of values that know where they stand.
//!
//! Reading in two steps, first the tree and then the records, lets every record of a file be
//! judged by itself, and lets both formats share all that follows.

use super::error::{Place, Problem, WriteError};
use super::{FORMAT, Format, MAX_BYTES, MAX_DEPTH, MAX_RECORDS};
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
use serde_saphyr::options::MergeKeyPolicy;
use serde_saphyr::{Location, Spanned};
use std::fmt;

/// A value with its place.
pub(super) type Node = Spanned<Tree>;

/// The keys of a mapping in the order of the file.
pub(super) type Fields = Vec<(String, Node)>;

/// A value.
#[derive(Debug)]
pub(super) enum Tree {
    Plain(Value),
    List(Vec<Node>),
    Map(Fields),
}

/// Most fields of one mapping; the widest record body has far fewer.
const MAX_FIELDS: usize = 64;

/// A fault of the file as a whole.
type Fault = (Option<Place>, Problem);

pub(super) fn parse(text: &str, format: Format) -> Result<Node, Fault> {
    if text.len() > MAX_BYTES {
        return Err((None, Problem::TooLarge(text.len())));
    }
    let tree: Node = match format {
        Format::Yaml => parse_yaml(text)?,
        Format::Json => parse_json(text)?,
    };
    match too_deep(&tree, MAX_DEPTH) {
        Some(place) => Err((place, Problem::TooDeep)),
        None => Ok(tree),
    }
}

/// JSON is YAML too, and the YAML reader tells places. It may add them only where it reads the very
/// same values; else exactness goes before places.
fn parse_json(text: &str) -> Result<Node, Fault> {
    let exact: Node = serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line() as u64, error.column() as u64);
        let says = without_place(&error.to_string());
        (Some(Place { line, column }), Problem::Syntax(says))
    })?;
    let placed = parse_yaml(text)
        .ok()
        .filter(|placed| json(placed) == json(&exact));
    Ok(placed.unwrap_or(exact))
}

fn parse_yaml(text: &str) -> Result<Node, Fault> {
    // Aliases are where YAML bombs come from, and records have no use for them. Words such as
    // `no` stay words: YAML 1.2.
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_aliases: 0,
            max_anchors: 0,
            max_documents: 1,
            // Protects the stack; `too_deep` says it better for what is less deep than this.
            max_depth: 64,
            max_nodes: MAX_BYTES / 4,
            max_events: MAX_BYTES / 2,
            max_total_scalar_bytes: MAX_BYTES,
        },
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let says = without_place(&error.without_snippet().to_string());
        (error.location().and_then(known), Problem::Syntax(says))
    })
}

pub(super) fn write_yaml(file: &impl Serialize) -> Result<String, WriteError> {
    // Block scalars read well, but not every string survives them; quoting is always exact.
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    Ok(serde_saphyr::to_string_with_options(file, options)?)
}

/// The records of a file.
pub(super) fn records(file: Node) -> Result<Vec<Node>, Fault> {
    let at = place(&file);
    let not_a_file = || (at, Problem::NotARecordFile);
    let Tree::Map(fields) = file.value else {
        return Err(not_a_file());
    };
    let (mut format, mut records) = (None, None);
    for (key, node) in fields {
        match key.as_str() {
            "format" => format = Some(node),
            "records" => records = Some(node),
            given => {
                let known = ["format", "records"].map(str::to_owned).to_vec();
                let given = given.to_owned();
                return Err((place(&node), Problem::UnknownField { given, known }));
            }
        }
    }
    let (Some(format), Some(records)) = (format, records) else {
        return Err(not_a_file());
    };
    let number = json(&format);
    if number.as_u64() != Some(FORMAT) {
        return Err((place(&format), Problem::OtherFormat(number.to_string())));
    }
    match records.value {
        Tree::List(nodes) if nodes.len() > MAX_RECORDS => {
            Err((at, Problem::TooManyRecords(nodes.len())))
        }
        Tree::List(nodes) => Ok(nodes),
        Tree::Plain(_) | Tree::Map(_) => Err(not_a_file()),
    }
}

/// Where a value stands.
pub(super) fn place(node: &Node) -> Option<Place> {
    known(node.referenced)
}

/// The value without places. Callers have bounded its depth by [`parse`].
pub(super) fn json(node: &Node) -> Value {
    match &node.value {
        Tree::Plain(value) => value.clone(),
        Tree::List(nodes) => nodes.iter().map(json).collect(),
        Tree::Map(fields) => fields
            .iter()
            .map(|(key, node)| (key.clone(), json(node)))
            .collect(),
    }
}

fn known(location: Location) -> Option<Place> {
    let (line, column) = (location.line(), location.column());
    (line > 0).then_some(Place { line, column })
}

/// The libraries' messages repeat the place, which a [`super::FileError`] says already.
fn without_place(message: &str) -> String {
    match message.rfind(" at line ") {
        Some(end) => message[..end].to_owned(),
        None => message.to_owned(),
    }
}

/// The place where nesting passes the limit, if it does.
fn too_deep(node: &Node, left: usize) -> Option<Option<Place>> {
    if left == 0 {
        return Some(place(node));
    }
    match &node.value {
        Tree::Plain(_) => None,
        Tree::List(nodes) => nodes.iter().find_map(|n| too_deep(n, left - 1)),
        Tree::Map(fields) => fields.iter().find_map(|(_, n)| too_deep(n, left - 1)),
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Plain(Value::Null))
    }

    fn visit_none<E: Error>(self) -> Result<Tree, E> {
        self.visit_unit()
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Plain(Value::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Plain(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Plain(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Tree, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("not a finite number"))?;
        Ok(Tree::Plain(Value::Number(number)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Tree, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E>(self, value: String) -> Result<Tree, E> {
        Ok(Tree::Plain(Value::String(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tree, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element()? {
            nodes.push(node);
        }
        Ok(Tree::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut fields = Fields::new();
        while let Some((key, node)) = map.next_entry::<String, Node>()? {
            if fields.len() == MAX_FIELDS {
                return Err(A::Error::custom(format!("more than {MAX_FIELDS} fields")));
            }
            if fields.iter().any(|(other, _)| *other == key) {
                let twice = format!("the field `{key}` stands here twice");
                return Err(A::Error::custom(twice));
            }
            fields.push((key, node));
        }
        Ok(Tree::Map(fields))
    }
}
