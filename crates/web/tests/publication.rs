//! The node's logs over HTTP, as somebody reads them who knows nothing but the format.
#![allow(clippy::unwrap_used)]

mod stage;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use journal::checkpoint::Checkpoint;
use journal::edge::Edge;
use journal::hash::leaf_hash;
use journal::note::Note;
use journal::resource::Resource;
use journal::tile::decode_bundle;
use stage::Stage;
use std::collections::BTreeSet;
use tower::ServiceExt;
use web::publication::{Publication, router};

async fn get(router: &Router, path: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, headers, bytes.to_vec())
}

fn published(stage: &Stage) -> Router {
    let logs = BTreeSet::from([office::OFFICE_LOG.to_owned()]);
    router(Publication::new(stage.de.office.reader().clone(), logs))
}

/// Promise: checkpoint, tiles and entries that are served belong together: the entries give the tiles
/// and the root that is signed. What is final may be kept for ever, the checkpoint may not.
#[tokio::test]
async fn a_reader_recomputes_the_log_from_what_is_served() {
    let router = published(&Stage::new());
    let (status, headers, checkpoint) = get(&router, "/log/office/checkpoint").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["cache-control"], "public, max-age=1");
    let note = Note::parse(std::str::from_utf8(&checkpoint).unwrap()).unwrap();
    let checkpoint = Checkpoint::parse(note.text()).unwrap();
    assert!(checkpoint.size > 0);

    let mut edge = Edge::new();
    let mut tiles = Vec::new();
    for resource in Resource::all(checkpoint.size).filter(Resource::is_final) {
        let (status, headers, bytes) = get(&router, &format!("/log/office/{resource}")).await;
        assert_eq!(status, StatusCode::OK, "{resource}");
        assert!(
            headers["cache-control"]
                .to_str()
                .unwrap()
                .contains("immutable")
        );
        assert!(!headers.contains_key("set-cookie"));
        match resource {
            Resource::Entries { .. } => {
                let leaves: Vec<_> = decode_bundle(&bytes)
                    .unwrap()
                    .iter()
                    .map(|entry| leaf_hash(entry))
                    .collect();
                for update in edge.append_all(&leaves) {
                    let expected: Vec<u8> = update.hashes.iter().flat_map(|hash| hash.0).collect();
                    let (_, found) = tiles.iter().find(|(id, _)| *id == update.id).unwrap();
                    assert_eq!(found, &expected);
                }
            }
            Resource::Tile { id, .. } => tiles.push((id, bytes)),
            Resource::Checkpoint => unreachable!(),
        }
    }
    assert_eq!(edge.size(), checkpoint.size);
    assert_eq!(edge.root(), checkpoint.root);
}

/// Promise: a log that the configuration does not name is not there, and nothing outside a log is.
#[tokio::test]
async fn nothing_else_is_served() {
    let router = published(&Stage::new());
    for path in [
        "/log/exchange-cn/checkpoint",
        "/log/office/tile/0/999",
        "/log/office/tile/entries/000.p/255",
        "/log/office/../office/checkpoint",
        "/log/office/checkpoint/",
        "/log/office/",
        "/log/",
        "/",
        "/requests",
    ] {
        let (status, headers, bytes) = get(&router, path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(bytes.is_empty());
        if let Some(caching) = headers.get("cache-control") {
            assert_eq!(caching, "no-store", "{path}");
        }
    }
}
