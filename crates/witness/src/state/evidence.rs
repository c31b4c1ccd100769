//! Evidence against a log: what it has signed and the witness must not cosign.
//!
//! Each log has a room of its own, and in it forks have one of their own: neither a log that is often
//! wrong nor one that wants to cover up its fork can take the room of what proves a lie.

use std::path::Path;

use journal::hash::sha256;
use journal::note::{MAX_NOTE_BYTES, Note};
use journal::witness::{Refusal, origin_hash};

use super::State;
use crate::durable::{make_dir, replace};
use crate::error::StateError;

const EVIDENCE: &str = "evidence";

/// The most pairs of one kind that are kept of a log, so that nobody can fill the disk. One fork proves
/// all there is to prove. Each checkpoint is kept once.
const MAX_PAIRS: usize = 8;

impl State {
    /// Keeps a checkpoint that the log has signed and that does not continue what was seen, beside the
    /// newest cosigned one. If both have one size (`fork-…`), they prove that the log lies; else the
    /// proof sent with it may have been wrong by mistake (`inconsistent-…`).
    ///
    /// Best effort: the request is refused anyway, and the refusal does not rest on it.
    pub(super) fn keep_evidence(&self, refusal: &Refusal, origin: &str, offered: &Note) {
        let kind = match refusal {
            proof if proof.proves_fork() => "fork-",
            Refusal::Inconsistent(_) => "inconsistent-",
            _ => return,
        };
        tracing::warn!(%origin, kind, "a checkpoint does not continue what was seen");
        let hash = origin_hash(origin);
        let dir = self.dir.join(EVIDENCE).join(&hash);
        let digest: String = sha256(offered.text().as_bytes()).0[..16]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let name = format!("{kind}{digest}");
        if pairs(&dir, kind) >= MAX_PAIRS || dir.join(format!("{name}.offered")).exists() {
            return;
        }
        let seen = self.checkpoint(&hash).unwrap_or_default();
        if let Err(error) = keep(&dir, &name, &seen, &offered.to_string()) {
            tracing::error!(%error, "evidence against a log could not be kept");
        }
    }
}

fn keep(dir: &Path, name: &str, seen: &str, offered: &str) -> Result<(), StateError> {
    let limit = MAX_NOTE_BYTES as u64;
    make_dir(dir)?;
    replace(dir, &format!("{name}.seen"), seen.as_bytes(), limit)?;
    replace(dir, &format!("{name}.offered"), offered.as_bytes(), limit)
}

/// How many pairs of this kind are kept. What was cut off before its second file does not count.
fn pairs(dir: &Path, kind: &str) -> usize {
    let Ok(files) = std::fs::read_dir(dir) else {
        return 0;
    };
    files
        .filter_map(|file| file.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with(kind) && name.ends_with(".offered"))
        .count()
}
