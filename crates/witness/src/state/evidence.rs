//! Evidence against a log: what it has signed and the witness must not cosign.

use journal::hash::sha256;
use journal::note::Note;
use journal::witness::{Refusal, origin_hash};

use super::State;
use crate::durable::{make_dir, replace};

const EVIDENCE: &str = "evidence";

/// The most files that are kept, so that nobody can fill the disk. Each checkpoint is kept once.
const MAX_FILES: usize = 512;

impl State {
    /// Keeps a checkpoint that the log has signed and that does not continue what was seen, beside the
    /// newest cosigned one. If both have one size, they prove that the log lies; else the proof sent
    /// with it may have been wrong by mistake.
    ///
    /// Best effort: the request is refused anyway, and the refusal does not rest on it.
    pub(super) fn keep_evidence(&self, refusal: &Refusal, origin: &str, offered: &Note) {
        let proof = refusal.proves_fork();
        if !proof && !matches!(refusal, Refusal::Inconsistent(_)) {
            return;
        }
        tracing::warn!(%origin, proof, "a checkpoint does not continue what was seen");
        let dir = self.dir.join(EVIDENCE);
        let name: String = sha256(offered.text().as_bytes()).0[..16]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let files = std::fs::read_dir(&dir).map_or(0, Iterator::count);
        if files + 2 > MAX_FILES || dir.join(format!("{name}.offered")).exists() {
            return;
        }
        let seen = self.checkpoint(&origin_hash(origin)).unwrap_or_default();
        let kept = make_dir(&dir)
            .and_then(|()| replace(&dir, &format!("{name}.seen"), seen.as_bytes()))
            .and_then(|()| {
                let offered = offered.to_string();
                replace(&dir, &format!("{name}.offered"), offered.as_bytes())
            });
        if let Err(error) = kept {
            tracing::error!(%error, "evidence against a log could not be kept");
        }
    }
}
