//! What officers do in the console.
#![allow(clippy::unwrap_used)]

mod stage;

use axum::http::StatusCode;
use office::state::{Decision, Incoming, Stage as Stand};
use stage::Stage;
use stage::client::Client;
use stage::support::honest_answer;

const NEW: [(&str, &str); 16] = [
    ("peer", "cn"),
    ("subject", "Botnet <behind> \"three\" systems"),
    ("topic", "cybercrime"),
    ("urgency", "normal"),
    ("requester_authority", "Federal Criminal Police Office"),
    ("requester_unit", "Division CC 11"),
    (
        "requester_contact",
        "duty officer, second line, see the peering agreement",
    ),
    ("legal_basis", "arrangement on contact points, section 3"),
    (
        "offence",
        "computer sabotage under section 303b of the Criminal Code",
    ),
    (
        "facts",
        "Since 1 March three systems have controlled a botnet that disturbs the booking of hospital beds.",
    ),
    (
        "purpose",
        "to take down the command servers and to warn the hospitals that are affected",
    ),
    (
        "why_held",
        "the servers stand in address ranges assigned on your side",
    ),
    (
        "necessity",
        "without the times of activity the backups cannot be judged; no person is asked about",
    ),
    ("language", "en"),
    ("tlp", "AMBER"),
    ("no_persecution", "on"),
];

/// Promise: whoever drafted an answer cannot release it; the page says why, in the reader's words, and nothing leaves.
#[tokio::test]
async fn whoever_drafted_does_not_release() {
    let stage = Stage::new();
    stage.de.draft_answer(stage.cleared, honest_answer());
    let release = format!("/requests/{}/release", stage.cleared);
    for (language, title) in [
        ("de", "Wer entworfen hat, gibt nicht frei"),
        ("en", "Whoever drafted does not release"),
    ] {
        let handler = Client {
            language,
            ..Client::signed_in(stage.console(), "hanna").await
        };
        let shown = handler.get(&release).await.text();
        assert!(
            shown.contains(&honest_answer().answer.items[0].text),
            "the page shows what would leave"
        );
        let reply = handler.post(&release, &[]).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN);
        assert!(reply.text().contains(title), "{language}");
        assert!(!reply.text().contains("[["), "{language}");
    }
    assert_eq!(stage.de.state(stage.cleared), "answer-drafted");
    assert!(
        stage.de.waiting(&stage.cn.party).is_empty(),
        "nothing has left"
    );

    // A form that does not name the draft on the page, or names another one, releases nothing.
    let releaser = Client::signed_in(stage.console(), "frida").await;
    let another = journal::hash::Hash([7; 32]).to_string();
    for unread in [&[][..], &[("read", another.as_str())][..]] {
        let reply = releaser.post(&release, unread).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(stage.de.waiting(&stage.cn.party).is_empty());
    }
    let shown = releaser.get(&release).await.text();
    let read = shown.split("name=\"read\" value=\"").nth(1).unwrap();
    // Base64 as the page escapes it.
    let read = read
        .split('"')
        .next()
        .unwrap()
        .replace("&#x2b;", "+")
        .replace("&#x2f;", "/");
    let reply = releaser
        .post(&release, &[("read", &read.replace("&#61;", "="))])
        .await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
    assert!(
        releaser
            .get(reply.header("location"))
            .await
            .text()
            .contains("Die Antwort ist freigegeben")
    );
    assert_eq!(stage.de.waiting(&stage.cn.party).len(), 1);
}

/// Promise: a decision without its reason is not taken, and what was chosen stays chosen.
#[tokio::test]
async fn a_review_needs_its_reason() {
    let stage = Stage::new();
    let reviewer = Client::signed_in(stage.console(), "rosa").await;
    let review = format!("/requests/{}/review", stage.held);
    let reply = reviewer
        .post(&review, &[("decision", "reject"), ("reason", "  ")])
        .await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.text().contains("value=\"reject\" checked"));
    assert!(
        reply.text().contains("href=\"#reason\""),
        "the summary leads to the input"
    );
    assert_eq!(stage.de.state(stage.held), "held");
    let reply = reviewer
        .post(
            &review,
            &[("decision", "reject"), ("reason", "names a critic")],
        )
        .await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
    let review = stage.de.case(stage.held).review.unwrap();
    assert_eq!(
        (review.decision, review.by.as_str(), review.reason.as_str()),
        (Decision::Reject, "rosa", "names a critic")
    );
}

/// Promise: a request drafted in the form is the request on file, with its items, selectors and files.
#[tokio::test]
async fn a_request_is_drafted_as_entered() {
    let stage = Stage::new();
    let handler = Client::signed_in(stage.console(), "hanna").await;
    let more = [
        (
            "items",
            "since when were the servers active?\r\n\r\nwhich indicators belong to them?",
        ),
        ("selector_kind_0", "ip"),
        ("selector_value_0", "203.0.113.80"),
        ("selector_link_0", "command server"),
        ("selector_value_1", ""),
    ];
    let fields: Vec<_> = NEW.into_iter().chain(more).collect();
    let reply = handler
        .post_files(
            "/requests/new",
            &fields,
            &[("C:\\secret\\notes.txt", b"seen at 203.0.113.80")],
        )
        .await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.text());
    let thread = reply
        .header("location")
        .rsplit('/')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let case = stage.de.case(thread);
    assert_eq!(case.request.subject, "Botnet <behind> \"three\" systems");
    assert_eq!(
        case.request.items,
        [
            "since when were the servers active?",
            "which indicators belong to them?"
        ]
    );
    assert_eq!(case.request.selectors.len(), 1);
    assert!(case.request.no_persecution_declared);
    assert_eq!(
        case.attachments[0].name, "notes.txt",
        "the path of the officer's machine stays there"
    );
    assert_eq!(case.drafted_by.as_deref(), Some("hanna"));
}

/// Promise: nothing that was entered is lost when something is missing or more rows are asked for.
#[tokio::test]
async fn input_is_never_lost() {
    let stage = Stage::new();
    let handler = Client::signed_in(stage.console(), "hanna").await;
    let before = stage.entries();
    let reply = handler.post_files("/requests/new", &NEW, &[]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    let more: Vec<_> = NEW
        .into_iter()
        .chain([("more", "1"), ("selector_value_0", "203.0.113.80")])
        .collect();
    let again = handler.post_files("/requests/new", &more, &[]).await;
    assert_eq!(again.status, StatusCode::OK);
    assert!(again.text().contains("selector_value_3"), "more rows");
    for text in [reply.text(), again.text()] {
        assert!(text.contains("Botnet &#60;behind&#62; &#34;three&#34; systems"));
        assert!(text.contains("disturbs the booking of hospital beds"));
        assert!(text.contains("Division CC 11"));
        assert!(text.contains("name=\"no_persecution\" value=\"on\" checked"));
    }
    assert!(
        reply.text().contains("href=\"#items\""),
        "the summary leads to what is missing"
    );
    assert_eq!(stage.entries(), before, "nothing was written");
}

/// Promise: an answer drafted in the form binds the counterpart to the conditions entered; a refusal hands over none.
#[tokio::test]
async fn an_answer_is_drafted_as_entered() {
    let stage = Stage::new();
    let handler = Client::signed_in(stage.console(), "hanna").await;
    let answer = format!("/requests/{}/answer", stage.cleared);
    let common = [
        ("ground", "N"),
        ("item_text_1", "Seen since 3 March."),
        ("item_outcome_2", "nil"),
        ("item_text_2", "Nothing further is held."),
        ("condition_purpose", "this investigation"),
        ("condition_handling", "H1"),
        ("condition_retain", "2026-12-31"),
        ("condition_inhuman", "on"),
        ("legal_basis", "arrangement, section 5"),
        ("language", "en"),
        ("tlp", "AMBER"),
    ];
    let with = |outcome| {
        common
            .into_iter()
            .chain([("outcome", outcome), ("item_outcome_1", outcome)])
            .collect::<Vec<_>>()
    };
    assert_eq!(
        handler
            .post_files(&answer, &with("partial"), &[])
            .await
            .status,
        StatusCode::SEE_OTHER
    );
    let draft = stage.de.case(stage.cleared).draft.unwrap().draft;
    let conditions = draft.answer.conditions.unwrap();
    assert_eq!(
        (
            conditions.purpose.as_str(),
            conditions.onward_transfer,
            conditions.no_inhuman_treatment
        ),
        ("this investigation", false, true)
    );
    assert!(
        handler
            .get(&answer)
            .await
            .text()
            .contains("Seen since 3 March."),
        "the form starts from the draft"
    );
    assert_eq!(
        handler
            .post_files(&answer, &with("refused"), &[])
            .await
            .status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        stage
            .de
            .case(stage.cleared)
            .draft
            .unwrap()
            .draft
            .answer
            .conditions,
        None
    );
    assert!(matches!(
        stage.de.case(stage.cleared).stage,
        Stand::Incoming(Incoming::AnswerDrafted(_))
    ));
}
