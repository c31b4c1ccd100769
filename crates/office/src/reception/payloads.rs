//! Large payloads, which come by themselves, in pieces, for the message that is next.
//!
//! What a peer can make this node keep is bounded: only payloads that an authentic manifest in its
//! place names, within a quota, and none becomes an object before the whole message has come. Whether
//! the same bytes lie in the object store already is not looked at: the answer would tell the peer
//! what this house holds.

use super::Arrival;
use crate::error::{OfficeError, Rejection};
use crate::office::Office;
use journal::hash::Hash;
use records::PartyId;
use seal::SealError;
use serde::Serialize;
use std::io::Read;
use store::objects::{Announced, ObjectError, Partial};

/// A payload that is still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MissingPayload {
    /// SHA-256 of the whole.
    pub payload: Hash,
    /// Its size in bytes.
    pub size: u64,
    /// How much of it is here; go on from there.
    pub received: u64,
}

impl Office {
    /// Takes a piece of a payload that the next message of this peer names, beginning at `offset`.
    /// Gives how much of it is here then; that is durable, also where the connection was cut.
    ///
    /// # Errors
    /// [`Rejection::NotAnnounced`], [`Rejection::WrongOffset`], [`Rejection::TooLarge`].
    pub fn append_payload(
        &self,
        from: &PartyId,
        payload: &Hash,
        offset: u64,
        bytes: &mut dyn Read,
    ) -> Result<u64, Rejection> {
        let Partial { announced, .. } = self.announced(from, payload)?;
        match self.objects.append(&announced, offset, bytes) {
            Ok(received) | Err(ObjectError::Cut { received, .. }) => Ok(received),
            Err(error) => Err(refused(error)),
        }
    }

    /// How much of a payload is here that the next message of this peer names.
    ///
    /// # Errors
    /// [`Rejection::NotAnnounced`].
    pub fn payload_received(&self, from: &PartyId, payload: &Hash) -> Result<u64, Rejection> {
        Ok(self.announced(from, payload)?.received)
    }

    fn announced(&self, from: &PartyId, payload: &Hash) -> Result<Partial, Rejection> {
        let partials = self.objects.incoming().partials(from.as_str());
        partials
            .map_err(refused)?
            .into_iter()
            .find(|partial| partial.announced.hash == *payload)
            .ok_or(Rejection::NotAnnounced(*payload))
    }

    /// Announces the payloads that did not come with the message, and tells what is missing of
    /// them. When nothing is, they become objects.
    pub(super) fn gather_payloads(
        &self,
        arrival: &Arrival<'_>,
    ) -> Result<Vec<MissingPayload>, Rejection> {
        self.check_sizes(arrival)?;
        let needed: Vec<(&str, Announced)> = arrival
            .message
            .missing()
            .map(|part| {
                let announced = Announced {
                    scope: arrival.peer.party.to_string(),
                    hash: part.payload.sha256,
                    size: part.payload.size,
                };
                (part.name.as_str(), announced)
            })
            .collect();
        if needed.is_empty() {
            return Ok(Vec::new());
        }
        self.discard_others(&arrival.peer.party, &needed)?;
        let mut missing = Vec::new();
        for (_, announced) in &needed {
            let quota = self.limits.message_bytes;
            let received = self.objects.partial(announced, quota).map_err(refused)?;
            if received < announced.size {
                missing.push(MissingPayload {
                    payload: announced.hash,
                    size: announced.size,
                    received,
                });
            }
        }
        if missing.is_empty() {
            // All are checked before one becomes an object.
            let mut whole = Vec::with_capacity(needed.len());
            for (part, announced) in &needed {
                let arrived = self.objects.incoming().arrived(announced);
                whole.push(arrived.map_err(|error| match error {
                    ObjectError::Mismatch { .. } => {
                        Rejection::NotAuthentic(SealError::PartMismatch((*part).to_owned()))
                    }
                    error => refused(error),
                })?);
            }
            for arrived in whole {
                self.objects.keep(arrived).map_err(refused)?;
            }
        }
        Ok(missing)
    }

    fn check_sizes(&self, arrival: &Arrival<'_>) -> Result<(), Rejection> {
        let sizes = || {
            arrival
                .manifest()
                .parts
                .iter()
                .map(|part| part.payload.size)
        };
        let (part, message) = (self.limits.part_bytes, self.limits.message_bytes);
        if sizes().any(|size| size > part) {
            return Err(Rejection::TooLarge {
                what: "part",
                limit: part,
            });
        }
        if sizes().fold(0, u64::saturating_add) > message {
            return Err(Rejection::TooLarge {
                what: "message",
                limit: message,
            });
        }
        Ok(())
    }

    /// What an earlier manifest announced for this place is not expected any more.
    fn discard_others(
        &self,
        from: &PartyId,
        needed: &[(&str, Announced)],
    ) -> Result<(), Rejection> {
        let partials = self.objects.incoming().partials(from.as_str());
        for partial in partials.map_err(refused)? {
            if !needed
                .iter()
                .any(|(_, announced)| *announced == partial.announced)
            {
                self.objects.discard(&partial.announced).map_err(refused)?;
            }
        }
        Ok(())
    }
}

fn refused(error: ObjectError) -> Rejection {
    match error {
        ObjectError::NotAnnounced { hash } => Rejection::NotAnnounced(hash),
        ObjectError::WrongOffset { received } => Rejection::WrongOffset { received },
        ObjectError::TooLarge { limit } => Rejection::TooLarge {
            what: "payload",
            limit,
        },
        ObjectError::OverQuota { quota, .. } => Rejection::TooLarge {
            what: "message",
            limit: quota,
        },
        error => OfficeError::from(error).into(),
    }
}
