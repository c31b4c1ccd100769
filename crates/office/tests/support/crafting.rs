//! Messages that an honest office would not send.

use super::NOON;
use super::house::House;
use journal::hash::Hash;
use seal::headers::Headers;
use seal::message::{Message, MessageManifest, SignedManifest};

impl House {
    /// Signs a message with this house's keys that its office would not send.
    pub fn forge(
        &self,
        edit: impl FnOnce(&mut MessageManifest),
        parts: Vec<Vec<u8>>,
        base: &Message,
    ) -> Vec<u8> {
        let mut manifest = base.manifest().statement().clone();
        edit(&mut manifest);
        let key = self.keys.signing(manifest.suite);
        let signed = SignedManifest::sign_with(manifest, key).unwrap();
        Message::new(signed, parts).unwrap().encode().unwrap()
    }

    /// Seals content of any bytes as the message at this place to `peer`.
    pub fn craft(
        &self,
        peer: &Self,
        kind: &str,
        thread: &str,
        place: (u64, Option<Hash>),
        parts: &[(&str, &[u8])],
    ) -> Vec<u8> {
        self.craft_with(peer, kind, thread, place, parts, |_| {})
    }

    /// The same with further changes of the manifest.
    pub fn craft_with(
        &self,
        peer: &Self,
        kind: &str,
        thread: &str,
        place: (u64, Option<Hash>),
        parts: &[(&str, &[u8])],
        edit: impl FnOnce(&mut MessageManifest),
    ) -> Vec<u8> {
        use seal::envelope::{PartContext, seal_part};
        let (seq, previous) = place;
        let suite = self.suite(peer);
        let context = PartContext {
            sender: self.party.to_string(),
            recipient: peer.party.to_string(),
            thread: thread.to_owned(),
            kind: kind.to_owned(),
            seq,
        };
        let recipients = [&peer.keys, &self.keys].map(|keys| keys.sealing(suite).recipient());
        let (mut references, mut headers, mut payloads) = (Vec::new(), Vec::new(), Vec::new());
        for (name, bytes) in parts {
            let part = seal_part(
                name,
                "application/json",
                bytes,
                &recipients,
                &context,
                suite,
            )
            .unwrap();
            references.push(part.reference);
            headers.push(((*name).to_owned(), part.header));
            // What does not fit into the message is stored, as the office does it.
            if part.payload.len() as u64 <= seal::message::MAX_INLINE_BYTES {
                payloads.push(part.payload);
            } else {
                let mut payload = part.payload.as_slice();
                self.office
                    .take_in_attachment(&mut payload, u64::MAX)
                    .unwrap();
            }
        }
        let key = self.keys.signing(suite);
        let mut manifest = MessageManifest {
            format: seal::message::MessageFormat::V2,
            suite,
            exercise: self.exercise,
            sender: context.sender,
            recipient: context.recipient,
            sender_key: key.verifying_key().id(),
            seq,
            previous,
            kind: kind.to_owned(),
            thread: thread.to_owned(),
            reply_to: None,
            created: NOON.to_owned(),
            deadline: None,
            marking: serde_json::json!({"tlp": "AMBER"}),
            topic: topic_of(parts),
            parts: references,
            screening: None,
        };
        edit(&mut manifest);
        let signed = SignedManifest::sign_with(manifest, key).unwrap();
        let headers = Headers::new(&signed, headers).unwrap().to_json().unwrap();
        let message = Message::new(signed, payloads).unwrap();
        let mut crafted = self.headers.lock().unwrap();
        crafted.insert(message.id(), headers.into_bytes());
        message.encode().unwrap()
    }
}

/// The topic that a crafted request names, so that its manifest can name it too.
fn topic_of(parts: &[(&str, &[u8])]) -> Option<String> {
    let (_, content) = parts.iter().find(|(name, _)| *name == "content")?;
    let content: serde_json::Value = serde_json::from_slice(content).ok()?;
    Some(content["body"]["topic"].as_str()?.to_owned())
}
