//! The end of a story, looked at from both sides: each message went through once, in order, with both
//! receipts, or somebody says why it could not.

use crate::house::{House, NAMES, logs_of, other};
use crate::machine::SetBack;
use crate::world::World;
use journal::entry::EntryBody;
use serde_json::Value;
use std::collections::BTreeSet;

/// An exchange log's entry, as far as it matters here.
struct Line {
    kind: String,
    message: String,
    event: String,
    seq: u64,
    reply_to: Option<String>,
}

impl Line {
    fn of(body: &EntryBody) -> Self {
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            kind: text("kind").unwrap_or_default(),
            message: text("message").unwrap_or_default(),
            event: text(seal::receipt::EVENT_FIELD).unwrap_or_default(),
            seq: body.get("seq").and_then(Value::as_u64).unwrap_or_default(),
            reply_to: text("reply_to"),
        }
    }
}

impl World {
    /// Looks at how it ended.
    pub(crate) fn review(&mut self) {
        let mut wrong = Vec::new();
        for house in 0..2 {
            wrong.extend(self.review_standing(house));
            let lines = self.lines(house);
            wrong.extend(once_and_in_order(house, &lines));
            if !self.outside.forgetful[house] && self.signs(house) {
                wrong.extend(self.review_promises(house, &lines));
            }
        }
        if (0..2).all(|house| self.signs(house)) {
            // Also to an office that has forgotten what it had: it is given it again. What a
            // forgetful one sends may contradict what it sent before.
            for house in (0..2).filter(|house| !self.outside.forgetful[*house]) {
                wrong.extend(self.review_deliveries(house));
            }
        }
        for wrong in wrong {
            self.outside.complain(wrong);
        }
    }

    fn lines(&self, house: usize) -> Vec<Line> {
        let [_, log] = logs_of(house);
        let Some(life) = &self.machines[house].life else {
            return Vec::new();
        };
        let entries = life
            .office
            .reader()
            .database()
            .entries(&log, 0, u64::MAX)
            .unwrap();
        let bodies = entries.iter().filter_map(|entry| entry.content.as_ref());
        bodies.map(|(body, _)| Line::of(body)).collect()
    }

    /// Only an office that was set back may end without signing, and then it says why.
    fn review_standing(&self, house: usize) -> Option<String> {
        let (name, machine) = (NAMES[house], &self.machines[house]);
        if self.signs(house) || machine.set_back != SetBack::No {
            return None;
        }
        Some(match &machine.life {
            Some(life) => format!(
                "{name} was only stopped, and ends as {:?}",
                life.office.standing()
            ),
            None => format!(
                "{name} was only stopped, and does not start: {:?}",
                machine.refused
            ),
        })
    }

    /// What the office was told it has sent is there, and so is what the other one has a receipt for.
    fn review_promises(&self, house: usize, lines: &[Line]) -> Vec<String> {
        let name = NAMES[house];
        let mut wrong = Vec::new();
        for message in &self.outside.sent[house] {
            let id = message.to_string();
            let sent = |line: &&Line| line.kind == "message.sent" && line.message == id;
            if lines.iter().filter(sent).count() != 1 {
                wrong.push(format!(
                    "{name} was told a ping is sent, and has it not once"
                ));
            }
        }
        for filed in self
            .outside
            .receipts
            .iter()
            .filter(|filed| filed.sender == other(house))
        {
            let line = usize::try_from(filed.entry)
                .ok()
                .and_then(|entry| lines.get(entry));
            let proves = line.is_some_and(|line| {
                line.message == filed.message.to_string() && line.event == filed.event.code()
            });
            if !proves {
                let entry = filed.entry;
                wrong.push(format!(
                    "{name} gave a receipt for entry {entry}, which says something else"
                ));
            }
        }
        wrong
    }

    /// Nothing waits, and every message has both receipts.
    fn review_deliveries(&self, house: usize) -> Option<String> {
        let (name, life) = (NAMES[house], self.machines[house].life.as_ref()?);
        let reader = life.office.reader();
        let waiting = reader.outbox().unwrap().len();
        if waiting > 0 {
            return Some(format!("{name} still has {waiting} messages to deliver"));
        }
        let sent = reader.sent().unwrap();
        if let Some(unproven) = sent
            .iter()
            .find(|sent| !sent.is_consigned() || !sent.is_handed_over())
        {
            return Some(format!(
                "{name} has no receipts for message {}",
                unproven.seq
            ));
        }
        let peer = &House::of(other(house)).party;
        let channel = reader.channel(peer).unwrap();
        let theirs = self.machines[other(house)].life.as_ref()?.office.reader();
        let accepted = theirs.channel(&House::of(house).party).unwrap();
        let (sent, accepted) = (
            channel.map_or(0, |channel| channel.sent),
            accepted.map_or(0, |channel| channel.accepted),
        );
        (sent != accepted).then(|| format!("{name} sent {sent} messages, {accepted} were accepted"))
    }
}

/// No message is sent, taken, opened or answered twice, and each direction counts from one. What the
/// other one has lost is receipted again.
fn once_and_in_order(house: usize, lines: &[Line]) -> Vec<String> {
    let name = NAMES[house];
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for line in lines {
        if line.kind == "message.sent-again" {
            seen.retain(|(kind, message, _): &(&String, &String, &String)| {
                **message != line.message || *kind == "message.sent"
            });
        }
        if !seen.insert((&line.kind, &line.message, &line.event)) && !line.message.is_empty() {
            wrong.push(format!("{name} has {} twice for one message", line.kind));
        }
        if let Some(asked) = &line.reply_to
            && line.kind == "message.sent"
            && !seen.insert((&line.kind, asked, asked))
        {
            wrong.push(format!("{name} has answered a ping twice"));
        }
    }
    for kind in ["message.sent", "message.accepted"] {
        let places = lines
            .iter()
            .filter(|line| line.kind == kind)
            .map(|line| line.seq);
        if !places.eq(1..=lines.iter().filter(|line| line.kind == kind).count() as u64) {
            wrong.push(format!("{name} has {kind} out of order"));
        }
    }
    wrong
}
