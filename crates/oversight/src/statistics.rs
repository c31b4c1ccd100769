//! Figures: counted from complete exchange logs, twice where both sides' logs are at hand.
//!
//! A log that is shown completely proves what no list can: that there was nothing else. So the zero
//! of a complete log is as good as any other figure. Exercises are a scope of their own and never
//! enter a real figure. The list of figures is `domain.md` C.9 in so far as logs hold it.

mod discrepancy;
mod ledger;
mod tally;

pub use discrepancy::{Discrepancies, FigureDiffers, LogPosition, MessageDiffers, OneSided};
pub use ledger::{Ledger, LedgerError, Message};
pub use tally::{Cell, Measure, Scope, Tally};
