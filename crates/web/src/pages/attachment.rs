//! An attachment, as a file to keep.

use super::request::case_of;
use crate::desk::Desk;
use crate::fault::Fault;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// Hands out an attachment as a file to keep. The browser must neither show nor guess it: it came
/// from another house.
pub(crate) async fn show(desk: Desk, Path((thread, file)): Path<(String, String)>) -> Response {
    desk.serve(move |desk| {
        let case = case_of(desk, &thread)?;
        let of_answer = case.answer.iter().flat_map(|answer| &answer.attachments);
        let of_draft = case.draft.iter().flat_map(|draft| &draft.attachments);
        // Only what belongs to this case, whatever else lies in the store.
        let mut all = case.attachments.iter().chain(of_answer).chain(of_draft);
        let found = all
            .find(|attachment| hex::encode(attachment.sha256.0) == file)
            .ok_or(Fault::NotFound)?;
        let bytes = desk.reader().blob(&found.sha256)?.ok_or(Fault::NotFound)?;
        let name = crate::desk::percent_encode(&found.name);
        let headers = [
            (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
            (
                header::CONTENT_DISPOSITION,
                format!("attachment; filename*=UTF-8''{name}"),
            ),
        ];
        Ok((headers, bytes).into_response())
    })
    .await
}
