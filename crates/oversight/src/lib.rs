//! Inquiries, findings, answers, statistics, and proofs of figures.
//!
//! A parliament asks; an office answers from its journal, in a way that anybody can recompute. The
//! path of an inquiry is a straight line:
//!
//! 1. [`inquiry`] reads the paper and splits it into demands.
//! 2. [`binding`] says which demand is answered by which finding, or that a person has to.
//! 3. [`evidence`] takes from the journals what answers may rest on, with proofs.
//! 4. [`finding`] looks into that evidence, and into nothing else, and says what it shows;
//!    [`statistics`] does the counting.
//! 5. [`answer`] composes the document, with the evidence inside.
//! 6. [`verify`](mod@verify) takes the document, without node, database or network, checks the
//!    proofs, runs every finding again and compares value by value.
//!
//! Findings are pure: the same evidence gives the same words. That is what makes step 6 possible.
//!
//! What this crate must never do: write records; read a clock; turn an assessment or a plan that
//! nobody recorded into a sentence; take an empty search for a proof that there was nothing; or mix
//! exercises with what really happened.

pub mod answer;
pub mod binding;
pub mod error;
pub mod evidence;
pub mod finding;
pub mod html;
pub mod inquiry;
pub mod statistics;
pub mod verify;

pub use answer::Answer;
pub use error::OversightError;
pub use evidence::Evidence;
pub use finding::Finding;
