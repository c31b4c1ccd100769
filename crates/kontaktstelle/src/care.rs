//! What a node does for itself, whether or not anybody asks: publishing its keys, anchoring its
//! journal, destroying what is due, recomputing everything once a day.

use crate::edges::SystemClock;
use office::{Clock as _, Office, OfficeError, ReadOnly, Standing};
use seal::key_manifest::SignedKeyManifest;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::{MissedTickBehavior, interval};

/// How often the node looks whether something is to be done.
const LOOK: Duration = Duration::from_secs(1);

/// How often it looks whether every log has its keys: peers are accepted while it runs.
const PUBLISH: Duration = Duration::from_secs(10);

/// How often it recomputes everything, counted from its start.
const CHECK: Duration = Duration::from_secs(24 * 3600);

/// How often a node that was found damaged looks whether it is whole again; the first time at once.
const CHECK_AGAIN: Duration = Duration::from_secs(3600);

/// How often it looks for content whose time is over.
const DESTROY: Duration = Duration::from_secs(3600);

/// Cases that are destroyed in one go, so that nobody has to wait for the writer.
const DESTROYED_AT_ONCE: u32 = 100;

/// Cares for the node until `shutdown` resolves. `earlier` are the manifests of its keys before the
/// one in force. What fails is logged and tried again: each act looks at what is there, not at when it
/// was last done.
pub(crate) async fn run(
    office: Arc<Office>,
    earlier: Vec<SignedKeyManifest>,
    shutdown: impl Future<Output = ()>,
) {
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let earlier: Arc<[SignedKeyManifest]> = earlier.into();
    let mut done = Done::default();
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => return,
            _ = ticks.tick() => {}
        }
        let (office, earlier) = (office.clone(), earlier.clone());
        match tokio::task::spawn_blocking(move || care(&office, &earlier, done)).await {
            Ok(now) => done = now,
            Err(error) => {
                tracing::error!(%error, "the node's care was interrupted");
                return;
            }
        }
    }
}

/// When acts were last begun since the start.
#[derive(Debug, Clone, Copy, Default)]
struct Done {
    published: Option<Instant>,
    checked: Option<Instant>,
    destroyed: Option<Instant>,
}

/// Whether an act is to be done (again); then it counts as begun now.
fn is_due(last: &mut Option<Instant>, every: Duration) -> bool {
    let due = last.is_none_or(|at| at.elapsed() >= every);
    if due {
        *last = Some(Instant::now());
    }
    due
}

fn care(office: &Office, earlier: &[SignedKeyManifest], mut done: Done) -> Done {
    match office.standing() {
        Standing::Signing => {}
        // What was repaired is found whole again by the same check, and by nothing else.
        Standing::ReadOnly(ReadOnly::Damaged { .. }) => {
            if is_due(&mut done.checked, CHECK_AGAIN) {
                check(office);
            }
            return done;
        }
        // A node that may not write has nothing to write down.
        Standing::Unconfirmed { .. } | Standing::ReadOnly(ReadOnly::SetBack { .. }) => return done,
    }
    if is_due(&mut done.published, PUBLISH) {
        let published = office.publish_keys(earlier, &office.keyring().manifest);
        tell("keys.published", published);
    }
    tell("journal.watched", office.watch());
    if is_due(&mut done.destroyed, DESTROY) {
        let destroyed = office.destroy_expired(office.now(), DESTROYED_AT_ONCE);
        tell("content.destroyed", destroyed);
    }
    done.checked.get_or_insert_with(Instant::now);
    if is_due(&mut done.checked, CHECK) {
        // Over a damaged database nothing tells what is named.
        if check(office) {
            tell("objects.swept", office.sweep_objects(SystemClock.now()));
        }
    }
    done
}

/// Whether everything was found whole.
fn check(office: &Office) -> bool {
    let checked = office.self_check(&mut |_, _| {});
    let is_whole = checked.is_ok();
    tell("self-check.passed", checked.map(|_| 1));
    is_whole
}

/// Logs what an act came to.
fn tell(act: &'static str, result: Result<usize, OfficeError>) {
    match result {
        // The next look tries again.
        Ok(0) | Err(OfficeError::Busy) => {}
        Ok(count) => tracing::info!(count, act, "care"),
        Err(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(act, %error, cause, "care");
        }
    }
}
