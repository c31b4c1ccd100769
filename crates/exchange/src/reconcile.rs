//! Comparing journals: what the peer's exchange log with us shows.

use crate::asking::ask;
use crate::connection::Connection;
use crate::error::{ExchangeError, not_proven};
use crate::patience::Patience;
use crate::tls::TlsIdentity;
use journal::extract::Extract;
use office::{Office, OfficeError, exchange_log};
use records::PartyId;
use std::sync::Arc;

/// How many entries the two exchange logs have. Both also hold their side's receipts, so the
/// numbers need not be equal; which message stands in both is for oversight to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reconciled {
    /// Entries in our log with the peer, before its log was fetched.
    pub ours: u64,
    /// Entries in the peer's log with us, as it proved them.
    pub theirs: u64,
    /// Messages that the peer has lost, and that are queued again.
    pub again: usize,
}

/// Fetches the peer's exchange log with us and has the office check and file it. What it shows the
/// peer to have lost is queued again.
///
/// # Errors
/// [`ExchangeError::NotProven`] if the extract does not hold, and as [`Connection::fetch_extract`].
pub async fn reconcile(
    office: &Arc<Office>,
    identity: &TlsIdentity,
    peer: &PartyId,
) -> Result<Reconciled, ExchangeError> {
    let mut connection = Connection::open(office, identity, peer, Patience::default()).await?;
    reconcile_over(&mut connection, office, peer).await
}

/// The same over a connection that is open.
pub(crate) async fn reconcile_over(
    connection: &mut Connection,
    office: &Arc<Office>,
    peer: &PartyId,
) -> Result<Reconciled, ExchangeError> {
    let party = peer.clone();
    let (ours, mut filed) = ask(office, move |office| {
        let reader = office.reader();
        let ours = reader.head(&exchange_log(&party))?.size;
        Ok::<_, OfficeError>((ours, reader.peer_log_size(&party)?))
    })
    .await??;
    loop {
        let json = connection.fetch_extract(filed).await?;
        let party = peer.clone();
        let progress = ask(office, move |office| {
            let extract: Extract =
                serde_json::from_slice(&json).map_err(|e| ExchangeError::Unreadable {
                    what: "extract",
                    source: e.into(),
                })?;
            office
                .file_peer_extract(&party, extract)
                .map_err(not_proven("extract"))
        })
        .await??;
        filed = progress.filed;
        if progress.is_complete() {
            break;
        }
    }
    let party = peer.clone();
    let again = ask(office, move |office| office.send_again(&party, ours)).await??;
    tracing::info!(%peer, ours, theirs = filed, again, "peer.reconciled");
    Ok(Reconciled {
        ours,
        theirs: filed,
        again,
    })
}
