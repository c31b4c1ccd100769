//! Requests and answers by side and topic, counted from both exchange logs.

use super::Session;
use crate::config::Config;
use crate::control::{Order, Reply, submit};
use crate::edges::SystemClock;
use crate::node;
use crate::show;
use anyhow::{Context, Result, bail};
use locales::{label, text};
use office::exchange_log;
use office::reader::fields_for_figures;
use oversight::statistics::{Cell, Discrepancies, Ledger, Scope, Tally};
use records::{PartyId, Timestamp};
use std::collections::BTreeSet;

/// The two logs of one exchange, as this node sees them.
struct Exchange {
    own: Ledger,
    counterpart: Ledger,
    as_of: Timestamp,
}

impl Exchange {
    fn read(config: &Config, peer: &PartyId) -> Result<Self> {
        let reader = node::read(config)?;
        let own = reader.complete_extract(&exchange_log(peer), fields_for_figures())?;
        let filed = reader.peer_extract(peer)?.with_context(|| {
            format!(
                "the log of {peer} was never fetched; do that with: kontaktstelle reconcile {peer}"
            )
        })?;
        Ok(Self {
            own: Ledger::read(&own, reader.party(), peer)?,
            counterpart: Ledger::read(&filed.extract, peer, reader.party())?,
            as_of: reader.now(&SystemClock, config.exercise)?,
        })
    }

    fn tallies(&self) -> [Tally; 2] {
        [&self.own, &self.counterpart].map(|ledger| ledger.tally(None, self.as_of))
    }

    fn discrepancies(&self) -> Discrepancies {
        Discrepancies::between(&self.own, &self.counterpart, self.as_of)
    }
}

pub(super) fn show(session: &Session, peer: &PartyId) -> Result<()> {
    let exchange = Exchange::read(&session.config()?, peer)?;
    let [own, counterpart] = exchange.tallies();
    if session.global.json {
        let figures: Vec<serde_json::Value> = own
            .cells()
            .map(|(cell, value)| {
                serde_json::json!({
                    "sender": cell.sender,
                    "topic": cell.topic,
                    "scope": cell.scope,
                    "measure": cell.measure.code(),
                    "value": value,
                })
            })
            .collect();
        return show::json(&serde_json::json!({
            "as_of": exchange.as_of,
            "logs": [
                { "origin": exchange.own.origin, "size": exchange.own.size },
                { "origin": exchange.counterpart.origin, "size": exchange.counterpart.size },
            ],
            "figures": figures,
            "discrepancies": exchange.discrepancies(),
        }));
    }
    show::line(&table(session, &exchange, &own, &counterpart));
    Ok(())
}

/// One row for each thing counted, our figure and the counterpart's side by side.
fn table(session: &Session, exchange: &Exchange, own: &Tally, counterpart: &Tally) -> String {
    let language = session.language;
    let head = ["side", "topic", "scope", "measure"]
        .map(|column| text(language, &format!("command-column-{column}"), &[]));
    let mut rows = vec![
        [
            head.to_vec(),
            vec![
                exchange.own.origin.clone(),
                exchange.counterpart.origin.clone(),
            ],
        ]
        .concat(),
    ];
    let cells: BTreeSet<&Cell> = own
        .cells()
        .chain(counterpart.cells())
        .map(|(cell, _)| cell)
        .collect();
    for cell in cells {
        rows.push(vec![
            cell.sender.to_string(),
            cell.topic.map_or_else(
                || "–".to_owned(),
                |topic| label(language, "topic", topic.code()),
            ),
            label(language, "scope", cell.scope.code()),
            label(language, "measure", &cell.measure.code()),
            own.get(cell).to_string(),
            counterpart.get(cell).to_string(),
        ]);
    }
    for scope in Scope::ALL {
        if !own.cells().any(|(cell, _)| cell.scope == scope) {
            let none = text(language, "command-scope-empty", &[]);
            rows.push(vec![
                "–".into(),
                "–".into(),
                label(language, "scope", scope.code()),
                none,
                "0".into(),
                "0".into(),
            ]);
        }
    }
    align(&rows)
}

/// Columns under each other.
fn align(rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
    };
    let lines = rows.iter().map(|row| {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let padding = width(column)
                .unwrap_or_default()
                .saturating_sub(cell.chars().count());
            format!("{cell}{}", " ".repeat(padding))
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

pub(super) fn reconcile(session: &Session, peer: PartyId) -> Result<()> {
    let config = session.config()?;
    match submit(
        &config,
        session.language,
        Order::Reconcile { peer: peer.clone() },
    )? {
        Reply::Ok => {}
        Reply::Done(_) | Reply::Vouched(_) | Reply::Failed(_) => {
            bail!("the node gave an answer that does not fit")
        }
    }
    let exchange = Exchange::read(&config, &peer)?;
    let discrepancies = exchange.discrepancies();
    if session.global.json {
        return show::json(&discrepancies);
    }
    if discrepancies.is_empty() {
        show::say(
            session.language,
            "command-agree",
            &[("messages", exchange.own.messages.len().into())],
        );
        return Ok(());
    }
    show::say(session.language, "command-disagree", &[]);
    let rows: Vec<Vec<String>> = discrepancies.to_rows().into_iter().map(Vec::from).collect();
    show::line(&align(&rows));
    Ok(())
}
