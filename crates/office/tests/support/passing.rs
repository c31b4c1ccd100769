//! Messages on their way from house to house, step by step.

use super::house::House;
use journal::hash::Hash;
use office::{Acceptance, DeliveryStep, Rejection};
use records::PartyId;
use seal::message::Message;
use seal::receipt::{ReceiptEvent, SignedReceipt};

impl House {
    /// What waits for `peer`, oldest first: sequence number and sealed message.
    pub fn waiting(&self, peer: &PartyId) -> Vec<(u64, Vec<u8>)> {
        let rows = self.reader().outbox().unwrap();
        rows.into_iter()
            .filter(|row| row.peer == peer.as_str())
            .map(|row| (row.seq, self.reader().blob(&row.blob).unwrap().unwrap()))
            .collect()
    }

    /// The only message that waits for `peer`.
    #[track_caller]
    pub fn only_waiting(&self, peer: &PartyId) -> Vec<u8> {
        let mut waiting = self.waiting(peer);
        assert_eq!(waiting.len(), 1);
        waiting.remove(0).1
    }

    /// The first step: hands in a message of `from`, and those of its payloads that are asked for.
    /// Gives the first receipt.
    pub fn consign(&self, from: &Self, bytes: &[u8]) -> Result<String, Rejection> {
        for _ in 0..2 {
            match self.office.accept_message(&from.party, bytes)? {
                Acceptance::Receipt(receipt) => return Ok(receipt),
                Acceptance::PayloadsMissing(missing) => {
                    for piece in missing {
                        let mut rest = from.office.open_payload(&piece.payload, piece.received)?;
                        let received = self.office.append_payload(
                            &from.party,
                            &piece.payload,
                            piece.received,
                            &mut rest,
                        )?;
                        assert_eq!(received, piece.size);
                    }
                }
            }
        }
        panic!("payloads are still missing after all of them were sent");
    }

    /// The second step: hands in the headers of a message of `from`. Gives the second receipt.
    pub fn open(&self, from: &Self, message: Hash) -> Result<String, Rejection> {
        self.office
            .open_message(&from.party, &message, &from.headers_of(message))
    }

    /// Both steps. Gives the last receipt.
    pub fn take(&self, from: &Self, bytes: &[u8]) -> Result<String, Rejection> {
        let receipt = self.consign(from, bytes)?;
        match event(&receipt) {
            ReceiptEvent::ContentConsignment => self.open(from, id_of(bytes)),
            _ => Ok(receipt),
        }
    }

    /// The headers document of a message that this house has sent or crafted, released or not.
    pub fn headers_of(&self, message: Hash) -> Vec<u8> {
        if let Some(headers) = self.headers.lock().unwrap().get(&message) {
            return headers.clone();
        }
        let sent = self.reader().sent_message(&message).unwrap().unwrap();
        self.reader().blob(&sent.headers).unwrap().unwrap()
    }
}

/// What must not change when a message has no effect, apart from the office log.
pub fn effects(house: &House, peer: &House) -> impl PartialEq + std::fmt::Debug + use<> {
    (
        house.reader().cases().unwrap(),
        house.reader().channel(&peer.party).unwrap(),
        house.reader().accepted().unwrap(),
        house
            .reader()
            .head(&format!("exchange-{}", peer.party))
            .unwrap(),
    )
}

/// The id of an encoded message.
pub fn id_of(bytes: &[u8]) -> Hash {
    Message::decode(bytes).unwrap().id()
}

/// The event that a receipt states.
pub fn event(receipt: &str) -> ReceiptEvent {
    SignedReceipt::from_json(receipt.as_bytes())
        .unwrap()
        .statement()
        .event
}

/// Takes the next step of what is due in one direction; gives the event of its receipt.
pub fn step(from: &House, to: &House) -> Option<ReceiptEvent> {
    let delivery = from.office.next_delivery(&to.party).unwrap()?;
    let message = delivery.message;
    let receipt = match &delivery.step {
        DeliveryStep::Consign { bytes, .. } => to.consign(from, bytes),
        DeliveryStep::Release { headers } => to.office.open_message(&from.party, &message, headers),
    }
    .unwrap();
    from.office
        .file_receipt(&to.party, message, &receipt)
        .unwrap();
    Some(event(&receipt))
}

/// Hands over what waits in one direction, both steps; gives how many messages that were.
pub fn deliver(from: &House, to: &House) -> usize {
    let mut through = 0;
    while let Some(event) = step(from, to) {
        through += usize::from(event != ReceiptEvent::ContentConsignment);
    }
    through
}

/// Hands over in both directions until nothing waits.
pub fn settle(a: &House, b: &House) {
    while deliver(a, b) + deliver(b, a) > 0 {}
}
