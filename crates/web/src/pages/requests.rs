//! The queue: all requests, filtered by a plain form.

use super::case_view::Row;
use super::situation::{is_in_hand, waits_for_release, waits_for_review};
use crate::desk::{Desk, html, percent_encode};
use crate::fault::Fault;
use crate::form::{Choice, choices};
use crate::frame::Frame;
use crate::moment::{PRESSING_MS, runs};
use crate::words::Words;
use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use office::Case;
use policy::Action;
use records::Timestamp;
use records::vocabulary::{Direction, Topic};
use serde::Deserialize;

/// Rows on one page.
const ROWS: usize = 50;

/// The views that have a name, in the order of their links.
const VIEWS: [&str; 6] = ["open", "pressing", "overdue", "review", "release", "all"];

/// The codes of states, in the order of a request's life, the counterpart's requests first.
const STATES: [&str; 16] = [
    "screening",
    "held",
    "cleared",
    "conditional",
    "rejected",
    "answer-drafted",
    "answer-released",
    "answer-delivered",
    "withdrawn",
    "drafted",
    "submitted",
    "sent",
    "delivered",
    "overdue",
    "unanswered",
    "answered",
];

/// The filter, as it stands in the address.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(crate) struct Filter {
    view: String,
    direction: String,
    state: String,
    topic: String,
    text: String,
    page: usize,
}

/// A link to a view, with how many cases it holds.
struct View {
    label: String,
    address: String,
    count: usize,
    current: bool,
}

#[derive(Template)]
#[template(path = "requests.html")]
struct Page {
    frame: Frame,
    w: Words,
    may_draft: bool,
    views: Vec<View>,
    view: String,
    text: String,
    directions: Vec<Choice>,
    states: Vec<Choice>,
    topics: Vec<Choice>,
    filtered: bool,
    rows: Vec<Row>,
    found: usize,
    from: usize,
    to: usize,
    previous: Option<String>,
    next: Option<String>,
}

/// Shows the queue.
pub(crate) async fn show(desk: Desk, Query(filter): Query<Filter>) -> Response {
    desk.serve(move |desk| page(desk, &filter)).await
}

fn page(desk: &Desk, filter: &Filter) -> Result<Response, Fault> {
    desk.require(Action::ReadCases)?;
    let (w, now) = (desk.words, desk.now());
    let view = if VIEWS.contains(&filter.view.as_str()) {
        filter.view.as_str()
    } else {
        "open"
    };
    let mut cases = desk.reader().cases()?;
    let views = VIEWS
        .iter()
        .map(|name| View {
            label: w.t(&format!("view-{name}")),
            address: format!("/requests?view={name}"),
            count: cases.iter().filter(|case| in_view(name, case, now)).count(),
            current: *name == view,
        })
        .collect();
    cases.retain(|case| in_view(view, case, now) && filter.takes(case));
    // What presses first; what is done last, the newest before the oldest.
    cases.sort_by_key(|case| {
        (
            !runs(case),
            case.deadline.is_none(),
            if runs(case) {
                case.sort_key()
            } else {
                -case.sort_key()
            },
        )
    });
    let found = cases.len();
    let start = filter.page.saturating_mul(ROWS).min(found);
    let end = start.saturating_add(ROWS).min(found);
    let rows = cases
        .iter()
        .skip(start)
        .take(ROWS)
        .map(|case| Row::of(w, case, now))
        .collect();
    let page = Page {
        frame: desk.frame(&filter.address(view, filter.page)),
        w,
        may_draft: super::request_new::may_draft(desk),
        views,
        view: view.to_owned(),
        text: filter.text.clone(),
        directions: choices(
            w,
            "direction",
            Direction::ALL.iter().map(|d| d.code()),
            &filter.direction,
        ),
        states: choices(w, "state", STATES, &filter.state),
        topics: choices(
            w,
            "topic",
            Topic::ALL.iter().map(|t| t.code()),
            &filter.topic,
        ),
        filtered: filter.is_set(),
        rows,
        found,
        from: if found == 0 { 0 } else { start + 1 },
        to: end,
        previous: filter
            .page
            .checked_sub(1)
            .map(|page| filter.address(view, page)),
        next: (end < found).then(|| filter.address(view, filter.page + 1)),
    };
    html(None, &page)
}

fn in_view(view: &str, case: &Case, now: Timestamp) -> bool {
    let left = case
        .deadline
        .filter(|_| runs(case))
        .map(|deadline| deadline.millis() - now.millis());
    match view {
        "open" => runs(case) || is_in_hand(case),
        "pressing" => left.is_some_and(|left| (0..PRESSING_MS).contains(&left)),
        "overdue" => left.is_some_and(|left| left < 0),
        "review" => waits_for_review(case),
        "release" => waits_for_release(case),
        _ => true,
    }
}

impl Filter {
    fn is_set(&self) -> bool {
        [&self.direction, &self.state, &self.topic, &self.text]
            .iter()
            .any(|part| !part.trim().is_empty())
    }

    fn takes(&self, case: &Case) -> bool {
        let is = |wanted: &str, code: &str| wanted.is_empty() || wanted == code;
        let text = self.text.trim().to_lowercase();
        let holds = |field: &str| field.to_lowercase().contains(&text);
        is(&self.direction, case.direction().code())
            && is(&self.state, case.stage.code())
            && is(&self.topic, case.request.topic.code())
            && (text.is_empty()
                || case.thread.to_string().contains(&text)
                || holds(case.peer.as_str())
                || holds(&case.request.requester.authority)
                || case.request.texts().any(|(_, field)| holds(field)))
    }

    fn address(&self, view: &str, page: usize) -> String {
        let mut address = format!("/requests?view={view}");
        let parts = [
            ("direction", &self.direction),
            ("state", &self.state),
            ("topic", &self.topic),
            ("text", &self.text),
        ];
        for (name, value) in parts.into_iter().filter(|(_, value)| !value.is_empty()) {
            address.push_str(&format!("&{name}={}", percent_encode(value)));
        }
        if page > 0 {
            address.push_str(&format!("&page={page}"));
        }
        address
    }
}
