//! Two nodes' journals in memory, for tests of statistics, findings and answers.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use journal::checkpoint::Checkpoint;
use journal::entry::{EntryBody, Salt, leaf_bytes, open_fields};
use journal::extract::{Extract, ExtractEntry};
use journal::hash::{Hash, leaf_hash, node_hash, root_of};
use journal::note::{Note, NoteSigner};
use journal::proof_file::ProofFile;
use oversight::answer::{Composition, RELEASE_ENTRY, Release, compose};
use oversight::binding::Bindings;
use oversight::evidence::{Cosigned, ExchangeEvidence, RECORD_FIELDS, WitnessTexts};
use oversight::inquiry::{self, Inquiry};
use oversight::{Answer, Evidence};
use records::file::{Format, Input};
use records::{PartyId, Record, Timestamp};
use seal::Suite;
use seal::key_manifest::{
    KeyManifest, KeyManifestFormat, LogReference, SignedKeyManifest, SuiteKeys, WitnessReference,
};
use seal::keys::{HolderKey, LogKey, Root, SealingIdentity, SigningKey, WitnessKey};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// One party's node: its keys.
pub struct Node {
    pub party: PartyId,
    pub signing: SigningKey,
    pub witness: WitnessKey,
    manifest: SignedKeyManifest,
    office: LogKey,
    exchange: LogKey,
    peer: PartyId,
}

/// The fields that a peer may see of an exchange log, as crate `office` opens them.
fn figure_fields() -> &'static [&'static str] {
    office::reader::fields_for_figures()
}

fn domain(party: &str) -> String {
    format!("{party}.kontaktstelle.example")
}

/// The name of a party's witness key.
pub fn witness_name(party: &str) -> String {
    format!("{}/witness", domain(party))
}

impl Node {
    pub fn new(party: &str, peer: &str) -> Self {
        let signing = SigningKey::generate(Suite::K1).unwrap();
        let office = LogKey::generate().unwrap();
        let exchange = LogKey::generate().unwrap();
        let witness = WitnessKey::generate().unwrap();
        let holders = [(); 3].map(|()| HolderKey::generate().unwrap());
        let log = |name: String, key: &LogKey, origin: &str| LogReference {
            name,
            epoch: 1,
            vkeys: key.vkeys(&format!("{}/{origin}", domain(party))),
        };
        let manifest = KeyManifest {
            format: KeyManifestFormat::V2,
            party: party.to_owned(),
            node: domain(party),
            version: 1,
            previous: None,
            root: Root::two_of_three(holders.each_ref().map(HolderKey::verifying_key)).unwrap(),
            former_root: None,
            suites: vec![SuiteKeys {
                suite: Suite::K1,
                signing: signing.verifying_key(),
                earlier_signing: Vec::new(),
                recipient: SealingIdentity::generate(Suite::K1).unwrap().recipient(),
                earlier_recipients: Vec::new(),
            }],
            logs: vec![
                log("office".to_owned(), &office, "office"),
                log(
                    format!("exchange-{peer}"),
                    &exchange,
                    &format!("exchange/{peer}"),
                ),
            ],
            witness: Some(WitnessReference {
                vkeys: witness.vkeys(&witness_name(party)),
            }),
            tls_spki_sha256: vec![hex::encode(journal::hash::sha256(party.as_bytes()).0)],
            revocations: Vec::new(),
            valid_from: "2018-01-01T00:00:00Z".to_owned(),
            valid_until: "2030-01-01T00:00:00Z".to_owned(),
            exchange_address: "node.example:7443".to_owned(),
        };
        let [first, second, _] = &holders;
        Self {
            manifest: SignedKeyManifest::sign_with(manifest, &[first, second]).unwrap(),
            party: party.parse().unwrap(),
            peer: peer.parse().unwrap(),
            signing,
            witness,
            office,
            exchange,
        }
    }

    pub fn fingerprint(&self) -> seal::keys::Fingerprint {
        self.manifest.statement().fingerprint()
    }

    fn origin(&self, log: &str) -> String {
        format!("{}/{log}", domain(self.party.as_str()))
    }

    pub fn manifest(&self) -> Value {
        serde_json::from_str(&self.manifest.to_json().unwrap()).unwrap()
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

    /// What its journal has on the release of this answer, in a log of that one entry.
    pub fn release(&self, answer: &Answer) -> Release {
        let entry = json!({
            "kind": RELEASE_ENTRY, "time": "2026-03-02T00:00:00.000Z", "actor": "a second person",
            "inquiry": answer.inquiry.reference, "document": answer.draft_hash().unwrap(),
        });
        self.release_by(entry)
    }

    /// The same for any entry of its office journal.
    pub fn release_by(&self, entry: Value) -> Release {
        let fields = ["kind", "time", "inquiry", "document"];
        let log = extract(
            &self.origin("office"),
            &self.office,
            &[entry],
            &fields,
            false,
        );
        let proof = ProofFile {
            extra: None,
            index: 0,
            proof: Vec::new(),
            checkpoint: log.checkpoint,
        };
        Release {
            opening: log.entries[0].opening.clone(),
            proof: proof.to_string(),
        }
    }

    /// The checkpoint of its exchange log over these entries.
    pub fn exchange_head(&self, entries: &[Value]) -> String {
        self.exchange_extract(entries).checkpoint
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
        checkpoint: signed(&checkpoint, key),
        entries: entries.collect(),
        complete,
    }
}

/// The note with the lines of this witness under it.
pub fn cosigned(note: &str, name: &str, key: &WitnessKey) -> String {
    let mut note = Note::parse(note).unwrap();
    for signer in key.cosigners(name, 1_770_000_000) {
        note.add_signature(signer.as_ref()).unwrap();
    }
    note.to_string()
}

/// A checkpoint of a log that is shown completely.
pub fn whole(checkpoint: String) -> Cosigned {
    Cosigned {
        checkpoint,
        consistency: Vec::new(),
    }
}

/// Three domestic witnesses, of whom two are enough, by their Ed25519 keys.
pub struct Witnesses(pub [WitnessKey; 3]);

impl Witnesses {
    pub fn new() -> Self {
        Self([(); 3].map(|()| WitnessKey::generate().unwrap()))
    }

    pub fn name(at: usize) -> String {
        format!("w{at}.example")
    }

    pub fn policy(&self) -> String {
        let lines = self.0.iter().enumerate().map(|(at, key)| {
            let name = Self::name(at);
            format!("witness w{at} {}\n", key.vkeys(&name)[0])
        });
        lines.collect::<String>() + "group domestic 2 w0 w1 w2\nquorum domestic\n"
    }

    /// The note cosigned by these of them.
    pub fn cosign(&self, note: &str, who: &[usize]) -> String {
        who.iter().fold(note.to_owned(), |note, at| {
            cosigned(&note, &Self::name(*at), &self.0[*at])
        })
    }
}

/// The checkpoint with both signatures of its log.
pub fn signed(checkpoint: &Checkpoint, key: &LogKey) -> String {
    let signers = key.signers(&checkpoint.origin);
    let signers: Vec<&dyn NoteSigner> = signers.iter().map(|it| it.as_ref() as _).collect();
    checkpoint.sign(&signers).unwrap()
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

/// What only the content of a message says.
const IN_CONTENT: [&str; 3] = ["urgency", "outcome", "reason"];

impl Sent {
    /// An entry that has what the manifest says and, `with_content`, what the content does.
    pub fn fields(&self, kind: &str, event: &str, with_content: bool) -> Value {
        let mut entry = json!({
            "kind": kind, "time": self.created, "message": self.id, "message_kind": self.kind,
            "sender": self.sender, "recipient": self.recipient, "seq": 1, "thread": self.thread,
            "exercise": self.exercise, "created": self.created,
            "sender_key": format!("key of {}", self.sender),
        });
        let object = entry.as_object_mut().unwrap();
        object.extend(self.more.as_object().unwrap().clone());
        object.retain(|name, _| with_content || !IN_CONTENT.contains(&name.as_str()));
        object.insert("event".to_owned(), event.into());
        entry
    }

    /// The counterpart's receipt for this event, as the sender files it.
    pub fn receipt(&self, event: &str) -> Value {
        json!({
            "kind": "receipt.received", "time": self.created, "message": self.id,
            "receipt": "r", "event": event, "peer_entry": 0,
        })
    }

    /// All that `party` logs of a message that went through.
    pub fn entries(&self, party: &str) -> Vec<Value> {
        if self.sender == party {
            let released = json!({
                "kind": "header.released", "time": self.created, "message": self.id,
            });
            vec![
                self.fields("message.sent", "A.1", true),
                self.receipt("D.1"),
                released,
                self.receipt("E.1"),
            ]
        } else {
            vec![
                self.fields("message.accepted", "D.1", false),
                self.fields("message.opened", "E.1", true),
            ]
        }
    }
}

/// The log of `party` over these messages, all of them delivered, handed over and receipted.
pub fn log_of(party: &str, messages: &[Sent]) -> Vec<Value> {
    messages
        .iter()
        .flat_map(|message| message.entries(party))
        .collect()
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
#[derive(Clone)]
pub struct Case {
    pub de: Arc<Node>,
    pub cn: Arc<Node>,
}

impl Case {
    /// The two nodes of all tests, made once: roots sign slowly.
    pub fn new() -> Self {
        static CASE: LazyLock<Case> = LazyLock::new(Case::made);
        CASE.clone()
    }

    /// Two nodes of the same names with other keys.
    pub fn strange() -> Self {
        static STRANGE: LazyLock<Case> = LazyLock::new(Case::made);
        STRANGE.clone()
    }

    fn made() -> Self {
        Self {
            de: Arc::new(Node::new("de", "cn")),
            cn: Arc::new(Node::new("cn", "de")),
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
            cosigned: Vec::new(),
            witnesses: WitnessTexts::default(),
        }
    }

    /// Releases and seals an answer, or one that was changed meanwhile, as the issuer could.
    pub fn seal(&self, answer: &mut Answer) {
        let release = self.de.release(answer);
        answer.seal(release, &self.de.signing, as_of()).unwrap();
    }

    /// The answer to the reference inquiry, released and sealed.
    pub fn answer(&self, language: locales::Language, evidence: &Evidence) -> Answer {
        let mut answer = self.draft(language, evidence);
        self.seal(&mut answer);
        answer
    }

    /// The draft of the answer to the reference inquiry.
    pub fn draft(&self, language: locales::Language, evidence: &Evidence) -> Answer {
        let (inquiry, bindings) = reference();
        let composition = Composition {
            inquiry: &inquiry,
            bindings: &bindings,
            evidence,
            language,
            exercise: true,
        };
        compose(&composition).unwrap()
    }
}

/// The reference inquiry with its bindings.
pub fn reference() -> (Inquiry, Bindings) {
    let paper = include_str!("../../../../fixtures/inquiries/19-9523.txt");
    let bindings = include_str!("../../../../fixtures/inquiries/19-9523.bindings.yaml");
    let bindings = Bindings::read("19-9523.bindings.yaml", bindings).unwrap();
    (inquiry::parse(paper).unwrap(), bindings)
}
