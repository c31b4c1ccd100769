//! What happened, line by line, and its hash: two runs of one seed must agree in it.

use journal::hash::{Hash, sha256};

/// The lines of one story.
#[derive(Debug, Default)]
pub(crate) struct Trace(Vec<String>);

impl Trace {
    pub(crate) fn note(&mut self, line: impl Into<String>) {
        self.0.push(line.into());
    }

    pub(crate) fn hash(&self) -> Hash {
        sha256(self.0.join("\n").as_bytes())
    }

    pub(crate) fn lines(&self) -> &[String] {
        &self.0
    }
}
