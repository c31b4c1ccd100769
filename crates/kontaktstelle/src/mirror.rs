//! The published logs, copied into the bucket beside the attachments: for readers that the node need
//! not serve itself.

use office::Reader;
use std::sync::Arc;
use std::time::Duration;
use store::objects::{Bucket, ObjectError};
use tokio::time::{MissedTickBehavior, interval};

/// How often what is new is copied. Each copy of a growing log leaves a partial tile behind until the
/// tile is full.
const EVERY: Duration = Duration::from_secs(60);

/// Copies what is new until `shutdown` resolves. What fails is logged and tried again; what is cut off
/// is gone on with at the next start.
pub(crate) async fn run(
    reader: Reader,
    bucket: Bucket,
    logs: Vec<String>,
    shutdown: impl Future<Output = ()>,
) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let copying = Arc::new((reader, bucket, logs));
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => return,
            _ = ticks.tick() => {}
        }
        let copying = copying.clone();
        let copied = tokio::task::spawn_blocking(move || {
            let (reader, bucket, logs) = copying.as_ref();
            logs.iter().for_each(|log| copy(reader, bucket, log));
        });
        // The first copy of a long log takes a while; the node does not wait for it to end.
        tokio::select! {
            () = &mut shutdown => return,
            done = copied => if let Err(error) = done {
                tracing::error!(%error, "the copying of published logs was interrupted");
                return;
            }
        }
    }
}

fn copy(reader: &Reader, bucket: &Bucket, log: &str) {
    match publish(reader, bucket, log) {
        Ok(0) => {}
        Ok(files) => tracing::info!(log, files, "log.published"),
        Err(error) => {
            let cause = error.source().map(ToString::to_string);
            tracing::error!(log, %error, cause, "log.published");
        }
    }
}

fn publish(
    reader: &Reader,
    bucket: &Bucket,
    log: &str,
) -> Result<usize, Box<dyn std::error::Error + Send + Sync>> {
    let head = reader.head(log)?;
    let written: Result<usize, ObjectError> = bucket.publish(&head, |resource| {
        let bytes = reader.published(log, resource)?;
        bytes.ok_or_else(|| {
            Box::<dyn std::error::Error + Send + Sync>::from("the log does not have it")
        })
    });
    Ok(written?)
}
