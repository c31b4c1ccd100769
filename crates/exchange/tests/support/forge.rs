//! Messages as a peer could make them that does not keep to the rules.

use super::House;
use journal::hash::Hash;
use office::content::{CONTENT_PART, CONTENT_TYPE, Content};
use records::Marking;
use seal::Suite;
use seal::envelope::{PartContext, SealedPart, seal_part};
use seal::headers::Headers;
use seal::message::{MAX_INLINE_BYTES, Message, MessageFormat, MessageManifest, SignedManifest};

/// A message with what makes it readable, and the payloads that do not travel in it.
pub(crate) struct Forged {
    pub(crate) message: Message,
    pub(crate) headers: Vec<u8>,
    pub(crate) large: Vec<Vec<u8>>,
}

impl Forged {
    pub(crate) fn id(&self) -> Hash {
        self.message.id()
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        self.message.encode().unwrap()
    }

    /// The header of the part of this name.
    pub(crate) fn header(&self, part: &str) -> Vec<u8> {
        let headers = Headers::from_json(&self.headers).unwrap();
        headers.get(part).unwrap().to_vec()
    }

    /// The hash of the only large payload.
    pub(crate) fn payload(&self) -> Hash {
        self.message.missing().next().unwrap().payload.sha256
    }
}

/// A place in the chain of messages: number and predecessor.
pub(crate) type Place = (u64, Option<Hash>);

pub(crate) const FIRST: Place = (1, None);

/// A ping signed by `from`, at this place of the chain, whatever the office of `from` thinks of it.
pub(crate) fn ping(from: &House, to: &House, place: Place) -> Forged {
    forge(from, to, place, from.suite(to), &[], |_| {})
}

/// A ping with an attachment of this size, which is more than travels in a message.
pub(crate) fn large(from: &House, to: &House, place: Place, size: usize) -> Forged {
    let attachment = vec![7; size];
    forge(from, to, place, from.suite(to), &[&attachment], |_| {})
}

/// A ping with attachments, and with further changes of its manifest.
pub(crate) fn forge(
    from: &House,
    to: &House,
    (seq, previous): Place,
    suite: Suite,
    attachments: &[&[u8]],
    edit: impl FnOnce(&mut MessageManifest),
) -> Forged {
    let mut random = [0; 10];
    getrandom::fill(&mut random).unwrap();
    let thread = records::ThreadId::from_moment(from.office().now(), &random);
    let context = PartContext {
        sender: from.party.to_string(),
        recipient: to.party.to_string(),
        thread: thread.to_string(),
        kind: Content::Ping.kind().code().to_owned(),
        seq,
    };
    let recipients = [to, from].map(|house| house.keys.sealing(suite).recipient());
    let seal = |name: &str, media_type: &str, bytes: &[u8]| {
        seal_part(name, media_type, bytes, &recipients, &context, suite).unwrap()
    };
    let content = serde_json::to_vec(&Content::Ping).unwrap();
    let mut sealed = vec![seal(CONTENT_PART, CONTENT_TYPE, &content)];
    for (number, attachment) in attachments.iter().enumerate() {
        let name = format!("attachment-{number}");
        sealed.push(seal(&name, "application/octet-stream", attachment));
    }
    let (mut parts, mut headers, mut inline, mut large) = (vec![], vec![], vec![], vec![]);
    for SealedPart {
        reference,
        header,
        payload,
    } in sealed
    {
        headers.push((reference.name.clone(), header));
        parts.push(reference);
        if payload.len() as u64 <= MAX_INLINE_BYTES {
            inline.push(payload);
        } else {
            large.push(payload);
        }
    }
    let key = from.signing_key(suite);
    let mut manifest = MessageManifest {
        format: MessageFormat::V2,
        suite,
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
        parts,
        screening: None,
    };
    edit(&mut manifest);
    let signed = SignedManifest::sign_with(manifest, &key).unwrap();
    let headers = Headers::new(&signed, headers).unwrap().to_json().unwrap();
    Forged {
        message: Message::new(signed, inline).unwrap(),
        headers: headers.into_bytes(),
        large,
    }
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
    with_manifest(message, &serde_json::to_string(&document).unwrap())
}

/// The message's bytes with another manifest document in them.
fn with_manifest(message: &Message, document: &str) -> Vec<u8> {
    let whole = message.manifest().to_json().unwrap();
    let encoded = message.encode().unwrap();
    let at = encoded
        .windows(whole.len())
        .position(|window| window == whole.as_bytes())
        .unwrap();
    let mut bytes = encoded[..at - 4].to_vec();
    bytes.extend_from_slice(&u32::try_from(document.len()).unwrap().to_be_bytes());
    bytes.extend_from_slice(document.as_bytes());
    bytes.extend_from_slice(&encoded[at + whole.len()..]);
    bytes
}
