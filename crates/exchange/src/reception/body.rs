//! Reading a message that a peer hands in, within bounds of size and time.

use crate::patience::Patience;
use crate::protocol::RefusalCode;
use axum::body::Body;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use tokio::time::timeout;

/// The bytes of a body of at most `limit` bytes.
///
/// # Errors
/// [`RefusalCode::TooLarge`], before anything is read where the length is announced;
/// [`RefusalCode::TooSlow`] if the sender stalls or drips; [`RefusalCode::Unknown`] if it breaks off.
pub(super) async fn read(
    body: Body,
    limit: usize,
    patience: Patience,
) -> Result<Vec<u8>, RefusalCode> {
    let limit_u64 = u64::try_from(limit).unwrap_or(u64::MAX);
    if body.size_hint().lower() > limit_u64 {
        return Err(RefusalCode::TooLarge);
    }
    timeout(
        patience.transfer(limit_u64),
        read_pieces(body, limit, patience),
    )
    .await
    .map_err(|_| RefusalCode::TooSlow)?
}

async fn read_pieces(
    mut body: Body,
    limit: usize,
    patience: Patience,
) -> Result<Vec<u8>, RefusalCode> {
    let mut bytes = Vec::new();
    while let Some(frame) = timeout(patience.stall, body.frame())
        .await
        .map_err(|_| RefusalCode::TooSlow)?
    {
        let frame = frame.map_err(|_| RefusalCode::Unknown)?;
        // Trailers say nothing here.
        let Ok(piece) = frame.into_data() else {
            continue;
        };
        if bytes.len().saturating_add(piece.len()) > limit {
            return Err(RefusalCode::TooLarge);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}
