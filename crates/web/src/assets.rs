//! Styles and fonts, inside the program and named by their content.
//!
//! The address of an asset holds its hash, so browsers keep it for good and a new version of the
//! program is never shown with old styles. Origins and licences: `assets/NOTICE.md`.

use crate::console::Console;
use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use journal::hash::sha256;
use std::sync::LazyLock;

struct Asset {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

const CSS: &str = "text/css; charset=utf-8";
const WOFF2: &str = "font/woff2";

const ASSETS: [Asset; 5] = [
    Asset {
        name: "kern.css",
        media_type: CSS,
        bytes: include_bytes!("../assets/kern.min.css"),
    },
    Asset {
        name: "console.css",
        media_type: CSS,
        bytes: include_bytes!("../assets/console.css"),
    },
    Asset {
        name: "regular.woff2",
        media_type: WOFF2,
        bytes: include_bytes!("../assets/fira-sans-regular.woff2"),
    },
    Asset {
        name: "semibold.woff2",
        media_type: WOFF2,
        bytes: include_bytes!("../assets/fira-sans-semibold.woff2"),
    },
    Asset {
        name: "mark.svg",
        media_type: "image/svg+xml",
        bytes: include_bytes!("../assets/mark.svg"),
    },
];

/// One hash over all assets: they refer to each other, so they change together.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let all: Vec<u8> = ASSETS
        .iter()
        .flat_map(|asset| sha256(asset.bytes).0)
        .collect();
    hex::encode(sha256(&all).0).chars().take(16).collect()
});

/// The address of an asset.
pub(crate) fn address(name: &str) -> String {
    format!("/assets/{}/{name}", *VERSION)
}

pub(crate) fn routes() -> Router<Console> {
    Router::new().route("/assets/{version}/{name}", get(asset))
}

async fn asset(Path((version, name)): Path<(String, String)>) -> Response {
    let known = ASSETS
        .iter()
        .find(|asset| asset.name == name && version == *VERSION);
    known.map_or_else(
        || StatusCode::NOT_FOUND.into_response(),
        |asset| {
            let headers = [
                (header::CONTENT_TYPE, asset.media_type),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ];
            (headers, asset.bytes).into_response()
        },
    )
}
