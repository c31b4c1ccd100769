//! Policy texts, parsed and checked as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use cedar_policy::{Effect, Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The name of the schema inside a bundle.
pub const SCHEMA_NAME: &str = "schema.cedarschema";

const EMBEDDED_SCHEMA: &str = include_str!("../../../policies/schema.cedarschema");
const EMBEDDED_POLICIES: [(&str, &str); 3] = [
    (
        "access.cedar",
        include_str!("../../../policies/access.cedar"),
    ),
    (
        "four-eyes.cedar",
        include_str!("../../../policies/four-eyes.cedar"),
    ),
    (
        "safeguards.cedar",
        include_str!("../../../policies/safeguards.cedar"),
    ),
];

/// Why a bundle was refused. A bundle is taken as a whole or not at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The schema is not a schema.
    #[error("the schema {SCHEMA_NAME} does not parse: {message}")]
    Schema {
        /// What the parser says.
        message: String,
    },
    /// A file name that could not be listed unambiguously in the fingerprint.
    #[error("file name {name:?} is not made of letters, digits, '.', '-' and '_', or occurs twice")]
    FileName {
        /// The name handed in.
        name: String,
    },
    /// A file is not Cedar.
    #[error("{file} does not parse: {message}")]
    Parse {
        /// The file.
        file: String,
        /// What the parser says.
        message: String,
    },
    /// A policy with holes to fill in. A decision must rest on the text alone.
    #[error("{file} holds a template; only complete policies are taken")]
    Template {
        /// The file.
        file: String,
    },
    /// A policy lacks an annotation that the journal or a reader needs, or it says nothing known.
    #[error("{file}: policy {policy} (number {number} in its file) has no valid @{annotation}")]
    Annotation {
        /// The file.
        file: String,
        /// The policy's id, or `?` when that is what is missing.
        policy: String,
        /// Position in its file, counted from 1.
        number: usize,
        /// The annotation.
        annotation: &'static str,
    },
    /// Two policies of the bundle share an id.
    #[error("{file}: policy id {policy} is already taken by {other}")]
    DuplicateId {
        /// The file in which the id occurs again.
        file: String,
        /// The id.
        policy: String,
        /// The file in which it occurred first.
        other: String,
    },
    /// A policy uses a word that the schema does not know, misuses one, or can never apply.
    #[error("{file}: policy {policy}: {message}")]
    Invalid {
        /// The file.
        file: String,
        /// The policy's id.
        policy: String,
        /// What the validator says.
        message: String,
    },
    /// The bundle has no policy at all.
    #[error("the bundle holds no policy")]
    Empty,
}

/// What follows when a policy fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// A permit: the act is allowed unless something forbids it.
    Allow,
    /// This officer may not do this; another perhaps may.
    Deny,
    /// Nobody may do this yet; something has to happen first.
    Hold,
    /// Nobody may do this; the matter has been decided against it.
    Refuse,
}

/// A policy as a decision cites it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRef {
    /// The name given in the policy's `@id`.
    pub id: String,
    /// What the policy says, in German.
    pub title_de: String,
    /// What the policy says, in English.
    pub title_en: String,
    /// What follows when it fires.
    pub outcome: Outcome,
    /// Internal reason code; every `forbid` has one.
    pub ground: Option<String>,
    /// Public source of the rule, or "common grounds"; every `forbid` has one.
    pub law: Option<String>,
}

impl PolicyRef {
    /// The title for a reader of this language; English unless the language is German.
    pub fn title(&self, lang: &str) -> &str {
        let primary = lang.split(['-', '_']).next().unwrap_or(lang);
        if primary.eq_ignore_ascii_case("de") {
            &self.title_de
        } else {
            &self.title_en
        }
    }
}

/// A set of policies that parsed, passed strict validation and can be cited.
#[derive(Clone, Debug)]
pub struct Bundle {
    pub(crate) schema: Schema,
    pub(crate) policies: PolicySet,
    pub(crate) refs: BTreeMap<String, PolicyRef>,
    sources: BTreeMap<String, String>,
    hash: String,
}

impl Bundle {
    /// The common grounds that ship with the program.
    ///
    /// # Errors
    /// None in a released program: a test loads this bundle. The error is kept so that nothing
    /// has to panic.
    pub fn embedded() -> Result<Self, PolicyError> {
        let policies = EMBEDDED_POLICIES
            .iter()
            .map(|(n, t)| ((*n).into(), (*t).into()))
            .collect();
        Self::from_sources(EMBEDDED_SCHEMA, policies)
    }

    /// Builds a bundle from a schema and `(file name, text)` pairs. Their order is irrelevant.
    ///
    /// # Errors
    /// [`PolicyError`] names file, policy and fault. Warnings of the validator (a policy that
    /// can never apply, letters of mixed scripts) are errors here.
    pub fn from_sources(
        schema: &str,
        policies: Vec<(String, String)>,
    ) -> Result<Self, PolicyError> {
        let sources = sources_by_name(schema, policies)?;
        let (parsed_schema, _) = Schema::from_cedarschema_str(schema)
            .map_err(|e| PolicyError::Schema { message: chain(&e) })?;

        let mut set = PolicySet::new();
        let mut refs = BTreeMap::new();
        let mut file_of: BTreeMap<String, &str> = BTreeMap::new();
        for (file, text) in sources
            .iter()
            .filter(|(name, _)| name.as_str() != SCHEMA_NAME)
        {
            for (policy, reference) in parse_file(file, text)? {
                let id = reference.id.clone();
                if let Some(other) = file_of.insert(id.clone(), file) {
                    return Err(PolicyError::DuplicateId {
                        file: file.clone(),
                        policy: id,
                        other: other.to_owned(),
                    });
                }
                set.add(policy).map_err(|e| PolicyError::Parse {
                    file: file.clone(),
                    message: chain(&e),
                })?;
                refs.insert(id, reference);
            }
        }
        if refs.is_empty() {
            return Err(PolicyError::Empty);
        }
        validate(&parsed_schema, &set, &file_of)?;

        let hash = fingerprint(&sources);
        Ok(Self {
            schema: parsed_schema,
            policies: set,
            refs,
            sources,
            hash,
        })
    }

    /// SHA-256 of the bundle, in lower-case hex: the hash of the list that
    /// `sha256sum` prints for its files, sorted by name (schema included). So it can be checked
    /// without this program.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Every policy, sorted by id.
    pub fn policies(&self) -> impl Iterator<Item = &PolicyRef> {
        self.refs.values()
    }

    /// Every text with its file name, sorted by name, as it was handed in.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sources
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
    }
}

/// Checks the names, so that the list under the fingerprint reads in one way only.
fn sources_by_name(
    schema: &str,
    policies: Vec<(String, String)>,
) -> Result<BTreeMap<String, String>, PolicyError> {
    let mut sources = BTreeMap::from([(SCHEMA_NAME.to_owned(), schema.to_owned())]);
    for (name, text) in policies {
        let plain = !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b));
        if !plain || sources.contains_key(&name) {
            return Err(PolicyError::FileName { name });
        }
        sources.insert(name, text);
    }
    Ok(sources)
}

/// Parses one file and gives each policy the id that it names itself: Cedar would otherwise
/// report `policy0`, which means nothing in a journal.
fn parse_file(file: &str, text: &str) -> Result<Vec<(Policy, PolicyRef)>, PolicyError> {
    let parsed: PolicySet = text.parse().map_err(|e| PolicyError::Parse {
        file: file.to_owned(),
        message: chain(&e),
    })?;
    if parsed.templates().next().is_some() {
        return Err(PolicyError::Template {
            file: file.to_owned(),
        });
    }
    let mut named = Vec::new();
    for (index, policy) in parsed.policies().enumerate() {
        let reference = read_annotations(file, index + 1, policy)?;
        named.push((policy.new_id(PolicyId::new(&reference.id)), reference));
    }
    Ok(named)
}

fn read_annotations(file: &str, number: usize, policy: &Policy) -> Result<PolicyRef, PolicyError> {
    let text = |key: &str| {
        policy
            .annotation(key)
            .map(str::trim)
            .filter(|v| !v.is_empty())
    };
    let missing = |annotation: &'static str| PolicyError::Annotation {
        file: file.to_owned(),
        policy: text("id").unwrap_or("?").to_owned(),
        number,
        annotation,
    };
    let required = |key: &'static str| text(key).map(str::to_owned).ok_or_else(|| missing(key));

    let forbids = policy.effect() == Effect::Forbid;
    let outcome = match (forbids, text("outcome")) {
        (false, None) => Outcome::Allow,
        (true, Some("deny")) => Outcome::Deny,
        (true, Some("hold")) => Outcome::Hold,
        (true, Some("refuse")) => Outcome::Refuse,
        _ => return Err(missing("outcome")),
    };
    let cited = |key: &'static str| {
        if forbids {
            required(key).map(Some)
        } else {
            Ok(text(key).map(str::to_owned))
        }
    };
    Ok(PolicyRef {
        id: required("id")?,
        title_de: required("title_de")?,
        title_en: required("title_en")?,
        outcome,
        ground: cited("ground")?,
        law: cited("law")?,
    })
}

fn validate(
    schema: &Schema,
    set: &PolicySet,
    file_of: &BTreeMap<String, &str>,
) -> Result<(), PolicyError> {
    let result = Validator::new(schema.clone()).validate(set, ValidationMode::Strict);
    // Errors before warnings, which often only follow from them; sorted, so that the same bundle
    // always reports the same fault.
    let errors = result
        .validation_errors()
        .map(|e| (false, e.policy_id(), chain(e)));
    let warnings = result
        .validation_warnings()
        .map(|w| (true, w.policy_id(), chain(w)));
    let faults: BTreeSet<(bool, &PolicyId, String)> = errors.chain(warnings).collect();
    match faults.into_iter().next() {
        None => Ok(()),
        Some((_, id, message)) => {
            let policy = id.to_string();
            let file = file_of.get(&policy).copied().unwrap_or("?").to_owned();
            Err(PolicyError::Invalid {
                file,
                policy,
                message,
            })
        }
    }
}

fn fingerprint(sources: &BTreeMap<String, String>) -> String {
    let mut list = String::new();
    for (name, text) in sources {
        // Writing to a String cannot fail.
        let _ = writeln!(list, "{}  {name}", hex::encode(Sha256::digest(text)));
    }
    hex::encode(Sha256::digest(list))
}

/// The error with its causes, in one line: Cedar keeps the helpful half in the source.
fn chain(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !message.contains(&cause_text) {
            message.push_str(": ");
            message.push_str(&cause_text);
        }
        source = cause.source();
    }
    message
}
