//! What a peer's message does, and when: receipt before read.
//!
//! A message comes in two steps. First the signed manifest and the sealed payloads, which nobody here
//! can read: if it is authentic, addressed to us and next in its direction, it takes its place in the
//! channel, and our receipt says that we hold it (event D.1). For that receipt the sender releases the
//! headers. With them the message is opened, and only then does its content have an effect; the second
//! receipt says so (E.1), or that the content could not be used (E.2).
//!
//! Each step is one transaction. The same message, or the same headers, again get the receipt that is
//! on file and have no other effect. Headers may come after later messages were accepted: effects
//! happen in the order of opening.
//!
//! Where to start reading: here for the first step, `opening` for the second, `effect` for what
//! content does, `rejections` for what is kept of what was turned away.

mod effect;
mod opening;
mod payloads;
mod receipts;
mod rejections;
mod unusable;

pub use payloads::MissingPayload;
pub use rejections::{MAX_KEPT_FORKS, MAX_NOTED_PER_DAY};

use crate::OFFICE_LOG;
use crate::case::Case;
use crate::channel::{AcceptedMessage, Channel, Fields, event_field, message_fields};
use crate::content::CONTENT_PART;
use crate::entry_kind::EntryKind;
use crate::error::{OfficeError, Rejection};
use crate::exchange_log;
use crate::office::Office;
use crate::peer::Counterpart;
use crate::writing::{Loaded, Writing};
use journal::hash::Hash;
use receipts::Step;
use records::{PartyId, ThreadId};
use seal::key_manifest::KeyStanding;
use seal::message::{Message, MessageManifest};
use seal::receipt::ReceiptEvent;
use store::BlobRef;

/// How often taking a message is computed again when officers change the same documents meanwhile.
const ATTEMPTS: usize = 16;

/// What handing in a message comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acceptance {
    /// It has its place: our receipt (JSON).
    Receipt(String),
    /// It would have its place, but these payloads are still to come ([`Office::append_payload`]).
    PayloadsMissing(Vec<MissingPayload>),
}

/// A message after everything about it has been checked that can be checked without state.
struct Arrival<'a> {
    bytes: &'a [u8],
    peer: Counterpart,
    message: Message,
}

impl Arrival<'_> {
    fn manifest(&self) -> &MessageManifest {
        self.message.manifest().statement()
    }
}

impl Office {
    /// The first step: takes a signed manifest, with its small payloads, from the peer that the
    /// transport has authenticated.
    ///
    /// # Errors
    /// [`Rejection`]; the message then had no effect except, perhaps, an entry that says so.
    pub fn accept_message(&self, from: &PartyId, bytes: &[u8]) -> Result<Acceptance, Rejection> {
        let result = self.admit(from, bytes);
        if let Err(rejection) = &result {
            self.note_rejection(Some(from), rejection, Some(bytes));
        }
        result
    }

    fn admit(&self, from: &PartyId, bytes: &[u8]) -> Result<Acceptance, Rejection> {
        let arrival = self.authenticate(from, bytes)?;
        let channel = self.load_channel(from)?;
        if let Some(known) = self.known(arrival.message.id())? {
            return self.consigned(&known);
        }
        self.check_place(&channel.value, &arrival)?;
        // Nothing is stored for what cannot be receipted, and only for the message that is next.
        self.may_write()?;
        let missing = self.gather_payloads(&arrival)?;
        if !missing.is_empty() {
            return Ok(Acceptance::PayloadsMissing(missing));
        }
        for _ in 0..ATTEMPTS {
            match self.consign(&arrival) {
                Err(Rejection::NotNow(error)) if matches!(*error, OfficeError::Busy) => {}
                result => return result,
            }
        }
        Err(OfficeError::Busy.into())
    }

    /// Whether this is a message of this peer to us, in the suite that was agreed, by a key that
    /// counts.
    fn authenticate<'a>(&self, from: &PartyId, bytes: &'a [u8]) -> Result<Arrival<'a>, Rejection> {
        let peer = self.counterpart(from).map_err(|error| match error {
            OfficeError::NoSuch { .. } => Rejection::UnknownPeer,
            error => error.into(),
        })?;
        let message = Message::decode(bytes).map_err(Rejection::NotAuthentic)?;
        let manifest = message.manifest().statement();
        if manifest.sender != peer.party.as_str() {
            return Err(Rejection::UnknownPeer);
        }
        if manifest.recipient != self.keyring.party.as_str() {
            return Err(Rejection::OtherRecipient(manifest.recipient.clone()));
        }
        if manifest.suite != peer.suite {
            return Err(Rejection::Suite {
                agreed: peer.suite,
                found: manifest.suite,
            });
        }
        let key = match peer.keys.signing_key(manifest.sender_key) {
            KeyStanding::Current(key) | KeyStanding::Earlier(key) => key,
            KeyStanding::Revoked { .. } => {
                // Taking it now would put it behind the revocation in the log. What was accepted
                // before stays: it is answered from the receipt on file.
                if let Some(known) = self.known(message.id())?
                    && known.value.peer == *from
                {
                    return Ok(Arrival {
                        bytes,
                        peer,
                        message,
                    });
                }
                return Err(Rejection::RevokedKey(manifest.sender_key));
            }
            KeyStanding::Unknown => return Err(Rejection::UnknownKey(manifest.sender_key)),
        };
        message
            .manifest()
            .verify_sender(key)
            .map_err(Rejection::NotAuthentic)?;
        Ok(Arrival {
            bytes,
            peer,
            message,
        })
    }

    fn known(&self, message: Hash) -> Result<Option<Loaded<AcceptedMessage>>, OfficeError> {
        self.load(&message.to_string())
    }

    /// Gives the message its place and makes the first receipt.
    fn consign(&self, arrival: &Arrival<'_>) -> Result<Acceptance, Rejection> {
        let from = &arrival.peer.party;
        let chain = self.lock_chain(from)?;
        // The channel first: whoever has taken this very message meanwhile then shows below, and
        // two deliveries of it at once are not mistaken for a fork.
        let channel = self.load_channel(from)?;
        let accepted = match self.known(arrival.message.id())? {
            Some(known) => known,
            None => {
                self.check_place(&channel.value, arrival)?;
                self.write_accepted(arrival, channel)?
            }
        };
        drop(chain);
        self.consigned(&accepted)
    }

    fn consigned(&self, accepted: &Loaded<AcceptedMessage>) -> Result<Acceptance, Rejection> {
        let receipt = self.receipt(Step::Consignment, accepted)?;
        Ok(Acceptance::Receipt(receipt))
    }

    fn write_accepted(
        &self,
        arrival: &Arrival<'_>,
        mut channel: Loaded<Channel>,
    ) -> Result<Loaded<AcceptedMessage>, OfficeError> {
        let (manifest, id) = (arrival.manifest(), arrival.message.id());
        let peer = &arrival.peer.party;
        let problem = self.cannot_take(manifest);
        let event = if problem.is_none() {
            ReceiptEvent::ContentConsignment
        } else {
            ReceiptEvent::ContentConsignmentFailure
        };
        let mut writing = self.writing();
        let mut fields = message_fields(manifest, id);
        fields.push(event_field(event));
        let entry = writing.entry(&exchange_log(peer), EntryKind::MessageAccepted, fields)?;
        if let Some(problem) = problem {
            note_unusable(&mut writing, peer, id, problem)?;
        }
        // One that was lost comes back to a place behind the last one.
        if manifest.seq > channel.value.accepted {
            channel.value.accepted = manifest.seq;
            channel.value.last_accepted = Some(id);
        }
        channel.value.last_heard = Some(writing.now);
        writing.file(&channel, Some(entry))?;
        let sealed = BlobRef::new(arrival.bytes.to_vec());
        let mut accepted = Loaded::new(AcceptedMessage {
            message: id,
            peer: peer.clone(),
            seq: manifest.seq,
            thread: manifest.thread.clone(),
            sealed: sealed.hash,
            event,
        });
        writing.batch.blobs.push(sealed);
        writing.file(&accepted, Some(entry))?;
        let committed = writing.commit()?;
        tracing::info!(%peer, seq = manifest.seq, kind = manifest.kind, event = event.code(), "message.accepted");
        accepted.revision = 1;
        accepted.entry = committed.entries.into_iter().nth(entry);
        Ok(accepted)
    }

    /// Whether the message is the next one, or one that we had taken before and lost.
    fn check_place(&self, channel: &Channel, arrival: &Arrival<'_>) -> Result<(), Rejection> {
        let (manifest, id) = (arrival.manifest(), arrival.message.id());
        let expected = channel.accepted + 1;
        if manifest.seq > expected {
            return Err(Rejection::Gap {
                expected,
                found: manifest.seq,
            });
        }
        // A known id was answered before we came here, so a lower number is another message for a
        // place that is taken, and another predecessor is another history.
        if manifest.seq < expected && self.has_lost(&channel.peer, id)? {
            return Ok(());
        }
        if manifest.seq < expected || manifest.previous != channel.last_accepted {
            tracing::error!(peer = %channel.peer, seq = manifest.seq, %id, "fork: the peer contradicts its own history");
            return Err(Rejection::Fork {
                seq: manifest.seq,
                on_file: channel.last_accepted,
            });
        }
        Ok(())
    }

    /// Why an authentic message could have no effect here whatever its content is: its sender then
    /// hears so (D.2) and need not release the headers. Its place is taken all the same.
    fn cannot_take(&self, manifest: &MessageManifest) -> Option<String> {
        if self.exercise && !manifest.exercise {
            // It would be answered in earnest, by a clock that may have been moved.
            return Some("this node runs an exercise".to_owned());
        }
        if manifest.thread.parse::<ThreadId>().is_err() {
            return Some(format!("{:?} is not the name of a case", manifest.thread));
        }
        manifest.part(CONTENT_PART).err().map(|e| e.to_string())
    }
}

/// The office entry about an authentic message that has no effect.
fn note_unusable(
    writing: &mut Writing<'_>,
    peer: &PartyId,
    message: Hash,
    problem: String,
) -> Result<(), OfficeError> {
    let fields = vec![
        ("peer", peer.to_string().into()),
        ("message", message.to_string().into()),
        ("problem", problem.into()),
    ];
    let entry = writing.entry(OFFICE_LOG, EntryKind::MessageUnusable, fields)?;
    writing.keep_like_a_case(entry);
    Ok(())
}

/// Adds a case's next revision and the office entry that says what happened.
pub(crate) fn file_case(
    writing: &mut Writing<'_>,
    case: &Loaded<Case>,
    kind: EntryKind,
    mut fields: Fields,
) -> Result<(), OfficeError> {
    fields.push(("case", case.value.thread.to_string().into()));
    fields.push(("state", case.value.stage.code().into()));
    fields.push(("peer", case.value.peer.to_string().into()));
    let entry = writing.entry(OFFICE_LOG, kind, fields)?;
    writing.file(case, Some(entry))
}
