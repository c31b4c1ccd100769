//! How the command line talks to the running node: one request and one reply, a line of JSON each,
//! over a socket that only the node's user may open.
//!
//! Where no node runs, the command opens the database itself, under the node's lock. Either way the
//! same office carries the command out.

use crate::config::Config;
use crate::node;
use anyhow::{Context, Result, anyhow, bail};
use locales::Language;
use office::command::Password;
use office::{Actor, Command, Done, Office, OfficeError, WitnessRefusal};
use records::PartyId;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Longest path that a socket address holds, with some room.
const MAX_SOCKET_PATH: usize = 100;

/// Longest line that is read, in bytes.
const MAX_LINE: u64 = 512 * 1024 * 1024;

/// Who says they act.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "actor", rename_all = "kebab-case")]
pub(crate) enum Credentials {
    /// An officer, by name and password.
    Officer {
        /// The name.
        name: String,
        /// The password.
        password: Password,
    },
    /// Whoever may open the socket, as the operator.
    LocalOperator,
}

/// What is asked of the node.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Order {
    /// Carry out a command.
    Execute {
        /// Who acts.
        credentials: Credentials,
        /// What is to be done.
        command: Box<Command>,
    },
    /// Fetch what a counterpart's exchange log shows.
    Reconcile {
        /// The counterpart.
        peer: PartyId,
    },
    /// Look at the clocks now.
    Tick,
    /// Give what this node has vouched for of the counterparts' exchange logs.
    Vouched,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Reply {
    /// Done.
    Done(Box<Done>),
    /// Done, nothing more to say.
    Ok,
    /// Checkpoints (signed notes) with the cosignatures of this node.
    Vouched(Vec<String>),
    /// Not done.
    Failed(Failure),
}

/// Why something was not done, as it travels.
#[derive(Debug, Clone, Serialize, Deserialize, thiserror::Error)]
#[error("{text}")]
pub(crate) struct Failure {
    /// A stable code.
    pub(crate) code: String,
    /// In English, with its causes.
    pub(crate) text: String,
    /// The policies that refused, German and English.
    #[serde(default)]
    pub(crate) policies: Vec<(String, String)>,
    /// The state of the case that does not allow the step now.
    #[serde(default)]
    pub(crate) state: Option<String>,
}

impl From<OfficeError> for Failure {
    fn from(error: OfficeError) -> Self {
        let policies = match &error {
            OfficeError::Refused { policies } => policies
                .iter()
                .map(|p| (p.title("de").to_owned(), p.title("en").to_owned()))
                .collect(),
            _ => Vec::new(),
        };
        let state = match &error {
            OfficeError::NotNow(not_now) => Some(not_now.state.to_owned()),
            _ => None,
        };
        Self {
            code: error.code().to_owned(),
            text: chain(&error),
            policies,
            state,
        }
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// Carries an order out in this process.
pub(crate) fn carry_out(office: &Office, order: Order) -> Reply {
    let result = match order {
        Order::Execute {
            credentials,
            command,
        } => actor(office, credentials)
            .and_then(|actor| office.execute(&actor, &command))
            .map(|done| Reply::Done(Box::new(done))),
        Order::Tick => office.tick().map(|_| Reply::Ok),
        Order::Vouched => vouched(office).map(Reply::Vouched),
        Order::Reconcile { .. } => {
            return Reply::Failed(Failure {
                code: "not-running".to_owned(),
                text: "only a running node can fetch from a counterpart; start it with: kontaktstelle serve".to_owned(),
                policies: Vec::new(),
                state: None,
            });
        }
    };
    result.unwrap_or_else(|error| Reply::Failed(error.into()))
}

/// The largest checkpoint of each counterpart's exchange log that this node has cosigned.
fn vouched(office: &Office) -> Result<Vec<String>, OfficeError> {
    let mut vouched = Vec::new();
    for peer in office.reader().peers()? {
        match office.witnessed_checkpoint(&peer.party) {
            Ok(checkpoint) => vouched.extend(checkpoint),
            Err(WitnessRefusal::NotNow(error)) => return Err(error),
            // A node that does not witness has vouched for nothing; what the counterpart's present
            // keys have not signed proves nothing.
            Err(WitnessRefusal::NoWitness | WitnessRefusal::Refused(_)) => {}
        }
    }
    Ok(vouched)
}

fn actor(office: &Office, credentials: Credentials) -> Result<Actor, OfficeError> {
    match credentials {
        Credentials::Officer { name, password } => office.sign_in(&name, password.expose()),
        Credentials::LocalOperator => Ok(Actor::local_operator()),
    }
}

/// Hands an order to the running node, or carries it out here if none runs; then the passphrase of
/// the keys may have to be asked for, in this language.
pub(crate) fn submit(config: &Config, language: Language, order: Order) -> Result<Reply> {
    let reply = match connect(&config.control_socket()) {
        Ok(stream) => ask(stream, &order)?,
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::ConnectionRefused
            ) =>
        {
            carry_out(&node::open(config, language)?, order)
        }
        Err(error) => return Err(error).context("cannot reach the running node"),
    };
    match reply {
        Reply::Failed(failure) => Err(failure.into()),
        reply => Ok(reply),
    }
}

/// Carries out a command and returns what it came to.
pub(crate) fn execute(
    config: &Config,
    language: Language,
    credentials: Credentials,
    command: Command,
) -> Result<Done> {
    match submit(
        config,
        language,
        Order::Execute {
            credentials,
            command: Box::new(command),
        },
    )? {
        Reply::Done(done) => Ok(*done),
        Reply::Ok | Reply::Vouched(_) | Reply::Failed(_) => {
            bail!("the node gave an answer that does not fit the command")
        }
    }
}

fn ask(mut stream: UnixStream, order: &Order) -> Result<Reply> {
    serde_json::to_writer(&mut stream, order)?;
    stream.write_all(b"\n")?;
    let mut line = String::new();
    std::io::Read::take(BufReader::new(stream), MAX_LINE).read_line(&mut line)?;
    if line.is_empty() {
        bail!("the node ended before it answered; look at its log, nothing is half done");
    }
    Ok(serde_json::from_str(&line)?)
}

/// What the running node needs to answer orders.
pub(crate) type Answerer = Arc<dyn Fn(Order) -> Reply + Send + Sync>;

/// Listens for the command line, a thread for each caller.
pub(crate) fn listen(path: &Path, answer: Answerer) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot replace {}", path.display()));
        }
        _ => {}
    }
    let listener = bind(path).with_context(|| format!("cannot listen on {}", path.display()))?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    std::thread::Builder::new()
        .name("control".to_owned())
        .spawn(move || {
            for stream in listener.incoming().flatten() {
                let answer = answer.clone();
                let caller = std::thread::Builder::new().name("control-call".to_owned());
                if let Err(error) = caller.spawn(move || serve_one(stream, &answer)) {
                    tracing::error!(%error, "cannot serve a caller");
                }
            }
        })?;
    Ok(())
}

fn serve_one(mut stream: UnixStream, answer: &Answerer) {
    let result = (|| -> Result<()> {
        let mut line = String::new();
        std::io::Read::take(BufReader::new(stream.try_clone()?), MAX_LINE).read_line(&mut line)?;
        // Somebody only looked whether anybody answers.
        if line.is_empty() {
            return Ok(());
        }
        let order = serde_json::from_str(&line).map_err(|e| anyhow!("not an order: {e}"))?;
        serde_json::to_writer(&mut stream, &answer(order))?;
        Ok(stream.write_all(b"\n")?)
    })();
    if let Err(error) = result {
        tracing::warn!(%error, "a caller could not be answered");
    }
}

/// The path by which a socket is addressed: where the real one is too long for a socket address,
/// the directory is opened and addressed by its descriptor.
fn reach(path: &Path) -> std::io::Result<(PathBuf, Option<File>)> {
    let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
        return Ok((path.to_owned(), None));
    };
    if path.as_os_str().len() <= MAX_SOCKET_PATH {
        return Ok((path.to_owned(), None));
    }
    let directory = File::open(directory)?;
    let short = PathBuf::from(format!("/proc/self/fd/{}", directory.as_raw_fd())).join(name);
    Ok((short, Some(directory)))
}

/// Whether a node answers at this socket.
pub(crate) fn is_answering(path: &Path) -> bool {
    connect(path).is_ok()
}

fn connect(path: &Path) -> std::io::Result<UnixStream> {
    let (path, _directory) = reach(path)?;
    UnixStream::connect(path)
}

fn bind(path: &Path) -> std::io::Result<UnixListener> {
    let (path, _directory) = reach(path)?;
    UnixListener::bind(path)
}
