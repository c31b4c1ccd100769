//! What the console shows of who vouches for what, of receipts, of a node that may not write, and of
//! content that is gone.
#![allow(clippy::unwrap_used)]

mod stage;

use axum::http::StatusCode;
use journal::checkpoint::Checkpoint;
use journal::hash::sha256;
use journal::note::NoteSigner;
use journal::witness::Answer;
use office::{Clock, Command, Said, Standing, WitnessAnswer, WitnessFault, WitnessTarget};
use oversight::answer::{AnswerStatus, Composition, compose};
use oversight::binding::Bindings;
use oversight::evidence::Gathering;
use oversight::verify::verify;
use oversight::{Evidence, inquiry};
use policy::Role;
use seal::keys::WitnessKey;
use stage::Stage;
use stage::client::Client;
use stage::support::{House, deliver, honest_request, settle, step};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Batch, DocumentPut, EntryRef};
use web::Console;

fn console(house: &House) -> Console {
    let clock: Arc<dyn Clock> = house.clock.clone();
    Console::new(house.office.clone(), clock, false)
}

/// Two houses that witness each other's exchange log, with officers.
fn witnessing() -> (House, House) {
    let (de, cn) = (
        House::witnessing("de", &["cn"]),
        House::witnessing("cn", &["de"]),
    );
    de.accept(&cn).unwrap();
    cn.accept(&de).unwrap();
    let _signed_in = de.officer("hanna", &[Role::Handler]);
    (de, cn)
}

/// `by` vouches for the exchange log that `house` keeps with it, and `house` files that.
fn vouch(house: &House, by: &House) {
    let log = format!("exchange-{}", by.party);
    let (request, _) = house.office.witness_request(&log, 0).unwrap();
    let bytes = request.to_string();
    let lines = by
        .office
        .witness_checkpoint(&house.party, bytes.as_bytes())
        .unwrap();
    let mut note = request.note().clone();
    let targets = house.office.witness_targets(&log).unwrap();
    Answer::parse(lines.as_bytes())
        .unwrap()
        .merge_into(&mut note, targets[0].keys())
        .unwrap();
    house
        .office
        .file_cosignatures(&log, &note.to_string())
        .unwrap();
}

/// Promise: an entry shows as the node's own word until the counterpart has cosigned, and then who has
/// and since when, on its page, in the list and in the proof to take away; later entries do not.
#[tokio::test]
async fn grades_are_shown() {
    let (de, cn) = witnessing();
    let _thread = de.ask(&cn, honest_request(), Vec::new());
    settle(&de, &cn);
    let client = Client::signed_in(console(&de), "hanna").await;
    let page = || client.get("/journal/exchange-cn/0");
    assert!(page().await.text().contains("selbst signiert"));
    vouch(&de, &cn);
    let text = page().await.text();
    assert!(text.contains("von der Gegenseite bezeugt"), "{text}");
    assert!(text.contains("cn.kontaktstelle.example/witness"));
    let proof = client.get("/journal/exchange-cn/0/proof").await.text();
    assert!(proof.contains("cn.kontaktstelle.example/witness"));

    let _later = de.ask(&cn, honest_request(), Vec::new());
    let list = client.get("/journal/exchange-cn").await.text();
    let of = |label: &str| {
        list.matches(&format!("\">{label}</span></td></tr>"))
            .count()
    };
    assert!(of("von der Gegenseite bezeugt") > 0);
    assert_eq!(of("selbst signiert"), 1, "the request that came later");
    let situation = client.get("/").await.text();
    assert!(
        situation.contains("unterwegs"),
        "the witness is not asked yet"
    );
}

/// Promise: a witness that stays away for too long is an alarm on the first page.
#[tokio::test]
async fn a_lagging_witness_is_an_alarm() {
    let (de, cn) = witnessing();
    let _thread = de.ask(&cn, honest_request(), Vec::new());
    let client = Client::signed_in(console(&de), "hanna").await;
    assert!(!client.get("/").await.text().contains("im Rückstand"));
    // Not so long that the session ends.
    for _ in 0..5 {
        de.clock.advance(stage::support::HOUR / 4);
        let _page = client.get("/").await;
    }
    let text = client.get("/").await.text();
    assert!(text.contains("state--danger\">im Rückstand"), "{text}");
}

/// Promise: while the node may not write, every page says so and what is to be done, in the reader's
/// language; reading goes on, and an act is refused and changes nothing.
#[tokio::test]
async fn a_node_that_may_not_write_says_so_everywhere() {
    let stage = Stage::new();
    let keys = stage.de.keys.log("office");
    let origin = stage.de.reader().head("office").unwrap().origin;
    let signers = keys.signers(&origin);
    let signers: Vec<&dyn NoteSigner> = signers.iter().map(|it| it.as_ref() as _).collect();
    let lost = Checkpoint {
        origin,
        size: stage.entries() + 7,
        root: sha256(b"entries that were lost"),
    };
    let head = WitnessAnswer {
        log: "office".to_owned(),
        target: WitnessTarget::Domestic {
            url: "https://w1.example".to_owned(),
            names: vec!["w1.example".to_owned()],
            keys: Vec::new(),
            last: None,
            fault: None,
        },
        said: Said::Head(lost.sign(&signers).unwrap()),
    };
    let standing = stage.de.office.confirm_standing(&[head]).unwrap();
    assert!(matches!(standing, Standing::ReadOnly(_)));
    let before = stage.entries();
    let mut clients = BTreeMap::new();
    for (name, _) in stage::OFFICERS {
        clients.insert(name, Client::signed_in(stage.console(), name).await);
    }
    for (language, title) in [
        ("de", "Dieser Knoten liest nur"),
        ("en", "This node is read-only"),
    ] {
        for (name, page) in stage.pages() {
            let client = clients.get_mut(name).unwrap();
            client.language = language;
            let reply = client.get(&page).await;
            assert_eq!(reply.status, StatusCode::OK, "{page}");
            let text = reply.text();
            assert!(text.contains(title), "{language} {page}");
            assert!(text.contains("w1.example"), "{page}: who has seen more");
            assert!(!text.contains("[["), "{page}");
        }
    }
    let handler = Client::signed_in(stage.console(), "hanna").await;
    let withdraw = format!("/requests/{}/withdraw", stage.submitted);
    let reply = handler.post(&withdraw, &[("reason", "no more")]).await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(reply.text().contains("nichts ändern"));
    assert_eq!(stage.entries(), before);
}

/// Promise: a node that has not heard from its witnesses since its start says that it does not sign.
#[tokio::test]
async fn an_unconfirmed_node_says_so() {
    let (de, _cn) = witnessing();
    let de = de.reopen(false);
    let client = Client::signed_in(console(&de), "hanna").await;
    let text = client.get("/journal").await.text();
    assert!(
        text.contains("Dieser Knoten unterschreibt noch nicht"),
        "{text}"
    );
    assert!(text.contains("Austausch mit cn"), "which logs");
}

/// Promise: a node that signs though too few witnesses have answered says so on every page, and names a
/// witness that is faulty with what is the matter with it.
#[tokio::test]
async fn doubt_and_faulty_witnesses_are_shown() {
    let (de, _cn) = witnessing();
    let de = de.reopen(false);
    de.office.go_on_unconfirmed(&[]).unwrap();
    let witness = de.office.witness_targets("exchange-cn").unwrap().remove(0);
    let fault = WitnessFault::LostMemory;
    de.office
        .note_witness("exchange-cn", &witness, Some(fault))
        .unwrap();
    let client = Client::signed_in(console(&de), "hanna").await;
    let doubt = "Dieser Knoten arbeitet ohne Bestätigung aller nötigen Zeugen";
    for page in ["/journal", "/"] {
        assert!(client.get(page).await.text().contains(doubt), "{page}");
    }
    let text = client.get("/").await.text();
    assert!(text.contains("state--danger\">Zeuge gestört"), "{text}");
    assert!(
        text.contains("cn: hat vergessen, was er bezeugt hat"),
        "{text}"
    );
}

/// Promise: what was the matter with a witness is no alarm any more once it has other keys, or is no
/// witness.
#[tokio::test]
async fn the_fault_of_a_replaced_witness_is_no_alarm() {
    let (de, _cn) = witnessing();
    let faults = |text: &str| text.matches("hat vergessen, was er bezeugt hat").count();
    let policy = |names: &[&str]| {
        let mut text = "group home any".to_owned();
        for name in names {
            let key = WitnessKey::generate().unwrap();
            let vkey = &key.vkeys(&format!("{name}.example"))[0];
            text = format!("witness {name} {vkey} https://{name}.example\n{text} {name}");
        }
        Some(format!("{text}\nquorum home\n").parse().unwrap())
    };
    let de = de.reopen_with(|next| next.witnesses.office = policy(&["w0", "w1"]));
    de.office.go_on_unconfirmed(&[]).unwrap();
    for witness in de.office.witness_targets("office").unwrap() {
        let fault = Some(WitnessFault::LostMemory);
        de.office.note_witness("office", &witness, fault).unwrap();
    }
    let client = Client::signed_in(console(&de), "hanna").await;
    assert_eq!(faults(&client.get("/").await.text()), 2);
    drop(client);

    let de = de.reopen_with(|next| next.witnesses.office = policy(&["w1", "w2"]));
    let client = Client::signed_in(console(&de), "hanna").await;
    let text = client.get("/").await.text();
    assert!(text.contains("Zeugen"), "{text}");
    assert_eq!(faults(&text), 0);
}

/// Promise: both receipts of a message show with their times as they come: lying there sealed, then
/// handed over.
#[tokio::test]
async fn both_receipts_are_shown() {
    let (de, cn) = witnessing();
    let thread = de.ask(&cn, honest_request(), Vec::new());
    let client = Client::signed_in(console(&de), "hanna").await;
    for (state, times) in [
        ("im Ausgang", 0),
        ("liegt vor, nicht lesbar", 1),
        ("ausgehändigt", 2),
    ] {
        for page in [format!("/requests/{thread}"), "/peers".to_owned()] {
            let text = client.get(&page).await.text();
            let table = &text[text.find("Liegt vor seit (D.1)").unwrap()..];
            let row = &table[..table.find("</tbody>").unwrap()];
            assert!(row.contains(&format!(">{state}</span>")), "{page}: {row}");
            assert_eq!(row.matches(" UTC</td>").count(), times, "{page}: {row}");
        }
        let _event = step(&de, &cn);
    }
    let _delivered = deliver(&cn, &de);
}

/// Promise: an entry whose content was destroyed shows as such, in the list and on its page, and its
/// proof still holds.
#[tokio::test]
async fn destroyed_content_is_shown_as_destroyed() {
    let stage = Stage::new();
    let entry = EntryRef {
        log: "office".to_owned(),
        index: stage.entries() - 1,
    };
    stage
        .de
        .database()
        .commit(Batch {
            destroy: vec![entry.clone()],
            ..Batch::default()
        })
        .unwrap();
    let client = Client::signed_in(stage.console(), "carla").await;
    let list = client.get("/journal/office").await.text();
    assert!(list.contains("Inhalt vernichtet"));
    let page = client
        .get(&format!("/journal/office/{}", entry.index))
        .await
        .text();
    assert!(page.contains("Der Inhalt wurde nach Ablauf der Aufbewahrung vernichtet"));
    let proof = client
        .get(&format!("/journal/office/{}/proof", entry.index))
        .await
        .text();
    let stored = stage
        .de
        .database()
        .entries("office", entry.index, entry.index + 1)
        .unwrap();
    let keys = stage
        .de
        .manifest
        .statement()
        .log_verifier("office")
        .unwrap();
    journal::proof_file::ProofFile::parse(&proof)
        .unwrap()
        .verify(&stored[0].leaf, keys.origin(), &keys.demanded())
        .unwrap();
}

/// Promise: whoever has other roles now, or has left, does not go on in an open session.
#[tokio::test]
async fn a_session_ends_with_the_appointment() {
    let stage = Stage::new();
    for change in ["roles", "active"] {
        let client = Client::signed_in(stage.console(), "hanna").await;
        assert_eq!(client.get("/requests").await.status, StatusCode::OK);
        let database = stage.de.database();
        let filed = database.document("officer", "hanna").unwrap().unwrap();
        let mut officer: serde_json::Value = serde_json::from_str(&filed.json).unwrap();
        match change {
            "roles" => officer["roles"] = serde_json::json!(["reviewer"]),
            _ => officer["active"] = false.into(),
        }
        database
            .commit(Batch {
                documents: vec![DocumentPut {
                    family: "officer",
                    id: "hanna".to_owned(),
                    tag: filed.tag,
                    sort: filed.sort,
                    json: officer.to_string(),
                    entry: None,
                }],
                ..Batch::default()
            })
            .unwrap();
        let reply = client.get("/requests").await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{change}");
        assert!(reply.header("location").starts_with("/sign-in"));
    }
}

const REFERENCE: &str = "19/9523";

/// Registers the reference inquiry and files the draft of its answer, as the desk does.
fn file_draft(house: &House, peer: &House) {
    let vouched = house.office.witnessed_checkpoint(&peer.party).unwrap();
    let desk = house.officer("detlef", &[Role::Desk]);
    let paper = include_str!("../../../fixtures/inquiries/19-9523.txt");
    let parsed = inquiry::parse(paper).unwrap();
    house.act(
        &desk,
        Command::RegisterInquiry {
            reference: REFERENCE.to_owned(),
            source: paper.as_bytes().to_vec(),
            parsed: serde_json::to_value(&parsed).unwrap(),
        },
    );
    let bindings = include_str!("../../../fixtures/inquiries/19-9523.bindings.yaml");
    let bindings = Bindings::read("bindings", bindings).unwrap();
    let evidence = Evidence::gather(
        house.reader(),
        &Gathering {
            manifest: &house.manifest,
            witnesses: &house.witnesses,
            vouched_for: vouched.as_slice(),
            position: office::reader::Position::Now,
            as_of: house.office.now(),
            cut_off: bindings.cut_off(&parsed),
        },
    )
    .unwrap();
    let draft = compose(&Composition {
        inquiry: &parsed,
        bindings: &bindings,
        evidence: &evidence,
        language: locales::Language::De,
        exercise: house.exercise,
    })
    .unwrap();
    house.act(
        &desk,
        Command::FileInquiryAnswer {
            reference: REFERENCE.to_owned(),
            document: draft.to_json().unwrap(),
        },
    );
}

/// Promise: what the console hands out before a second officer releases it is a draft and says so;
/// after that it is sealed, proves its release, and verifies from the file alone, with the grades that
/// witnesses have given: the counterpart for our log, and we for the counterpart's.
#[tokio::test]
async fn an_answer_is_sealed_when_it_is_released() {
    let (de, cn) = witnessing();
    let _thread = de.ask(&cn, honest_request(), Vec::new());
    settle(&de, &cn);
    vouch(&de, &cn);
    vouch(&cn, &de);
    let extract = cn.office.extract_for_peer(&de.party, 0).unwrap();
    let filed = de.office.file_peer_extract(&cn.party, extract);
    assert!(filed.unwrap().is_complete());
    file_draft(&de, &cn);
    let _signed_in = de.officer("frida", &[Role::Releaser]);
    let desk = Client::signed_in(console(&de), "detlef").await;
    let page = format!("/inquiries/{REFERENCE}");
    let download = || async {
        let file = desk.get(&format!("{page}?download=answer")).await.text();
        verify(&file, &[]).unwrap()
    };

    let report = download().await;
    assert_eq!(report.status, AnswerStatus::Draft);
    assert!(report.seal.is_none());
    let shown = desk.get(&page).await.text();
    assert!(shown.contains("Entwurf: noch nicht freigegeben"));
    assert!(shown.contains("Beleggrad: von der Gegenseite bezeugt"));

    let read = de.reader().inquiry(REFERENCE).unwrap().unwrap();
    let read = read.answer.unwrap().document.to_string();
    let releaser = Client::signed_in(console(&de), "frida").await;
    let reply = releaser.post(&page, &[("read", &read)]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.text());

    let report = download().await;
    assert_eq!(report.status, AnswerStatus::Released);
    assert_eq!(report.seal.unwrap().party, "de");
    assert!(report.release.is_some());
    for (log, witness) in [("exchange-cn", "cn"), ("exchange-de", "de")] {
        let mut logs = report.logs.iter();
        let log = logs.find(|it| it.log.ends_with(log)).unwrap();
        assert_eq!(log.vouched[0].witnesses, [witness]);
    }
    let shown = desk.get(&page).await.text();
    assert!(shown.contains("Die Datei trägt das Siegel"));
}
