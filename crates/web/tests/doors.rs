//! Who gets in, and how far: signing in and out, other sites, roles.
#![allow(clippy::unwrap_used)]

mod stage;

use axum::http::StatusCode;
use stage::Stage;
use stage::client::Client;
use stage::support::{HOUR, PASSWORD};

/// Promise: without signing in no page opens and no act is done; every response carries the strict headers.
#[tokio::test]
async fn nothing_opens_without_signing_in() {
    let stage = Stage::new();
    let stranger = Client::new(stage.console());
    let before = stage.entries();
    for (_, page) in stage
        .pages()
        .into_iter()
        .filter(|(_, page)| page != "/accessibility")
    {
        let reply = stranger.get(&page).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{page}");
        assert!(reply.header("location").starts_with("/sign-in"), "{page}");
        assert!(reply.bytes.is_empty(), "{page}");
        strict(&reply, &page);
    }
    for act in stage
        .acts()
        .iter()
        .filter(|act| act.starts_with("/requests") || act.contains("ping"))
    {
        let reply = stranger
            .post(act, &[("reason", "because"), ("decision", "clear")])
            .await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{act}");
        assert_eq!(reply.header("location"), "/sign-in", "{act}");
    }
    assert_eq!(stage.entries(), before);
    for open in ["/sign-in", "/accessibility"] {
        let reply = stranger.get(open).await;
        assert_eq!(reply.status, StatusCode::OK);
        strict(&reply, open);
    }
}

#[track_caller]
fn strict(reply: &stage::client::Reply, page: &str) {
    let policy = reply.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none';") && !policy.contains("script"),
        "{page}: {policy}"
    );
    assert!(
        policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"),
        "{page}"
    );
    assert_eq!(reply.header("x-content-type-options"), "nosniff", "{page}");
    assert_eq!(reply.header("x-frame-options"), "DENY", "{page}");
    assert_eq!(reply.header("cache-control"), "no-store", "{page}");
    assert_eq!(reply.header("referrer-policy"), "same-origin", "{page}");
}

/// Promise: another site cannot make a signed-in officer's browser act.
#[tokio::test]
async fn other_sites_cannot_act() {
    let stage = Stage::new();
    let reviewer = Client::signed_in(stage.console(), "rosa").await;
    let before = stage.entries();
    for act in stage.acts() {
        let reply = reviewer
            .post_from_elsewhere(&act, &[("reason", "because"), ("decision", "hold")])
            .await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{act}");
    }
    assert_eq!(stage.entries(), before);
    assert_eq!(stage.de.state(stage.cleared), "cleared");
}

/// Promise: the operator runs the node and sees no case: not in lists, not by address, not in the journal.
#[tokio::test]
async fn the_operator_sees_no_case() {
    let stage = Stage::new();
    let operator = Client::signed_in(stage.console(), "olaf").await;
    let case = format!("/requests/{}", stage.held);
    let file = stage.de.case(stage.held).attachments.remove(0).sha256;
    let hex = hex::encode(file.0);
    let other = format!(
        "/requests/{}",
        stage
            .de
            .reader()
            .case(stage.held)
            .unwrap()
            .thread
            .to_string()
            .replace('0', "1")
    );
    for page in [
        "/requests".to_owned(),
        case.clone(),
        format!("{case}/review"),
        format!("{case}/attachments/{hex}"),
        other,
    ] {
        let reply = operator.get(&page).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{page}");
        assert!(!reply.text().contains("rumours"), "{page}");
    }
    let mut seen = String::new();
    for index in 0..stage.entries() {
        seen += &operator
            .get(&format!("/journal/office/{index}"))
            .await
            .text();
    }
    seen += &operator.get("/").await.text();
    seen += &operator.get("/journal/office").await.text();
    assert!(seen.contains("Steht Ihrer Rolle nicht offen."));
    for secret in ["rumours", "looked at", "lin.yao", &stage.held.to_string()] {
        assert!(!seen.contains(secret), "{secret}");
    }
    let reader = Client::signed_in(stage.console(), "carla").await;
    assert!(
        reader.get("/requests").await.text().contains("rumours"),
        "the words are there for those who may read them"
    );
}

/// Promise: guessing is slowed down, and the right password does not help while the name is locked.
#[tokio::test]
async fn guessing_is_slowed_down() {
    let stage = Stage::new();
    let mut guesser = Client::new(stage.console());
    for _ in 0..5 {
        let reply = guesser.sign_in("hanna", "wrong password").await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN);
        assert!(
            reply.text().contains("value=\"hanna\""),
            "the name stays in the form"
        );
        assert!(!reply.text().contains("wrong password"));
    }
    assert_eq!(
        guesser.sign_in("hanna", PASSWORD).await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
    assert_eq!(
        guesser.sign_in("rosa", PASSWORD).await.status,
        StatusCode::SEE_OTHER
    );
    stage.de.clock.advance(31_000);
    assert_eq!(
        guesser.sign_in("hanna", PASSWORD).await.status,
        StatusCode::SEE_OTHER
    );
}

/// Promise: a session ends by signing out and by idleness, on the server, whatever the browser keeps.
#[tokio::test]
async fn sessions_end_on_the_server() {
    let stage = Stage::new();
    let console = stage.console();
    let mut officer = Client::signed_in(console.clone(), "hanna").await;
    assert_eq!(officer.get("/requests").await.status, StatusCode::OK);
    officer.post("/sign-out", &[]).await;
    assert_eq!(officer.get("/requests").await.status, StatusCode::SEE_OTHER);
    officer.sign_in("hanna", PASSWORD).await;
    stage.de.clock.advance(HOUR);
    assert_eq!(officer.get("/requests").await.status, StatusCode::SEE_OTHER);
}

/// Promise: the session's cookie is out of reach of scripts and other sites, and behind HTTPS tied to this host.
#[tokio::test]
async fn the_cookie_is_kept_close() {
    let stage = Stage::new();
    let mut plain = Client::new(stage.console());
    let cookie = plain
        .sign_in("hanna", PASSWORD)
        .await
        .header("set-cookie")
        .to_owned();
    assert!(
        cookie.starts_with("session=") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    let mut secure = Client::new(web::Console::new(
        stage.de.office.clone(),
        stage.de.clock.clone(),
        true,
    ));
    let reply = secure.sign_in("hanna", PASSWORD).await;
    let cookie = reply.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-session=")
            && cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure"),
        "{cookie}"
    );
    assert!(
        reply
            .header("strict-transport-security")
            .starts_with("max-age=")
    );
    assert_eq!(secure.get("/requests").await.status, StatusCode::OK);
}
