//! The node's logs for everybody: checkpoints, tiles and entry bundles as static files over HTTP,
//! after C2SP `tlog-tiles`, so that monitors, auditors and caches of any make can read them.
//!
//! A log is published only where the configuration names it. Readers learn its size and the times of
//! its checkpoints, and of its entries nothing but salted commitments.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use journal::resource::Resource;
use office::Reader;
use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;

/// What is not there yet may be there soon.
const MISSING: &str = "no-store";

/// Which logs are published, and from where they are read.
pub struct Publication {
    reader: Reader,
    logs: BTreeSet<String>,
}

impl Publication {
    /// Publishes these logs of the node, each below `/log/NAME/`.
    #[must_use]
    pub const fn new(reader: Reader, logs: BTreeSet<String>) -> Self {
        Self { reader, logs }
    }
}

/// All addresses of the publication.
pub fn router(publication: Publication) -> Router {
    Router::new()
        .route("/log/{log}/{*path}", get(resource))
        .with_state(Arc::new(publication))
}

/// Serves the published logs until `shutdown` is over.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: tokio::net::TcpListener,
    publication: Publication,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(publication))
        .with_graceful_shutdown(shutdown)
        .await
}

async fn resource(
    State(publication): State<Arc<Publication>>,
    Path((log, path)): Path<(String, String)>,
) -> Response {
    let Some(resource) = Resource::parse(&path).filter(|_| publication.logs.contains(&log)) else {
        return missing();
    };
    let read = tokio::task::spawn_blocking(move || publication.reader.published(&log, resource));
    match read.await {
        Ok(Ok(Some(bytes))) => found(resource, bytes),
        Ok(Ok(None)) => missing(),
        Ok(Err(error)) => unreadable(&error),
        Err(error) => unreadable(&error),
    }
}

fn found(resource: Resource, bytes: Vec<u8>) -> Response {
    let headers = [
        (CONTENT_TYPE, resource.media_type()),
        (CACHE_CONTROL, resource.caching()),
        // A verifier that runs in a page of somebody else may read it: it is public, and no cookie is
        // ever sent or read here.
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
    ];
    (
        headers.map(|(name, value)| (name, HeaderValue::from_static(value))),
        bytes,
    )
        .into_response()
}

fn missing() -> Response {
    let caching = [(CACHE_CONTROL, HeaderValue::from_static(MISSING))];
    (StatusCode::NOT_FOUND, caching).into_response()
}

fn unreadable(error: &dyn std::error::Error) -> Response {
    tracing::error!(%error, "a published log cannot be read");
    let caching = [(CACHE_CONTROL, HeaderValue::from_static(MISSING))];
    (StatusCode::SERVICE_UNAVAILABLE, caching).into_response()
}
