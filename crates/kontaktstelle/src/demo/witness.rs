//! A domestic witness of one side: in earnest a court of audit or a university, on a machine of its
//! own; here one more process.

use super::side::Process;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// A witness and its process.
pub(super) struct DomesticWitness {
    directory: PathBuf,
    listen: SocketAddr,
    program: PathBuf,
    process: OnceLock<Process>,
}

impl DomesticWitness {
    /// Sets the witness up beside the node, and writes the policy by which the node asks it.
    pub(super) fn prepare(party: &str, node: &Path, port: u16) -> Result<Self> {
        let witness = Self {
            directory: node.join("witness"),
            listen: (Ipv4Addr::LOCALHOST, port).into(),
            program: std::env::current_exe()?,
            process: OnceLock::new(),
        };
        let name = format!("witness.{party}.example");
        let made = witness.run("init", &["--name", &name])?;
        let made: Value = serde_json::from_slice(&made)?;
        let keys = made
            .get("vkeys")
            .and_then(Value::as_array)
            .context("the witness names no keys")?;
        let mut policy = "# Written by `kontaktstelle demo` (C2SP tlog-policy).\n".to_owned();
        let mut members = String::new();
        for (at, key) in keys.iter().filter_map(Value::as_str).enumerate() {
            let member = format!("audit-{}", at + 1);
            policy.push_str(&format!(
                "witness {member} {key} http://{}\n",
                witness.listen
            ));
            members.push_str(&format!(" {member}"));
        }
        policy.push_str(&format!("group audit all{members}\nquorum audit\n"));
        let path = node.join("witnesses.policy");
        fs::write(&path, policy).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(witness)
    }

    /// Has the witness follow these logs and starts it.
    pub(super) fn start(&self, logs: impl Iterator<Item = Result<Vec<String>>>) -> Result<()> {
        for vkeys in logs {
            let vkeys = vkeys?;
            let vkeys: Vec<&str> = vkeys.iter().map(String::as_str).collect();
            self.run("accept-log", &vkeys)?;
        }
        let mut command = self.command("serve");
        let listen = self.listen.to_string();
        command.args(["--listen", &listen, "--until-stdin-closes"]);
        let log = self.directory.with_extension("log");
        let process = Process::start("a witness", command, &log, || {
            TcpStream::connect(self.listen).is_ok()
        })?;
        let _first_start = self.process.set(process);
        Ok(())
    }

    fn run(&self, word: &str, arguments: &[&str]) -> Result<Vec<u8>> {
        let output = self
            .command(word)
            .args(arguments)
            .output()
            .with_context(|| format!("cannot run {}", self.program.display()))?;
        if !output.status.success() {
            bail!(
                "witness {word}: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(output.stdout)
    }

    fn command(&self, word: &str) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(["--json", "witness", word])
            .arg(&self.directory)
            .arg("--passphrase-file")
            .arg(self.directory.with_extension("passphrase"));
        command
    }
}
