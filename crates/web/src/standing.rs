//! What every page says while the node may not write.

use crate::tone::Tone;
use crate::words::Words;
use office::{Office, Standing};

/// Why the node only reads, and what is to be done.
pub(crate) struct Banner {
    pub(crate) tone: Tone,
    pub(crate) title: String,
    pub(crate) text: String,
}

impl Banner {
    /// The banner for the node as it stands; none while it writes and signs.
    pub(crate) fn of(words: Words, office: &Office) -> Option<Self> {
        match office.standing() {
            Standing::Signing => None,
            Standing::Unconfirmed { logs } => {
                let logs: Vec<String> = logs.iter().map(|log| log_name(words, log)).collect();
                Some(Self {
                    tone: Tone::Warning,
                    title: words.t("banner-unconfirmed"),
                    text: words.fill("standing-unconfirmed", &[("logs", logs.join(", "))]),
                })
            }
            Standing::ReadOnly(why) => {
                let mut arguments = why.arguments();
                for (name, value) in &mut arguments {
                    if *name == "log" {
                        *value = log_name(words, value);
                    }
                }
                Some(Self {
                    tone: Tone::Danger,
                    title: words.t("banner-read-only"),
                    text: words.fill(why.code(), &arguments),
                })
            }
        }
    }
}

/// What a log is called in words.
pub(crate) fn log_name(words: Words, log: &str) -> String {
    match log.strip_prefix("exchange-") {
        Some(peer) => words.with("log-exchange", "peer", peer),
        None => words.label("log", log),
    }
}
