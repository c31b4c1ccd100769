//! The suite of a peering is agreed and not negotiated, on the line as in messages.
#![allow(clippy::unwrap_used)]

mod support;

use exchange::ExchangeError;
use exchange::protocol::RefusalCode;
use rustls::NamedGroup;
use seal::Suite;
use support::{House, forge, introduced, stop, until, wire};

/// Two houses that have agreed on K2; `de` has another peer, `fr`, in K1.
async fn k2_houses() -> (House, House) {
    introduced(
        House::agreed("de", &["cn", "fr"], &[("cn", Suite::K2)]).await,
        House::agreed("cn", &["de"], &[("de", Suite::K2)]).await,
    )
}

/// Promise: a K2 peering exchanges messages, sealed and signed in K2, over secp256r1MLKEM768.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_k2_peering_works_over_its_own_key_exchange() {
    let (mut de, mut cn) = k2_houses().await;
    let receptions = [de.receive().await, cn.receive().await];
    let rounds = [de.send().1, cn.send().1];
    let connection = wire::open(&cn, &de).await.unwrap();
    let group = NamedGroup::secp256r1MLKEM768;
    assert_eq!(connection.key_exchange(), Some(group));
    drop(connection);

    de.ping(&cn);
    until("both hold the second receipt", || {
        !cn.receipted(&de, "E.1").is_empty() && !de.receipted(&cn, "E.1").is_empty()
    })
    .await;
    for house in [&de, &cn] {
        for accepted in house.office().reader().accepted().unwrap() {
            let sealed = house.office().reader().blob(&accepted.sealed).unwrap();
            let message = seal::message::Message::decode(&sealed.unwrap()).unwrap();
            assert_eq!(message.manifest().statement().suite, Suite::K2);
        }
    }
    stop(receptions.into_iter().chain(rounds)).await;
}

const ASK: &str = "GET /v1/extract HTTP/1.1\r\nhost: de\r\nconnection: close\r\n\r\n";

/// Promise: a peer with whom K2 was agreed gets no answer over the key exchange of K1, even where
/// that is offered for the sake of others, and the attempt is written down. K2 is answered.
#[tokio::test]
async fn a_k1_caller_at_a_k2_peering_is_refused() {
    let (mut de, cn) = k2_houses().await;
    let fr = House::build("fr", &["de"]).await;
    let (mut de, fr) = {
        let reception = de.receive().await;
        // Offered to nobody: TLS itself finds nothing in common.
        let refused = wire::connect(&de, wire::config_in(&cn, Suite::K1)).await;
        assert!(
            refused.is_err_and(|error| error.to_string().contains("HandshakeFailure")),
            "no key exchange was to be agreed on"
        );
        reception.stop().await;
        introduced(de, fr)
    };
    let reception = de.receive().await;
    // Twice: the second time is no news.
    for _ in 0..2 {
        let mut stream = wire::connect(&de, wire::config_in(&cn, Suite::K1))
            .await
            .unwrap();
        let answer = wire::say(&mut stream, ASK).await.unwrap_or_default();
        assert_eq!(answer, "");
        until("it is written down", || de.rejections("suite").len() == 1).await;
    }
    assert_eq!(de.rejections("suite")[0].text("peer"), "cn");
    for (caller, suite) in [(&cn, Suite::K2), (&fr, Suite::K1)] {
        let mut stream = wire::connect(&de, wire::config_in(caller, suite))
            .await
            .unwrap();
        let answer = wire::say(&mut stream, ASK).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    reception.stop().await;
}

/// Promise: a caller that agreed on K2 talks to nobody who offers K1 only.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_k2_caller_does_not_go_down_to_k1() {
    // `cn` has forgotten what was agreed.
    let (de, mut cn) = introduced(
        House::agreed("de", &["cn", "fr"], &[("cn", Suite::K2)]).await,
        House::build("cn", &["de"]).await,
    );
    let reception = cn.receive().await;
    let refused = wire::open(&de, &cn).await;
    assert!(
        matches!(refused, Err(ExchangeError::Handshake { .. })),
        "{:?}",
        refused.err()
    );
    reception.stop().await;
}

/// Promise: a genuine message in another suite than the agreed one is turned away, whatever line it
/// came over, in both directions of strength.
#[tokio::test]
async fn a_message_of_another_suite_is_refused() {
    for (agreed, used) in [(Suite::K2, Suite::K1), (Suite::K1, Suite::K2)] {
        let (mut de, cn) = introduced(
            House::agreed("de", &["cn", "fr"], &[("cn", agreed)]).await,
            House::agreed("cn", &["de"], &[("de", agreed)]).await,
        );
        let reception = de.receive().await;
        let before = de.effects(&cn);
        let forged = forge::forge(&cn, &de, forge::FIRST, used, &[], |_| {});
        let (status, refused) = wire::refusal(wire::hand_in(&cn, &de, forged.encode()).await);
        assert_eq!((status, refused.code), (400, RefusalCode::Suite));
        assert_eq!(de.rejections("suite").len(), 1);
        assert_eq!(de.effects(&cn), before);
        reception.stop().await;
    }
}
