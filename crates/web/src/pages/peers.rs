//! Counterparts: keys, the link, what waits, what was receipted.

use super::case_view::Line;
use super::delivery::{self, MessageLine};
use crate::desk::{Desk, html};
use crate::fault::{Fault, Refusal};
use crate::frame::Frame;
use crate::moment::lasts;
use crate::moment::{ago, minute};
use crate::words::Words;
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use office::channel::SentMessage;
use office::{Command, Peer};
use policy::Action;
use records::PartyId;

struct Waiting {
    seq: u64,
    attempts: u32,
    due: String,
    error: String,
}

struct PeerLine {
    party: String,
    fingerprint: String,
    facts: Vec<Line>,
    keys: Vec<Line>,
    waiting: Vec<Waiting>,
    messages: Vec<MessageLine>,
    log: String,
}

#[derive(Template)]
#[template(path = "peers.html")]
struct Page {
    frame: Frame,
    w: Words,
    own_fingerprint: String,
    own_node: String,
    own_valid: String,
    peers: Vec<PeerLine>,
    may_ping: bool,
}

/// Shows the counterparts.
pub(crate) async fn show(desk: Desk) -> Response {
    desk.serve(|desk| page(desk, None)).await
}

/// Asks a counterpart whether it is there.
pub(crate) async fn ping(desk: Desk, Path(party): Path<String>) -> Response {
    desk.serve(move |desk| {
        let peer: PartyId = party.parse().map_err(|_| Fault::NotFound)?;
        match desk.execute(&Command::Ping { peer }) {
            Ok(_) => Ok(desk.done("ping-sent", "/peers")),
            Err(error) => page(desk, Some(Refusal::of(desk.words, &error))),
        }
    })
    .await
}

fn page(desk: &Desk, refusal: Option<Refusal>) -> Result<Response, Fault> {
    desk.require(Action::ReadJournal)?;
    let own = desk.office().keyring().manifest.statement();
    let peers = desk.reader().peers()?;
    let page = Page {
        frame: desk.frame_with("/peers", refusal),
        w: desk.words,
        own_fingerprint: own.fingerprint().to_string(),
        own_node: own.node.clone(),
        own_valid: lasts(desk.words, own, desk.now()),
        peers: peers
            .iter()
            .map(|peer| line(desk, peer))
            .collect::<Result<_, _>>()?,
        may_ping: desk.may(Action::SendPing),
    };
    html(page.frame.refusal.as_ref(), &page)
}

fn line(desk: &Desk, peer: &Peer) -> Result<PeerLine, Fault> {
    let (w, now, reader) = (desk.words, desk.now(), desk.reader());
    let keys = peer.keys()?;
    let channel = reader.channel(&peer.party)?;
    let channel = channel.as_ref();
    let sent: Vec<_> = reader
        .sent()?
        .into_iter()
        .filter(|message| message.peer == peer.party)
        .collect();
    let count = |test: fn(&SentMessage) -> bool| sent.iter().filter(|it| test(it)).count();
    let heard = reader.last_heard(&peer.party)?;
    let fact = |id: &str, text: String| Line {
        label: w.t(&format!("peer-{id}")),
        text,
    };
    let waiting = reader
        .outbox()?
        .into_iter()
        .filter(|row| row.peer == peer.party.as_str())
        .map(|row| Waiting {
            seq: row.seq,
            attempts: row.attempts,
            due: minute(records::Timestamp::from_millis(row.due_ms)),
            error: w.seen(row.last_error.as_deref().unwrap_or_default()),
        })
        .collect();
    let signing = keys.suites.iter().map(|suite| Line {
        label: w.with("peer-signing", "suite", suite.suite),
        text: suite.signing.id().to_string(),
    });
    let known = keys.logs.iter().map(|log| Line {
        label: w.with("peer-log", "log", &log.name),
        text: log.vkeys.join("\n"),
    });
    let witness = keys.witness.iter().map(|witness| Line {
        label: w.t("peer-witness"),
        text: witness.vkeys.join("\n"),
    });
    let revoked = keys.revocations.iter().map(|revocation| Line {
        label: w.t("peer-revoked"),
        text: revocation.key.to_string(),
    });
    let mut key_lines = vec![
        fact("node", w.seen(&keys.node)),
        fact("version", keys.version.to_string()),
        fact("valid", lasts(w, &keys, now)),
    ];
    key_lines.extend(signing.chain(known).chain(witness).chain(revoked));
    Ok(PeerLine {
        party: peer.party.to_string(),
        fingerprint: peer.fingerprint.clone(),
        facts: vec![
            fact(
                "heard",
                heard.map_or_else(
                    || w.t("never"),
                    |at| format!("{} · {}", ago(w, at, now), minute(at)),
                ),
            ),
            fact(
                "sent",
                channel.map_or(0, |channel| channel.sent).to_string(),
            ),
            fact(
                "consigned",
                format!("{} / {}", count(SentMessage::is_consigned), sent.len()),
            ),
            fact(
                "handed-over",
                format!("{} / {}", count(SentMessage::is_handed_over), sent.len()),
            ),
            fact(
                "accepted",
                channel.map_or(0, |channel| channel.accepted).to_string(),
            ),
            fact(
                "accepted-by",
                format!("{} · {}", w.seen(&peer.accepted_by), minute(peer.accepted)),
            ),
        ],
        keys: key_lines,
        waiting,
        messages: delivery::newest(desk, &peer.party)?,
        log: office::exchange_log(&peer.party),
    })
}
