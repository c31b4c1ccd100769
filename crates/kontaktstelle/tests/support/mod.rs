//! Two real nodes as processes, for tests of the whole system.
#![allow(clippy::unwrap_used, dead_code)]

use office::Reader;
use records::PartyId;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::Sqlite;
use store::objects::Folder;

/// The binary under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_kontaktstelle");

/// How long a test waits for something that takes moments on a quiet machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A file of the project's fixtures.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures")
        .join(name)
        .canonicalize()
        .unwrap()
}

/// Six ports in a row that nobody uses: below those that the system gives to outgoing connections,
/// since a node must find its port free again after it was killed; and for each caller others, since
/// tests run side by side.
pub(crate) fn free_ports() -> u16 {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    for _ in 0..500 {
        let call = CALLS.fetch_add(1, Ordering::Relaxed);
        let place = (std::process::id().wrapping_mul(97) + call) % 2600;
        let first = 12_000 + u16::try_from(place * 6).unwrap();
        if (first..first + 6).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()) {
            return first;
        }
    }
    panic!("no six free ports in a row");
}

/// One node.
pub(crate) struct Node {
    pub(crate) party: &'static str,
    pub(crate) peer: &'static str,
    pub(crate) directory: PathBuf,
    child: Option<Child>,
    lines: Option<Receiver<String>>,
    kept: Arc<Mutex<Vec<String>>>,
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Node {
    /// Writes the configuration of a node and makes its keys.
    pub(crate) fn create(
        root: &Path,
        party: &'static str,
        peer: &'static str,
        console: u16,
        exchange: u16,
    ) -> Self {
        let directory = root.join(party);
        std::fs::create_dir_all(&directory).unwrap();
        let config = format!(
            "party = \"{party}\"\nnode = \"{party}.kontaktstelle.example\"\nexercise = true\n\
             [witnessing]\nevery_seconds = 1\n[keys]\npassphrase_file = \"keys.passphrase\"\n[exchange]\nlisten = \"127.0.0.1:{exchange}\"\naddress = \"127.0.0.1:{exchange}\"\npeers = [\"{peer}\"]\n\
             [console]\nlisten = \"127.0.0.1:{console}\"\n[log]\nformat = \"json\"\n"
        );
        std::fs::write(directory.join("kontaktstelle.toml"), config).unwrap();
        let node = Self {
            party,
            peer,
            directory,
            child: None,
            lines: None,
            kept: Arc::default(),
        };
        node.succeed(&["key", "init", "--exercise-holders", "holders"]);
        node
    }

    /// A node whose configuration and keys lie in this directory already.
    pub(crate) fn at(directory: &Path, party: &'static str, peer: &'static str) -> Self {
        Self {
            party,
            peer,
            directory: directory.to_owned(),
            child: None,
            lines: None,
            kept: Arc::default(),
        }
    }

    /// A command of the binary, for this node.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .current_dir(&self.directory)
            .env("KONTAKTSTELLE_PASSWORD", "a password for tests")
            .env("KONTAKTSTELLE_NEW_PASSWORD", "a password for tests")
            .args(["--language", "en"])
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed, and gives what it printed.
    pub(crate) fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(
            output.status.success(),
            "{} {}: {}",
            self.party,
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must succeed, and reads the JSON it printed.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let mut all = vec!["--json"];
        all.extend_from_slice(arguments);
        serde_json::from_str(&self.succeed(&all)).unwrap()
    }

    /// Starts the node's process and waits until it says that it runs.
    pub(crate) fn start(&mut self) {
        let mut child = self
            .command(&["serve"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = child.stderr.take().unwrap();
        let (sender, lines) = channel();
        let kept = self.kept.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                kept.lock().unwrap().push(line.clone());
                let _test_is_over = sender.send(line);
            }
        });
        self.child = Some(child);
        self.lines = Some(lines);
        assert!(
            self.await_step("node.started", PATIENCE),
            "{} did not start: {:#?}",
            self.party,
            self.kept.lock().unwrap()
        );
    }

    /// Waits until the node logs a step. False if it does not within the time.
    pub(crate) fn await_step(&self, step: &str, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        let lines = self.lines.as_ref().unwrap();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match lines.recv_timeout(left) {
                Ok(line) if line.contains(step) => return true,
                Ok(_) => {}
                Err(_) => return false,
            }
        }
    }

    /// Forgets the steps logged so far.
    pub(crate) fn forget_steps(&self) {
        if let Some(lines) = &self.lines {
            while lines.try_recv().is_ok() {}
        }
    }

    /// Pulls the plug: SIGKILL, no warning.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _already_gone = child.kill();
            let _status = child.wait();
        }
    }

    /// Reads the node's database.
    pub(crate) fn reader(&self) -> Reader {
        let database =
            Sqlite::open_read_only(&self.directory.join("kontaktstelle.sqlite")).unwrap();
        let objects = Folder::open(&self.directory.join("objects")).unwrap();
        Reader::new(Arc::new(database), Arc::new(objects), self.party_id())
    }

    /// The node's party.
    pub(crate) fn party_id(&self) -> PartyId {
        self.party.parse().unwrap()
    }

    /// The counterpart's party.
    pub(crate) fn peer_id(&self) -> PartyId {
        self.peer.parse().unwrap()
    }
}

/// Two nodes that have accepted each other's keys and run.
pub(crate) fn two_nodes(root: &Path) -> [Node; 2] {
    let port = free_ports();
    let mut de = Node::create(root, "de", "cn", port, port + 2);
    let mut cn = Node::create(root, "cn", "de", port + 1, port + 3);
    let keys = [de.json(&["key", "show"]), cn.json(&["key", "show"])];
    for (node, other) in [(&de, &keys[1]), (&cn, &keys[0])] {
        let manifest = node
            .directory
            .parent()
            .unwrap()
            .join(node.peer)
            .join("keys/manifest.json");
        node.succeed(&[
            "peer",
            "accept",
            manifest.to_str().unwrap(),
            "--fingerprint",
            other["fingerprint"].as_str().unwrap(),
        ]);
    }
    de.start();
    cn.start();
    [de, cn]
}

/// Waits until a condition holds.
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
