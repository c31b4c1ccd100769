//! Where the database is and how it is reached.
//!
//! The address is a libpq URL. Several hosts may be named: each is tried in turn with a time limit
//! of its own, because a frozen machine still accepts connections and then says nothing.

use super::session::{Fault, Session, wait};
use crate::database::StoreError;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Time for one host to accept, prove itself and be ready, unless the URL sets `connect_timeout`.
const CONNECT: Duration = Duration::from_secs(5);

/// A peer that does not acknowledge for this long is gone, unless the URL says otherwise.
const UNACKNOWLEDGED: Duration = Duration::from_secs(10);

/// When a silent connection is probed.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(10);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(3);
const KEEPALIVE_RETRIES: u32 = 3;

/// What every connection starts with: the time limits are the node's own. A statement that is cut
/// short while it waits for the standby counts as done to everybody else.
const SETTINGS: &str = "SET statement_timeout = 0; SET lock_timeout = 0;
    SET idle_session_timeout = 0; SET client_connection_check_interval = '5s'";

/// The parameter of the URL that names the file with the certificate authority of the server.
const ROOT_CERTIFICATE: &str = "sslrootcert=";

/// The servers of one database.
pub(super) struct Server {
    /// One configuration for each host, in the order of the URL.
    hosts: Vec<Config>,
    /// The host that answered last.
    first: AtomicUsize,
    tls: Option<MakeRustlsConnect>,
    /// Drives the connections; the callers block on their own threads.
    runtime: Option<Runtime>,
}

impl Server {
    /// Reads a URL.
    ///
    /// A connection that leaves the machine is encrypted and its server proved by `sslrootcert`,
    /// unless the URL says `sslmode=disable` because something else encrypts.
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        let (url, root) = take_root_certificate(url);
        let config: Config = url.parse().map_err(|e: tokio_postgres::Error| opening(e))?;
        let tls = root.map(|path| trust(&path)).transpose()?;
        let hosts = each_host(&config, tls.is_some())?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("postgres")
            .enable_all()
            .build()
            .map_err(opening)?;
        Ok(Self {
            hosts,
            first: AtomicUsize::new(0),
            tls,
            runtime: Some(runtime),
        })
    }

    /// Connects to a host that answers and, unless told otherwise by the URL, takes writes: the one
    /// that did so last, then the others in their order.
    pub(super) fn connect(&self) -> Result<Session, Fault> {
        let mut last = Fault::Lost("no host is named in the database url".into());
        let first = self.first.load(Ordering::Relaxed);
        let others = (0..self.hosts.len()).filter(|place| *place != first);
        for place in std::iter::once(first).chain(others) {
            let Some(config) = self.hosts.get(place) else {
                continue;
            };
            let connected = self
                .connect_to(config)
                .and_then(|session| session.run(SETTINGS, CONNECT).map(|()| session));
            match connected {
                Ok(session) => {
                    self.first.store(place, Ordering::Relaxed);
                    return Ok(session);
                }
                Err(fault) => last = fault,
            }
        }
        Err(last)
    }

    /// Has the server clear away what was destroyed, as far as it can: rows that nobody sees any
    /// more leave their pages. Nobody waits for it.
    pub(super) fn sweep(&self) {
        let (Some(runtime), Ok(session)) = (&self.runtime, self.connect()) else {
            return;
        };
        runtime.spawn(async move { session.sweep().await });
    }

    fn connect_to(&self, config: &Config) -> Result<Session, Fault> {
        let Some(runtime) = &self.runtime else {
            return Err(Fault::Lost("the database is being closed".into()));
        };
        let limit = config.get_connect_timeout().copied().unwrap_or(CONNECT);
        let until = Instant::now() + limit;
        let owned = config.clone();
        type Connecting = tokio::task::JoinHandle<Result<Session, tokio_postgres::Error>>;
        let connecting: Connecting = match self.tls.clone() {
            Some(tls) => runtime.spawn(async move {
                let (client, connection) = owned.connect(tls).await?;
                Ok(Session::driven(client, connection))
            }),
            None => runtime.spawn(async move {
                let (client, connection) = owned.connect(NoTls).await?;
                Ok(Session::driven(client, connection))
            }),
        };
        let abort = connecting.abort_handle();
        match wait(connecting, until) {
            Some(Ok(Ok(session))) => Ok(session),
            Some(Ok(Err(error))) => Err(Fault::from(error)),
            Some(Err(error)) => Err(Fault::Lost(error.into())),
            None => {
                abort.abort();
                Err(Fault::TimedOut(limit))
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Waiting for the runtime's thread would panic where the last owner is itself in
        // asynchronous code.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn opening(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::Engine {
        doing: "opening the database",
        source: source.into(),
    }
}

/// Takes `sslrootcert` out of a URL: the driver does not know it.
fn take_root_certificate(url: &str) -> (String, Option<String>) {
    let Some((address, query)) = url.split_once('?') else {
        return (url.to_owned(), None);
    };
    let mut root = None;
    let mut rest = Vec::new();
    for pair in query.split('&') {
        match pair.strip_prefix(ROOT_CERTIFICATE) {
            Some(path) => root = Some(path),
            None => rest.push(pair),
        }
    }
    let decoded = |path| percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    let path = root.map(|path| decoded(path).into_owned());
    (format!("{address}?{}", rest.join("&")), path)
}

/// A connector that accepts only servers proved by the certificate authority in a PEM file.
fn trust(path: &str) -> Result<MakeRustlsConnect, StoreError> {
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(opening)? {
        roots.add(certificate.map_err(opening)?).map_err(opening)?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(opening)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// Splits a configuration of several hosts, so that each gets its own time limit.
fn each_host(config: &Config, encrypted: bool) -> Result<Vec<Config>, StoreError> {
    let hosts = config.get_hosts();
    let ports = config.get_ports();
    let addresses = config.get_hostaddrs();
    if ports.len() > 1 && ports.len() != hosts.len()
        || !addresses.is_empty() && addresses.len() != hosts.len()
    {
        return Err(opening(
            "the database url names another number of ports or addresses than of hosts",
        ));
    }
    let port = |place: usize| ports.get(place).or_else(|| ports.first()).copied();
    hosts
        .iter()
        .enumerate()
        .map(|(place, host)| one_host(config, host, port(place), addresses.get(place), encrypted))
        .collect()
}

fn one_host(
    config: &Config,
    host: &Host,
    port: Option<u16>,
    address: Option<&IpAddr>,
    encrypted: bool,
) -> Result<Config, StoreError> {
    let mut one = Config::new();
    match host {
        Host::Tcp(name) => {
            let unencrypted_by_choice = config.get_ssl_mode() == SslMode::Disable;
            if !encrypted && !unencrypted_by_choice && !is_this_machine(name) {
                return Err(opening(format!(
                    "{name} is another machine: name its certificate authority by sslrootcert=FILE \
                     in the url, or say sslmode=disable where a tunnel encrypts"
                )));
            }
            one.host(name);
            one.ssl_mode(if encrypted && !unencrypted_by_choice {
                SslMode::Require
            } else {
                SslMode::Disable
            });
        }
        Host::Unix(path) => {
            one.host_path(path).ssl_mode(SslMode::Disable);
        }
    }
    if let Some(address) = address {
        one.hostaddr(*address);
    }
    if let Some(port) = port {
        one.port(port);
    }
    if let Some(user) = config.get_user() {
        one.user(user);
    }
    if let Some(password) = config.get_password() {
        one.password(password);
    }
    if let Some(name) = config.get_dbname() {
        one.dbname(name);
    }
    if let Some(options) = config.get_options() {
        one.options(options);
    }
    let limit = config.get_connect_timeout().copied().unwrap_or(CONNECT);
    let unacknowledged = config.get_tcp_user_timeout().copied();
    one.application_name(config.get_application_name().unwrap_or("kontaktstelle"))
        .connect_timeout(limit)
        .tcp_user_timeout(unacknowledged.unwrap_or(UNACKNOWLEDGED))
        .keepalives_idle(KEEPALIVE_IDLE)
        .keepalives_interval(KEEPALIVE_INTERVAL)
        .keepalives_retries(KEEPALIVE_RETRIES)
        .channel_binding(config.get_channel_binding())
        .target_session_attrs(match config.get_target_session_attrs() {
            // A node that writes has no use for a standby.
            TargetSessionAttrs::Any => TargetSessionAttrs::ReadWrite,
            chosen => chosen,
        });
    Ok(one)
}

fn is_this_machine(name: &str) -> bool {
    name == "localhost"
        || name
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn refused(url: &str) -> String {
        match Server::parse(url) {
            Err(StoreError::Engine { source, .. }) => source.to_string(),
            _ => panic!("{url} was taken"),
        }
    }

    /// Promise: content never crosses a network in clear unless the operator said so in words.
    #[test]
    fn another_machine_needs_tls() {
        assert!(refused("postgres://node@db.example/journal").contains("sslrootcert"));
        assert!(refused("postgres://node@db.example/journal?sslmode=prefer").contains("tunnel"));
        assert!(refused("postgres://node@127.0.0.1,db.example/journal").contains("db.example"));
        for url in [
            "postgres://node@127.0.0.1/journal",
            "postgres://node@localhost/journal",
            "postgres://node@%2Frun%2Fpostgresql/journal",
            "postgres://node@db.example/journal?sslmode=disable",
        ] {
            let server = Server::parse(url).unwrap();
            assert_eq!(server.hosts[0].get_ssl_mode(), SslMode::Disable, "{url}");
        }
    }

    /// Promise: every host of the URL is tried, each with its own port.
    #[test]
    fn each_host_has_its_port() {
        let url = "postgres://node:word@127.0.0.1:1,127.0.0.2:2/journal?connect_timeout=3";
        let server = Server::parse(url).unwrap();
        let ports: Vec<_> = server.hosts.iter().map(|host| host.get_ports()).collect();
        assert_eq!(ports, [[1], [2]]);
        for host in &server.hosts {
            assert_eq!(
                host.get_target_session_attrs(),
                TargetSessionAttrs::ReadWrite
            );
            assert_eq!(host.get_connect_timeout(), Some(&Duration::from_secs(3)));
        }
        assert!(refused("postgres://node@127.0.0.1,127.0.0.2,127.0.0.3:1,2/j").len() > 10);
    }

    /// Promise: an error about the address does not repeat the password in it.
    #[test]
    fn errors_keep_the_password() {
        assert!(!refused("postgres://node:secret@db.example/journal").contains("secret"));
        assert!(!refused("postgres://node:secret@h:port/journal").contains("secret"));
    }
}
