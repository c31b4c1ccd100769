//! What the demo works on: the exercise data, the public record and the reference inquiry, carried
//! inside the binary and written beside the nodes, where the reader can look at them.

use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

macro_rules! files {
    ($($path:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../../../../fixtures/", $path)))),+]
    };
}

const FILES: &[(&str, &str)] = files![
    "exercise/README.md",
    "exercise/water-utility.request.json",
    "exercise/water-utility.stix.json",
    "exercise/water-utility.answer.json",
    "exercise/card-fraud.request.json",
    "exercise/card-fraud.stix.json",
    "exercise/forum.request.json",
    "exercise/forum-notes.txt",
    "exercise/phishing.request.json",
    "exercise/phishing.refusal.json",
    "exercise/ransomware.request.json",
    "record/README.md",
    "record/contact-point.yaml",
    "record/dossiers.yaml",
    "record/house-rules.yaml",
    "record/mechanism.yaml",
    "record/round-1.yaml",
    "inquiries/19-9523.txt",
    "inquiries/19-9523.bindings.yaml",
];

/// The record files of the reference case, in the order in which they build on each other.
pub(super) const RECORDS: [&str; 5] = [
    "record/mechanism.yaml",
    "record/round-1.yaml",
    "record/contact-point.yaml",
    "record/dossiers.yaml",
    "record/house-rules.yaml",
];

/// Writes everything below `directory/material`.
pub(super) fn write(directory: &Path) -> Result<()> {
    for (path, text) in FILES {
        let path = directory.join("material").join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)
                .with_context(|| format!("cannot create {}", parent.display()))?;
        }
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
