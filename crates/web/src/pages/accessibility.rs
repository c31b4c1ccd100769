//! What the console does for everybody's access, and what is not yet reached.

use crate::desk::{Visitor, html};
use crate::fault::Fault;
use crate::frame::Frame;
use crate::words::Words;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

#[derive(Template)]
#[template(path = "accessibility.html")]
struct Page {
    frame: Frame,
    w: Words,
}

/// Shows the statement, also to people who are not signed in.
pub(crate) async fn show(visitor: Visitor) -> Response {
    let w = visitor.words;
    let office = &visitor.console.office;
    let frame = visitor.actor().await.map_or_else(
        || Frame::outside(office, w, "/accessibility"),
        |a| Frame::inside(office, w, &a, "/accessibility"),
    );
    html(None, &Page { frame, w })
        .unwrap_or_else(|_: Fault| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}
