//! What the pages work on, and the way from addresses to pages.

use crate::session::Sessions;
use crate::throttle::Throttle;
use crate::{assets, headers, origin, pages};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use office::{Clock, Office};
use records::Timestamp;
use std::future::Future;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Largest form without files, in bytes: every free text of a request at its own limit fits.
const MAX_FORM: usize = 2 * 1024 * 1024;

/// How many passwords are checked at the same time: each check takes memory on purpose (Argon2id).
const PASSWORDS_AT_ONCE: usize = 4;

/// What the pages work on.
#[derive(Clone)]
pub struct Console {
    pub(crate) office: Arc<Office>,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) passwords: Arc<Semaphore>,
    clock: Arc<dyn Clock>,
    secure: bool,
}

impl Console {
    /// A console for this office.
    ///
    /// `clock` times sessions. It must be the machine's own: the office's clock may be moved in an
    /// exercise, which must not sign anybody out or keep anybody in. `secure_cookies` is for HTTPS;
    /// without it the console is for a loopback address only.
    #[must_use]
    pub fn new(office: Arc<Office>, clock: Arc<dyn Clock>, secure_cookies: bool) -> Self {
        Self {
            office,
            sessions: Arc::new(Sessions::default()),
            throttle: Arc::new(Throttle::default()),
            passwords: Arc::new(Semaphore::new(PASSWORDS_AT_ONCE)),
            clock,
            secure: secure_cookies,
        }
    }

    /// Now, by the clock of sessions.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether cookies are for HTTPS only.
    pub(crate) const fn is_secure(&self) -> bool {
        self.secure
    }
}

/// All addresses of the console.
pub fn router(console: Console) -> Router {
    Router::new()
        .merge(pages::routes())
        .merge(assets::routes())
        .fallback(pages::not_found)
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(from_fn(origin::same_origin_only))
        .layer(from_fn_with_state(console.clone(), headers::strict))
        .with_state(console)
}

/// Serves the console until `shutdown` is over; requests under way are finished.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: tokio::net::TcpListener,
    console: Console,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(console))
        .with_graceful_shutdown(shutdown)
        .await
}
