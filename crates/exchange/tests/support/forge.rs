//! Messages as a peer could make them that does not keep to the rules.

use super::{House, SUITE};
use journal::hash::Hash;
use office::content::{CONTENT_PART, CONTENT_TYPE, Content};
use records::Marking;
use seal::envelope::{PartContext, seal_part};
use seal::message::{Message, MessageFormat, MessageManifest, SignedManifest};

/// A ping signed by `from`, at this place of the chain, whatever the office of `from` thinks of it.
pub(crate) fn ping(from: &House, to: &House, seq: u64, previous: Option<Hash>) -> Message {
    addressed(from, to, to.party.as_str(), seq, previous)
}

/// The same, addressed to anybody.
pub(crate) fn addressed(
    from: &House,
    to: &House,
    recipient: &str,
    seq: u64,
    previous: Option<Hash>,
) -> Message {
    let mut random = [0; 10];
    getrandom::fill(&mut random).unwrap();
    let thread = records::ThreadId::from_moment(from.office().now(), &random);
    let context = PartContext {
        sender: from.party.to_string(),
        recipient: recipient.to_owned(),
        thread: thread.to_string(),
        kind: Content::Ping.kind().code().to_owned(),
        seq,
    };
    let content = serde_json::to_vec(&Content::Ping).unwrap();
    let recipients = [to.sealing.recipient(), from.sealing.recipient()];
    let part = seal_part(CONTENT_PART, CONTENT_TYPE, &content, &recipients, &context).unwrap();
    let key = from.signing_key();
    let manifest = MessageManifest {
        format: MessageFormat::V1,
        suite: SUITE,
        exercise: true,
        sender: context.sender,
        recipient: context.recipient,
        sender_key: key.verifying_key().id(),
        seq,
        previous,
        kind: context.kind,
        thread: context.thread,
        reply_to: None,
        created: from.office().now().to_string(),
        deadline: None,
        marking: serde_json::to_value(Marking::amber()).unwrap(),
        topic: None,
        parts: vec![part.reference],
        screening: None,
    };
    Message::new(
        SignedManifest::sign_with(manifest, &key).unwrap(),
        vec![part.bytes],
    )
    .unwrap()
}

/// The message's bytes without its second signature line.
pub(crate) fn without_second_signature(message: &Message) -> Vec<u8> {
    let whole = message.manifest().to_json().unwrap();
    let mut document: serde_json::Value = serde_json::from_str(&whole).unwrap();
    let signatures = document["signatures"].as_str().unwrap();
    let stripped: Vec<&str> = signatures.lines().collect();
    let stripped = stripped[..stripped.len() - 1].join("\n") + "\n";
    assert!(stripped.len() < signatures.len());
    document["signatures"] = stripped.into();
    let document = serde_json::to_string(&document).unwrap();

    let encoded = message.encode().unwrap();
    let head = "KSTMSG".len() + 1;
    let mut bytes = encoded[..head].to_vec();
    bytes.extend_from_slice(&u32::try_from(document.len()).unwrap().to_be_bytes());
    bytes.extend_from_slice(document.as_bytes());
    bytes.extend_from_slice(&encoded[head + 4 + whole.len()..]);
    bytes
}
