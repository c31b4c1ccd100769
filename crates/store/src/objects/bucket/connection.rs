//! How the S3 client reaches its server: over the store's one HTTP client.
//!
//! The client brings its own signatures, retries and multipart uploads, and lets the caller bring
//! the connection. So there is one TLS configuration for all that the store talks to, and one
//! HTTP client less to watch.

use async_trait::async_trait;
use http_body_util::BodyExt as _;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
};
use std::io::ErrorKind;

/// Longest answer that is taken: a block of an object, or a page of a listing, with room to spare.
const LONGEST_ANSWER: u64 = 64 * 1024 * 1024;

/// The blocking client, as the S3 client wants it.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    agent: ureq::Agent,
}

impl Connection {
    pub(super) fn new(agent: ureq::Agent) -> Self {
        Self { agent }
    }
}

impl HttpConnector for Connection {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait]
impl HttpService for Connection {
    /// Blocks its thread until the answer is there. That is as it should be: the thread belongs to
    /// the one caller who waits for this answer.
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let answer = if body.is_empty() && head.method != "PUT" && head.method != "POST" {
            self.agent.run(ureq::http::Request::from_parts(head, ()))
        } else {
            self.agent
                .run(ureq::http::Request::from_parts(head, body.as_ref()))
        };
        let (head, mut body) = answer.map_err(classified)?.into_parts();
        let body = body
            .with_config()
            .limit(LONGEST_ANSWER)
            .read_to_vec()
            .map_err(classified)?;
        Ok(HttpResponse::from_parts(head, body.into()))
    }
}

/// Says which errors may be tried again: those of the way, not those of the request.
fn classified(error: ureq::Error) -> HttpError {
    let kind = match &error {
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => HttpErrorKind::Connect,
        ureq::Error::Timeout(_) => HttpErrorKind::Timeout,
        ureq::Error::Io(e) if e.kind() == ErrorKind::ConnectionRefused => HttpErrorKind::Connect,
        ureq::Error::Io(e) if e.kind() == ErrorKind::TimedOut => HttpErrorKind::Timeout,
        ureq::Error::Io(_) | ureq::Error::Protocol(_) => HttpErrorKind::Interrupted,
        _ => HttpErrorKind::Unknown,
    };
    HttpError::new(kind, error)
}
