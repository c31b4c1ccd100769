//! What can be typed.

mod keeping;
mod key;

pub(crate) use keeping::{BackupWord, JournalWord, ProofFormat, WitnessWord};
pub(crate) use key::{HolderWord, KeyWord, RotateWord};

use clap::{Args, Parser, Subcommand, ValueEnum};
use journal::hash::Hash;
use locales::Language;
use records::{Occurred, PartyId, ThreadId, Timestamp};
use std::path::PathBuf;

/// A state's contact point for the exchange of information on cyber security with another state.
#[derive(Debug, Parser)]
#[command(name = "kontaktstelle", version, about, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Word,
}

/// What every command understands.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// The node's configuration file
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        default_value = "kontaktstelle.toml",
        env = "KONTAKTSTELLE_CONFIG"
    )]
    pub(crate) config: PathBuf,
    /// Set one configuration key, such as --set log.format=json; goes before file and environment
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Act as this officer; the password comes from KONTAKTSTELLE_PASSWORD or is asked for
    #[arg(
        long = "as",
        global = true,
        value_name = "OFFICER",
        env = "KONTAKTSTELLE_OFFICER"
    )]
    pub(crate) officer: Option<String>,
    /// Print JSON for programs instead of lines for people
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The language of what is printed: de or en (default: from LANG, else German)
    #[arg(long, global = true, value_name = "TAG", env = "KONTAKTSTELLE_LANGUAGE", value_parser = ["de", "en"])]
    pub(crate) language: Option<String>,
}

impl Arguments {
    /// The language to speak.
    pub(crate) fn language(&self) -> Language {
        let environment = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
        self.global
            .language
            .as_deref()
            .and_then(Language::preferred)
            .or_else(|| environment.as_deref().and_then(Language::preferred))
            .unwrap_or_default()
    }
}

/// The first word.
#[derive(Debug, Subcommand)]
pub(crate) enum Word {
    /// Show two contact points at work: requests, answers, a stopped misuse, and a paper answered
    Demo(DemoArguments),
    /// Run the node: console, exchange, clocks
    Serve {
        /// End when standard input is closed, so that no node outlives whoever started it
        #[arg(long)]
        until_stdin_closes: bool,
    },
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigWord),
    /// The node's keys and the root's: ceremony, rotation, compromise
    #[command(subcommand)]
    Key(KeyWord),
    /// Officers
    #[command(subcommand)]
    Officer(OfficerWord),
    /// Counterparts and their keys
    #[command(subcommand)]
    Peer(PeerWord),
    /// Ask a counterpart whether it is there
    Ping {
        /// The counterpart
        peer: PartyId,
    },
    /// Requests, our own and the counterpart's
    #[command(subcommand)]
    Request(RequestWord),
    /// Decide on the screening of a request
    Review {
        /// The case
        thread: ThreadId,
        /// What is decided
        #[arg(long, value_enum)]
        decision: DecisionWord,
        /// Why; stays in the house
        #[arg(long)]
        reason: String,
    },
    /// Answers to the counterpart's requests
    #[command(subcommand)]
    Answer(AnswerWord),
    /// Records of the consultation mechanism
    #[command(subcommand)]
    Record(RecordWord),
    /// Parliamentary inquiries and their answers
    #[command(subcommand)]
    Inquiry(InquiryWord),
    /// The node's journals
    #[command(subcommand)]
    Journal(JournalWord),
    /// Sealed copies of everything the node holds
    #[command(subcommand)]
    Backup(BackupWord),
    /// Load a backup into a new node's empty database; its anchor decides whether it may sign
    Restore {
        /// The backup
        file: PathBuf,
        /// The secret key of one of those whom it was sealed to
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Move the node to another database and anchor, with every proof; it must not be running
    Move {
        /// The configuration that the node is to have from then on
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Vouch for the logs of contact points, as a domestic witness
    #[command(subcommand)]
    Witness(WitnessWord),
    /// Requests and answers by side and topic, from both exchange logs
    Statistics {
        /// The counterpart
        peer: PartyId,
    },
    /// Fetch what the counterpart's exchange log shows and compare it with ours
    Reconcile {
        /// The counterpart
        peer: PartyId,
    },
    /// Exercises
    #[command(subcommand)]
    Exercise(ExerciseWord),
    /// Check an answer offline, from the file alone
    Verify {
        /// The answer (JSON)
        file: PathBuf,
        /// A fingerprint known from elsewhere; the answer must rest on it (may be repeated)
        #[arg(long = "fingerprint")]
        fingerprints: Vec<String>,
    },
}

/// Options of the demo.
#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// Where the two nodes and the answer are written; must not hold a demo already
    #[arg(long, value_name = "DIR", default_value = "demo")]
    pub(crate) dir: PathBuf,
    /// End after the last step instead of leaving both consoles running
    #[arg(long)]
    pub(crate) exit: bool,
    /// The first of six ports on loopback: consoles, exchanges and witnesses of de and cn
    #[arg(long, value_name = "N", default_value_t = 7080, value_parser = clap::value_parser!(u16).range(1024..=65530))]
    pub(crate) port: u16,
}

/// `config …`
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigWord {
    /// Say what is wrong with the configuration, and where
    Check,
    /// Print the configuration that results from file, environment and flags
    Show,
}

/// `officer …`
#[derive(Debug, Subcommand)]
pub(crate) enum OfficerWord {
    /// Appoint an officer; the password comes from KONTAKTSTELLE_NEW_PASSWORD or is asked for
    Add {
        /// The name the journal will know
        name: String,
        /// handler, releaser, reviewer, desk, operator or controller; separated by commas
        #[arg(long, value_delimiter = ',', required = true)]
        roles: Vec<String>,
        /// The unit
        #[arg(long)]
        unit: String,
    },
    /// List the officers
    List,
}

/// `peer …`
#[derive(Debug, Subcommand)]
pub(crate) enum PeerWord {
    /// Accept a counterpart's key manifest after comparing its fingerprint
    Accept {
        /// The key manifest
        manifest: PathBuf,
        /// The fingerprint as it was read out or printed
        #[arg(long)]
        fingerprint: String,
    },
    /// List the counterparts and where the channels to them stand
    List,
    /// Write down what this node holds of the counterpart's exchange log, for a counterpart that has
    /// lost some of it
    Mirror {
        /// The counterpart
        peer: PartyId,
        /// The new file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

/// `request …`
#[derive(Debug, Subcommand)]
pub(crate) enum RequestWord {
    /// Draft a request of our own
    Draft {
        /// The request (JSON)
        file: PathBuf,
        /// The counterpart
        #[arg(long)]
        peer: PartyId,
        /// Attach a file; its media type follows from its name (.stix.json, .json, .txt)
        #[arg(long = "attach", value_name = "FILE")]
        attachments: Vec<PathBuf>,
    },
    /// Hand a draft in for release
    Submit {
        /// The case
        thread: ThreadId,
    },
    /// Release a request that another officer drafted
    Release {
        /// The case
        thread: ThreadId,
    },
    /// Take a request of our own back
    Withdraw {
        /// The case
        thread: ThreadId,
        /// Why; the counterpart reads it
        #[arg(long)]
        reason: String,
    },
    /// List requests with their clocks
    List,
    /// Show one request with its timeline
    Show {
        /// The case
        thread: ThreadId,
    },
}

/// A reviewer's decision.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum DecisionWord {
    /// May be answered
    Clear,
    /// May be answered under conditions
    ClearWithConditions,
    /// Stays stopped
    Hold,
    /// Must not be answered with information
    Reject,
}

/// `answer …`
#[derive(Debug, Subcommand)]
pub(crate) enum AnswerWord {
    /// Draft the answer to a request
    Draft {
        /// The case
        thread: ThreadId,
        /// The draft (JSON)
        file: PathBuf,
        /// Attach a file
        #[arg(long = "attach", value_name = "FILE")]
        attachments: Vec<PathBuf>,
    },
    /// Release an answer that another officer drafted
    Release {
        /// The case
        thread: ThreadId,
        /// The draft that was read, as `request show` names it; another one is not released
        #[arg(long, value_name = "HASH")]
        read: Option<Hash>,
    },
}

/// `record …`
#[derive(Debug, Subcommand)]
pub(crate) enum RecordWord {
    /// Write record files (YAML or JSON) into the journal, all or nothing
    Import {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Print records as a record file
    Export {
        /// yaml or json
        #[arg(long, default_value = "yaml")]
        format: String,
        #[command(flatten)]
        position: PositionArguments,
    },
    /// List records
    List {
        #[command(flatten)]
        position: PositionArguments,
    },
}

/// At which position records are read.
#[derive(Debug, Args)]
pub(crate) struct PositionArguments {
    /// As they stood when the office journal held this many entries
    #[arg(long, value_name = "N", conflicts_with = "as_of_date")]
    pub(crate) as_of_entry: Option<u64>,
    /// As they stood at this moment (RFC 3339) or at the end of this day, by the journal's times:
    /// what was written down by then, not what had happened by then
    #[arg(long, value_name = "TIME", value_parser = read_moment)]
    pub(crate) as_of_date: Option<Timestamp>,
}

/// `inquiry …`
#[derive(Debug, Subcommand)]
pub(crate) enum InquiryWord {
    /// Read a paper (text or PDF) and print its questions
    Parse {
        /// The paper
        file: PathBuf,
    },
    /// Register a paper
    Register {
        /// The paper (text or PDF)
        file: PathBuf,
        /// Its number, such as 19/9523
        #[arg(long)]
        reference: String,
    },
    /// Compute the answer from the records and file it for release
    Answer {
        /// The paper's number
        reference: String,
        /// Which demand is answered by which finding (YAML)
        #[arg(long, value_name = "FILE")]
        bindings: PathBuf,
        /// Where draft.json, draft.html and draft.pdf are written
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Release an answer that another officer filed; it is sealed then
    Release {
        /// The paper's number
        reference: String,
        /// The document that was read, as `inquiry list` names it; another one is not released
        #[arg(long, value_name = "HASH")]
        read: Option<Hash>,
        /// Where answer.json, answer.html and answer.pdf are written
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Write the sealed answer of an inquiry whose answer was released
    Write {
        /// The paper's number
        reference: String,
        /// Where answer.json, answer.html and answer.pdf are written
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// List inquiries
    List,
}

/// `exercise …`
#[derive(Debug, Subcommand)]
pub(crate) enum ExerciseWord {
    /// Move the clock of an exercise node forward, openly
    AdvanceClock {
        /// By how much, such as 8d, 12h or 30m
        #[arg(long)]
        by: String,
    },
}

/// A moment, or a day, which means its end.
fn read_moment(text: &str) -> Result<Timestamp, String> {
    match text.parse::<Occurred>() {
        Ok(Occurred::Moment(moment)) => Ok(moment),
        Ok(Occurred::Day(_)) => format!("{text}T23:59:59.999Z")
            .parse()
            .map_err(|_| text.to_owned()),
        _ => Err(
            "a moment such as 2026-11-23T14:00:00Z or a day such as 2026-11-23 is needed"
                .to_owned(),
        ),
    }
}
