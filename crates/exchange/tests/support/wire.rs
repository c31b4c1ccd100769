//! Talking to a reception without the courier: by hand, and not always politely.

use super::House;
use exchange::tls::{PinVerifier, Pins, client_config, no_name};
use exchange::{Connection, ExchangeError, TlsIdentity};
use rustls::ClientConfig;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Hands bytes in at `to`, over a connection that is `from`'s.
pub(crate) async fn hand_in(
    from: &House,
    to: &House,
    bytes: Vec<u8>,
) -> Result<String, ExchangeError> {
    hand_in_as(from, &from.identity, to, bytes).await
}

/// The same with a certificate of the test's choice.
pub(crate) async fn hand_in_as(
    from: &House,
    identity: &TlsIdentity,
    to: &House,
    bytes: Vec<u8>,
) -> Result<String, ExchangeError> {
    Connection::open(from.office(), identity, &to.party, super::patient())
        .await?
        .hand_in(bytes, || {})
        .await
}

/// The verifier with which `from` recognises its peers.
pub(crate) fn verifier(from: &House) -> Arc<PinVerifier> {
    Arc::new(PinVerifier::new(Pins::of(
        from.office().reader().peers().unwrap(),
    )))
}

/// The TLS configuration with which `from` calls.
pub(crate) fn config(from: &House) -> ClientConfig {
    client_config(&from.identity, verifier(from)).unwrap()
}

pub(crate) async fn connect(
    to: &House,
    config: ClientConfig,
) -> std::io::Result<TlsStream<TcpStream>> {
    let tcp = TcpStream::connect(to.address).await?;
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
