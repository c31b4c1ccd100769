//! An attachment, as a file to keep.

use super::request::case_of;
use crate::desk::Desk;
use crate::fault::Fault;
use axum::body::Body;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::io::Read;
use tokio::sync::mpsc;

/// How much of a file is in memory at a time, in bytes; a few of these wait for a slow reader.
const CHUNK: usize = 64 * 1024;
const CHUNKS_WAITING: usize = 4;

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
        let object = desk.reader().object(&found.sha256)?;
        let object = object.ok_or(Fault::NotFound)?;
        let name = crate::desk::percent_encode(&found.name);
        let headers = [
            (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
            (
                header::CONTENT_DISPOSITION,
                format!("attachment; filename*=UTF-8''{name}"),
            ),
            (header::CONTENT_LENGTH, found.size.to_string()),
        ];
        Ok((headers, streamed(object)).into_response())
    })
    .await
}

/// A file chunk by chunk, as large as it may be. Bytes that are not those of the file's hash end the
/// connection before its end, so that the browser keeps no damaged file as a whole one.
fn streamed(mut file: Box<dyn Read + Send>) -> Body {
    let (sender, mut receiver) = mpsc::channel(CHUNKS_WAITING);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut chunk = vec![0; CHUNK];
            let sent = match file.read(&mut chunk) {
                Ok(0) => return,
                Ok(read) => {
                    chunk.truncate(read);
                    sender.blocking_send(Ok(chunk))
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    tracing::error!(%error, "attachment cannot be read");
                    let _nobody_reads_on = sender.blocking_send(Err(error));
                    return;
                }
            };
            if sent.is_err() {
                return;
            }
        }
    });
    Body::from_stream(futures_util::stream::poll_fn(move |context| {
        receiver.poll_recv(context)
    }))
}
