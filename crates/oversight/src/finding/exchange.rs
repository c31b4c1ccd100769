//! What the exchange logs show: requests by side and topic, and what became of them.

use super::figures::{Counter, Row, What};
use super::statements::not_recorded;
use super::{AnswerKind, Asked, Outcome, Table};
use crate::evidence::ExchangeView;
use crate::statistics::{Discrepancies, Ledger, Scope};
use journal::grade::Grade;
use records::PartyId;
use records::body::Truth;
use records::vocabulary::ExternalReason;

pub(super) fn requests(asked: &Asked<'_>, peer: &PartyId) -> Outcome {
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    let Some(exchange) = asked.view.exchange(peer) else {
        return no_log(asked, peer);
    };
    let counter = Counter::new(asked, exchange);
    let sides = &exchange.own.sides;
    let real: u64 = sides
        .iter()
        .map(|side| counter.count(side, Row::All, Scope::Real, What::Requests))
        .sum();
    outcome.kind = if real == 0 {
        AnswerKind::None
    } else {
        AnswerKind::Count
    };
    outcome.affirms = Some(if real == 0 { Truth::No } else { Truth::Yes });
    let text = if real == 0 {
        "requests-zero"
    } else {
        "requests-some"
    };
    say_real(&mut outcome, &counter, asked, text, real);
    say_log(&mut outcome, &counter, asked);
    for scope in Scope::ALL {
        if scope == Scope::Exercise && !any_exercise(&counter) {
            continue;
        }
        add_requests_table(&mut outcome, &counter, asked, scope);
    }
    outcome
}

fn no_log(asked: &Asked<'_>, peer: &PartyId) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    outcome.say(words.text("no-log", &[("side", &words.of_side(peer))]), []);
    not_recorded(&mut outcome, asked);
    outcome
}

/// The first sentence: how many, up to when.
fn say_real(
    outcome: &mut Outcome,
    counter: &Counter<'_>,
    asked: &Asked<'_>,
    what: &str,
    real: u64,
) {
    let words = asked.wording;
    let count = real.to_string();
    let text = match counter.until {
        Some(until) => words.text(
            &format!("{what}-until"),
            &[("date", &words.day(until.date())), ("count", &count)],
        ),
        None => words.text(&format!("{what}-whole"), &[("count", &count)]),
    };
    outcome.say(text, []);
}

/// What the count rests on: since when the log runs, how long it is, and whose logs agree.
fn say_log(outcome: &mut Outcome, counter: &Counter<'_>, asked: &Asked<'_>) {
    let words = asked.wording;
    let own = &counter.exchange.own;
    let size = own.size.to_string();
    let text = match own.since {
        None => words.text("log-empty", &[("log", &own.origin)]),
        Some(since) => words.text(
            "log-since",
            &[
                ("log", &own.origin),
                ("date", &words.day(since.date())),
                ("size", &size),
            ],
        ),
    };
    outcome.say(text, []);
    outcome.say(say_grade(counter.exchange, own, asked), []);
    if counter.until.is_none() && own.since.is_some() {
        let cut_off = words.day(asked.view.cut_off);
        outcome.say(words.text("log-later", &[("date", &cut_off)]), []);
    }
    let text = match &counter.exchange.counterpart {
        None => words.text(
            "one-log",
            &[("side", &words.of_side(&counter.exchange.peer))],
        ),
        Some(counterpart) => {
            outcome.say(say_grade(counter.exchange, counterpart, asked), []);
            let found = Discrepancies::between(own, counterpart, asked.view.as_of);
            let size = counterpart.size.to_string();
            let rows = found.to_rows();
            let arguments = [
                ("log", counterpart.origin.as_str()),
                ("size", &size),
                ("count", &rows.len().to_string()),
            ];
            let id = if found.is_empty() {
                "both-logs-agree"
            } else {
                "both-logs-differ"
            };
            let text = words.text(id, &arguments);
            let table = Table {
                caption: words.text("discrepancies-caption", &[]),
                header: words.heads(&["difference", "own-log", "counterpart-log"]),
                rows: rows.into_iter().map(|row| row.to_vec()).collect(),
                exercise: false,
            };
            outcome.table(table, []);
            text
        }
    };
    outcome.say(text, []);
}

/// Who vouches for a log that was counted in.
fn say_grade(exchange: &ExchangeView, ledger: &Ledger, asked: &Asked<'_>) -> String {
    let words = asked.wording;
    let vouched = exchange.grades.vouched(&ledger.origin, ledger.decided);
    match vouched.filter(|vouched| vouched.grade > Grade::SelfSigned) {
        None => words.text("log-self-signed", &[("log", &ledger.origin)]),
        Some(vouched) => words.text(
            "log-witnessed",
            &[
                ("log", &ledger.origin),
                ("grade", &words.label("grade", vouched.grade.code())),
                ("witnesses", &vouched.witnesses.join(", ")),
                ("size", &vouched.size.to_string()),
            ],
        ),
    }
}

fn any_exercise(counter: &Counter<'_>) -> bool {
    let ledgers = [
        Some(&counter.exchange.own),
        counter.exchange.counterpart.as_ref(),
    ];
    ledgers
        .into_iter()
        .flatten()
        .any(|ledger| ledger.messages.values().any(|m| m.exercise))
}

fn caption(asked: &Asked<'_>, counter: &Counter<'_>, what: &str, scope: Scope) -> String {
    let words = asked.wording;
    match (scope, counter.until) {
        (Scope::Exercise, _) => words.text(&format!("{what}-caption-exercise"), &[]),
        (Scope::Real, Some(until)) => words.text(
            &format!("{what}-caption-until"),
            &[("date", &words.day(until.date()))],
        ),
        (Scope::Real, None) => words.text(&format!("{what}-caption-whole"), &[]),
    }
}

fn add_requests_table(
    outcome: &mut Outcome,
    counter: &Counter<'_>,
    asked: &Asked<'_>,
    scope: Scope,
) {
    let words = asked.wording;
    let sides = &counter.exchange.own.sides;
    let mut rows = Vec::new();
    for row in counter.rows(scope) {
        let cells = sides
            .iter()
            .map(|side| counter.add(outcome, side, row, scope, What::Requests));
        let cells: Vec<String> = cells.collect();
        rows.push([vec![counter.row_label(row)], cells].concat());
    }
    let pings: Vec<String> = sides
        .iter()
        .map(|side| counter.add(outcome, side, Row::All, scope, What::Pings))
        .collect();
    rows.push([vec![words.label("topic", "pings")], pings].concat());
    let by_side = sides
        .iter()
        .map(|side| words.text("requests-of", &[("side", &words.of_side(side))]));
    let header = words.heads(&["topic"]).into_iter().chain(by_side).collect();
    let table = Table {
        caption: caption(asked, counter, "requests", scope),
        header,
        rows,
        exercise: scope == Scope::Exercise,
    };
    outcome.table(table, []);
}

/// The fates that a table shows, in its order; the first is what all others add up to.
const FATES: [What; 6] = [
    What::Requests,
    What::Answered,
    What::WithoutInformation,
    What::Unanswered,
    What::Open,
    What::Withdrawn,
];

pub(super) fn unanswered(asked: &Asked<'_>, peer: &PartyId) -> Outcome {
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    let Some(exchange) = asked.view.exchange(peer) else {
        return no_log(asked, peer);
    };
    let counter = Counter::new(asked, exchange);
    let sides = &exchange.own.sides;
    let sum = |what| -> u64 {
        sides
            .iter()
            .map(|side| counter.count(side, Row::All, Scope::Real, what))
            .sum()
    };
    // The gap that was asked about: requests to which no information was given.
    let given = sum(What::Answered) - sum(What::WithoutInformation);
    let gap = sum(What::Requests) - given;
    outcome.kind = if gap == 0 {
        AnswerKind::None
    } else {
        AnswerKind::Count
    };
    outcome.affirms = Some(if gap == 0 { Truth::No } else { Truth::Yes });
    let text = match (sum(What::Requests), gap) {
        (0, _) => "gap-empty",
        (_, 0) => "gap-zero",
        _ => "gap-some",
    };
    say_real(&mut outcome, &counter, asked, text, gap);
    say_log(&mut outcome, &counter, asked);
    for scope in Scope::ALL {
        if scope == Scope::Exercise && !any_exercise(&counter) {
            continue;
        }
        for side in sides {
            add_fates_table(&mut outcome, &counter, asked, scope, side);
        }
        let none_given = |side| counter.count(side, Row::All, scope, What::WithoutInformation) > 0;
        if sides.iter().any(none_given) {
            add_reasons_table(&mut outcome, &counter, asked, scope);
        }
    }
    outcome
}

fn add_fates_table(
    outcome: &mut Outcome,
    counter: &Counter<'_>,
    asked: &Asked<'_>,
    scope: Scope,
    side: &PartyId,
) {
    let words = asked.wording;
    let mut rows = Vec::new();
    // "At least by topic": topics on which this side asked nothing would be rows of zeros.
    let asked_about =
        |row: &Row| *row == Row::All || counter.count(side, *row, scope, What::Requests) > 0;
    for row in counter.rows(scope).into_iter().filter(asked_about) {
        let cells = FATES
            .iter()
            .map(|what| counter.add(outcome, side, row, scope, *what));
        let cells: Vec<String> = cells.collect();
        rows.push([vec![counter.row_label(row)], cells].concat());
    }
    let heads = FATES.iter().map(|what| words.label("head", &what.code()));
    let header = words.heads(&["topic"]).into_iter().chain(heads).collect();
    let of_side = words.text("requests-of", &[("side", &words.of_side(side))]);
    let table = Table {
        caption: format!("{of_side}: {}", caption(asked, counter, "gap", scope)),
        header,
        rows,
        exercise: scope == Scope::Exercise,
    };
    outcome.table(table, []);
}

fn add_reasons_table(
    outcome: &mut Outcome,
    counter: &Counter<'_>,
    asked: &Asked<'_>,
    scope: Scope,
) {
    let words = asked.wording;
    let sides = &counter.exchange.own.sides;
    let mut rows = Vec::new();
    for reason in ExternalReason::ALL {
        let what = What::Reason(*reason);
        let cells = sides
            .iter()
            .map(|side| counter.add(outcome, side, Row::All, scope, what));
        let cells: Vec<String> = cells.collect();
        rows.push([vec![words.label("reason", reason.code())], cells].concat());
    }
    let by_side = sides
        .iter()
        .map(|side| words.text("requests-of", &[("side", &words.of_side(side))]));
    let header = words
        .heads(&["reason"])
        .into_iter()
        .chain(by_side)
        .collect();
    let table = Table {
        caption: caption(asked, counter, "reasons", scope),
        header,
        rows,
        exercise: scope == Scope::Exercise,
    };
    outcome.table(table, []);
}
