//! The pages, one noun a file. Each has its template of the same name under `templates/`.

mod accessibility;
mod answer;
mod attachment;
mod case_view;
mod delivery;
mod entry;
mod finding_view;
mod grade_view;
mod inquiries;
mod journal;
mod language;
mod peers;
mod record;
mod records;
mod release;
mod request;
mod request_entered;
mod request_new;
mod requests;
mod review;
mod sign_in;
mod situation;
mod upload;
mod withdraw;
mod wording;

use crate::console::Console;
use crate::desk::Desk;
use crate::fault::Fault;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use axum::routing::{get, post};

/// The addresses of the pages.
pub(crate) fn routes() -> Router<Console> {
    Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::enter))
        .route("/sign-out", post(sign_in::leave))
        .route("/language", post(language::choose))
        .route("/accessibility", get(accessibility::show))
        .route("/", get(situation::show))
        .route("/requests", get(requests::show))
        .merge(with_files())
        .route("/requests/{thread}", get(request::show))
        .route(
            "/requests/{thread}/attachments/{file}",
            get(attachment::show),
        )
        .route("/requests/{thread}/submit", post(request::submit))
        .route(
            "/requests/{thread}/review",
            get(review::show).post(review::decide),
        )
        .route(
            "/requests/{thread}/release",
            get(release::show).post(release::release),
        )
        .route(
            "/requests/{thread}/withdraw",
            get(withdraw::show).post(withdraw::withdraw),
        )
        .route("/journal", get(journal::show))
        .route("/journal/{log}", get(journal::log))
        .route("/journal/{log}/checkpoint", get(entry::checkpoint))
        .route("/journal/{log}/{index}", get(entry::show))
        .route("/journal/{log}/{index}/proof", get(entry::proof))
        .route("/records", get(records::show))
        .route("/records/{id}", get(record::show))
        .route("/inquiries", get(inquiries::show))
        .route(
            "/inquiries/{*reference}",
            get(inquiries::inquiry).post(inquiries::release),
        )
        .route("/peers", get(peers::show))
        .route("/peers/{party}/ping", post(peers::ping))
}

/// Forms that take files have a limit of their own.
fn with_files() -> Router<Console> {
    Router::new()
        .route(
            "/requests/new",
            get(request_new::show).post(request_new::draft),
        )
        .route(
            "/requests/{thread}/answer",
            get(answer::show).post(answer::draft),
        )
        .layer(DefaultBodyLimit::max(upload::MAX_UPLOAD))
}

/// What stands at no address.
pub(crate) async fn not_found(desk: Desk) -> Response {
    desk.serve(|_| Err(Fault::NotFound)).await
}
