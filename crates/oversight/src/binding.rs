//! Bindings: which demand of an inquiry is answered by which finding.
//!
//! A binding file is written, or confirmed, by a person: suggestions are never published by
//! themselves. What no finding can answer is bound as well: to a judgement that a person has to
//! make, or to a reason for not answering. A reason is required, because a refusal without one
//! violates the right to an answer (BVerfGE 124, 161).

use crate::error::OversightError;
use crate::finding::Finding;
use crate::inquiry::Inquiry;
use jiff::civil::Date;
use records::RecordId;
use records::body::Text;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The number of the file format this version reads.
pub const FORMAT: u64 = 1;

/// Largest binding file that is read, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;

/// The level of a classified answer (Geheimschutzordnung § 2). Only its level and reason are kept
/// here; the answer itself is deposited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClassifiedLevel {
    /// Annex to the parliament's secretariat.
    #[serde(rename = "VS-NfD")]
    VsNfd,
    /// Deposited in the secrecy protection office.
    #[serde(rename = "VS-VERTRAULICH")]
    Confidential,
    /// Deposited in the secrecy protection office.
    #[serde(rename = "GEHEIM")]
    Secret,
}

impl ClassifiedLevel {
    /// Its name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::VsNfd => "VS-NfD",
            Self::Confidential => "VS-VERTRAULICH",
            Self::Secret => "GEHEIM",
        }
    }
}

/// How a demand is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Bound {
    /// By a finding.
    Finding(Finding),
    /// By a person's judgement; these records are offered.
    Assessment {
        /// The records.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        offered: Vec<RecordId>,
    },
    /// By a person who may speak about plans; these records are offered.
    Plan {
        /// The records.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        offered: Vec<RecordId>,
    },
    /// By the answer to another demand of the same inquiry.
    Refers {
        /// Its key.
        to: String,
    },
    /// By somebody else, who is responsible.
    OutsideResponsibility {
        /// Why, and who is.
        reason: Text,
    },
    /// In classified form.
    Classified {
        /// The level.
        level: ClassifiedLevel,
        /// Why this level, and why not openly.
        reason: Text,
    },
    /// Not at all.
    Refused {
        /// Which interest, what follows from disclosure, and why it outweighs.
        reason: Text,
    },
    /// Not here.
    Withheld {
        /// Why.
        reason: Text,
    },
    /// By nothing yet.
    Unbound {},
}

/// The bindings of one inquiry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bindings {
    /// Number of the file format.
    pub format: u64,
    /// Number of the inquiry's paper.
    pub inquiry: String,
    /// The day up to which is counted, included; none means the day of the inquiry.
    #[serde(default)]
    pub cut_off: Option<Date>,
    /// Records that correct what the inquiry takes for granted.
    #[serde(default)]
    pub premises: Vec<RecordId>,
    /// By key of the demand: `3`, `3a`, `28.2`.
    pub demands: BTreeMap<String, Bound>,
}

impl Bindings {
    /// Reads a binding file (YAML, of which JSON is a part). `name` is for messages.
    ///
    /// # Errors
    /// [`OversightError::Bindings`] with the field that cannot be read.
    pub fn read(name: &str, text: &str) -> Result<Self, OversightError> {
        let fail = |fault: String| OversightError::Bindings {
            name: name.to_owned(),
            fault,
        };
        if text.len() > MAX_BYTES {
            return Err(fail(format!("more than {MAX_BYTES} bytes")));
        }
        let value: serde_json::Value =
            serde_saphyr::from_str(text).map_err(|error| fail(error.to_string()))?;
        let bindings: Self = serde_path_to_error::deserialize(value)
            .map_err(|error| fail(format!("{}: {}", error.path(), error.inner())))?;
        if bindings.format != FORMAT {
            return Err(fail(format!(
                "format {} instead of {FORMAT}",
                bindings.format
            )));
        }
        Ok(bindings)
    }

    /// No bindings: every demand shows as unbound.
    #[must_use]
    pub fn none(inquiry: &str) -> Self {
        Self {
            format: FORMAT,
            inquiry: inquiry.to_owned(),
            cut_off: None,
            premises: Vec::new(),
            demands: BTreeMap::new(),
        }
    }

    /// The day up to which is counted.
    #[must_use]
    pub fn cut_off(&self, inquiry: &Inquiry) -> Date {
        self.cut_off.unwrap_or(inquiry.dated)
    }

    /// Checks that every key is a demand of the inquiry, and every reference goes to one.
    ///
    /// # Errors
    /// [`OversightError::NoSuchDemand`].
    pub fn check(&self, inquiry: &Inquiry) -> Result<(), OversightError> {
        let parts = inquiry
            .questions
            .iter()
            .flat_map(|question| &question.parts);
        let keys: BTreeSet<&str> = parts
            .flat_map(|part| {
                part.sentences
                    .iter()
                    .map(|s| s.key.as_str())
                    .chain([part.key.as_str()])
            })
            .collect();
        let targets = self.demands.values().filter_map(|bound| match bound {
            Bound::Refers { to } => Some(to),
            _ => None,
        });
        match self
            .demands
            .keys()
            .chain(targets)
            .find(|key| !keys.contains(key.as_str()))
        {
            Some(unknown) => Err(OversightError::NoSuchDemand(unknown.clone())),
            None => Ok(()),
        }
    }
}
