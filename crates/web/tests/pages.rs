//! What the pages show.
#![allow(clippy::unwrap_used)]

mod stage;

use axum::http::StatusCode;
use journal::proof_file::ProofFile;
use office::NewAttachment;
use records::{DeclaredSelector, Request};
use stage::Stage;
use stage::client::Client;
use stage::support::{honest_request, settle};
use std::collections::BTreeMap;

/// Promise: every page speaks every language, whole: no message is missing, no language mixed up.
#[tokio::test]
async fn every_page_speaks_every_language() {
    let stage = Stage::new();
    let console = stage.console();
    let mut clients = BTreeMap::new();
    for (name, _) in stage::OFFICERS {
        clients.insert(name, Client::signed_in(console.clone(), name).await);
    }
    for language in ["de", "en"] {
        for (name, page) in stage.pages() {
            let client = clients.get_mut(name).unwrap();
            client.language = language;
            let reply = client.get(&page).await;
            let text = reply.text();
            assert_eq!(reply.status, StatusCode::OK, "{name} {page}");
            assert!(
                text.contains(&format!("<html lang=\"{language}\">")),
                "{page}"
            );
            assert!(
                !text.contains("[["),
                "{language} {page}: {}",
                &text[text.find("[[").unwrap_or(0)..][..40]
            );
            assert!(
                !text.contains("<script") && !text.contains(" style=") && !text.contains("onclick"),
                "{page}"
            );
            assert_eq!(
                text.matches("<h1").count(),
                1,
                "{page} has one main heading"
            );
        }
    }
}

/// Promise: whatever the other side writes, in whatever field, is shown as text: it cannot become
/// part of a page, and it cannot deceive the eye.
#[tokio::test]
async fn hostile_text_stays_text() {
    let stage = Stage::new();
    let hostile = |field: &str| {
        format!("{field} \"'><script>alert(1)</script>\u{202E}gnp.exe\u{200B}<img src=x onerror=a>")
    };
    let mut request = honest_request();
    request.requester.authority = hostile("authority");
    request.requester.unit = hostile("unit");
    request.requester.verification_contact = hostile("contact");
    let request = Request {
        subject: hostile("subject"),
        urgency_reason: Some(hostile("urgency")),
        legal_basis: hostile("basis"),
        facts: hostile("facts"),
        offence: hostile("offence"),
        purpose: hostile("purpose"),
        why_held: hostile("why"),
        necessity: hostile("necessity"),
        items: vec![hostile("item")],
        selectors: vec![DeclaredSelector {
            kind: records::vocabulary::SelectorKind::Handle,
            value: hostile("selector"),
            link: Some(hostile("link")),
        }],
        language: "en\" onload=\"x".to_owned(),
        ..request
    };
    let attachment = NewAttachment::inline(
        "file \"'><script>alert.txt",
        "text/html",
        b"<script>".to_vec(),
    );
    let thread = stage.cn.draft(&stage.de, request, vec![attachment]);
    stage.cn.review(thread, office::state::Decision::Clear);
    stage.cn.act(
        &stage.cn.handler(),
        office::Command::SubmitRequest { thread },
    );
    stage.cn.act(
        &stage.cn.releaser(),
        office::Command::ReleaseRequest { thread },
    );
    settle(&stage.cn, &stage.de);
    stage.de.review(thread, office::state::Decision::Clear);

    let handler = Client::signed_in(stage.console(), "hanna").await;
    let page = |page: &str| format!("/requests/{thread}{page}");
    for address in [
        page(""),
        page("/review"),
        page("/answer"),
        "/requests".to_owned(),
        "/".to_owned(),
    ] {
        let text = handler.get(&address).await.text();
        assert!(text.contains("subject"), "{address}");
        assert!(text.contains("⟨U+202E⟩gnp.exe⟨U+200B⟩"), "{address}");
        for trick in [
            "<script",
            "<img src=x",
            "\u{202E}",
            "\u{200B}",
            "onload=\"x",
        ] {
            assert!(!text.contains(trick), "{address}: {trick:?}");
        }
    }
    let text = handler.get(&page("")).await.text();
    for field in [
        "authority",
        "unit",
        "contact",
        "basis",
        "facts",
        "offence",
        "purpose",
        "why",
        "necessity",
        "item",
        "selector",
        "link",
        "file",
    ] {
        assert!(
            text.contains(&format!("{field} &#34;&#39;&#62;&#60;script&#62;")),
            "{field}"
        );
    }
}

/// Promise: an attachment is handed out as it came, as a file that no browser shows or guesses at,
/// and only with the case it belongs to.
#[tokio::test]
async fn attachments_are_files_of_their_case() {
    let stage = Stage::new();
    let handler = Client::signed_in(stage.console(), "hanna").await;
    let file = stage.de.case(stage.held).attachments.remove(0);
    let hex = hex::encode(file.sha256.0);
    let reply = handler
        .get(&format!("/requests/{}/attachments/{hex}", stage.held))
        .await;
    assert_eq!(journal::hash::sha256(&reply.bytes), file.sha256);
    assert_eq!(reply.header("content-type"), "application/octet-stream");
    assert!(
        reply
            .header("content-disposition")
            .starts_with("attachment;")
    );
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    let elsewhere = handler
        .get(&format!("/requests/{}/attachments/{hex}", stage.cleared))
        .await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
}

/// Promise: the proof that the page hands out convinces somebody who has nothing but the node's key.
#[tokio::test]
async fn downloaded_proofs_hold() {
    let stage = Stage::new();
    let reader = Client::signed_in(stage.console(), "carla").await;
    let keys = stage.de.manifest.statement();
    let verifier = keys.log_verifier("office").unwrap();
    let (origin, demanded) = (verifier.origin(), verifier.demanded());
    let entries = stage.de.database().entries("office", 0, u64::MAX).unwrap();
    for index in [0, 5, stage.entries() - 1] {
        let text = reader
            .get(&format!("/journal/office/{index}/proof"))
            .await
            .text();
        let proof = ProofFile::parse(&text).unwrap();
        let leaf = &entries[usize::try_from(index).unwrap()].leaf;
        proof.verify(leaf, origin, &demanded).unwrap();
        assert!(proof.verify(b"another entry", origin, &demanded).is_err());
    }
    let beyond = reader
        .get(&format!("/journal/office/{}/proof", stage.entries()))
        .await;
    assert_eq!(beyond.status, StatusCode::NOT_FOUND);
}

/// Promise: what does not exist is told apart from what is refused only for those who may read.
#[tokio::test]
async fn unknown_addresses_are_not_found() {
    let stage = Stage::new();
    let reader = Client::signed_in(stage.console(), "carla").await;
    let unknown = stage.held.to_string().replace("-7", "-8");
    for page in [
        "/nothing",
        "/requests/x",
        &format!("/requests/{unknown}"),
        "/journal/x",
        "/journal/office/999999",
        "/records/x",
        "/inquiries/1/2",
    ] {
        let reply = reader.get(page).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{page}");
        assert!(reply.text().contains("Diese Seite gibt es nicht"), "{page}");
    }
}

/// Promise: records are shown as they stood: before they were written down, there are none.
#[tokio::test]
async fn records_are_shown_as_of_a_position() {
    let stage = Stage::new();
    let file = include_str!("../../../fixtures/record/round-1.yaml");
    let records = records::file::read("round-1.yaml", file, records::file::Format::Yaml).unwrap();
    let count = records.len();
    let before = stage.entries();
    let desk = stage.de.officer("detlef", &[]);
    stage.de.act(
        &desk,
        office::Command::ImportRecords {
            records: records.clone(),
        },
    );
    let client = Client::signed_in(stage.console(), "detlef").await;
    let rows = |text: String| text.matches("href=\"/records/").count();
    assert_eq!(rows(client.get("/records").await.text()), count);
    assert_eq!(
        rows(client.get(&format!("/records?entry={before}")).await.text()),
        0
    );
    assert_eq!(
        rows(
            client
                .get(&format!("/records?entry={}", before + 1))
                .await
                .text()
        ),
        1
    );
    assert_eq!(rows(client.get("/records?date=2026-03-09").await.text()), 0);
    let beyond = client.get("/records?entry=999999").await;
    assert_eq!(beyond.status, StatusCode::UNPROCESSABLE_ENTITY);
    for language in ["de", "en"] {
        let client = Client {
            language,
            ..Client::signed_in(stage.console(), "detlef").await
        };
        for record in &records {
            let text = client
                .get(&format!("/records/{}", record.header.id))
                .await
                .text();
            assert!(
                text.contains(&record.header.id.to_string()) && !text.contains("[["),
                "{language} {}",
                record.header.id
            );
        }
    }
}
