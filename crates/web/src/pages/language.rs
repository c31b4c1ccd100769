//! Choosing the language.

use super::sign_in::own_address;
use crate::desk::{LANGUAGE_COOKIE, Visitor};
use axum::extract::Form;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use locales::Language;
use serde::Deserialize;

/// The form.
#[derive(Deserialize)]
pub(crate) struct Choice {
    language: String,
    #[serde(default)]
    back: String,
}

/// Remembers the language for a year.
pub(crate) async fn choose(visitor: Visitor, Form(choice): Form<Choice>) -> Response {
    let language = Language::preferred(&choice.language).unwrap_or(visitor.words.0);
    let https = if visitor.console.is_secure() {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!(
        "{LANGUAGE_COOKIE}={}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict{https}",
        language.code()
    );
    (
        [(header::SET_COOKIE, cookie)],
        Redirect::to(own_address(&choice.back)),
    )
        .into_response()
}
