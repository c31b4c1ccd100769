//! The configuration: one TOML file; every key can be set by environment and flag.
//!
//! The order of precedence is file, then environment (`KONTAKTSTELLE_` and the key in capitals with
//! `_` for `.`), then `--set key=value`.

mod check;
mod overrides;

pub(crate) use check::check;

use anyhow::{Context, Result, anyhow};
use records::PartyId;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The name of the file in a node's directory.
pub(crate) const FILE_NAME: &str = "kontaktstelle.toml";

/// What a node is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The party this node belongs to, such as `de`.
    pub(crate) party: PartyId,
    /// The node's name in the world; the origins of its logs begin with it.
    pub(crate) node: String,
    /// Where the node keeps its database and keys; relative to the configuration file.
    #[serde(default = "Config::data_default")]
    pub(crate) data: PathBuf,
    /// Whether this node runs an exercise: all it sends is marked so, its clock may be moved.
    #[serde(default)]
    pub(crate) exercise: bool,
    /// Talking to peers.
    pub(crate) exchange: Exchange,
    /// The officers' console.
    pub(crate) console: Console,
    /// Bounds.
    #[serde(default)]
    pub(crate) limits: Limits,
    /// Logs for the operator.
    #[serde(default)]
    pub(crate) log: Log,
    /// The directory of the file this was read from.
    #[serde(skip)]
    pub(crate) directory: PathBuf,
}

/// Talking to peers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exchange {
    /// Where peers are listened for.
    pub(crate) listen: SocketAddr,
    /// Where peers reach this node, `host:port`; goes into the key manifest.
    pub(crate) address: String,
    /// The parties with which a log is kept.
    pub(crate) peers: Vec<PartyId>,
}

/// The officers' console.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Console {
    /// Where browsers are listened for. Put a TLS proxy in front of anything but loopback.
    pub(crate) listen: SocketAddr,
    /// Whether a TLS proxy stands in front, so that cookies may be marked secure.
    #[serde(default)]
    pub(crate) behind_tls: bool,
}

/// Bounds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Limits {
    /// Largest sealed part of a message, in bytes.
    pub(crate) part_bytes: u64,
    /// Hours after the deadline until a request counts as unanswered.
    pub(crate) grace_hours: u32,
}

impl Default for Limits {
    fn default() -> Self {
        let limits = office::Limits::default();
        Self {
            part_bytes: limits.part_bytes,
            grace_hours: limits.grace_hours,
        }
    }
}

/// Logs for the operator.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Log {
    /// For people or for machines.
    pub(crate) format: LogFormat,
    /// What to log, as `tracing` filters say it.
    pub(crate) filter: String,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::Human,
            filter: "info".to_owned(),
        }
    }
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogFormat {
    /// Lines for people.
    Human,
    /// One JSON object a line.
    Json,
}

impl Config {
    /// Reads the file and applies environment and flags.
    pub(crate) fn load(path: &Path, set: &[String]) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the configuration {}", path.display()))?;
        let complaints = check(&text, path, set, std::env::vars());
        match complaints {
            Ok(config) => Ok(config),
            Err(complaints) => {
                let list: Vec<String> = complaints.iter().map(ToString::to_string).collect();
                Err(anyhow!(
                    "the configuration is not usable:\n{}",
                    list.join("\n")
                ))
            }
        }
    }

    fn data_default() -> PathBuf {
        PathBuf::from(".")
    }

    /// The directory of database and keys.
    pub(crate) fn data_directory(&self) -> PathBuf {
        self.directory.join(&self.data)
    }

    /// The database.
    pub(crate) fn database(&self) -> PathBuf {
        self.data_directory().join("kontaktstelle.sqlite")
    }

    /// The socket over which the command line talks to the running node.
    pub(crate) fn control_socket(&self) -> PathBuf {
        self.data_directory().join("control.sock")
    }

    /// The names of the node's logs.
    pub(crate) fn logs(&self) -> Vec<String> {
        std::iter::once(office::OFFICE_LOG.to_owned())
            .chain(self.exchange.peers.iter().map(office::exchange_log))
            .collect()
    }

    /// The origin line of one of the node's logs.
    pub(crate) fn origin(&self, log: &str) -> String {
        format!(
            "{}/{}",
            self.node,
            log.replacen('-', "/", usize::from(log != office::OFFICE_LOG))
        )
    }
}
