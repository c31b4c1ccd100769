//! What is typed to keep a node's journals and database, and to run a witness.

use clap::{Subcommand, ValueEnum};
use records::PartyId;
use std::net::SocketAddr;
use std::path::PathBuf;

/// `journal …`
#[derive(Debug, Subcommand)]
pub(crate) enum JournalWord {
    /// Name the node's logs with their heads
    List,
    /// Print entries of a log
    Show {
        /// The log
        log: String,
        /// From this entry on
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// At most this many
        #[arg(long, default_value_t = 100)]
        count: u64,
    },
    /// Write checkpoint, tiles and entries as static files in the tlog-tiles layout: each log in a
    /// directory of its name
    Export {
        /// This log only, straight into the directory
        #[arg(long)]
        log: Option<String>,
        /// Where to; the directory must be empty or new
        out: PathBuf,
    },
    /// Print the proof of one entry
    Proof {
        /// The log
        log: String,
        /// The entry
        index: u64,
        /// tlog (C2SP tlog-proof, by the best witnessed checkpoint) or cose (RFC 9942)
        #[arg(long, value_enum, default_value_t = ProofFormat::Tlog)]
        format: ProofFormat,
        /// Write it into this file
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Say who vouches for an entry besides this node, and since when
    Grade {
        /// The log
        log: String,
        /// The entry
        index: u64,
    },
    /// Recompute everything from the stored bytes
    Verify,
    /// Make every table again from the entries and compare; the node must not be running
    Rebuild {
        /// Put the rebuilt database in the place of the present one, which is kept beside it
        #[arg(long)]
        apply: bool,
    },
    /// Bring back entries of an exchange log out of the counterpart's copy, as `peer mirror` wrote it
    /// there; the node must not be running
    Recover {
        /// The counterpart
        peer: PartyId,
        /// The copy
        copy: PathBuf,
    },
    /// Put the database's heads into an anchor that knows nothing of them: after an update from a
    /// release without anchor, or when the anchor was lost and this database is known to be the newest
    Adopt,
    /// Let a log go on under a new origin, because it was set back and cannot be made whole; the node
    /// must not be running, and the key manifest must be drafted with `key rotate epoch`
    Epoch {
        /// The log
        log: String,
        /// The largest checkpoint of the log that a witness or the counterpart has shown
        #[arg(long, value_name = "FILE")]
        last_seen: Option<PathBuf>,
    },
}

/// The form of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProofFormat {
    /// C2SP tlog-proof.
    Tlog,
    /// COSE Receipt, RFC 9942.
    Cose,
}

/// `backup …`
#[derive(Debug, Subcommand)]
pub(crate) enum BackupWord {
    /// Make the key that opens backups, on another machine than the node; its passphrase comes from
    /// KONTAKTSTELLE_BACKUP_PASSPHRASE or is asked for
    Key {
        /// Where the secret is written; the public key lies beside it with .pub
        file: PathBuf,
    },
    /// Write everything that the database and the attachments hold at this moment, sealed; read it
    /// back and recompute it. The node may be running
    Write {
        /// The new file
        file: PathBuf,
        /// The public key of whoever may open it (may be repeated)
        #[arg(long = "to", value_name = "FILE", required = true)]
        recipients: Vec<PathBuf>,
        /// Leave the attachments out, where they are kept elsewhere
        #[arg(long)]
        without_attachments: bool,
    },
}

/// `witness …`
#[derive(Debug, Subcommand)]
pub(crate) enum WitnessWord {
    /// Set a witness up: makes its key, in an empty directory
    Init {
        /// Where the witness keeps its key and its memory
        dir: PathBuf,
        /// Its name, such as witness.court-of-audit.example
        #[arg(long)]
        name: String,
        /// A file with the passphrase of its key; made if it is not there
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// Follow a log from now on
    AcceptLog {
        /// The witness's directory
        dir: PathBuf,
        /// The log's verifier keys, two of them, as `key status --json` and the key manifest show them
        #[arg(required = true)]
        vkeys: Vec<String>,
        /// A file with the passphrase of its key
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// Cosign what continues what was seen; over plain HTTP, so put a TLS proxy in front
    Serve {
        /// The witness's directory
        dir: PathBuf,
        /// Where nodes are listened for
        #[arg(long)]
        listen: SocketAddr,
        /// A file with the passphrase of its key
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
        /// End when standard input is closed
        #[arg(long)]
        until_stdin_closes: bool,
    },
}
