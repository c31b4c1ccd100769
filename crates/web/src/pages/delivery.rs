//! What became of messages: both receipts of each, with their times.

use crate::desk::Desk;
use crate::fault::Fault;
use crate::moment::second;
use crate::tone::Tone;
use crate::words::Words;
use journal::hash::Hash;
use office::channel::{AcceptedMessage, SentMessage};
use office::reader::Line;
use office::writing::{Filed, load};
use records::{PartyId, Timestamp};
use seal::receipt::{ReceiptEvent, SignedReceipt};

/// How many messages of each direction are shown, the newest first.
const NEWEST: usize = 15;

/// A message in one row.
pub(crate) struct MessageLine {
    pub(crate) seq: u64,
    pub(crate) outgoing: bool,
    pub(crate) direction: String,
    /// The case; empty where the officer reads none.
    pub(crate) thread: String,
    pub(crate) short: String,
    /// When the receiver had it and could not read it yet; empty before that.
    pub(crate) consigned: String,
    /// When the receiver had its content; empty before that.
    pub(crate) handed_over: String,
    pub(crate) state: String,
    pub(crate) tone: Tone,
}

impl MessageLine {
    fn new(w: Words, outgoing: bool, event: Option<ReceiptEvent>) -> Self {
        let (state, tone) = match event {
            None => ("delivery-waiting", Tone::Neutral),
            Some(ReceiptEvent::ContentConsignment) => ("delivery-consigned", Tone::Warning),
            Some(ReceiptEvent::ContentHandover) => ("delivery-handed-over", Tone::Success),
            Some(_) => ("delivery-failed", Tone::Danger),
        };
        Self {
            seq: 0,
            outgoing,
            direction: w.t(if outgoing {
                "delivery-out"
            } else {
                "delivery-in"
            }),
            thread: String::new(),
            short: String::new(),
            consigned: String::new(),
            handed_over: String::new(),
            state: w.t(state),
            tone,
        }
    }

    fn in_case(mut self, desk: &Desk, thread: &str) -> Self {
        if desk.may(policy::Action::ReadCases) {
            self.short = super::case_view::short(thread);
            thread.clone_into(&mut self.thread);
        }
        self
    }

    /// A message of ours, by the times in the counterpart's receipts.
    fn sent(desk: &Desk, sent: &SentMessage) -> Self {
        let time = |receipt: &Option<String>| {
            let signed = SignedReceipt::from_json(receipt.as_ref()?.as_bytes()).ok()?;
            Some(moment(&signed.statement().time))
        };
        Self {
            seq: sent.seq,
            consigned: time(&sent.consignment).unwrap_or_default(),
            handed_over: time(&sent.handover).unwrap_or_default(),
            ..Self::new(desk.words, true, sent.event)
        }
        .in_case(desk, &sent.thread.to_string())
    }

    /// A message of theirs, by the times of our own entries.
    fn accepted(desk: &Desk, accepted: &AcceptedMessage) -> Result<Self, Fault> {
        let mut line = Self {
            seq: accepted.seq,
            ..Self::new(desk.words, false, Some(accepted.event))
        }
        .in_case(desk, &accepted.thread);
        let reader = desk.reader();
        let revisions = reader
            .database()
            .revisions(AcceptedMessage::FAMILY, &accepted.id())?;
        for entry in revisions.into_iter().filter_map(|document| document.entry) {
            let entry: Line = reader.line(&entry)?;
            let at = moment(entry.text("time"));
            match ReceiptEvent::from_code(entry.text("event")) {
                Some(ReceiptEvent::ContentConsignment) => line.consigned = at,
                Some(ReceiptEvent::ContentHandover) => line.handed_over = at,
                _ => {}
            }
        }
        Ok(line)
    }
}

fn moment(time: &str) -> String {
    time.parse::<Timestamp>().map(second).unwrap_or_default()
}

/// The newest messages of both directions with a counterpart.
pub(crate) fn newest(desk: &Desk, peer: &PartyId) -> Result<Vec<MessageLine>, Fault> {
    let mut sent = desk.reader().sent()?;
    sent.retain(|message| message.peer == *peer);
    sent.sort_by_key(|message| std::cmp::Reverse(message.seq));
    let mut accepted = desk.reader().accepted()?;
    accepted.retain(|message| message.peer == *peer);
    accepted.sort_by_key(|message| std::cmp::Reverse(message.seq));
    let mut lines: Vec<MessageLine> = sent
        .iter()
        .take(NEWEST)
        .map(|message| MessageLine::sent(desk, message))
        .collect();
    for message in accepted.iter().take(NEWEST) {
        lines.push(MessageLine::accepted(desk, message)?);
    }
    Ok(lines)
}

/// These messages, whichever side sent them; what is not on file is left out.
pub(crate) fn of_messages(desk: &Desk, messages: &[Hash]) -> Result<Vec<MessageLine>, Fault> {
    let mut lines = Vec::new();
    for message in messages {
        if let Some(sent) = desk.reader().sent_message(message)? {
            lines.push(MessageLine::sent(desk, &sent));
        } else if let Some(accepted) =
            load::<AcceptedMessage>(desk.reader().database().as_ref(), &message.to_string())?
        {
            lines.push(MessageLine::accepted(desk, &accepted.value)?);
        }
    }
    Ok(lines)
}

/// Messages of a counterpart's channel that one side holds and cannot read yet: ours over there, and
/// theirs here.
pub(crate) fn unread(desk: &Desk, peer: &PartyId) -> Result<(usize, usize), Fault> {
    let consigned = Some(ReceiptEvent::ContentConsignment);
    let ours = desk.reader().sent()?;
    let ours = ours
        .iter()
        .filter(|message| message.peer == *peer && message.event == consigned);
    let theirs = desk.reader().awaiting_headers()?;
    let theirs = theirs.iter().filter(|message| message.peer == *peer);
    Ok((ours.count(), theirs.count()))
}
