//! The configuration: one TOML file; every key can be set by environment and flag.
//!
//! The order of precedence is file, then environment (`KONTAKTSTELLE_` and the key in capitals with
//! `_` for `.`), then `--set key=value`.

mod check;
mod keeping;
mod overrides;
mod watching;

pub(crate) use check::check;
pub(crate) use keeping::{Anchor, Database, Objects, read_secret_line};
pub(crate) use watching::{Publication, Retention, Witnessing};

use anyhow::{Context, Result, anyhow};
use journal::policy::Policy;
use office::WitnessPolicy;
use records::PartyId;
use seal::Suite;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
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
    /// The node's secrets.
    #[serde(default)]
    pub(crate) keys: Keys,
    /// The database.
    #[serde(default)]
    pub(crate) database: Database,
    /// Where the heads of the logs stand, outside the database.
    #[serde(default)]
    pub(crate) anchor: Anchor,
    /// Where attachments and payloads are kept.
    #[serde(default)]
    pub(crate) objects: Objects,
    /// Who vouches for the node's logs.
    #[serde(default)]
    pub(crate) witnessing: Witnessing,
    /// The logs that everybody may read.
    #[serde(default)]
    pub(crate) publication: Publication,
    /// How long content is kept.
    #[serde(default)]
    pub(crate) retention: Retention,
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
    /// Those of them with whom suite K2 is agreed; with all others it is K1.
    #[serde(default)]
    pub(crate) strict_peers: Vec<PartyId>,
}

/// The node's secrets.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Keys {
    /// A file with the passphrase of the key files, relative to the configuration; `key init` makes
    /// it. Without it, and without systemd's credential, the passphrase is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) passphrase_file: Option<PathBuf>,
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
    /// Largest sealed payload of a message, in bytes.
    pub(crate) part_bytes: u64,
    /// Most bytes of all payloads of a message.
    pub(crate) message_bytes: u64,
    /// Hours after the deadline until a request counts as unanswered.
    pub(crate) grace_hours: u32,
}

impl Default for Limits {
    fn default() -> Self {
        let limits = office::Limits::default();
        Self {
            part_bytes: limits.part_bytes,
            message_bytes: limits.message_bytes,
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

    /// A file that the configuration names, relative to it.
    pub(crate) fn beside(&self, path: &Path) -> PathBuf {
        self.directory.join(path)
    }

    /// The socket over which the command line talks to the running node. Each process beside one
    /// PostgreSQL has its own data directory, and so its own socket.
    pub(crate) fn control_socket(&self) -> PathBuf {
        self.data_directory().join("control.sock")
    }

    /// The suites agreed with any peer; K1 always, for peers to come.
    pub(crate) fn suites(&self) -> BTreeSet<Suite> {
        let strict = (!self.exchange.strict_peers.is_empty()).then_some(Suite::K2);
        std::iter::once(Suite::K1).chain(strict).collect()
    }

    /// The suite agreed with each peer.
    pub(crate) fn agreements(&self) -> BTreeMap<PartyId, Suite> {
        let suite = |peer| match self.exchange.strict_peers.contains(peer) {
            true => Suite::K2,
            false => Suite::K1,
        };
        self.exchange
            .peers
            .iter()
            .map(|peer| (peer.clone(), suite(peer)))
            .collect()
    }

    /// Who has to witness the node's logs, besides the counterparts.
    pub(crate) fn witnesses(&self) -> Result<WitnessPolicy> {
        let Some(path) = &self.witnessing.policy_file else {
            return Ok(WitnessPolicy::default());
        };
        let path = self.beside(path);
        let policy: Policy = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?
            .parse()
            .with_context(|| format!("{} is not a witness policy", path.display()))?;
        Ok(WitnessPolicy {
            office: Some(policy.clone()),
            exchange: Some(policy),
        })
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
