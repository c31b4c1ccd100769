//! One of the two nodes: its directory, its process, and the commands its officers type.

use super::witness::DomesticWitness;
use crate::config::{Config, FILE_NAME};
use crate::control::is_answering;
use crate::keystore::Keystore;
use crate::node;
use anyhow::{Context, Result, bail};
use locales::Language;
use office::{Case, Done, Reader};
use records::{PartyId, ThreadId};
use serde_json::Value;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// How long the demo waits for something that takes moments.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often it looks.
const LOOK: Duration = Duration::from_millis(20);

/// An officer of the exercise.
#[derive(Clone, Copy)]
pub(super) struct ExerciseOfficer {
    pub(super) name: &'static str,
    roles: &'static str,
    unit: &'static str,
}

/// The officers of both sides. `standby` may draft and release, but never the same thing.
pub(super) const OFFICERS: [ExerciseOfficer; 6] = [
    ExerciseOfficer {
        name: "handler",
        roles: "handler",
        unit: "cases",
    },
    ExerciseOfficer {
        name: "reviewer",
        roles: "reviewer",
        unit: "review",
    },
    ExerciseOfficer {
        name: "releaser",
        roles: "releaser",
        unit: "head",
    },
    ExerciseOfficer {
        name: "standby",
        roles: "handler,releaser",
        unit: "watch",
    },
    ExerciseOfficer {
        name: "desk",
        roles: "desk",
        unit: "parliament",
    },
    ExerciseOfficer {
        name: "controller",
        roles: "controller",
        unit: "control",
    },
];

/// One node of the demo.
pub(super) struct Side {
    party: &'static str,
    peer: &'static str,
    directory: PathBuf,
    config: Config,
    language: Language,
    password: String,
    program: PathBuf,
    witness: DomesticWitness,
    process: OnceLock<Process>,
    reader: OnceLock<Reader>,
}

/// A process of the demo; it ends with the demo, however the demo ends.
pub(super) struct Process(std::sync::Mutex<Child>);

impl Process {
    /// Starts `command` and waits until `is_up`. What it logs goes to a file. The pipe to its
    /// standard input is held open as long as the demo lives, however the demo ends.
    pub(super) fn start(
        what: &str,
        mut command: Command,
        log_path: &Path,
        is_up: impl Fn() -> bool,
    ) -> Result<Self> {
        let log = File::create(log_path)
            .with_context(|| format!("cannot write {}", log_path.display()))?;
        let child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {what}"))?;
        let mut process = Self(std::sync::Mutex::new(child));
        let deadline = Instant::now() + PATIENCE;
        while !is_up() {
            if let Ok(child) = process.0.get_mut()
                && let Some(status) = child.try_wait()?
            {
                let log = fs::read_to_string(log_path).unwrap_or_default();
                bail!("{what} ended at its start ({status}):\n{log}");
            }
            if Instant::now() > deadline {
                bail!("{what} does not answer; see {}", log_path.display());
            }
            std::thread::sleep(LOOK);
        }
        Ok(process)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Ok(child) = self.0.get_mut() {
            let _already_ended = child.kill();
            let _no_status = child.wait();
        }
    }
}

impl Side {
    /// Writes the node's configuration. `place` is 0 for the first node, 1 for the second.
    pub(super) fn prepare(
        party: &'static str,
        peer: &'static str,
        demo: &Path,
        port: u16,
        place: u16,
        language: Language,
        password: &str,
    ) -> Result<Self> {
        let directory = demo.join(party);
        fs::create_dir_all(&directory)
            .with_context(|| format!("cannot create {}", directory.display()))?;
        let (console, exchange) = (port + place, port + 2 + place);
        let witness = DomesticWitness::prepare(party, &directory, port + 4 + place)?;
        let text = format!(
            "# Written by `kontaktstelle demo`. Look at the node with any command and --config on this file.\n\
             party = \"{party}\"\n\
             node = \"{party}.kontaktstelle.example\"\n\
             exercise = true\n\n\
             [keys]\n\
             passphrase_file = \"keys.passphrase\"\n\n\
             [witnessing]\n\
             policy_file = \"witnesses.policy\"\n\
             every_seconds = 2\n\
             anchor_every_seconds = 10\n\n\
             [exchange]\n\
             listen = \"127.0.0.1:{exchange}\"\n\
             address = \"127.0.0.1:{exchange}\"\n\
             peers = [\"{peer}\"]\n\n\
             [console]\n\
             listen = \"127.0.0.1:{console}\"\n"
        );
        let path = directory.join(FILE_NAME);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self {
            party,
            peer,
            config: Config::load(&path, &[])?,
            directory,
            language,
            password: password.to_owned(),
            program: std::env::current_exe()?,
            witness,
            process: OnceLock::new(),
            reader: OnceLock::new(),
        })
    }

    /// The party's short name.
    pub(super) const fn party(&self) -> &'static str {
        self.party
    }

    /// The other party's short name.
    pub(super) const fn peer(&self) -> &'static str {
        self.peer
    }

    /// The other party.
    pub(super) fn peer_id(&self) -> Result<PartyId> {
        Ok(self.peer.parse()?)
    }

    /// The console's address.
    pub(super) fn console(&self) -> String {
        format!("http://{}/", self.config.console.listen)
    }

    /// Starts the witness and the node as processes of their own and waits until they answer.
    pub(super) fn start(&self) -> Result<()> {
        self.witness
            .start(self.config.logs().iter().map(|log| self.vkeys(log)))?;
        let mut command = self.command(None);
        command.args(["serve", "--until-stdin-closes"]);
        let socket = self.config.control_socket();
        let what = format!("node {}", self.party);
        let process = Process::start(&what, command, &self.directory.join("node.log"), || {
            is_answering(&socket)
        })?;
        let _first_start = self.process.set(process);
        let _first_start = self.reader.set(node::read(&self.config)?);
        Ok(())
    }

    /// The keys by which others know one of the node's logs.
    fn vkeys(&self, log: &str) -> Result<Vec<String>> {
        let manifest = Keystore::of(&self.config, self.language).manifest()?;
        let reference = manifest
            .statement()
            .log(log)
            .context("a log without keys")?;
        Ok(reference.vkeys.clone())
    }

    /// Types a command as the operator and reads its JSON.
    pub(super) fn operate(&self, arguments: &[&str]) -> Result<Value> {
        self.json(None, arguments)
    }

    /// Types a command as an officer.
    pub(super) fn act(&self, officer: &str, arguments: &[&str]) -> Result<Done> {
        Ok(serde_json::from_value(
            self.json(Some(officer), arguments)?,
        )?)
    }

    /// Types a command as an officer, which must be refused. Gives what the officer is told.
    pub(super) fn refused(&self, officer: &str, arguments: &[&str]) -> Result<String> {
        let output = self.output(Some(officer), arguments)?;
        if output.status.success() {
            bail!("{} {} was not refused", self.party, arguments.join(" "));
        }
        Ok(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }

    /// Types a command that prints for people.
    pub(super) fn print(&self, officer: Option<&str>, arguments: &[&str]) -> Result<String> {
        let output = self.output(officer, arguments)?;
        if !output.status.success() {
            bail!(
                "{} {}: {}",
                self.party,
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned())
    }

    /// Appoints the exercise's officers.
    pub(super) fn appoint_officers(&self) -> Result<()> {
        for officer in OFFICERS {
            self.operate(&[
                "officer",
                "add",
                officer.name,
                "--roles",
                officer.roles,
                "--unit",
                officer.unit,
            ])?;
        }
        Ok(())
    }

    /// What can be read at this node.
    pub(super) fn reader(&self) -> Result<&Reader> {
        self.reader.get().context("the node was not started")
    }

    /// Waits until a case is there and in the state asked for.
    pub(super) fn await_state(&self, thread: ThreadId, state: &str) -> Result<Case> {
        self.wait_for(&format!("case {thread} to be {state}"), |reader| {
            Ok(reader
                .case(thread)
                .ok()
                .filter(|case| case.stage.code() == state))
        })
    }

    /// Waits until a look at the node finds something.
    pub(super) fn wait_for<T>(
        &self,
        what: &str,
        look: impl Fn(&Reader) -> Result<Option<T>>,
    ) -> Result<T> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look(self.reader()?)? {
                return Ok(found);
            }
            if Instant::now() > deadline {
                bail!(
                    "{}: waited in vain for {what}; see {}",
                    self.party,
                    self.directory.join("node.log").display()
                );
            }
            std::thread::sleep(LOOK);
        }
    }

    fn json(&self, officer: Option<&str>, arguments: &[&str]) -> Result<Value> {
        let mut all = vec!["--json"];
        all.extend_from_slice(arguments);
        let printed = self.print(officer, &all)?;
        serde_json::from_str(&printed)
            .with_context(|| format!("{}: no JSON from {}", self.party, arguments.join(" ")))
    }

    fn output(&self, officer: Option<&str>, arguments: &[&str]) -> Result<Output> {
        let mut command = self.command(officer);
        command.args(arguments).stdin(Stdio::null());
        command
            .output()
            .with_context(|| format!("cannot run {}", self.program.display()))
    }

    fn command(&self, officer: Option<&str>) -> Command {
        let mut command = Command::new(&self.program);
        command
            .current_dir(&self.directory)
            .env("KONTAKTSTELLE_PASSWORD", &self.password)
            .env("KONTAKTSTELLE_NEW_PASSWORD", &self.password)
            .args(["--config", FILE_NAME, "--language", self.language.code()]);
        if let Some(officer) = officer {
            command.args(["--as", officer]);
        }
        command
    }
}
