//! Talking to peers: courier, reception, receipts, reconciliation.
//!
//! What the office has queued is carried to the counterpart, and what the counterpart carries here
//! is handed to the office. Both go over one kind of connection: TLS 1.3 with hybrid post-quantum
//! key exchange, on which each side shows a key that the other's accepted key manifest pins.
//!
//! This crate must never decide about content, and never about what is authentic, next in order or
//! effective: that is the office's. It opens no sealed part and writes nothing itself.
//!
//! A message can be carried any number of times: the receiver answers a message that it knows with
//! the receipt that it gave before. So every failure has the same remedy, which is to try again
//! later, in order.
//!
//! Where to start reading: [`protocol`] for what the two sides say to each other; [`tls`] for how
//! they recognise each other; [`reception`] and [`courier`] for the two ends of a delivery;
//! [`mod@reconcile`] for comparing journals; [`witnessing`] for having our own cosigned; [`clockwork`]
//! for the tick of deadlines.

mod asking;
pub mod clockwork;
pub mod connection;
pub mod courier;
pub mod error;
pub mod patience;
pub mod protocol;
pub mod reception;
pub mod reconcile;
pub mod tls;
pub mod witnessing;

pub use connection::Connection;
pub use courier::Courier;
pub use error::ExchangeError;
pub use patience::Patience;
pub use reception::Reception;
pub use reconcile::{Reconciled, reconcile};
pub use tls::TlsIdentity;
pub use witnessing::Witnessing;
