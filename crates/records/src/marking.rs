//! Markings: who may see a record and what may be done with it.

use crate::vocabulary::vocabulary;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// Traffic Light Protocol 2.0 (FIRST).
    Tlp { Red = "RED", AmberStrict = "AMBER+STRICT", Amber = "AMBER", Green = "GREEN", Clear = "CLEAR" }
}

vocabulary! {
    /// Permissible Actions Protocol.
    Pap { Red = "RED", Amber = "AMBER", Green = "GREEN", Clear = "CLEAR" }
}

vocabulary! {
    /// Handling codes as in Europol's SIENA.
    Handling {
        /// Police purpose only.
        H0 = "H0",
        /// Not in court without permission.
        H1 = "H1",
        /// No onward sharing without permission.
        H2 = "H2",
        /// Other restriction, said in words.
        H3 = "H3",
    }
}

vocabulary! {
    /// Own classification. Only what may be kept in this software appears here; of higher grades
    /// a record says *that* a document exists, its number and its place.
    Classification { Open = "open", VsNfd = "VS-NfD" }
}

/// The marking of a record or message. Foreign marks are kept verbatim and never mapped: no
/// agreed table of equivalents exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marking {
    /// Own classification.
    #[serde(default = "Marking::open")]
    pub classification: Classification,
    /// Traffic light.
    pub tlp: Tlp,
    /// Permissible actions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pap: Option<Pap>,
    /// Handling code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// The originator's own mark, word for word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub originator: Option<String>,
}

impl Marking {
    const fn open() -> Classification {
        Classification::Open
    }

    /// The marking of public facts.
    #[must_use]
    pub const fn public() -> Self {
        Self {
            classification: Classification::Open,
            tlp: Tlp::Clear,
            pap: None,
            handling: None,
            originator: None,
        }
    }

    /// The marking exchanges start from: open in law, for the parties' need-to-know.
    #[must_use]
    pub const fn amber() -> Self {
        Self {
            classification: Classification::Open,
            tlp: Tlp::Amber,
            pap: None,
            handling: None,
            originator: None,
        }
    }

    /// Whether the record may appear in a public answer.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        matches!(self.tlp, Tlp::Clear)
            && matches!(self.classification, Classification::Open)
            && self.originator.is_none()
    }
}
