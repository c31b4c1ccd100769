//! Only our own pages may make the browser act.
//!
//! A browser says by itself from where a form was sent, and a page of another site cannot change
//! what it says (Fetch Metadata; the `Origin` header, RFC 6454). Together with cookies that are
//! `SameSite=Strict` this keeps forged requests out, without tokens in forms.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Refuses whatever would act and was not sent by a page of ours.
pub(crate) async fn same_origin_only(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads || sent_by_us(request.headers()) {
        next.run(request).await
    } else {
        (
            StatusCode::FORBIDDEN,
            "This was not sent by a page of this console. Nothing was done.\n",
        )
            .into_response()
    }
}

fn sent_by_us(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    // Browsers before Fetch Metadata.
    let host = text(header::HOST.as_str());
    let origin = text(header::ORIGIN.as_str()).and_then(|origin| origin.split_once("://"));
    matches!((origin, host), (Some((_, origin)), Some(host)) if origin == host)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    /// Promise: a form of another site, of a sister domain, or of unknown origin does nothing.
    #[test]
    fn only_our_own_forms_act() {
        assert!(sent_by_us(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(sent_by_us(&headers(&[
            ("origin", "http://127.0.0.1:8080"),
            ("host", "127.0.0.1:8080")
        ])));
        for forged in [
            headers(&[]),
            headers(&[("host", "console.example")]),
            headers(&[("sec-fetch-site", "cross-site")]),
            headers(&[("sec-fetch-site", "same-site")]),
            headers(&[("sec-fetch-site", "none")]),
            headers(&[("origin", "null"), ("host", "console.example")]),
            headers(&[
                ("origin", "https://evil.example"),
                ("host", "console.example"),
            ]),
            // What the browser says of the site counts, even where the origin looks right.
            headers(&[
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://c.example"),
                ("host", "c.example"),
            ]),
        ] {
            assert!(!sent_by_us(&forged), "{forged:?}");
        }
    }
}
