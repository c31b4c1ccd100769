//! The one kind of TLS that is spoken here.

use super::identity::TlsIdentity;
use super::pins::{Pins, spki_sha256};
use records::PartyId;
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs::{cipher_suite, default_provider, kx_group};
use rustls::crypto::{CryptoProvider, SupportedKxGroup, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::sign::SingleCertAndKey;
use rustls::{
    CertificateError, ClientConfig, CommonState, DigitallySignedStruct, DistinguishedName, Error,
    NamedGroup, ServerConfig, SignatureScheme,
};
use seal::{Suite, TlsGroup};
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock, OnceLock};

const HTTP_1_1: &[u8] = b"http/1.1";

/// One group per suite, and each is hybrid: what is recorded today stays closed to a quantum computer.
fn group(suite: Suite) -> &'static dyn SupportedKxGroup {
    match suite.tls_group() {
        TlsGroup::X25519MlKem768 => kx_group::X25519MLKEM768,
        TlsGroup::Secp256r1MlKem768 => kx_group::SECP256R1MLKEM768,
    }
}

/// The key exchange of a suite: what a connection with a peer must have agreed on.
#[must_use]
pub fn group_of(suite: Suite) -> NamedGroup {
    group(suite).name()
}

fn provider_for(suites: impl IntoIterator<Item = Suite>) -> CryptoProvider {
    CryptoProvider {
        kx_groups: suites.into_iter().map(group).collect(),
        cipher_suites: vec![
            cipher_suite::TLS13_AES_256_GCM_SHA384,
            cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
        ],
        ..default_provider()
    }
}

static PROVIDER: LazyLock<CryptoProvider> = LazyLock::new(|| provider_for(Suite::ALL));

pub(super) fn provider() -> &'static CryptoProvider {
    &PROVIDER
}

/// Lets a connection pass whose other end proves to hold a pinned key. Made for one handshake.
#[derive(Debug)]
pub struct PinVerifier {
    pins: Pins,
    stranger: OnceLock<CertificateDer<'static>>,
}

impl PinVerifier {
    /// Checks against these pins.
    #[must_use]
    pub const fn new(pins: Pins) -> Self {
        Self {
            pins,
            stranger: OnceLock::new(),
        }
    }

    /// Whose key the other end has shown.
    #[must_use]
    pub fn party(&self, connection: &CommonState) -> Option<&PartyId> {
        let certificate = connection.peer_certificates()?.first()?;
        self.pins
            .holder(&spki_sha256(certificate).ok()?, UnixTime::now())
    }

    /// The certificate that was turned away because its key is not pinned.
    #[must_use]
    pub fn stranger(&self) -> Option<&CertificateDer<'static>> {
        self.stranger.get()
    }

    fn check(&self, certificate: &CertificateDer<'_>, now: UnixTime) -> Result<(), Error> {
        if self.pins.holder(&spki_sha256(certificate)?, now).is_some() {
            return Ok(());
        }
        let _already = self.stranger.set(certificate.clone().into_owned());
        Err(CertificateError::ApplicationVerificationFailure.into())
    }
}

impl ServerCertVerifier for PinVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.check(end_entity, now)
            .map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(not_spoken())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &provider().signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}

impl ClientCertVerifier for PinVerifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.check(end_entity, now)
            .map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(not_spoken())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &provider().signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}

fn not_spoken() -> Error {
    Error::General("TLS 1.2 is not spoken here".to_owned())
}

/// The receiving end: demands a pinned key of the caller, remembers nothing between connections, and
/// offers the key exchanges of the suites that were agreed with anybody. Who has come with which is
/// for the caller to check ([`group_of`]), once it is known who it is.
///
/// # Errors
/// None in practice: the provider speaks TLS 1.3.
pub fn server_config(
    identity: &TlsIdentity,
    verifier: Arc<PinVerifier>,
    suites: &BTreeSet<Suite>,
) -> Result<ServerConfig, Error> {
    let provider = provider_for(suites.iter().copied());
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(identity.certified())));
    config.alpn_protocols = vec![HTTP_1_1.to_vec()];
    // Every connection is a full handshake against the pins of this moment.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.max_early_data_size = 0;
    Ok(config)
}

/// The calling end: shows our key, and talks to a pinned key only, in the key exchange of the suite
/// agreed with that peer.
///
/// # Errors
/// None in practice: the provider speaks TLS 1.3.
pub fn client_config(
    identity: &TlsIdentity,
    verifier: Arc<PinVerifier>,
    suite: Suite,
) -> Result<ClientConfig, Error> {
    let provider = provider_for([suite]);
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(identity.certified())));
    config.alpn_protocols = vec![HTTP_1_1.to_vec()];
    config.resumption = Resumption::disabled();
    config.enable_early_data = false;
    config.enable_sni = false;
    Ok(config)
}

/// The server name that is asked for. The key decides who the peer is, so no name is sent or
/// checked; the interface wants one all the same.
#[must_use]
pub fn no_name() -> ServerName<'static> {
    ServerName::IpAddress(std::net::Ipv4Addr::UNSPECIFIED.into())
}

/// The key exchange that a connection has agreed on.
#[must_use]
pub fn key_exchange(connection: &CommonState) -> Option<NamedGroup> {
    connection
        .negotiated_key_exchange_group()
        .map(|group| group.name())
}
