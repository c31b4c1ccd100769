//! The HTTP client with which a node reaches what stands outside it: etcd, the object store, witnesses.
//!
//! One blocking client for all, because each of their calls is one question and one answer on a
//! thread that may wait. TLS 1.3 only; it trusts the authorities of one file that the operator
//! names, follows no redirect and knows no proxy. Plain HTTP is for the same machine only: an
//! anchor that somebody on the way can answer for is none.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig};

/// Where Debian, Ubuntu and Alpine keep the authorities that the system trusts.
pub const SYSTEM_AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Longest time for a connection to come about.
const CONNECT: Duration = Duration::from_secs(5);

/// Whom the client trusts and as whom it comes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tls {
    /// The authorities that may vouch for the server, a PEM file; [`SYSTEM_AUTHORITIES`] if `None`.
    pub authorities: Option<PathBuf>,
    /// The client's own certificate, if the server asks for one.
    pub identity: Option<ClientIdentity>,
}

/// A client certificate and its key, both PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientIdentity {
    /// The certificate, followed by those between it and the authority.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpsError {
    /// Not an address of the form `https://host[:port]`.
    #[error("{0:?} is not an address such as https://host:port")]
    NotAnAddress(String),
    /// Plain HTTP to another machine.
    #[error("{0:?} must begin with https: plain http is for this machine only")]
    Unprotected(String),
    /// A file could not be read.
    #[error("cannot read {path}")]
    File {
        /// Which file.
        path: String,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// A file does not hold what it must.
    #[error("{path} holds no {missing} in PEM form")]
    NotPem {
        /// Which file.
        path: String,
        /// What is missing.
        missing: &'static str,
    },
}

/// An address as given, checked: HTTPS, or HTTP to this machine; host and port, nothing else.
/// Returned without a slash at its end.
pub(crate) fn address(text: &str) -> Result<String, HttpsError> {
    let bad = || HttpsError::NotAnAddress(text.to_owned());
    let uri: ureq::http::Uri = text.parse().map_err(|_| bad())?;
    let authority = uri.authority().ok_or_else(bad)?;
    if uri
        .path_and_query()
        .is_some_and(|rest| rest.as_str() != "/")
        || authority.as_str().contains('@')
    {
        return Err(bad());
    }
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if is_this_machine(authority.host()) => {}
        Some("http") => return Err(HttpsError::Unprotected(text.to_owned())),
        _ => return Err(bad()),
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse()
            .is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

/// A client for the given addresses. `deadline` is for a whole call, answer included: a frozen
/// server still takes connections, so only a deadline of one's own gets away from it.
pub(crate) fn agent(
    tls: &Tls,
    addresses: &[String],
    deadline: Duration,
) -> Result<ureq::Agent, HttpsError> {
    // Without an https address nothing is trusted and no file is needed.
    let roots = match &tls.authorities {
        Some(path) => authorities(path)?,
        None if addresses.iter().any(|a| a.starts_with("https:")) => {
            authorities(Path::new(SYSTEM_AUTHORITIES))?
        }
        None => Vec::new(),
    };
    let identity = tls.identity.as_ref().map(client_certificate).transpose()?;
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent("kontaktstelle")
        .timeout_global(Some(deadline))
        .timeout_connect(Some(CONNECT.min(deadline)))
        .tls_config(
            TlsConfig::builder()
                .root_certs(RootCerts::new_with_certs(&roots))
                .client_cert(identity)
                .unversioned_rustls_crypto_provider(Arc::new(tls13_only()))
                .build(),
        )
        .build();
    Ok(ureq::Agent::new_with_config(config))
}

/// Without the suites of TLS 1.2 rustls does not offer it, whatever else in the build asks for it.
fn tls13_only() -> rustls::crypto::CryptoProvider {
    let mut provider = rustls::crypto::aws_lc_rs::default_provider();
    provider
        .cipher_suites
        .retain(|suite| suite.tls13().is_some());
    provider
}

fn read(path: &Path) -> Result<Vec<u8>, HttpsError> {
    std::fs::read(path).map_err(|source| HttpsError::File {
        path: path.display().to_string(),
        source,
    })
}

fn authorities(path: &Path) -> Result<Vec<Certificate<'static>>, HttpsError> {
    let certificates: Vec<_> = ureq::tls::parse_pem(&read(path)?)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(HttpsError::NotPem {
            path: path.display().to_string(),
            missing: "certificate",
        });
    }
    Ok(certificates)
}

fn client_certificate(identity: &ClientIdentity) -> Result<ClientCert, HttpsError> {
    let chain = authorities(&identity.certificate)?;
    let key = PrivateKey::from_pem(&read(&identity.key)?).map_err(|_| HttpsError::NotPem {
        path: identity.key.display().to_string(),
        missing: "private key",
    })?;
    Ok(ClientCert::new_with_certs(&chain, key))
}

/// One service that answers short questions, such as a witness. All calls block.
#[derive(Debug)]
pub struct Service {
    agent: ureq::Agent,
    address: String,
}

/// An answer as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl Service {
    /// The service at `address` (`https://host[:port]`; plain HTTP to this machine only). `deadline` is
    /// for a whole call.
    ///
    /// # Errors
    /// [`HttpsError`] for an unusable address or unreadable files.
    pub fn new(text: &str, tls: &Tls, deadline: Duration) -> Result<Self, HttpsError> {
        let address = address(text)?;
        let agent = agent(tls, std::slice::from_ref(&address), deadline)?;
        Ok(Self { agent, address })
    }

    /// Asks with a body. At most `limit` bytes of the answer are read.
    ///
    /// # Errors
    /// When nobody answers in time, or more than that.
    pub fn post(
        &self,
        path: &str,
        content_type: &str,
        body: &[u8],
        limit: u64,
    ) -> Result<ServiceAnswer, Box<dyn std::error::Error + Send + Sync>> {
        let request = self.agent.post(format!("{}{path}", self.address));
        read_answer(request.content_type(content_type).send(body)?, limit)
    }

    /// Asks without one.
    ///
    /// # Errors
    /// As [`Self::post`].
    pub fn get(
        &self,
        path: &str,
        limit: u64,
    ) -> Result<ServiceAnswer, Box<dyn std::error::Error + Send + Sync>> {
        read_answer(
            self.agent.get(format!("{}{path}", self.address)).call()?,
            limit,
        )
    }
}

fn read_answer(
    mut response: ureq::http::Response<ureq::Body>,
    limit: u64,
) -> Result<ServiceAnswer, Box<dyn std::error::Error + Send + Sync>> {
    let status = response.status().as_u16();
    let body = response
        .body_mut()
        .with_config()
        .limit(limit)
        .read_to_vec()?;
    Ok(ServiceAnswer { status, body })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// Nobody on the way may answer for the anchor: plain HTTP does not leave the machine.
    #[test]
    fn plain_http_is_for_this_machine_only() {
        for good in [
            "https://etcd1.example:2379",
            "https://etcd1.example:2379/",
            "http://127.0.0.1:2379",
            "http://localhost:2379",
            "http://[::1]:2379",
        ] {
            assert_eq!(address(good).unwrap(), good.trim_end_matches('/'));
        }
        for bad in [
            "http://192.0.2.1:2379",
            "http://etcd1.example:2379",
            "http://127.0.0.1.example:2379",
        ] {
            assert!(
                matches!(address(bad), Err(HttpsError::Unprotected(_))),
                "{bad}"
            );
        }
    }

    /// An address with more in it than a host is a mistake in the configuration, not to be guessed at.
    #[test]
    fn an_address_is_a_host_and_a_port() {
        for bad in [
            "",
            "etcd1.example:2379",
            "ftp://etcd1.example",
            "https://",
            "https://user:word@etcd1.example",
            "https://etcd1.example/v3",
            "https://etcd1.example/?a=b",
        ] {
            assert!(
                matches!(address(bad), Err(HttpsError::NotAnAddress(_))),
                "{bad}"
            );
        }
    }
}
