//! A visitor of the console without a browser: sends requests, keeps cookies.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use tower::ServiceExt;
use web::{Console, router};

/// What came back.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Reply {
    pub fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// Somebody with a browser.
pub struct Client {
    pub router: Router,
    pub cookie: String,
    pub language: &'static str,
}

impl Client {
    pub fn new(console: Console) -> Self {
        Self {
            router: router(console),
            cookie: String::new(),
            language: "de",
        }
    }

    /// The same console, signed in.
    pub async fn signed_in(console: Console, name: &str) -> Self {
        let mut client = Self::new(console);
        let reply = client.sign_in(name, super::support::PASSWORD).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.text());
        client
    }

    pub async fn sign_in(&mut self, name: &str, password: &str) -> Reply {
        let reply = self
            .post("/sign-in", &[("name", name), ("password", password)])
            .await;
        if let Some(cookie) = reply
            .header("set-cookie")
            .split(';')
            .next()
            .filter(|cookie| !cookie.is_empty())
        {
            self.cookie = cookie.to_owned();
        }
        reply
    }

    pub async fn get(&self, address: &str) -> Reply {
        self.send(self.request("GET", address).body(Body::empty()).unwrap())
            .await
    }

    /// Sends a form as a page of the console would.
    pub async fn post(&self, address: &str, fields: &[(&str, &str)]) -> Reply {
        self.send(self.own_form(address, fields, "same-origin"))
            .await
    }

    /// Sends a form as a page of another site would.
    pub async fn post_from_elsewhere(&self, address: &str, fields: &[(&str, &str)]) -> Reply {
        self.send(self.own_form(address, fields, "cross-site"))
            .await
    }

    fn own_form(&self, address: &str, fields: &[(&str, &str)], site: &str) -> Request<Body> {
        let encoded: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", percent(value)))
            .collect();
        self.request("POST", address)
            .header("sec-fetch-site", site)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(encoded.join("&")))
            .unwrap()
    }

    /// Sends a form with files (RFC 7578).
    pub async fn post_files(
        &self,
        address: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Reply {
        const EDGE: &str = "edge-of-a-part";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!(
                    "--{EDGE}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                )
                .bytes(),
            );
        }
        for (name, bytes) in files {
            let head = format!(
                "content-disposition: form-data; name=\"files\"; filename=\"{name}\"\r\ncontent-type: text/plain"
            );
            body.extend(format!("--{EDGE}\r\n{head}\r\n\r\n").bytes());
            body.extend_from_slice(bytes);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{EDGE}--\r\n").bytes());
        let request = self
            .request("POST", address)
            .header("sec-fetch-site", "same-origin")
            .header(
                header::CONTENT_TYPE,
                format!("multipart/form-data; boundary={EDGE}"),
            )
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    fn request(&self, method: &str, address: &str) -> axum::http::request::Builder {
        let cookie = [self.cookie.as_str(), &format!("language={}", self.language)].join("; ");
        Request::builder()
            .method(method)
            .uri(address)
            .header(header::COOKIE, cookie)
    }

    async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Reply {
            status: parts.status,
            headers: parts.headers,
            bytes,
        }
    }
}

pub fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
