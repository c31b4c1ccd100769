//! Talking to a reception without the courier: by hand, and not always politely.

use super::House;
use super::forge::Forged;
use exchange::connection::HandedIn;
use exchange::protocol::Refusal;
use exchange::tls::{PinVerifier, Pins, client_config, no_name};
use exchange::{Connection, ExchangeError, TlsIdentity};
use journal::hash::Hash;
use rustls::ClientConfig;
use seal::Suite;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A connection of `from` to `to`.
pub(crate) async fn open(from: &House, to: &House) -> Result<Connection, ExchangeError> {
    open_as(from, &from.keys.identity, to).await
}

/// The same with a certificate of the test's choice.
pub(crate) async fn open_as(
    from: &House,
    identity: &TlsIdentity,
    to: &House,
) -> Result<Connection, ExchangeError> {
    Connection::open(from.office(), identity, &to.party, super::patient()).await
}

/// Hands in a message all of whose payloads are in it; gives the first receipt.
pub(crate) async fn hand_in(
    from: &House,
    to: &House,
    bytes: Vec<u8>,
) -> Result<String, ExchangeError> {
    hand_in_as(from, &from.keys.identity, to, bytes).await
}

pub(crate) async fn hand_in_as(
    from: &House,
    identity: &TlsIdentity,
    to: &House,
    bytes: Vec<u8>,
) -> Result<String, ExchangeError> {
    let mut connection = open_as(from, identity, to).await?;
    match connection.hand_in(bytes, || {}).await? {
        HandedIn::Receipt(receipt) => Ok(receipt),
        HandedIn::Missing(missing) => panic!("payloads are missing: {missing:?}"),
    }
}

/// Releases headers; gives the second receipt.
pub(crate) async fn release(
    from: &House,
    to: &House,
    message: Hash,
    headers: Vec<u8>,
) -> Result<String, ExchangeError> {
    open(from, to).await?.release(&message, headers).await
}

/// Both steps; gives both receipts.
pub(crate) async fn deliver(
    from: &House,
    to: &House,
    forged: &Forged,
) -> Result<[String; 2], ExchangeError> {
    let first = hand_in(from, to, forged.encode()).await?;
    let second = release(from, to, forged.id(), forged.headers.clone()).await?;
    Ok([first, second])
}

/// Why the other side refused.
pub(crate) fn refusal<T: std::fmt::Debug>(result: Result<T, ExchangeError>) -> (u16, Refusal) {
    match result {
        Err(ExchangeError::Refused { status, refusal }) => (status, refusal),
        other => panic!("not refused: {other:?}"),
    }
}

/// The verifier with which `from` recognises its peers.
pub(crate) fn verifier(from: &House) -> Arc<PinVerifier> {
    Arc::new(PinVerifier::new(Pins::of(
        from.office().reader().peers().unwrap(),
    )))
}

/// The TLS configuration with which `from` calls in the usual suite.
pub(crate) fn config(from: &House) -> ClientConfig {
    config_in(from, super::SUITE)
}

pub(crate) fn config_in(from: &House, suite: Suite) -> ClientConfig {
    client_config(&from.keys.identity, verifier(from), suite).unwrap()
}

pub(crate) async fn connect(
    to: &House,
    config: ClientConfig,
) -> std::io::Result<TlsStream<TcpStream>> {
    let tcp = TcpStream::connect(to.keys.address).await?;
    TlsConnector::from(Arc::new(config))
        .connect(no_name(), tcp)
        .await
}

/// Sends `text` and gives back what is answered until the other side hangs up.
pub(crate) async fn say(stream: &mut TlsStream<TcpStream>, text: &str) -> std::io::Result<String> {
    stream.write_all(text.as_bytes()).await?;
    stream.flush().await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Sends one request on a connection of its own; gives what is answered until the other side hangs
/// up.
pub(crate) async fn ask(from: &House, to: &House, request: &str) -> std::io::Result<String> {
    let mut stream = connect(to, config(from)).await?;
    say(&mut stream, request).await
}

/// The head of a request whose connection ends with the answer.
pub(crate) fn head(method: &str, path: &str, length: usize) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: peer\r\nconnection: close\r\n\
         content-type: application/vnd.kontaktstelle.message\r\ncontent-length: {length}\r\n\r\n"
    )
}
