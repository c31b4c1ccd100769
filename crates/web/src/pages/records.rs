//! Records of the consultation mechanism, as they stand and as they stood.

use crate::desk::{Desk, html};
use crate::fault::{Fault, Refusal};
use crate::form::{Choice, choices};
use crate::frame::Frame;
use crate::words::Words;
use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use office::reader::{Position, RecordAt};
use policy::Action;
use records::Timestamp;
use records::body::RecordKind;
use serde::Deserialize;
use serde_json::Value;

/// Which records, as of when.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Filter {
    kind: String,
    pub(crate) entry: String,
    date: String,
}

/// A record in one row.
pub(crate) struct RecordLine {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) subject: String,
    pub(crate) occurred: String,
    pub(crate) certainty: String,
    pub(crate) entry: u64,
    pub(crate) superseded: bool,
    pub(crate) exercise: bool,
}

#[derive(Template)]
#[template(path = "records.html")]
struct Page {
    frame: Frame,
    w: Words,
    kinds: Vec<Choice>,
    entry: String,
    date: String,
    as_of: String,
    suffix: String,
    records: Vec<RecordLine>,
    size: u64,
}

/// Shows the list.
pub(crate) async fn show(desk: Desk, Query(filter): Query<Filter>) -> Response {
    desk.serve(move |desk| page(desk, &filter)).await
}

fn page(desk: &Desk, filter: &Filter) -> Result<Response, Fault> {
    desk.require(Action::ReadRecords)?;
    let w = desk.words;
    let (position, mut refusal) = match filter.position() {
        Ok(position) => (position, None),
        Err(input) => {
            let problem = w.t(&format!("records-bad-{input}"));
            (
                Position::Now,
                Some(Refusal::of_form(w, vec![(input.to_owned(), problem)])),
            )
        }
    };
    let records = match desk.reader().records(position) {
        Ok(records) => records,
        Err(error @ office::OfficeError::Invalid { .. }) => {
            refusal = Some(Refusal::of(w, &error));
            Vec::new()
        }
        Err(error) => return Err(error.into()),
    };
    let size = if refusal.is_some() {
        0
    } else {
        desk.reader().size_at(position)?
    };
    let wanted = |record: &&RecordAt| {
        filter.kind.is_empty() || record.record.body.kind().code() == filter.kind
    };
    let page = Page {
        frame: desk.frame_with("/records", refusal),
        w,
        kinds: choices(
            w,
            "record-kind",
            RecordKind::ALL.iter().map(|k| k.code()),
            &filter.kind,
        ),
        entry: filter.entry.clone(),
        date: filter.date.clone(),
        as_of: match position {
            Position::Now => String::new(),
            _ => w.with("records-as-of", "size", size),
        },
        suffix: if position == Position::Now {
            String::new()
        } else {
            format!("?entry={size}")
        },
        records: records
            .iter()
            .filter(wanted)
            .map(|record| line(w, record))
            .collect(),
        size,
    };
    html(page.frame.refusal.as_ref(), &page)
}

impl Filter {
    /// The position asked for, or the input that names none.
    pub(crate) fn position(&self) -> Result<Position, &'static str> {
        if !self.entry.trim().is_empty() {
            return self
                .entry
                .trim()
                .parse()
                .map(Position::Entry)
                .map_err(|_| "entry");
        }
        if self.date.trim().is_empty() {
            return Ok(Position::Now);
        }
        // A day means its end: what was written down on that day was known on it.
        let end = format!("{}T23:59:59.999Z", self.date.trim());
        end.parse::<Timestamp>()
            .map(Position::Date)
            .map_err(|_| "date")
    }
}

/// A record in one row.
pub(crate) fn line(w: Words, at: &RecordAt) -> RecordLine {
    let header = &at.record.header;
    RecordLine {
        id: header.id.to_string(),
        kind: w.label("record-kind", at.record.body.kind().code()),
        subject: subject(w, at),
        occurred: header
            .occurred
            .map(|occurred| occurred.to_string())
            .unwrap_or_default(),
        certainty: w.label("certainty", header.knowledge.certainty.code()),
        entry: at.entry.index,
        superseded: at.superseded,
        exercise: header.exercise,
    }
}

/// What names the record, in the reader's language where it has words in it.
fn subject(w: Words, at: &RecordAt) -> String {
    let words = at
        .record
        .body
        .subject()
        .and_then(|text| serde_json::to_value(text).ok());
    let text = words.as_ref().and_then(|words| {
        let own = words.get(w.code()).and_then(Value::as_str);
        own.or_else(|| words.as_object()?.values().find_map(Value::as_str))
    });
    text.map_or_else(
        || w.label("record-kind", at.record.body.kind().code()),
        |text| w.seen(text),
    )
}
