//! Two nodes' journals in memory, for tests of statistics, findings and answers.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use journal::checkpoint::Checkpoint;
use journal::entry::{EntryBody, Salt, leaf_bytes, open_fields};
use journal::extract::{Extract, ExtractEntry};
use journal::hash::{Hash, leaf_hash, node_hash, root_of};
use oversight::answer::{Composition, compose};
use oversight::binding::Bindings;
use oversight::evidence::{ExchangeEvidence, RECORD_FIELDS};
use oversight::inquiry::{self, Inquiry};
use oversight::{Answer, Evidence};
use records::file::{Format, Input};
use records::{PartyId, Record, Timestamp};
use seal::key_manifest::{KeyManifest, KeyManifestFormat, LogReference, SignedKeyManifest};
use seal::keys::{LogKey, RootKey, SealingIdentity, SigningKey};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One party's node: its keys.
pub struct Node {
    pub party: PartyId,
    root: RootKey,
    pub signing: SigningKey,
    office: LogKey,
    exchange: LogKey,
    peer: PartyId,
}

/// The fields that a peer may see of an exchange log, as crate `office` opens them.
fn figure_fields() -> &'static [&'static str] {
    office::reader::fields_for_figures()
}

impl Node {
    pub fn new(party: &str, peer: &str) -> Self {
        Self {
            party: party.parse().unwrap(),
            root: RootKey::generate().unwrap(),
            signing: SigningKey::generate().unwrap(),
            office: LogKey::generate().unwrap(),
            exchange: LogKey::generate().unwrap(),
            peer: peer.parse().unwrap(),
        }
    }

    pub fn fingerprint(&self) -> seal::keys::Fingerprint {
        self.root.verifying_key().fingerprint()
    }

    fn origin(&self, log: &str) -> String {
        format!("{}.kontaktstelle.example/{log}", self.party)
    }

    pub fn manifest(&self) -> Value {
        let log = |name: String, key: &LogKey, origin: String| LogReference {
            vkey: key.signer(&origin).verifier().vkey(),
            name,
        };
        let exchange = self.origin(&format!("exchange/{}", self.peer));
        let manifest = KeyManifest {
            format: KeyManifestFormat::V1,
            party: self.party.to_string(),
            node: format!("{}.kontaktstelle.example", self.party),
            version: 1,
            root: self.root.verifying_key(),
            signing: self.signing.verifying_key(),
            recipient: SealingIdentity::generate().unwrap().recipient(),
            logs: vec![
                log("office".to_owned(), &self.office, self.origin("office")),
                log(format!("exchange-{}", self.peer), &self.exchange, exchange),
            ],
            tls_spki_sha256: Vec::new(),
            valid_from: "2018-01-01T00:00:00Z".to_owned(),
            valid_until: "2030-01-01T00:00:00Z".to_owned(),
            exchange_address: "node.example:7443".to_owned(),
        };
        let signed = SignedKeyManifest::sign_with(manifest, &self.root).unwrap();
        serde_json::from_str(&signed.to_json().unwrap()).unwrap()
    }

    /// The office journal, with these records and something else before each.
    pub fn office_extract(&self, records: &[Record]) -> Extract {
        let time = "2026-01-02T00:00:00.000Z";
        let entries = records.iter().flat_map(|record| {
            [
                json!({ "kind": "officer.added", "time": time, "officer": "name" }),
                json!({
                    "kind": "record.written", "time": time, "actor": "a person",
                    "id": record.header.id, "record": record,
                }),
            ]
        });
        let log: Vec<Value> = entries.collect();
        let mut extract = extract(
            &self.origin("office"),
            &self.office,
            &log,
            &RECORD_FIELDS,
            false,
        );
        extract
            .entries
            .retain(|entry| entry.opening.get("record").is_some());
        extract
    }

    /// Its exchange log, complete.
    pub fn exchange_extract(&self, entries: &[Value]) -> Extract {
        let origin = self.origin(&format!("exchange/{}", self.peer));
        extract(&origin, &self.exchange, entries, figure_fields(), true)
    }
}

/// An extract of a log of these entries.
pub fn extract(
    origin: &str,
    key: &LogKey,
    log: &[Value],
    fields: &[&str],
    complete: bool,
) -> Extract {
    let bodies: Vec<(EntryBody, Salt)> = log
        .iter()
        .zip(1_u64..)
        .map(|(entry, number)| {
            let mut salt = [7; 32];
            salt[..8].copy_from_slice(&number.to_be_bytes());
            let fields: BTreeMap<String, Value> = serde_json::from_value(entry.clone()).unwrap();
            (EntryBody::new(fields).unwrap(), Salt::new(salt))
        })
        .collect();
    let leaves: Vec<Hash> = bodies
        .iter()
        .map(|(body, salt)| leaf_hash(&leaf_bytes(body, salt)))
        .collect();
    let checkpoint = Checkpoint {
        origin: origin.to_owned(),
        size: leaves.len() as u64,
        root: root_of(&leaves),
    };
    let entries = bodies
        .iter()
        .enumerate()
        .map(|(at, (body, salt))| ExtractEntry {
            index: at as u64,
            opening: open_fields(body, salt, fields),
            proof: if complete {
                Vec::new()
            } else {
                path(at, &leaves)
            },
        });
    Extract {
        log: origin.to_owned(),
        checkpoint: checkpoint.sign(&[&key.signer(origin)]).unwrap(),
        entries: entries.collect(),
        complete,
    }
}

/// The inclusion proof as RFC 6962 section 2.1.1 defines it.
fn path(at: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let split = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(split);
    let (mut proof, sibling) = if at < split {
        (path(at, left), root(right))
    } else {
        (path(at - split, right), root(left))
    };
    proof.push(sibling);
    proof
}

fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [one] => *one,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&root(left), &root(right))
        }
    }
}

/// A message between the sides, as both log it.
#[derive(Clone)]
pub struct Sent {
    pub id: &'static str,
    pub kind: &'static str,
    pub sender: &'static str,
    pub recipient: &'static str,
    pub thread: &'static str,
    pub exercise: bool,
    pub created: &'static str,
    pub more: Value,
}

impl Sent {
    fn fields(&self, kind: &str) -> Value {
        let mut entry = json!({
            "kind": kind, "time": self.created, "message": self.id, "message_kind": self.kind,
            "sender": self.sender, "recipient": self.recipient, "seq": 1, "thread": self.thread,
            "exercise": self.exercise, "created": self.created,
        });
        let object = entry.as_object_mut().unwrap();
        object.extend(self.more.as_object().unwrap().clone());
        entry
    }
}

/// The log of `party` over these messages, all of them delivered and receipted.
pub fn log_of(party: &str, messages: &[Sent]) -> Vec<Value> {
    let entries = messages.iter().flat_map(|message| {
        if message.sender == party {
            let receipt = json!({
                "kind": "receipt.received", "time": message.created, "message": message.id,
                "receipt": "r", "event": "D.1", "peer_entry": 0,
            });
            vec![message.fields("message.sent"), receipt]
        } else {
            let mut entry = message.fields("message.accepted");
            entry["event"] = "D.1".into();
            vec![entry]
        }
    });
    entries.collect()
}

pub fn request(
    id: &'static str,
    sender: &'static str,
    topic: &str,
    exercise: bool,
    day: &'static str,
) -> Sent {
    Sent {
        id,
        kind: "request",
        sender,
        recipient: if sender == "de" { "cn" } else { "de" },
        thread: id,
        exercise,
        created: day,
        more: json!({ "topic": topic, "urgency": "normal", "deadline": "2026-02-01T00:00:00.000Z" }),
    }
}

pub fn answer(id: &'static str, to: &Sent, outcome: &str, reason: Option<&str>) -> Sent {
    let mut more = json!({ "outcome": outcome, "reply_to": to.id });
    if let Some(reason) = reason {
        more["reason"] = reason.into();
    }
    Sent {
        id,
        kind: "answer",
        sender: to.recipient,
        recipient: to.sender,
        thread: to.thread,
        exercise: to.exercise,
        created: "2026-01-20T00:00:00.000Z",
        more,
    }
}

/// Exercise traffic: four requests of three fates, a refusal, and a check.
pub fn exercise_traffic() -> Vec<Sent> {
    let day = "2026-01-10T00:00:00.000Z";
    let crime = request("m1", "cn", "cybercrime", true, day);
    let held = request("m2", "cn", "terrorism-online", true, day);
    let silent = request("m3", "de", "sabotage", true, day);
    let situation = request("m4", "de", "situation", true, day);
    let ping = Sent {
        id: "p1",
        kind: "ping",
        thread: "p1",
        more: json!({}),
        ..crime.clone()
    };
    let pong = Sent {
        id: "p2",
        kind: "ping-reply",
        sender: "de",
        recipient: "cn",
        more: json!({ "reply_to": "p1" }),
        ..ping.clone()
    };
    vec![
        crime.clone(),
        held.clone(),
        silent,
        situation.clone(),
        answer("a1", &crime, "partial", Some("X3")),
        answer("a2", &held, "refused", Some("X4")),
        answer("a4", &situation, "full", None),
        ping,
        pong,
    ]
}

/// The records of the reference case.
pub fn fixture_records() -> Vec<Record> {
    let files = [
        (
            "mechanism",
            include_str!("../../../../fixtures/record/mechanism.yaml"),
        ),
        (
            "round-1",
            include_str!("../../../../fixtures/record/round-1.yaml"),
        ),
        (
            "contact-point",
            include_str!("../../../../fixtures/record/contact-point.yaml"),
        ),
        (
            "dossiers",
            include_str!("../../../../fixtures/record/dossiers.yaml"),
        ),
        (
            "house-rules",
            include_str!("../../../../fixtures/record/house-rules.yaml"),
        ),
    ];
    let inputs = files.map(|(name, text)| Input {
        name,
        text,
        format: Format::Yaml,
    });
    records::file::read_all(&inputs, |_| false).unwrap()
}

pub fn as_of() -> Timestamp {
    "2026-03-01T00:00:00.000Z".parse().unwrap()
}

/// Everything needed to answer: two nodes and what passed between them.
pub struct Case {
    pub de: Node,
    pub cn: Node,
}

impl Case {
    pub fn new() -> Self {
        Self {
            de: Node::new("de", "cn"),
            cn: Node::new("cn", "de"),
        }
    }

    pub fn evidence(
        &self,
        records: &[Record],
        own: &[Sent],
        counterpart: Option<&[Sent]>,
    ) -> Evidence {
        Evidence {
            party: "de".parse().unwrap(),
            as_of: as_of(),
            cut_off: "2019-04-02".parse().unwrap(),
            considered: 2 * records.len() as u64,
            withheld: 0,
            records: self.de.office_extract(records),
            exchanges: vec![ExchangeEvidence {
                peer: "cn".parse().unwrap(),
                own: self.de.exchange_extract(&log_of("de", own)),
                counterpart: counterpart
                    .map(|messages| self.cn.exchange_extract(&log_of("cn", messages))),
            }],
            keys: vec![self.de.manifest(), self.cn.manifest()],
        }
    }

    /// The answer to the reference inquiry, sealed.
    pub fn answer(&self, language: locales::Language, evidence: &Evidence) -> Answer {
        let (inquiry, bindings) = reference();
        let composition = Composition {
            inquiry: &inquiry,
            bindings: &bindings,
            evidence,
            language,
            exercise: true,
        };
        let mut answer = compose(&composition).unwrap();
        answer.seal(&self.de.signing, as_of()).unwrap();
        answer
    }
}

/// The reference inquiry with its bindings.
pub fn reference() -> (Inquiry, Bindings) {
    let paper = include_str!("../../../../fixtures/inquiries/19-9523.txt");
    let bindings = include_str!("../../../../fixtures/inquiries/19-9523.bindings.yaml");
    let bindings = Bindings::read("19-9523.bindings.yaml", bindings).unwrap();
    (inquiry::parse(paper).unwrap(), bindings)
}
