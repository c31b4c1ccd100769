//! Real etcd servers on loopback, stopped when they are dropped.

use serde_json::Value;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};
use store::anchor::etcd::{EtcdAnchor, EtcdConfig};
use store::https::Tls;
use tempfile::TempDir;

/// A port of loopback that is free now.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Test processes that run at once begin at different places.
    let place = u16::try_from(std::process::id() % 380).unwrap() * 40;
    loop {
        let port = 12_000 + (place + NEXT.fetch_add(1, Ordering::SeqCst)) % 16_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// What etcd is told about TLS: certificate, key, and the authority of its clients.
pub(crate) struct ServerTls {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) clients: PathBuf,
    /// How the test itself comes in.
    pub(crate) own: Tls,
}

pub(crate) struct Cluster {
    folder: TempDir,
    client_ports: Vec<u16>,
    peer_ports: Vec<u16>,
    members: Vec<Option<Child>>,
    tls: Option<ServerTls>,
}

impl Cluster {
    pub(crate) fn start(members: usize) -> Self {
        Self::with(members, None)
    }

    pub(crate) fn with(members: usize, tls: Option<ServerTls>) -> Self {
        let mut cluster = Self {
            folder: TempDir::new().unwrap(),
            client_ports: (0..members).map(|_| free_port()).collect(),
            peer_ports: (0..members).map(|_| free_port()).collect(),
            members: (0..members).map(|_| None).collect(),
            tls,
        };
        for member in 0..members {
            cluster.run(member);
        }
        cluster.wait();
        cluster
    }

    pub(crate) fn endpoint(&self, member: usize) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://127.0.0.1:{}", self.client_ports[member])
    }

    pub(crate) fn endpoints(&self) -> Vec<String> {
        (0..self.members.len()).map(|m| self.endpoint(m)).collect()
    }

    pub(crate) fn anchor(&self, node: &str) -> EtcdAnchor {
        EtcdAnchor::new(EtcdConfig::new(self.endpoints(), node)).unwrap()
    }

    /// Starts a member, with the data it had if it ran before.
    pub(crate) fn run(&mut self, member: usize) {
        let peer = |m: usize| format!("http://127.0.0.1:{}", self.peer_ports[m]);
        let all: Vec<String> = (0..self.members.len())
            .map(|m| format!("e{m}={}", peer(m)))
            .collect();
        let mut command = Command::new("etcd");
        command
            .args(["--name", &format!("e{member}")])
            .arg("--data-dir")
            .arg(self.folder.path().join(format!("e{member}")))
            .args(["--listen-client-urls", &self.endpoint(member)])
            .args(["--advertise-client-urls", &self.endpoint(member)])
            .args(["--listen-peer-urls", &peer(member)])
            .args(["--initial-advertise-peer-urls", &peer(member)])
            .args(["--initial-cluster", &all.join(",")])
            .args(["--heartbeat-interval", "50", "--election-timeout", "500"]);
        if let Some(tls) = &self.tls {
            command.arg("--cert-file").arg(&tls.certificate);
            command.arg("--key-file").arg(&tls.key);
            command.arg("--trusted-ca-file").arg(&tls.clients);
            command.arg("--client-cert-auth");
        }
        let child = command
            .env("ETCD_UNSUPPORTED_ARCH", std::env::consts::ARCH)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        // Not skipped where it is missing: an anchor that was never tried is none.
        self.members[member] = Some(child.expect("etcd must be installed: package etcd-server"));
    }

    /// Waits until every running member answers a linearizable read.
    pub(crate) fn wait(&self) {
        let start = Instant::now();
        for member in 0..self.members.len() {
            if self.members[member].is_none() {
                continue;
            }
            let endpoint = self.endpoint(member);
            while !self.etcdctl(&endpoint, &["endpoint", "health"]).0 {
                assert!(
                    start.elapsed() < Duration::from_secs(60),
                    "etcd does not start"
                );
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    }

    pub(crate) fn kill(&mut self, member: usize) {
        if let Some(mut child) = self.members[member].take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// The member that leads.
    pub(crate) fn leader(&self) -> usize {
        (0..self.members.len())
            .find(|member| {
                let arguments = ["endpoint", "status", "-w", "json"];
                let said = self.etcdctl(&self.endpoint(*member), &arguments).1;
                let said: Value = serde_json::from_str(&said).unwrap();
                let status = &said[0]["Status"];
                status["leader"] == status["header"]["member_id"]
            })
            .unwrap()
    }

    /// Runs the operator's tool; tells whether it succeeded and what it said.
    pub(crate) fn etcdctl(&self, endpoint: &str, arguments: &[&str]) -> (bool, String) {
        let mut command = Command::new("etcdctl");
        command.args(["--endpoints", endpoint]).args(arguments);
        if let Some(ServerTls { own, .. }) = &self.tls {
            let identity = own.identity.as_ref().unwrap();
            command
                .arg("--cacert")
                .arg(own.authorities.as_ref().unwrap());
            command.arg("--cert").arg(&identity.certificate);
            command.arg("--key").arg(&identity.key);
        }
        let output = command
            .env("ETCDCTL_API", "3")
            .output()
            .expect("etcdctl must be installed: package etcd-client");
        (
            output.status.success(),
            String::from_utf8(output.stdout).unwrap(),
        )
    }

    /// Runs the operator's tool, which must succeed.
    pub(crate) fn operator(&self, arguments: &[&str]) -> String {
        let (succeeded, said) = self.etcdctl(&self.endpoint(0), arguments);
        assert!(succeeded, "etcdctl {arguments:?}: {said}");
        said
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for member in 0..self.members.len() {
            self.kill(member);
        }
    }
}
