//! The courier of an office, without network and clock: what it sends next, and when it gives up
//! waiting. Nothing of it survives the office; all that matters is in the outbox.

use crate::network::Load;
use journal::hash::Hash;
use office::{DeliveryStep, Office};
use records::PartyId;

/// How long it waits for an answer, in milliseconds.
const PATIENCE: i64 = 10_000;
/// The longest pause before it tries again.
pub(crate) const LONGEST_PAUSE: i64 = 30_000;

/// What it waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Waiting {
    message: Hash,
    releasing: bool,
    since: i64,
}

/// The courier to the one peer there is.
#[derive(Debug, Default)]
pub(crate) struct Courier(Option<Waiting>);

impl Courier {
    /// One look at the outbox. Gives what is to be sent, if anything.
    pub(crate) fn turn(
        &mut self,
        office: &Office,
        peer: &PartyId,
        now: i64,
    ) -> Result<Option<Load>, office::OfficeError> {
        let Some(delivery) = office.next_delivery(peer)? else {
            return Ok(None);
        };
        let message = delivery.message;
        let releasing = matches!(delivery.step, DeliveryStep::Release { .. });
        if let Some(waiting) = self
            .0
            .filter(|w| (w.message, w.releasing) == (message, releasing))
        {
            if now < waiting.since + PATIENCE {
                return Ok(None);
            }
            self.0 = None;
            let pause = (1000_i64 << delivery.attempts.min(5)).min(LONGEST_PAUSE);
            office.postpone_delivery(peer, delivery.seq, now + pause, "no answer")?;
            return Ok(None);
        }
        self.0 = Some(Waiting {
            message,
            releasing,
            since: now,
        });
        Ok(Some(match delivery.step {
            DeliveryStep::Consign { bytes, .. } => Load::Consign { message, bytes },
            DeliveryStep::Release { headers } => Load::Release { message, headers },
        }))
    }

    /// An answer about this message has come.
    pub(crate) fn answered(&mut self, message: Hash) {
        self.0 = self.0.filter(|waiting| waiting.message != message);
    }
}
