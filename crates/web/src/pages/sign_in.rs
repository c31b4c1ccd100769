//! Signing in and out.

use crate::console::Console;
use crate::desk::{Visitor, html, session_cookie};
use crate::fault::{Fault, Refusal};
use crate::frame::Frame;
use crate::words::Words;
use askama::Template;
use axum::extract::{Form, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page {
    frame: Frame,
    w: Words,
    name: String,
    next: String,
}

/// Where to go after signing in.
#[derive(Deserialize, Default)]
pub(crate) struct Next {
    #[serde(default)]
    next: String,
}

/// The form.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// Only addresses of this console: no other host, also not by tricks such as `//host` or `/\host`.
pub(crate) fn own_address(address: &str) -> &str {
    let mut chars = address.chars();
    let plain = chars.next() == Some('/') && !matches!(chars.next(), Some('/' | '\\'));
    if plain && !address.chars().any(char::is_control) {
        address
    } else {
        "/"
    }
}

fn page(visitor: &Visitor, name: String, next: &str, refusal: Option<Refusal>) -> Response {
    let w = visitor.words;
    let mut frame = Frame::outside(&visitor.console.office, visitor.words, "/sign-in");
    frame.refusal = refusal;
    let page = Page {
        frame,
        w,
        name,
        next: own_address(next).to_owned(),
    };
    html(page.frame.refusal.as_ref(), &page)
        .unwrap_or_else(|_: Fault| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// Shows the form.
pub(crate) async fn show(visitor: Visitor, Query(query): Query<Next>) -> Response {
    if visitor.actor().await.is_some() {
        return Redirect::to(own_address(&query.next)).into_response();
    }
    page(&visitor, String::new(), &query.next, None)
}

/// Signs an officer in.
pub(crate) async fn enter(visitor: Visitor, Form(form): Form<Credentials>) -> Response {
    let w = visitor.words;
    let now = visitor.console.now();
    if let Some(seconds) = visitor.console.throttle.locked_for(&form.name, now) {
        let refusal = Refusal {
            status: StatusCode::TOO_MANY_REQUESTS,
            title: w.t("refusal-locked-title"),
            reasons: Vec::new(),
            kept: w.t("refusal-sign-in-kept"),
            next: w.count(
                "refusal-locked-next",
                usize::try_from(seconds.div_ceil(60)).unwrap_or(usize::MAX),
            ),
        };
        return page(&visitor, form.name, &form.next, Some(refusal));
    }
    match check(&visitor.console, &form).await {
        Ok(token) => {
            visitor.console.throttle.succeeded(&form.name);
            let cookie = set_session(visitor.console.is_secure(), &token, None);
            (
                [(header::SET_COOKIE, cookie)],
                Redirect::to(own_address(&form.next)),
            )
                .into_response()
        }
        Err(Some(error)) => {
            if matches!(error, office::OfficeError::NotAuthenticated) {
                visitor.console.throttle.failed(&form.name, now);
            }
            let refusal = Refusal {
                kept: w.t("refusal-sign-in-kept"),
                ..Refusal::of(w, &error)
            };
            page(&visitor, form.name, &form.next, Some(refusal))
        }
        Err(None) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Checks the password and begins a session. The inner none stands for a fault of the machine.
async fn check(
    console: &Console,
    form: &Credentials,
) -> Result<String, Option<office::OfficeError>> {
    let _permit = console.passwords.acquire().await.map_err(|_| None)?;
    let (office, name, password) = (
        console.office.clone(),
        form.name.clone(),
        form.password.clone(),
    );
    let actor = tokio::task::spawn_blocking(move || office.sign_in(&name, &password))
        .await
        .map_err(|_| None)??;
    tracing::info!(actor = actor.name(), "signed in");
    console
        .sessions
        .begin(actor, console.now())
        .map_err(|_| None)
}

/// Signs the officer out.
pub(crate) async fn leave(visitor: Visitor) -> Response {
    if let Some(token) = &visitor.token {
        visitor.console.sessions.end(token);
    }
    let cookie = set_session(visitor.console.is_secure(), "", Some(0));
    ([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response()
}

fn set_session(secure: bool, token: &str, max_age: Option<u32>) -> String {
    let name = session_cookie(secure);
    let age = max_age
        .map(|seconds| format!("; Max-Age={seconds}"))
        .unwrap_or_default();
    let https = if secure { "; Secure" } else { "" };
    format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict{https}{age}")
}

#[cfg(test)]
mod tests {
    use super::own_address;

    /// Promise: signing in never leads to another site.
    #[test]
    fn the_way_on_stays_in_the_house() {
        assert_eq!(own_address("/requests?page=2"), "/requests?page=2");
        for other in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/a\r\nb",
        ] {
            assert_eq!(own_address(other), "/", "{other:?}");
        }
    }
}
