//! What every page says while the node may not write, or writes in doubt.

use crate::tone::Tone;
use crate::words::Words;
use office::{Office, Standing};
use std::collections::BTreeSet;

/// How the node stands, and what is to be done.
pub(crate) struct Banner {
    pub(crate) tone: Tone,
    pub(crate) title: String,
    pub(crate) text: String,
}

impl Banner {
    /// The banner for the node as it stands; none while it writes and signs without doubt.
    pub(crate) fn of(words: Words, office: &Office) -> Option<Self> {
        let about = |logs: &BTreeSet<String>, title, text| {
            let logs: Vec<String> = logs.iter().map(|log| log_name(words, log)).collect();
            Self {
                tone: Tone::Warning,
                title: words.t(title),
                text: words.fill(text, &[("logs", logs.join(", "))]),
            }
        };
        match office.standing() {
            Standing::Signing => {
                let logs = office.doubtful_logs();
                (!logs.is_empty()).then(|| about(&logs, "banner-doubtful", "standing-doubtful"))
            }
            Standing::Unconfirmed { logs } => {
                Some(about(&logs, "banner-unconfirmed", "standing-unconfirmed"))
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
