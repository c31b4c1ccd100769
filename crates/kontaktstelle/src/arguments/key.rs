//! `key …`: what is typed in a ceremony, a rotation, an emergency.

use clap::{Subcommand, ValueEnum};
use seal::Suite;
use seal::revocation::RevocationReason;
use std::path::PathBuf;

/// `key …`
#[derive(Debug, Subcommand)]
pub(crate) enum KeyWord {
    /// Say step by step how a root comes to be and a node to its keys
    Ceremony,
    /// What a holder of the root does, on a machine of their own
    #[command(subcommand)]
    Holder(HolderWord),
    /// Make the root out of its three holders' public keys and print its fingerprint for the paper
    Root {
        /// The holders' public keys, three files
        #[arg(required = true, num_args = 3)]
        holders: Vec<PathBuf>,
        /// Where the root is written
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Make all keys of the node, and the draft of its key manifest for the holders to sign
    Init {
        /// The root, as `key root` wrote it
        #[arg(
            long,
            value_name = "FILE",
            required_unless_present = "exercise_holders"
        )]
        root: Option<PathBuf>,
        /// For exercises only: make three holders in this directory and let two of them sign at once
        #[arg(long, value_name = "DIR", conflicts_with = "root")]
        exercise_holders: Option<PathBuf>,
    },
    /// Put the holders' signatures under the draft; it is in force from the node's next start
    Publish {
        /// The holders' signatures, two files or more
        #[arg(required = true)]
        signatures: Vec<PathBuf>,
    },
    /// Print where the key manifest lies and the root's fingerprint, to be compared on paper
    Show,
    /// Print every key with its id, what it is for and its standing
    Status,
    /// Replace a key: makes the new one and adds it to the draft of the next key manifest
    #[command(subcommand)]
    Rotate(RotateWord),
    /// Have the node show this TLS key from its next start on
    Activate {
        /// The pin, as `key status` prints it
        pin: String,
    },
    /// Take a key back, replace it if it is in use, and say what else is to be done
    Compromised {
        /// The first digits of the key's id, at least eight
        key: String,
        /// Why
        #[arg(long, value_enum, default_value_t = ReasonWord::Compromised)]
        reason: ReasonWord,
    },
}

/// `key holder …`
#[derive(Debug, Subcommand)]
pub(crate) enum HolderWord {
    /// Make a holder's key; its passphrase comes from KONTAKTSTELLE_HOLDER_PASSPHRASE or is asked for
    New {
        /// Where the secret is written; the public key lies beside it with .pub
        file: PathBuf,
    },
    /// Read a draft and sign it
    Sign {
        /// The draft
        draft: PathBuf,
        /// The holder's secret
        #[arg(long, value_name = "FILE")]
        holder: PathBuf,
        /// Where the signature is written
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

/// `key rotate …`
#[derive(Debug, Subcommand)]
pub(crate) enum RotateWord {
    /// The key that signs messages and receipts
    Signing {
        /// The suite
        #[arg(long, value_enum, default_value_t = SuiteWord::K1)]
        suite: SuiteWord,
    },
    /// The key that messages are sealed to
    Sealing {
        /// The suite
        #[arg(long, value_enum, default_value_t = SuiteWord::K1)]
        suite: SuiteWord,
    },
    /// The TLS key; activate the new one when the counterparts have accepted the manifest
    Tls,
    /// The key of a log's checkpoints
    Log {
        /// The log
        log: String,
    },
    /// The key that cosigns the counterparts' checkpoints
    Witness,
    /// A log's epoch: it goes on under a new origin after a loss that cannot be made good
    Epoch {
        /// The log
        log: String,
    },
}

/// A suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SuiteWord {
    /// Ed25519 with ML-DSA-65, X-Wing
    K1,
    /// ECDSA P-384 with ML-DSA-87, ML-KEM-1024 with P-384
    K2,
}

impl From<SuiteWord> for Suite {
    fn from(word: SuiteWord) -> Self {
        match word {
            SuiteWord::K1 => Self::K1,
            SuiteWord::K2 => Self::K2,
        }
    }
}

/// Why a key is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReasonWord {
    /// Somebody else may have it
    Compromised,
    /// A newer key has taken its place
    Superseded,
    /// Nobody has it any more
    Lost,
    /// What it was for has ended
    Ceased,
}

impl From<ReasonWord> for RevocationReason {
    fn from(word: ReasonWord) -> Self {
        match word {
            ReasonWord::Compromised => Self::Compromised,
            ReasonWord::Superseded => Self::Superseded,
            ReasonWord::Lost => Self::Lost,
            ReasonWord::Ceased => Self::Ceased,
        }
    }
}
