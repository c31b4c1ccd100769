//! How two nodes recognise each other: TLS 1.3, hybrid post-quantum, both sides pinned.
//!
//! No certificate authority takes part. A certificate is only the envelope of a key, and a key
//! counts if the key manifest of an accepted peer names its hash. Names, issuers and dates in a
//! certificate are not looked at; how long a key counts is said by the manifest.

mod handshake;
mod identity;
mod pins;

pub use handshake::{PinVerifier, client_config, group_of, key_exchange, no_name, server_config};
pub use identity::TlsIdentity;
pub use pins::{Pins, spki_sha256};
