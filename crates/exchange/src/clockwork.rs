//! The tick of the clock: deadlines pass whether or not anybody writes.

use crate::asking::ask;
use office::Office;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// Lets the office look at its deadlines every `period`, at once and until `shutdown` resolves.
///
/// A tick that fails is logged and the next one tries again: nothing is lost, because the office
/// compares each deadline with the time and not with the last tick.
pub async fn run_ticks(office: Arc<Office>, period: Duration, shutdown: impl Future<Output = ()>) {
    let mut ticks = interval(period);
    // A machine that slept owes one look at the clock, not one for every tick it missed.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => return,
            _ = ticks.tick() => {}
        }
        match ask(&office, Office::tick).await {
            Ok(Ok(0)) => {}
            Ok(Ok(changed)) => tracing::info!(changed, "clock.passed"),
            Ok(Err(error)) => tracing::error!(%error, "the clock could not be written down"),
            Err(error) => tracing::error!(%error, "the clock was interrupted"),
        }
    }
}
