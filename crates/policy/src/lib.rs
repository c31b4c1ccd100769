//! Who may do what, and what must be true before anything leaves the house.
//!
//! The rules are Cedar policies in the `policies/` folder: text that a lawyer reads and that
//! this crate runs, unchanged. A [`Bundle`] is a set of such texts that has been parsed and
//! checked against its schema. [`Bundle::decide`] takes the facts of one act ([`Request`]) and
//! says yes or no, with the policies that decided and the fingerprint of the bundle, so that the
//! office can journal the decision and anybody can work it out again.
//!
//! This crate never counts, compares dates or looks anything up: history arrives as facts. It
//! reads no file and no clock. It is the only crate that links Cedar, and no Cedar type appears
//! in its interface.
//!
//! Every safeguard is a `forbid`, never only a missing `permit`: a permit that somebody adds
//! later cannot open what a safeguard closes. Where evaluation fails, the answer is no.
//!
//! Start reading with [`request`] (the facts), then [`bundle`] (loading), then [`decision`].
//!
//! ```
//! use policy::{Action, Bundle, NodeFacts, OfficerFacts, Request, Resource, Role};
//!
//! let bundle = Bundle::embedded()?;
//! let request = Request {
//!     officer: OfficerFacts {
//!         name: "a.weber".into(),
//!         roles: [Role::Operator].into(),
//!         unit: "IT".into(),
//!         active: true,
//!     },
//!     action: Action::MoveExerciseClock,
//!     resource: Resource::Node(NodeFacts { exercise: false }),
//! };
//! let decision = bundle.decide(&request);
//! assert!(!decision.allowed);
//! assert_eq!(decision.reason_ids(), ["clock-exercise-only"]);
//! # Ok::<(), policy::PolicyError>(())
//! ```

pub mod bundle;
pub mod decision;
pub mod request;

pub use bundle::{Bundle, Outcome, PolicyError, PolicyRef};
pub use decision::Decision;
pub use request::{
    Action, CaseFacts, Guardian, InquiryFacts, NodeFacts, OfficerFacts, Request, Resource, Role,
    Screening,
};
