//! Entries: what happened, and the salted commitment to it that stands in the log.
//!
//! The log never holds content. A leaf is a commitment to the entry's fields; the fields themselves
//! and the entry's salt lie beside the log. Destroying the salt and the fields (at the end of their
//! retention) leaves the proof that *an* entry was there, and makes guessing its content useless,
//! because each guess would need the 256-bit salt.
//!
//! How the leaf comes about, with `H` = SHA-256 over the domain, a newline, and each part after its
//! length as 8 big-endian bytes:
//!
//! ```text
//! field salt = H("kontaktstelle/entry/v1/salt",  entry salt, name)
//! commitment = H("kontaktstelle/entry/v1/field", field salt, name, RFC 8785 JSON of the value)
//! entry      = H("kontaktstelle/entry/v1/entry", name, commitment, name, commitment, …)  by name
//! leaf       = "kontaktstelle/entry/v1\n" base64(entry) "\n"
//! ```
//!
//! The names stand in the last hash beside the commitments. So an entry cannot carry two fields of
//! one name, to show one to one reader and the other to another; [`crate::opening`] relies on it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::canonical::{self, CanonicalError};
use crate::hash::{DomainHasher, Hash};
use crate::opening::{Opening, OpeningField};

/// The most fields of an entry.
pub const MAX_FIELDS: usize = 256;
/// The longest field name, in bytes.
pub const MAX_NAME_BYTES: usize = 128;
/// The longest canonical JSON of one value, in bytes.
pub const MAX_VALUE_BYTES: usize = 1 << 20;

/// Why fields do not make an entry or an opening.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// More than [`MAX_FIELDS`] fields.
    #[error("entry has {0} fields, more than {MAX_FIELDS}")]
    TooManyFields(usize),
    /// A field name is empty, too long or has a control character.
    #[error("field name {0:?} is not allowed")]
    Name(String),
    /// A value has no canonical form.
    #[error("field {name} has no canonical form")]
    Value {
        /// The field.
        name: String,
        /// Why not.
        source: CanonicalError,
    },
    /// A value is longer than [`MAX_VALUE_BYTES`].
    #[error("field {0} is longer than {MAX_VALUE_BYTES} bytes")]
    ValueTooLong(String),
    /// The fields of an opening do not stand in strictly ascending order of their names.
    #[error("field {0} of the opening is out of order or double")]
    Order(String),
}

/// The secret of one entry: 32 random bytes, from which the salt of each field follows.
///
/// Whoever has it can open every field. It is wiped when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Salt([u8; 32]);

impl Salt {
    /// A salt of these bytes, which must come from a generator fit for keys.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, to be stored beside the entry.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(secret)")
    }
}

/// The fields of an entry. Every value has a canonical form; that is checked on the way in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, Value>", into = "BTreeMap<String, Value>")]
pub struct EntryBody {
    fields: BTreeMap<String, Value>,
}

impl EntryBody {
    /// An entry with these fields.
    ///
    /// # Errors
    /// When there are too many fields, a name is not allowed, or a value is too long or has no
    /// canonical form (see [`crate::canonical`]).
    pub fn new(fields: BTreeMap<String, Value>) -> Result<Self, EntryError> {
        check_count(fields.len())?;
        let mut json = String::new();
        for (name, value) in &fields {
            check_field(name, value, &mut json)?;
        }
        Ok(Self { fields })
    }

    /// All fields.
    #[must_use]
    pub fn fields(&self) -> &BTreeMap<String, Value> {
        &self.fields
    }

    /// The value of a field, when the entry has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }
}

impl TryFrom<BTreeMap<String, Value>> for EntryBody {
    type Error = EntryError;

    fn try_from(fields: BTreeMap<String, Value>) -> Result<Self, Self::Error> {
        Self::new(fields)
    }
}

impl From<EntryBody> for BTreeMap<String, Value> {
    fn from(body: EntryBody) -> Self {
        body.fields
    }
}

/// The bytes of the log leaf for an entry. [`crate::hash::leaf_hash`] of them goes into the tree.
#[must_use]
pub fn leaf_bytes(body: &EntryBody, salt: &Salt) -> Vec<u8> {
    let mut committing = Committing::default();
    let commitment = |(name, value): (&String, &Value)| {
        let field_salt = committing.field_salt(salt, name);
        committing.commitment(&field_salt, name, value)
    };
    let commitments: Vec<Hash> = body.fields.iter().map(commitment).collect();
    let names = body.fields.keys().map(String::as_str);
    committing.leaf(names.zip(&commitments))
}

/// Opens the named fields of an entry and hides the others. Names the entry does not have are
/// passed over: the opening itself shows that they are absent.
#[must_use]
pub fn open_fields(body: &EntryBody, salt: &Salt, names: &[&str]) -> Opening {
    let mut committing = Committing::default();
    let field = |(name, value): (&String, &Value)| {
        let field_salt = committing.field_salt(salt, name);
        if names.contains(&name.as_str()) {
            OpeningField::Opened {
                name: name.clone(),
                salt: field_salt,
                value: value.clone(),
            }
        } else {
            OpeningField::Hidden {
                name: name.clone(),
                commitment: committing.commitment(&field_salt, name, value),
            }
        }
    };
    Opening::from_sorted(body.fields.iter().map(field).collect())
}

/// How a leaf comes about from the fields of an entry, step by step.
#[derive(Default)]
pub(crate) struct Committing {
    hasher: DomainHasher,
    json: String,
}

impl Committing {
    /// The salt of one field. It can be shown without endangering the other fields: they follow from
    /// the entry salt by a one-way function.
    fn field_salt(&mut self, salt: &Salt, name: &str) -> Hash {
        let parts = [&salt.0[..], name.as_bytes()];
        self.hasher.hash("kontaktstelle/entry/v1/salt", parts)
    }

    /// The commitment to a field. The value has been checked before, so it has a canonical form.
    pub(crate) fn commitment(&mut self, field_salt: &Hash, name: &str, value: &Value) -> Hash {
        self.json.clear();
        if canonical::encode_into(value, &mut self.json).is_err() {
            self.json.clear();
        }
        let parts = [&field_salt.0[..], name.as_bytes(), self.json.as_bytes()];
        self.hasher.hash("kontaktstelle/entry/v1/field", parts)
    }

    /// The leaf over names and commitments, which must be sorted by name.
    pub(crate) fn leaf<'a>(
        &mut self,
        commitments: impl Iterator<Item = (&'a str, &'a Hash)>,
    ) -> Vec<u8> {
        let parts = commitments.flat_map(|(name, hash)| [name.as_bytes(), &hash.0[..]]);
        let entry = self.hasher.hash("kontaktstelle/entry/v1/entry", parts);
        leaf_with(&entry)
    }
}

/// The leaf of the entry with this hash.
pub(crate) fn leaf_with(entry: &Hash) -> Vec<u8> {
    format!("kontaktstelle/entry/v1\n{entry}\n").into_bytes()
}

/// The hash of the entry that this leaf is of.
pub(crate) fn hash_in_leaf(leaf: &[u8]) -> Option<Hash> {
    let text = std::str::from_utf8(leaf).ok()?;
    let entry = text.strip_prefix("kontaktstelle/entry/v1\n")?.trim_end();
    let hash = entry.parse().ok()?;
    (leaf_with(&hash) == leaf).then_some(hash)
}

pub(crate) fn check_count(fields: usize) -> Result<(), EntryError> {
    if fields > MAX_FIELDS {
        return Err(EntryError::TooManyFields(fields));
    }
    Ok(())
}

pub(crate) fn check_name(name: &str) -> Result<(), EntryError> {
    if name.is_empty() || name.len() > MAX_NAME_BYTES || name.contains(char::is_control) {
        return Err(EntryError::Name(name.to_owned()));
    }
    Ok(())
}

/// Checks one field, with `json` as the room for its canonical form.
pub(crate) fn check_field(name: &str, value: &Value, json: &mut String) -> Result<(), EntryError> {
    check_name(name)?;
    json.clear();
    canonical::encode_into(value, json).map_err(|source| EntryError::Value {
        name: name.to_owned(),
        source,
    })?;
    if json.len() > MAX_VALUE_BYTES {
        return Err(EntryError::ValueTooLong(name.to_owned()));
    }
    Ok(())
}
