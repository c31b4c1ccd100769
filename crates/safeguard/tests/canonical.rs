//! The frozen canonical form, against its published vectors.
#![allow(clippy::unwrap_used, missing_docs)]

use records::vocabulary::SelectorKind;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    version: u32,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    kind: SelectorKind,
    written: String,
    canonical: Option<String>,
}

/// A changed rule orphans every entry of a registry, so each vector holds for good.
#[test]
fn vectors_hold() {
    let file: Vectors = serde_json::from_str(include_str!("canonical-v1.json")).unwrap();
    assert_eq!(file.version, safeguard::canonical::VERSION);
    for vector in file.vectors {
        let canonical = safeguard::canonicalise(vector.kind, &vector.written);
        let value = canonical.map(|c| c.value);
        assert_eq!(
            value, vector.canonical,
            "{} {:?}",
            vector.kind, vector.written
        );
    }
}

/// Canonical forms are their own canonical form, or a look-up would depend on how often it ran.
#[test]
fn canonical_forms_are_fixed_points() {
    let file: Vectors = serde_json::from_str(include_str!("canonical-v1.json")).unwrap();
    for vector in file.vectors {
        let Some(value) = vector.canonical else {
            continue;
        };
        let written = value
            .split_once(':')
            .filter(|_| vector.kind == SelectorKind::Hash);
        let written = written.map_or(value.as_str(), |(_, digest)| digest);
        let written = written.strip_prefix("any:").unwrap_or(written);
        let again = safeguard::canonicalise(vector.kind, written).map(|c| c.value);
        assert_eq!(again.as_deref(), Some(value.as_str()), "{written}");
    }
}
