//! What is stated against what is recomputed, value by value, with names a reader understands.

use crate::answer::{Answer, AnswerStatus};
use serde_json::Value;
use std::fmt;

/// Most differences that are listed; a file that is all wrong need not be listed whole.
const MAX_DIFFERENCES: usize = 1000;

/// Where a difference is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a figure.
    Figure {
        /// The demand.
        key: String,
        /// The figure.
        id: String,
        /// The figure's field; `value` for the number itself.
        field: String,
    },
    /// In a table.
    Table {
        /// The demand.
        key: String,
        /// What the table shows.
        caption: String,
        /// Row and column from 1; none where the difference is in caption, head or size.
        cell: Option<(usize, usize)>,
    },
    /// In a statement, counted from 1.
    Statement {
        /// The demand.
        key: String,
        /// Which.
        number: usize,
    },
    /// In another field of an answer.
    Part {
        /// The demand.
        key: String,
        /// The field.
        field: String,
    },
    /// Elsewhere.
    Document {
        /// The path.
        path: String,
    },
}

/// One thing that the evidence does not show as stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where.
    pub place: Place,
    /// As stated in the file.
    pub stated: String,
    /// As recomputed from the evidence in the file.
    pub recomputed: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Figure { key, id, field } if field == "value" => {
                write!(f, "question {key}, figure {id}")
            }
            Self::Figure { key, id, field } => write!(f, "question {key}, figure {id}, {field}"),
            Self::Table {
                key,
                caption,
                cell: Some((row, column)),
            } => {
                write!(
                    f,
                    "question {key}, table {caption:?}, row {row}, column {column}"
                )
            }
            Self::Table {
                key,
                caption,
                cell: None,
            } => {
                write!(f, "question {key}, table {caption:?}")
            }
            Self::Statement { key, number } => write!(f, "question {key}, statement {number}"),
            Self::Part { key, field } => write!(f, "question {key}, {field}"),
            Self::Document { path } => f.write_str(path),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            place,
            stated,
            recomputed,
        } = self;
        write!(
            f,
            "{place}: the file states {stated}, the evidence gives {recomputed}"
        )
    }
}

/// A step on the way to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step<'a> {
    Field(&'a str),
    Item(usize),
}

/// Everything that differs. Figures come first, then tables, statements and the rest.
pub(super) fn differences(stated: &Answer, recomputed: &Answer) -> Vec<Difference> {
    // The recomputed answer is a draft and hashes itself; both are checked elsewhere.
    let bare = |answer: &Answer| {
        let bare = Answer {
            status: AnswerStatus::Draft,
            release: None,
            seal: None,
            digests: Vec::new(),
            ..answer.clone()
        };
        serde_json::to_value(bare).unwrap_or_default()
    };
    let (stated_json, recomputed_json) = (bare(stated), bare(recomputed));
    let mut found = Vec::new();
    walk(
        &stated_json,
        &recomputed_json,
        &mut Vec::new(),
        &mut |path, a, b| {
            if found.len() < MAX_DIFFERENCES {
                found.push(Difference {
                    place: place(recomputed, path),
                    stated: shown(a),
                    recomputed: shown(b),
                });
            }
        },
    );
    found.sort_by_key(|difference| match difference.place {
        Place::Figure { .. } => 0,
        Place::Table { .. } => 1,
        Place::Statement { .. } => 2,
        Place::Part { .. } => 3,
        Place::Document { .. } => 4,
    });
    found
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), Value::to_string)
}

fn walk<'a>(
    a: &'a Value,
    b: &'a Value,
    path: &mut Vec<Step<'a>>,
    differs: &mut impl FnMut(&[Step<'a>], Option<&Value>, Option<&Value>),
) {
    match (a, b) {
        (Value::Object(left), Value::Object(right)) => {
            for key in left
                .keys()
                .chain(right.keys().filter(|key| !left.contains_key(*key)))
            {
                path.push(Step::Field(key));
                match (left.get(key), right.get(key)) {
                    (Some(a), Some(b)) => walk(a, b, path, differs),
                    (a, b) => differs(path, a, b),
                }
                path.pop();
            }
        }
        (Value::Array(left), Value::Array(right)) => {
            for at in 0..left.len().max(right.len()) {
                path.push(Step::Item(at));
                match (left.get(at), right.get(at)) {
                    (Some(a), Some(b)) => walk(a, b, path, differs),
                    (a, b) => differs(path, a, b),
                }
                path.pop();
            }
        }
        _ if a == b => {}
        _ => differs(path, Some(a), Some(b)),
    }
}

fn place(answer: &Answer, path: &[Step<'_>]) -> Place {
    let whole = || Place::Document { path: text(path) };
    let [Step::Field("questions"), Step::Item(question), rest @ ..] = path else {
        return whole();
    };
    let [Step::Field("answers"), Step::Item(part), rest @ ..] = rest else {
        return whole();
    };
    let part = answer
        .questions
        .get(*question)
        .and_then(|it| it.answers.get(*part));
    let Some(part) = part else { return whole() };
    let key = part.key.clone();
    match rest {
        [Step::Field("figures"), Step::Item(at), rest @ ..] => Place::Figure {
            id: part
                .figures
                .get(*at)
                .map(|figure| figure.id.clone())
                .unwrap_or_default(),
            field: text(rest),
            key,
        },
        [Step::Field("tables"), Step::Item(at), rest @ ..] => Place::Table {
            caption: part
                .tables
                .get(*at)
                .map(|table| table.caption.clone())
                .unwrap_or_default(),
            cell: match rest {
                [Step::Field("rows"), Step::Item(row), Step::Item(column)] => {
                    Some((row + 1, column + 1))
                }
                _ => None,
            },
            key,
        },
        [Step::Field("statements"), Step::Item(at), ..] => Place::Statement {
            key,
            number: at + 1,
        },
        rest => Place::Part {
            key,
            field: text(rest),
        },
    }
}

fn text(path: &[Step<'_>]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Field(name) if text.is_empty() => text.push_str(name),
            Step::Field(name) => text.push_str(&format!(".{name}")),
            Step::Item(at) => text.push_str(&format!("[{at}]")),
        }
    }
    text
}
