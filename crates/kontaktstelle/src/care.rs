//! What a node does for itself, whether or not anybody asks: publishing its keys, anchoring its
//! journal, destroying what is due, recomputing everything once a day.

use crate::edges::SystemClock;
use office::{Clock as _, Office, OfficeError, Standing};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::{MissedTickBehavior, interval};

/// How often the node looks whether something is to be done.
const LOOK: Duration = Duration::from_secs(1);

/// How often it recomputes everything, counted from its start.
const CHECK: Duration = Duration::from_secs(24 * 3600);

/// How often it looks for content whose time is over.
const DESTROY: Duration = Duration::from_secs(3600);

/// Cases that are destroyed in one go, so that nobody has to wait for the writer.
const DESTROYED_AT_ONCE: u32 = 100;

/// Cares for the node until `shutdown` resolves. What fails is logged and tried again: each act looks
/// at what is there, not at when it was last done.
pub(crate) async fn run(office: Arc<Office>, shutdown: impl Future<Output = ()>) {
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut done = Done {
        published: false,
        checked: Instant::now(),
        destroyed: None,
    };
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => return,
            _ = ticks.tick() => {}
        }
        let office = office.clone();
        match tokio::task::spawn_blocking(move || care(&office, done)).await {
            Ok(now) => done = now,
            Err(error) => {
                tracing::error!(%error, "the node's care was interrupted");
                return;
            }
        }
    }
}

/// What was done since the start.
#[derive(Debug, Clone, Copy)]
struct Done {
    published: bool,
    checked: Instant,
    destroyed: Option<Instant>,
}

fn care(office: &Office, mut done: Done) -> Done {
    // A node that may not write has nothing to write down.
    if office.standing() != Standing::Signing {
        return done;
    }
    if !done.published {
        let published = office.publish_keys(&office.keyring().manifest);
        done.published = tell("keys.published", published.map(usize::from));
    }
    tell("journal.watched", office.watch());
    if done.destroyed.is_none_or(|at| at.elapsed() >= DESTROY) {
        done.destroyed = Some(Instant::now());
        let destroyed = office.destroy_expired(office.now(), DESTROYED_AT_ONCE);
        tell("content.destroyed", destroyed);
    }
    if done.checked.elapsed() >= CHECK {
        done.checked = Instant::now();
        let checked = office.self_check(&mut |_, _| {});
        // Over a damaged database nothing tells what is named.
        if tell("self-check.passed", checked.map(|_| 1)) {
            tell("objects.swept", office.sweep_objects(SystemClock.now()));
        }
    }
    done
}

/// Logs what an act came to; whether it succeeded.
fn tell(act: &'static str, result: Result<usize, OfficeError>) -> bool {
    match result {
        Ok(0) => true,
        Ok(count) => {
            tracing::info!(count, act, "care");
            true
        }
        // The next look tries again.
        Err(OfficeError::Busy) => false,
        Err(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(act, %error, cause, "care");
            false
        }
    }
}
