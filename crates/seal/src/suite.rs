//! The cryptographic suites two parties can agree on, and the algorithms of each.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::SealError;

/// A fixed set of algorithms, agreed once per peering and never negotiated per message: what is not negotiated cannot be
/// negotiated down. Keys know their suite, and a key of one suite never verifies what another suite signed.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[non_exhaustive]
pub enum Suite {
    /// age v1 with `mlkem768x25519` recipients (X-Wing); Ed25519 and ML-DSA-65 signatures, both required.
    /// Hybrid throughout, as BSI TR-02102-1 asks for lattice schemes.
    #[default]
    K1,
    /// "BSI-strict", for parties that may not use Curve25519: ML-KEM-1024 with P-384, a 256-bit content key with
    /// AES-256-GCM; ECDSA P-384 and ML-DSA-87 signatures, both required.
    K2,
}

/// An algorithm that writes signature lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// Ed25519 (RFC 8032).
    Ed25519,
    /// ECDSA on P-384 with SHA-384 (FIPS 186-5).
    EcdsaP384,
    /// ML-DSA-44 (FIPS 204). Log checkpoints and witnesses only (C2SP `tlog-cosignature`).
    MlDsa44,
    /// ML-DSA-65 (FIPS 204).
    MlDsa65,
    /// ML-DSA-87 (FIPS 204).
    MlDsa87,
    /// SLH-DSA-SHA2-128s (FIPS 205). Root holders only: it rests on hash functions alone, but signs slowly.
    SlhDsaSha2_128s,
}

/// How the key of a sealed part reaches its recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyEncapsulation {
    /// ML-KEM-768 with X25519, combined as X-Wing.
    MlKem768X25519,
    /// ML-KEM-1024 with P-384.
    MlKem1024P384,
}

/// The one key exchange that TLS 1.3 offers and accepts (RFC 10024).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TlsGroup {
    /// ML-KEM-768 with X25519.
    X25519MlKem768,
    /// ML-KEM-768 with P-256: the strictest hybrid without Curve25519 that the TLS library has.
    Secp256r1MlKem768,
}

impl Suite {
    /// All suites, the default first.
    pub const ALL: [Self; 2] = [Self::K1, Self::K2];

    /// The suite of this name.
    ///
    /// # Errors
    /// [`SealError::UnknownSuite`]: a suite we do not know is never read as one that we do.
    pub fn from_name(name: &str) -> Result<Self, SealError> {
        Self::ALL
            .into_iter()
            .find(|suite| suite.name() == name)
            .ok_or_else(|| SealError::UnknownSuite(name.chars().take(64).collect()))
    }

    /// The name, as in documents and agreements.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::K1 => "K1",
            Self::K2 => "K2",
        }
    }

    /// The two signature algorithms, the classical one first. Both must verify.
    #[must_use]
    pub fn signatures(self) -> [SignatureAlgorithm; 2] {
        match self {
            Self::K1 => [SignatureAlgorithm::Ed25519, SignatureAlgorithm::MlDsa65],
            Self::K2 => [SignatureAlgorithm::EcdsaP384, SignatureAlgorithm::MlDsa87],
        }
    }

    /// How sealed parts are keyed.
    #[must_use]
    pub fn key_encapsulation(self) -> KeyEncapsulation {
        match self {
            Self::K1 => KeyEncapsulation::MlKem768X25519,
            Self::K2 => KeyEncapsulation::MlKem1024P384,
        }
    }

    /// The key exchange of the connection between the two nodes.
    #[must_use]
    pub fn tls_group(self) -> TlsGroup {
        match self {
            Self::K1 => TlsGroup::X25519MlKem768,
            Self::K2 => TlsGroup::Secp256r1MlKem768,
        }
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Suite {
    type Err = SealError;

    fn from_str(name: &str) -> Result<Self, SealError> {
        Self::from_name(name)
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ed25519 => "Ed25519",
            Self::EcdsaP384 => "ECDSA P-384",
            Self::MlDsa44 => "ML-DSA-44",
            Self::MlDsa65 => "ML-DSA-65",
            Self::MlDsa87 => "ML-DSA-87",
            Self::SlhDsaSha2_128s => "SLH-DSA-SHA2-128s",
        })
    }
}

impl fmt::Display for KeyEncapsulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MlKem768X25519 => "ML-KEM-768 with X25519",
            Self::MlKem1024P384 => "ML-KEM-1024 with P-384",
        })
    }
}

impl fmt::Display for TlsGroup {
    /// The group's name in the IANA registry.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::X25519MlKem768 => "X25519MLKEM768",
            Self::Secp256r1MlKem768 => "SecP256r1MLKEM768",
        })
    }
}
