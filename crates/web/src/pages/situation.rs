//! The situation: where the officer on duty begins.

use super::case_view::Row;
use super::delivery;
use super::grade_view::GradeMark;
use crate::desk::{Desk, html};
use crate::fault::Fault;
use crate::frame::Frame;
use crate::moment::{KEYS_DUE_MS, PRESSING_MS, ago, keys_left, lasts, runs};
use crate::standing::log_name;
use crate::tone::Tone;
use crate::words::Words;
use askama::Template;
use axum::response::Response;
use office::state::{Incoming, Outgoing, Stage};
use office::witnessing::ForkedPeer;
use office::writing::{Filed as _, read_document};
use office::{Case, OFFICE_LOG};
use policy::Action;
use records::Timestamp;

/// How many cases the list of the next deadlines shows.
const NEXT: usize = 10;

/// Silence of a counterpart that is worth a look.
const SILENT_MS: i64 = 60 * 60 * 1000;

/// A figure at the top.
struct Figure {
    number: String,
    /// Words instead of a number.
    words: bool,
    label: String,
    tone: Tone,
    address: &'static str,
}

/// The link to a counterpart.
struct Link {
    peer: String,
    heard: String,
    silence: i64,
    waiting: usize,
    /// Ours that lie there, and theirs that lie here, and cannot be read yet.
    unread_there: usize,
    unread_here: usize,
    /// How long its keys last.
    keys: String,
    error: String,
    tone: Tone,
    state: String,
}

/// How far a log is vouched for by those who have to.
struct WitnessLine {
    log: String,
    label: String,
    wanted: GradeMark,
    covered: u64,
    size: u64,
    /// How long the first entry has waited; empty where none waits.
    since: String,
    /// What is the matter with which of its witnesses; empty where nothing is.
    faults: String,
    tone: Tone,
    state: String,
}

#[derive(Template)]
#[template(path = "situation.html")]
struct Page {
    frame: Frame,
    w: Words,
    reads_cases: bool,
    may_draft: bool,
    figures: Vec<Figure>,
    next: Vec<Row>,
    links: Vec<Link>,
    witnesses: Vec<WitnessLine>,
    own_keys: String,
    own_keys_tone: Tone,
    journal_size: u64,
}

/// Shows the situation. Whoever may not read cases sees the links only.
pub(crate) async fn show(desk: Desk) -> Response {
    desk.serve(page).await
}

fn page(desk: &Desk) -> Result<Response, Fault> {
    let (w, now) = (desk.words, desk.now());
    let reads_cases = desk.may(Action::ReadCases);
    let mut cases = if reads_cases {
        desk.reader().cases()?
    } else {
        Vec::new()
    };
    let links = links(desk)?;
    let mut figures = if reads_cases {
        figures(w, &cases, now)
    } else {
        Vec::new()
    };
    // The link that has been silent longest: the one to look at.
    figures.extend(
        links
            .iter()
            .max_by_key(|link| link.silence)
            .filter(|_| reads_cases)
            .map(|link| Figure {
                number: link.heard.clone(),
                words: true,
                label: w.with("figure-heard", "peer", w.label("party", &link.peer)),
                tone: if link.tone == Tone::Success {
                    Tone::Neutral
                } else {
                    link.tone
                },
                address: "/peers",
            }),
    );
    cases.retain(runs);
    cases.sort_by_key(|case| (case.deadline.is_none(), case.deadline, case.opened));
    let next = cases
        .iter()
        .take(NEXT)
        .map(|case| Row::of(w, case, now))
        .collect();
    let own = desk.office().keyring().manifest.statement();
    let page = Page {
        frame: desk.frame("/"),
        w,
        reads_cases,
        may_draft: super::request_new::may_draft(desk),
        figures,
        next,
        links,
        witnesses: witnesses(desk)?,
        own_keys: lasts(w, own, now),
        own_keys_tone: if keys_left(own, now) < KEYS_DUE_MS {
            Tone::Warning
        } else {
            Tone::Neutral
        },
        journal_size: desk.reader().head(OFFICE_LOG)?.size,
    };
    html(None, &page)
}

fn figures(w: Words, cases: &[Case], now: Timestamp) -> Vec<Figure> {
    let count = |test: &dyn Fn(&Case) -> bool| cases.iter().filter(|case| test(case)).count();
    let left = |case: &Case| {
        case.deadline
            .filter(|_| runs(case))
            .map(|deadline| deadline.millis() - now.millis())
    };
    let open = count(&|case| runs(case) || is_in_hand(case));
    let pressing = count(&|case| left(case).is_some_and(|left| (0..PRESSING_MS).contains(&left)));
    let overdue = count(&|case| left(case).is_some_and(|left| left < 0));
    let review = count(&waits_for_review);
    let release = count(&waits_for_release);
    let figure = |number: usize, id: &str, alarm: Tone, address| Figure {
        number: number.to_string(),
        words: false,
        label: w.t(id),
        tone: if number > 0 { alarm } else { Tone::Neutral },
        address,
    };
    vec![
        figure(open, "figure-open", Tone::Info, "/requests?view=open"),
        figure(
            pressing,
            "figure-pressing",
            Tone::Warning,
            "/requests?view=pressing",
        ),
        figure(
            overdue,
            "figure-overdue",
            Tone::Danger,
            "/requests?view=overdue",
        ),
        figure(
            review,
            "figure-review",
            Tone::Warning,
            "/requests?view=review",
        ),
        figure(
            release,
            "figure-release",
            Tone::Info,
            "/requests?view=release",
        ),
    ]
}

/// Own requests that have not left yet.
pub(crate) const fn is_in_hand(case: &Case) -> bool {
    matches!(
        case.stage,
        Stage::Outgoing(Outgoing::Drafted | Outgoing::Held | Outgoing::Submitted)
    )
}

/// Whether a reviewer has to decide.
pub(crate) const fn waits_for_review(case: &Case) -> bool {
    matches!(
        case.stage,
        Stage::Incoming(Incoming::Screening | Incoming::Held) | Stage::Outgoing(Outgoing::Held)
    )
}

/// Whether a second officer has to release.
pub(crate) const fn waits_for_release(case: &Case) -> bool {
    matches!(
        case.stage,
        Stage::Incoming(Incoming::AnswerDrafted(_)) | Stage::Outgoing(Outgoing::Submitted)
    )
}

fn links(desk: &Desk) -> Result<Vec<Link>, Fault> {
    let (w, now) = (desk.words, desk.now());
    let outbox = desk.reader().outbox()?;
    let database = desk.reader().database();
    let forked = database.documents(ForkedPeer::FAMILY, None)?;
    let forked = forked
        .into_iter()
        .map(|document| Ok(read_document::<ForkedPeer>(document)?.value))
        .collect::<Result<Vec<_>, Fault>>()?;
    let mut links = Vec::new();
    for peer in desk.reader().peers()? {
        let heard = desk.reader().last_heard(&peer.party)?;
        let waiting: Vec<_> = outbox
            .iter()
            .filter(|row| row.peer == peer.party.as_str())
            .collect();
        let error = waiting
            .iter()
            .find_map(|row| row.last_error.clone())
            .unwrap_or_default();
        let (unread_there, unread_here) = delivery::unread(desk, &peer.party)?;
        let keys = peer.keys()?;
        let silence = heard.map_or(i64::MAX, |heard| now.millis() - heard.millis());
        let is_forked = forked.iter().any(|fork| fork.peer == peer.party);
        let (tone, state) = match (error.is_empty(), silence > SILENT_MS) {
            // It has signed two histories: nothing about this link is good any more.
            _ if is_forked => (Tone::Danger, "link-forked"),
            (false, _) => (Tone::Danger, "link-failing"),
            (true, true) => (Tone::Warning, "link-silent"),
            (true, false) => (Tone::Success, "link-good"),
        };
        links.push(Link {
            peer: peer.party.to_string(),
            heard: heard.map_or_else(|| w.t("never"), |heard| ago(w, heard, now)),
            silence,
            waiting: waiting.len(),
            unread_there,
            unread_here,
            keys: lasts(w, &keys, now),
            error: w.seen(&error),
            tone,
            state: w.t(state),
        });
    }
    Ok(links)
}

fn witnesses(desk: &Desk) -> Result<Vec<WitnessLine>, Fault> {
    let (w, now) = (desk.words, desk.now());
    let lags = desk.office().witness_lag()?;
    let lines = lags.into_iter().map(|lag| {
        // Of those that are witnesses now: with one that was replaced nothing is the matter any more.
        let targets = desk.office().witness_targets(&lag.log)?;
        let faults: Vec<String> = targets
            .iter()
            .filter_map(|it| Some((it.name(), it.fault()?)))
            .map(|(witness, fault)| {
                format!("{witness}: {}", w.label("witness-fault", fault.code()))
            })
            .collect();
        let (tone, state) = match (lag.alarm, lag.covered < lag.size) {
            _ if !faults.is_empty() => (Tone::Danger, "witness-faulty"),
            (true, _) => (Tone::Danger, "witness-late"),
            (false, true) => (Tone::Info, "witness-under-way"),
            (false, false) => (Tone::Success, "witness-good"),
        };
        Ok(WitnessLine {
            label: log_name(w, &lag.log),
            wanted: GradeMark::of(w, lag.wanted),
            covered: lag.covered,
            size: lag.size,
            since: lag
                .since
                .map(|since| ago(w, since, now))
                .unwrap_or_default(),
            faults: faults.join("; "),
            tone,
            state: w.t(state),
            log: lag.log,
        })
    });
    lines.collect()
}
