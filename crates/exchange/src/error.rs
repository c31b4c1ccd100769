//! Why something did not pass between two nodes.

use crate::protocol::Refusal;
use office::OfficeError;
use records::PartyId;
use std::error::Error;

/// Why a certificate cannot be used, or a peer was not reached or did not do as it should.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// The certificate cannot be made.
    #[error("cannot make a certificate for {node:?}")]
    Certificate {
        /// The node's name.
        node: String,
        /// Why.
        #[source]
        source: rcgen::Error,
    },
    /// A PEM file does not hold what it should.
    #[error("no TLS {what} in the PEM text")]
    Pem {
        /// What was looked for.
        what: &'static str,
        /// Why.
        #[source]
        source: rustls::pki_types::pem::Error,
    },
    /// Certificate and key cannot be used or do not belong together.
    #[error("the TLS certificate and key cannot be used")]
    Tls(#[source] rustls::Error),
    /// No keys of this party were accepted.
    #[error("{0} is not an accepted peer")]
    NoSuchPeer(PartyId),
    /// Nobody answers at the peer's address.
    #[error("cannot reach {address}")]
    NotReached {
        /// The address in the peer's key manifest.
        address: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Whoever answers does not prove to be the peer, or does not speak our TLS.
    #[error("no TLS connection with {peer}")]
    Handshake {
        /// The peer.
        peer: PartyId,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The peer took longer than we wait.
    #[error("{0} took too long")]
    TooSlow(&'static str),
    /// The connection broke, or HTTP was not spoken on it.
    #[error("the connection broke")]
    Broken(#[source] hyper::Error),
    /// The peer refused.
    #[error("the peer refused (status {status}): {refusal}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Why, in the peer's words.
        refusal: Refusal,
    },
    /// The peer's answer is larger than we read.
    #[error("the peer's {what} is larger than {limit} bytes")]
    TooLarge {
        /// What.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// The peer's answer cannot be understood.
    #[error("the peer's {what} cannot be read")]
    Unreadable {
        /// What.
        what: &'static str,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The peer's receipt or extract does not prove what it says.
    #[error("the peer's {what} does not hold")]
    NotProven {
        /// What.
        what: &'static str,
        /// Why.
        #[source]
        source: Box<OfficeError>,
    },
    /// The peer goes on asking for payloads that it was given.
    #[error("{0} goes on asking for what it was given")]
    NeverEnough(PartyId),
    /// The peer asks for a payload that does not belong to the message it was handed.
    #[error("{0} asks for a payload that the message does not have")]
    NotOffered(PartyId),
    /// The peer's receipts prove no more than those on file.
    #[error("{0} gives a receipt for a step that was taken before")]
    NoFurther(PartyId),
    /// A witness did not cosign.
    #[error("the witness refused (status {status})")]
    Witness {
        /// The HTTP status, as C2SP tlog-witness gives it meaning.
        status: u16,
    },
    /// A domestic witness gave no answer, or none that is HTTP.
    #[error("the witness gives no answer")]
    NoAnswer(#[source] Box<dyn Error + Send + Sync>),
    /// A payload of ours cannot be read.
    #[error("a payload cannot be read")]
    Payload(#[source] std::io::Error),
    /// Our own office could not do its part.
    #[error(transparent)]
    Office(#[from] OfficeError),
    /// The work was cut off by a panic or the end of the node.
    #[error("interrupted")]
    Interrupted(#[source] tokio::task::JoinError),
}

impl ExchangeError {
    /// Whether trying again soon makes no sense, because one of the two sides has to be mended.
    #[must_use]
    pub const fn needs_a_person(&self) -> bool {
        match self {
            Self::Refused { refusal, .. } => refusal.code.needs_a_person(),
            Self::NotProven { .. }
            | Self::NeverEnough(_)
            | Self::NotOffered(_)
            | Self::NoFurther(_)
            | Self::NoSuchPeer(_)
            | Self::Tls(_) => true,
            _ => false,
        }
    }

    /// Whether the peer seems to have lost what it has receipted. Only its log can say so.
    pub(crate) const fn hints_at_loss(&self) -> bool {
        matches!(self, Self::Refused { refusal, .. } if refusal.code.hints_at_loss())
    }

    /// Whether nobody answered: then asking the same one something else makes no sense either.
    #[must_use]
    pub const fn is_silence(&self) -> bool {
        matches!(
            self,
            Self::NotReached { .. }
                | Self::Handshake { .. }
                | Self::TooSlow(_)
                | Self::Broken(_)
                | Self::NoAnswer(_)
        )
    }

    /// The error with its causes in one line, for logs and the outbox.
    #[must_use]
    pub fn with_causes(&self) -> String {
        let mut line = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            line.push_str(": ");
            line.push_str(&error.to_string());
            cause = error.source();
        }
        line
    }
}

/// What the office found wrong with something that the peer handed us: an office that cannot write
/// is our own trouble, everything else is the peer's.
pub(crate) fn not_proven(what: &'static str) -> impl Fn(OfficeError) -> ExchangeError {
    move |source| match source {
        OfficeError::Seal(_) | OfficeError::Invalid { .. } => ExchangeError::NotProven {
            what,
            source: Box::new(source),
        },
        own => ExchangeError::Office(own),
    }
}
