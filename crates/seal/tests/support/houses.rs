//! Two houses and a message between them, for the tests of messages and of their parts.
#![allow(dead_code)]

use journal::hash::sha256;
use seal::envelope::{PartContext, SealedPart, open_part, seal_part};
use seal::headers::Headers;
use seal::keys::{SealingIdentity, SigningKey};
use seal::message::{Message, MessageFormat, MessageManifest, SignedManifest};
use seal::{SealError, Suite};
use serde_json::json;

pub(crate) const TEXT: &[u8] = "Auskunft über Anschluss +49 30 0000".as_bytes();

pub(crate) struct House {
    pub(crate) key: SigningKey,
    pub(crate) inbox: SealingIdentity,
}

impl House {
    pub(crate) fn new() -> Self {
        Self::of(Suite::K1)
    }

    pub(crate) fn of(suite: Suite) -> Self {
        Self {
            key: SigningKey::generate(suite).unwrap(),
            inbox: SealingIdentity::generate(suite).unwrap(),
        }
    }
}

pub(crate) fn context() -> PartContext {
    PartContext {
        sender: "de".into(),
        recipient: "cn".into(),
        thread: "0198c0de-0000-7000-8000-000000000001".into(),
        kind: "request.information".into(),
        seq: 2,
    }
}

pub(crate) fn sealed(name: &str, from: &House, to: &House, context: &PartContext) -> SealedPart {
    let recipients = [to.inbox.recipient(), from.inbox.recipient()];
    let suite = from.inbox.suite();
    seal_part(name, "text/plain", TEXT, &recipients, context, suite).unwrap()
}

/// A message of one part, complete but for its header.
pub(crate) struct Sent {
    pub(crate) message: Message,
    pub(crate) headers: Headers,
}

impl Sent {
    pub(crate) fn open(
        &self,
        name: &str,
        identities: &[SealingIdentity],
    ) -> Result<Vec<u8>, SealError> {
        open_part(
            self.message.manifest().statement(),
            name,
            self.headers.get(name).unwrap(),
            self.message.payload(name).unwrap(),
            identities,
        )
    }
}

pub(crate) fn sent(from: &House, to: &House) -> Sent {
    let part = sealed("request.txt", from, to, &context());
    let signed = SignedManifest::sign_with(manifest(from, &[&part]), &from.key).unwrap();
    let headers = Headers::new(&signed, [("request.txt".to_owned(), part.header)]).unwrap();
    let message = Message::new(signed, vec![part.payload]).unwrap();
    Sent { message, headers }
}

pub(crate) fn manifest(from: &House, parts: &[&SealedPart]) -> MessageManifest {
    let context = context();
    MessageManifest {
        format: MessageFormat::V2,
        suite: from.inbox.suite(),
        exercise: false,
        sender: context.sender,
        recipient: context.recipient,
        sender_key: from.key.verifying_key().id(),
        seq: context.seq,
        previous: Some(sha256(b"message 1")),
        kind: context.kind,
        thread: context.thread,
        reply_to: None,
        created: "2026-11-23T14:00:00.000Z".into(),
        deadline: Some("2026-11-24T14:00:00Z".into()),
        marking: json!({"level": "VS-NfD", "copies": 1}),
        topic: None,
        parts: parts.iter().map(|part| part.reference.clone()).collect(),
        screening: None,
    }
}

pub(crate) fn message(from: &House, to: &House) -> Message {
    sent(from, to).message
}
