//! What must not get in: each is turned away, written down where its sender is known, and without
//! any effect.
#![allow(clippy::unwrap_used)]

mod support;

use exchange::protocol::{Refusal, RefusalCode, max_message_bytes};
use exchange::{ExchangeError, TlsIdentity};
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::aws_lc_rs::{default_provider, kx_group};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, HandshakeKind, SignatureScheme};
use seal::message::MessageManifest;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::wire::refusal;
use support::{House, SUITE, forge, impatient, two_houses, wire};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// A changed byte, a missing signature, plain garbage: none is taken as a message of the peer.
#[tokio::test]
async fn what_is_not_authentic_is_refused_and_written_down() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive().await;
    let before = de.effects(&cn);
    let message = forge::ping(&cn, &de, forge::FIRST);
    let mut tampered = message.encode();
    *tampered.last_mut().unwrap() ^= 1;
    let attempts = [
        tampered,
        forge::without_second_signature(&message.message),
        b"no message at all".to_vec(),
        Vec::new(),
    ];
    for (count, bytes) in (1..).zip(attempts) {
        let (status, refused) = refusal(wire::hand_in(&cn, &de, bytes).await);
        assert_eq!((status, refused.code), (400, RefusalCode::NotAuthentic));
        assert_eq!(de.rejections("not-authentic").len(), count);
        assert_eq!(de.effects(&cn), before);
    }
    assert!(
        de.rejections("not-authentic")
            .iter()
            .all(|line| line.text("peer") == "cn")
    );

    // The untouched message is taken: what was refused was the change and nothing else.
    wire::hand_in(&cn, &de, message.encode()).await.unwrap();
    assert_ne!(de.effects(&cn), before);
    reception.stop().await;
}

/// A message for somebody else, though signed by the peer, is not ours to take.
#[tokio::test]
async fn a_message_for_another_recipient_is_refused() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive().await;
    let before = de.effects(&cn);
    let for_fr = |manifest: &mut MessageManifest| manifest.recipient = "fr".to_owned();
    let message = forge::forge(&cn, &de, forge::FIRST, SUITE, &[], for_fr).encode();
    let (status, refused) = refusal(wire::hand_in(&cn, &de, message).await);
    assert_eq!((status, refused.code), (400, RefusalCode::OtherRecipient));
    assert_eq!(de.rejections("other-recipient").len(), 1);
    assert_eq!(de.effects(&cn), before);
    reception.stop().await;
}

/// A peer that contradicts its own history is caught: nothing of the second history takes effect,
/// and the contradicting message is kept as evidence.
#[tokio::test]
async fn a_fork_is_refused_and_kept_as_evidence() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive().await;
    let first = forge::ping(&cn, &de, forge::FIRST);
    wire::hand_in(&cn, &de, first.encode()).await.unwrap();
    let before = de.effects(&cn);

    let other_first = forge::ping(&cn, &de, forge::FIRST);
    let on_other = forge::ping(&cn, &de, (2, Some(other_first.id())));
    for message in [other_first, on_other] {
        let bytes = message.encode();
        let (status, refused) = refusal(wire::hand_in(&cn, &de, bytes).await);
        assert_eq!((status, refused.code), (409, RefusalCode::Fork));
        assert_eq!(de.effects(&cn), before);
        let manifest = message.message.manifest().to_json().unwrap().into_bytes();
        let hash = journal::hash::sha256(&manifest);
        let kept = de.office().reader().blob(&hash).unwrap();
        assert_eq!(kept, Some(manifest));
    }
    assert_eq!(de.rejections("fork").len(), 2);
    reception.stop().await;
}

/// A message whose predecessors are missing has to wait for them; the sender learns which.
#[tokio::test]
async fn a_gap_names_the_message_that_is_missing() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive().await;
    let first = forge::ping(&cn, &de, forge::FIRST);
    let second = forge::ping(&cn, &de, (2, Some(first.id())));
    let before = de.effects(&cn);
    let (status, refused) = refusal(wire::hand_in(&cn, &de, second.encode()).await);
    assert_eq!(
        (status, refused),
        (
            409,
            Refusal {
                expected: Some(1),
                ..RefusalCode::Gap.into()
            }
        )
    );
    assert_eq!(de.effects(&cn), before);
    for message in [first, second] {
        wire::hand_in(&cn, &de, message.encode()).await.unwrap();
    }
    reception.stop().await;
}

/// A peer cannot hand in another peer's message, not even a genuine one.
#[tokio::test]
async fn a_peer_cannot_speak_for_another() {
    let (mut de, cn) = two_houses().await;
    let fr = House::build("fr", &["de"]).await;
    de.accept(&fr);
    fr.accept(&de);
    let reception = de.receive().await;
    let before = (de.effects(&cn), de.effects(&fr));
    let message = forge::ping(&cn, &de, forge::FIRST).encode();
    let (status, refused) = refusal(wire::hand_in(&fr, &de, message).await);
    assert_eq!((status, refused.code), (403, RefusalCode::UnknownPeer));
    assert_eq!(de.rejections("unknown-peer")[0].text("peer"), "fr");
    assert_eq!((de.effects(&cn), de.effects(&fr)), before);
    reception.stop().await;
}

/// A caller with a key that no accepted manifest names gets no connection; the journal says so, and
/// only once a minute, so that nobody outside can fill it.
#[tokio::test]
async fn an_unknown_certificate_gets_no_connection() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive().await;
    let before = de.effects(&cn);
    let message = forge::ping(&cn, &de, forge::FIRST).encode();
    for _ in 0..3 {
        let stranger = TlsIdentity::generate("cn.kontaktstelle.example").unwrap();
        let refused = wire::hand_in_as(&cn, &stranger, &de, message.clone()).await;
        assert!(
            matches!(
                refused,
                Err(ExchangeError::Broken(_) | ExchangeError::Handshake { .. })
            ),
            "{refused:?}"
        );
    }
    support::until("the stranger is written down", || {
        de.rejections("unknown-peer").len() == 1
    })
    .await;
    assert_eq!(de.rejections("unknown-peer")[0].text("peer"), "");
    reception.stop().await;
    assert_eq!(de.rejections("unknown-peer").len(), 1);
    assert_eq!(de.effects(&cn), before);
}

/// A key counts as long as the manifest says, and then no longer.
#[tokio::test]
async fn a_pin_ends_with_its_manifest() {
    use exchange::tls::Pins;
    use rustls::pki_types::UnixTime;
    let (de, cn) = two_houses().await;
    let pins = Pins::of(de.office().reader().peers().unwrap());
    let in_days = |days: u64| {
        UnixTime::since_unix_epoch(
            Duration::from_secs(UnixTime::now().as_secs()) + Duration::from_secs(days * 24 * 3600),
        )
    };
    assert_eq!(
        pins.holder(cn.keys.identity.spki_sha256(), in_days(0)),
        Some(&cn.party)
    );
    assert_eq!(
        pins.holder(cn.keys.identity.spki_sha256(), in_days(6)),
        Some(&cn.party)
    );
    assert_eq!(
        pins.holder(cn.keys.identity.spki_sha256(), in_days(8)),
        None
    );
    assert_eq!(
        pins.holder(de.keys.identity.spki_sha256(), in_days(0)),
        None
    );
}

#[derive(Debug)]
struct NoCertificate;

impl ResolvesClientCert for NoCertificate {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

/// Whoever shows no certificate at all gets no answer either.
#[tokio::test]
async fn a_client_without_certificate_gets_no_answer() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive().await;
    let mut config = wire::config(&cn);
    config.client_auth_cert_resolver = Arc::new(NoCertificate);
    // In TLS 1.3 the client learns of its rejection only with the first answer.
    let refused = match wire::connect(&de, config).await {
        Ok(mut stream) => {
            wire::say(&mut stream, "GET /v1/extract HTTP/1.1\r\nhost: de\r\n\r\n").await
        }
        Err(error) => Err(error),
    };
    assert!(
        refused
            .as_ref()
            .is_err_and(|error| error.to_string().contains("CertificateRequired")),
        "{refused:?}"
    );
    reception.stop().await;
}

/// Neither TLS 1.2 nor a key exchange that a quantum computer could undo is spoken, even to a peer.
#[tokio::test]
async fn older_tls_and_classical_key_exchange_are_not_spoken() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive().await;
    let classical = || rustls::crypto::CryptoProvider {
        kx_groups: vec![kx_group::X25519, kx_group::SECP256R1],
        ..default_provider()
    };
    for (versions, alert) in [
        ([&rustls::version::TLS12], "ProtocolVersion"),
        ([&rustls::version::TLS13], "HandshakeFailure"),
    ] {
        let mut config = ClientConfig::builder_with_provider(Arc::new(classical()))
            .with_protocol_versions(&versions)
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(wire::verifier(&cn))
            .with_no_client_auth();
        config.client_auth_cert_resolver = wire::config(&cn).client_auth_cert_resolver;
        let refused = wire::connect(&de, config).await;
        assert!(
            refused
                .as_ref()
                .is_err_and(|error| error.to_string().contains(alert)),
            "{refused:?}"
        );
    }
    // The same peer with the right TLS is let in.
    wire::connect(&de, wire::config(&cn)).await.unwrap();
    reception.stop().await;
}

/// Every connection is checked against the pins of its moment: there is nothing to resume.
#[tokio::test]
async fn no_session_is_resumed() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive().await;
    let mut config = wire::config(&cn);
    config.resumption = Resumption::in_memory_sessions(8);
    for _ in 0..2 {
        let mut stream = wire::connect(&de, config.clone()).await.unwrap();
        let answer = wire::say(
            &mut stream,
            "GET /v1/extract HTTP/1.1\r\nhost: de\r\nconnection: close\r\n\r\n",
        )
        .await;
        assert!(answer.unwrap().starts_with("HTTP/1.1 200"));
        assert_eq!(
            stream.get_ref().1.handshake_kind(),
            Some(HandshakeKind::Full)
        );
    }
    reception.stop().await;
}

/// A body above the limit is refused before it fills the memory, whether its length is announced or
/// not.
#[tokio::test]
async fn an_oversized_body_is_refused() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive().await;
    let before = de.effects(&cn);
    let limit = max_message_bytes();
    let head = "POST /v1/messages HTTP/1.1\r\nhost: de\r\ncontent-type: application/vnd.kontaktstelle.message\r\n";
    let announced = format!("{head}content-length: {}\r\n\r\n", limit + 1);
    let hidden = format!(
        "{head}transfer-encoding: chunked\r\n\r\n{:x}\r\n{}",
        limit + 1,
        "x".repeat(limit + 1)
    );
    for request in [announced, hidden] {
        let mut stream = wire::connect(&de, wire::config(&cn)).await.unwrap();
        let answer = wire::say(&mut stream, &request).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
        // The second time is no news.
        assert_eq!(de.rejections("too-large").len(), 1);
    }
    assert_eq!(de.effects(&cn), before);
    reception.stop().await;
}

/// Only the requests of the protocol exist, and only a message is read as one.
#[tokio::test]
async fn nothing_else_is_answered() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive().await;
    for (request, status) in [
        (
            "GET / HTTP/1.1\r\nhost: de\r\nconnection: close\r\n\r\n",
            "404",
        ),
        (
            "GET /v1/messages HTTP/1.1\r\nhost: de\r\nconnection: close\r\n\r\n",
            "405",
        ),
        (
            "POST /v1/messages HTTP/1.1\r\nhost: de\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
            "415",
        ),
        ("nonsense\r\n\r\n", "400"),
    ] {
        let mut stream = wire::connect(&de, wire::config(&cn)).await.unwrap();
        let answer = wire::say(&mut stream, request).await.unwrap();
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{request:?}: {answer}"
        );
    }
    reception.stop().await;
}

/// A caller that says nothing, or says it too slowly, is hung up on at each stage.
#[tokio::test]
async fn slow_callers_are_hung_up_on() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive_as(de.keys.identity.clone(), impatient()).await;
    let started = Instant::now();

    let mut silent = TcpStream::connect(de.keys.address).await.unwrap();
    assert_eq!(silent.read(&mut [0; 1]).await.unwrap_or(0), 0);

    let mut half_a_head = wire::connect(&de, wire::config(&cn)).await.unwrap();
    let answer = wire::say(&mut half_a_head, "GET /v1/extract HTTP/1.1\r\nhost: ")
        .await
        .unwrap_or_default();
    assert!(!answer.contains("200"), "{answer}");

    let mut half_a_body = wire::connect(&de, wire::config(&cn)).await.unwrap();
    let request = "POST /v1/messages HTTP/1.1\r\nhost: de\r\ncontent-type: application/vnd.kontaktstelle.message\r\n\
                   content-length: 1000\r\n\r\nKSTMSG";
    let answer = wire::say(&mut half_a_body, request).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(
        started.elapsed() < Duration::from_secs(30),
        "{:?}",
        started.elapsed()
    );

    // Nobody else had to wait for them.
    wire::hand_in(&cn, &de, forge::ping(&cn, &de, forge::FIRST).encode())
        .await
        .unwrap();
    reception.stop().await;
}

/// One peer cannot take all connections for itself.
#[tokio::test]
async fn a_peer_has_few_connections() {
    let (mut de, cn) = two_houses().await;
    let fr = House::build("fr", &["de"]).await;
    de.accept(&fr);
    fr.accept(&de);
    let reception = de.receive().await;
    let ask = "GET /v1/extract HTTP/1.1\r\nhost: de\r\n\r\n";
    let mut held = Vec::new();
    for _ in 0..4 {
        let mut stream = wire::connect(&de, wire::config(&cn)).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, ask.as_bytes())
            .await
            .unwrap();
        assert_ne!(stream.read(&mut [0; 4096]).await.unwrap(), 0);
        held.push(stream);
    }
    let mut fifth = wire::connect(&de, wire::config(&cn)).await.unwrap();
    assert!(
        !wire::say(&mut fifth, ask)
            .await
            .unwrap_or_default()
            .contains("200")
    );
    let mut other = wire::connect(&de, wire::config(&fr)).await.unwrap();
    let closing = "GET /v1/extract HTTP/1.1\r\nhost: de\r\nconnection: close\r\n\r\n";
    assert!(
        wire::say(&mut other, closing)
            .await
            .unwrap()
            .starts_with("HTTP/1.1 200")
    );
    drop(held);
    reception.stop().await;
}
