//! What is said when something was not done.
//!
//! Always three things: what happened, what was kept, what can be done next.

use crate::words::Words;
use axum::http::StatusCode;
use office::OfficeError;

/// Why there is no page to show.
#[derive(Debug)]
pub(crate) enum Fault {
    /// No such page or thing, or none that this officer may know of.
    NotFound,
    /// The officer's roles do not open it.
    NotForYou,
    /// The office.
    Office(OfficeError),
    /// A page could not be written.
    Page(askama::Error),
}

impl From<OfficeError> for Fault {
    fn from(error: OfficeError) -> Self {
        match error {
            OfficeError::NoSuchCase(_) | OfficeError::NoSuch { .. } => Self::NotFound,
            OfficeError::Store(store::StoreError::NoSuchLog(_)) => Self::NotFound,
            error => Self::Office(error),
        }
    }
}

impl From<store::StoreError> for Fault {
    fn from(error: store::StoreError) -> Self {
        OfficeError::from(error).into()
    }
}

impl From<askama::Error> for Fault {
    fn from(error: askama::Error) -> Self {
        Self::Page(error)
    }
}

/// One reason of a refusal.
pub(crate) struct Reason {
    /// What it says.
    pub(crate) text: String,
    /// The language of the text, where it is not the page's.
    pub(crate) lang: Option<&'static str>,
    /// Ground and law of a policy.
    pub(crate) source: String,
    /// The input it is about.
    pub(crate) input: Option<String>,
}

/// A refusal as a page shows it.
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) title: String,
    pub(crate) reasons: Vec<Reason>,
    pub(crate) kept: String,
    pub(crate) next: String,
}

impl Refusal {
    /// What an error of the office says to the officer.
    pub(crate) fn of(words: Words, error: &OfficeError) -> Self {
        let code = error.code();
        let status = match error {
            OfficeError::Refused { .. } | OfficeError::NotAuthenticated => StatusCode::FORBIDDEN,
            OfficeError::NotNow(_) | OfficeError::Exists { .. } | OfficeError::Busy => {
                StatusCode::CONFLICT
            }
            OfficeError::NoSuchCase(_) | OfficeError::NoSuch { .. } => StatusCode::NOT_FOUND,
            OfficeError::ReadOnly(_) | OfficeError::Unconfirmed { .. } => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            OfficeError::Invalid { .. }
            | OfficeError::Draft(_)
            | OfficeError::FingerprintDiffers { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(%error, "console act failed");
        }
        Self {
            status,
            title: words.t(&format!("refusal-{code}-title")),
            reasons: reasons(words, error),
            kept: words.t(if code == "refused" {
                "refusal-kept-journalled"
            } else {
                "refusal-kept"
            }),
            next: words.t(&format!("refusal-{code}-next")),
        }
    }

    /// Something in a form that is missing or wrong; the form still holds all that was entered.
    pub(crate) fn of_form(words: Words, problems: Vec<(String, String)>) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            title: words.t("refusal-form-title"),
            reasons: problems
                .into_iter()
                .map(|(id, text)| Reason {
                    input: Some(id),
                    ..plain(text)
                })
                .collect(),
            kept: words.t("refusal-form-kept"),
            next: words.t("refusal-form-next"),
        }
    }
}

const fn plain(text: String) -> Reason {
    Reason {
        text,
        lang: None,
        source: String::new(),
        input: None,
    }
}

fn reasons(words: Words, error: &OfficeError) -> Vec<Reason> {
    match error {
        OfficeError::Refused { policies } if policies.is_empty() => {
            vec![plain(words.t("refusal-no-permit"))]
        }
        OfficeError::Refused { policies } => policies
            .iter()
            .map(|policy| Reason {
                text: policy.title(words.code()).to_owned(),
                lang: None,
                source: [
                    Some(policy.id.clone()),
                    policy.ground.clone(),
                    policy.law.as_deref().map(|law| words.label("law", law)),
                ]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" · "),
                input: None,
            })
            .collect(),
        OfficeError::NotNow(not_now) => {
            vec![plain(words.with(
                "refusal-not-now-state",
                "state",
                words.label("state", not_now.state),
            ))]
        }
        OfficeError::Invalid { field, problem } => vec![Reason {
            text: format!("{}: {problem}", words.label("field", field)),
            // The office speaks English; see the field's own hint for the rule in this language.
            lang: (words.code() != "en").then_some("en"),
            ..plain(String::new())
        }],
        OfficeError::Draft(problem) => vec![plain(words.t(match problem {
            records::answer::DraftError::GroundMissing => "draft-ground-missing",
            records::answer::DraftError::ConditionsMissing => "draft-conditions-missing",
            records::answer::DraftError::ItemsDiffer { .. } => "draft-items-differ",
            records::answer::DraftError::PurposeMissing => "draft-purpose-missing",
            records::answer::DraftError::InhumanTreatmentNotExcluded => "draft-inhuman-treatment",
            records::answer::DraftError::TextMissing(_) => "draft-text-missing",
            records::answer::DraftError::NotFull(_) => "draft-not-full",
            records::answer::DraftError::GroundGiven => "draft-ground-given",
        }))],
        _ => Vec::new(),
    }
}
