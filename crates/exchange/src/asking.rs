//! Asking the office, whose calls block, from asynchronous code.

use crate::error::ExchangeError;
use office::Office;
use std::sync::Arc;

/// Runs `work` on the pool for blocking calls.
///
/// # Errors
/// [`ExchangeError::Interrupted`] if the work panicked or the node is ending.
pub(crate) async fn ask<T: Send + 'static>(
    office: &Arc<Office>,
    work: impl FnOnce(&Office) -> T + Send + 'static,
) -> Result<T, ExchangeError> {
    let office = Arc::clone(office);
    tokio::task::spawn_blocking(move || work(&office))
        .await
        .map_err(ExchangeError::Interrupted)
}
