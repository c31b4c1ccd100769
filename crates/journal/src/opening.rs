//! Openings: an entry with some fields shown and the rest hidden, still bound to its leaf.
//!
//! Every field of the entry is in the opening, shown or hidden, so a reader learns
//!
//! - of a shown field: name and value, and that the log committed to exactly these;
//! - of a hidden field: its name, and with that that the entry has it and how many fields there are.
//!   Nothing of the value: neither content nor type nor length, and not whether two entries have the
//!   same value;
//! - of a name that does not occur: that the entry has no such field.
//!
//! The names are shown on purpose. Were they hidden, a keeper could commit to two fields `kind` and
//! show one to parliament and the other to the peer, and no count would prove anything. Names are
//! therefore to be words of the schema, never data.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::entry::{
    Committing, EntryError, check_count, check_field, check_name, hash_in_leaf, leaf_with,
};
use crate::hash::Hash;

/// One field of an [`Opening`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OpeningField {
    /// A field that is shown.
    Opened {
        /// Its name.
        name: String,
        /// Its salt, without which the value could not be checked.
        salt: Hash,
        /// Its value.
        value: Value,
    },
    /// A field that is not shown.
    Hidden {
        /// Its name.
        name: String,
        /// The commitment to its value.
        commitment: Hash,
    },
}

impl OpeningField {
    /// The name of the field.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            OpeningField::Opened { name, .. } | OpeningField::Hidden { name, .. } => name,
        }
    }
}

/// What an opening says about a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown<'a> {
    /// Which fields the entry had, nobody can say any more.
    Destroyed,
    /// The entry has the field, with this value.
    Opened(&'a Value),
    /// The entry has the field; its value is not shown.
    Hidden,
    /// The entry does not have the field.
    Absent,
}

/// An entry with some of its fields shown: each field once, by ascending name. Of an entry whose
/// content was destroyed nothing but the hash that its leaf consists of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "OpeningText", into = "OpeningText")]
pub struct Opening(OpeningText);

/// The JSON form of an [`Opening`], not yet checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum OpeningText {
    /// What was kept.
    Fields(Vec<OpeningField>),
    /// What is left of an entry whose content was destroyed: the hash over its fields.
    Destroyed(Hash),
}

impl Opening {
    /// An opening of these fields.
    ///
    /// # Errors
    /// When the names do not strictly ascend, or a field could not be part of an entry.
    pub fn new(fields: Vec<OpeningField>) -> Result<Self, EntryError> {
        check_count(fields.len())?;
        let mut json = String::new();
        for field in &fields {
            match field {
                OpeningField::Opened { name, value, .. } => check_field(name, value, &mut json)?,
                OpeningField::Hidden { name, .. } => check_name(name)?,
            }
        }
        if let Some([_, wrong]) = fields.array_windows().find(|[a, b]| a.name() >= b.name()) {
            return Err(EntryError::Order(wrong.name().to_owned()));
        }
        Ok(Self(OpeningText::Fields(fields)))
    }

    /// For fields that come from a checked entry, sorted by name.
    pub(crate) fn from_sorted(fields: Vec<OpeningField>) -> Self {
        Self(OpeningText::Fields(fields))
    }

    /// What can still be shown of an entry whose content was destroyed: its leaf, and thereby that
    /// there was an entry. Nothing if these bytes are no leaf.
    #[must_use]
    pub fn of_destroyed(leaf: &[u8]) -> Option<Self> {
        Some(Self(OpeningText::Destroyed(hash_in_leaf(leaf)?)))
    }

    /// Whether the content was destroyed. Whoever wants to hide an entry can say so too: then, as
    /// for hidden fields, nothing can be counted.
    #[must_use]
    pub const fn is_destroyed(&self) -> bool {
        matches!(self.0, OpeningText::Destroyed(_))
    }

    /// All fields, by ascending name; none of an entry whose content was destroyed.
    #[must_use]
    pub fn fields(&self) -> &[OpeningField] {
        match &self.0 {
            OpeningText::Fields(fields) => fields,
            OpeningText::Destroyed(_) => &[],
        }
    }

    /// The value of a field that is shown; nothing for any other, which [`Opening::field`] tells
    /// apart.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self.field(name) {
            Shown::Opened(value) => Some(value),
            Shown::Hidden | Shown::Absent | Shown::Destroyed => None,
        }
    }

    /// What the opening says about a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Shown<'_> {
        let field = self.fields().iter().find(|field| field.name() == name);
        match field {
            _ if self.is_destroyed() => Shown::Destroyed,
            Some(OpeningField::Opened { value, .. }) => Shown::Opened(value),
            Some(OpeningField::Hidden { .. }) => Shown::Hidden,
            None => Shown::Absent,
        }
    }

    /// The bytes of the log leaf that this opening belongs to. It belongs to the log only if a proof
    /// says so for exactly this leaf.
    #[must_use]
    pub fn leaf_bytes(&self) -> Vec<u8> {
        let fields = match &self.0 {
            OpeningText::Fields(fields) => fields,
            OpeningText::Destroyed(hash) => return leaf_with(hash),
        };
        let mut committing = Committing::default();
        let commitment = |field: &OpeningField| match field {
            OpeningField::Opened { name, salt, value } => committing.commitment(salt, name, value),
            OpeningField::Hidden { commitment, .. } => *commitment,
        };
        let commitments: Vec<Hash> = fields.iter().map(commitment).collect();
        let names = fields.iter().map(OpeningField::name);
        committing.leaf(names.zip(&commitments))
    }
}

impl TryFrom<OpeningText> for Opening {
    type Error = EntryError;

    fn try_from(text: OpeningText) -> Result<Self, Self::Error> {
        match text {
            OpeningText::Fields(fields) => Self::new(fields),
            OpeningText::Destroyed(_) => Ok(Self(text)),
        }
    }
}

impl From<Opening> for OpeningText {
    fn from(opening: Opening) -> Self {
        opening.0
    }
}
