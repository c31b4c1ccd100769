//! A node's own TLS key and certificate.

use super::handshake::provider;
use super::pins::spki_sha256;
use crate::error::ExchangeError;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use std::sync::Arc;
use zeroize::{Zeroize, Zeroizing};

/// Characters of a line of PEM (RFC 7468).
const PEM_LINE: usize = 64;

/// A node's TLS key with its self-signed certificate.
pub struct TlsIdentity {
    certificate_der: CertificateDer<'static>,
    private_key_der: Zeroizing<Vec<u8>>,
    certified: Arc<CertifiedKey>,
    spki_sha256: String,
}

impl std::fmt::Debug for TlsIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsIdentity")
            .field("spki_sha256", &self.spki_sha256)
            .finish_non_exhaustive()
    }
}

impl TlsIdentity {
    /// A new ECDSA key on P-256, from the operating system's generator, and its certificate.
    ///
    /// P-256 because hardware tokens and the national TLS guidelines know it. The certificate
    /// carries no date that would end it: the key manifest does that.
    ///
    /// # Errors
    /// [`ExchangeError::Certificate`] if `node_name` cannot stand in a certificate.
    pub fn generate(node_name: &str) -> Result<Self, ExchangeError> {
        let failed = |source| ExchangeError::Certificate {
            node: node_name.to_owned(),
            source,
        };
        let mut key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(failed)?;
        let mut params = CertificateParams::new(vec![node_name.to_owned()]).map_err(failed)?;
        params
            .distinguished_name
            .push(DnType::CommonName, node_name);
        let certificate = params.self_signed(&key).map_err(failed)?;
        let key_der = Zeroizing::new(key.serialize_der());
        key.zeroize();
        let private_key = PrivateKeyDer::Pkcs8(key_der.to_vec().into());
        Self::new(certificate.der().clone(), key_der, private_key)
    }

    /// Reads certificate and key from PEM text, in either order.
    ///
    /// # Errors
    /// [`ExchangeError::Pem`] if one is missing, [`ExchangeError::Tls`] if they do not belong
    /// together.
    pub fn from_pem(pem: &str) -> Result<Self, ExchangeError> {
        let missing = |what| move |source| ExchangeError::Pem { what, source };
        let certificate =
            CertificateDer::from_pem_slice(pem.as_bytes()).map_err(missing("certificate"))?;
        let private_key =
            PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(missing("private key"))?;
        let key_der = Zeroizing::new(private_key.secret_der().to_vec());
        Self::new(certificate, key_der, private_key)
    }

    fn new(
        certificate_der: CertificateDer<'static>,
        private_key_der: Zeroizing<Vec<u8>>,
        private_key: PrivateKeyDer<'static>,
    ) -> Result<Self, ExchangeError> {
        let spki_sha256 = spki_sha256(&certificate_der).map_err(ExchangeError::Tls)?;
        // Refuses a key that is not the certificate's.
        let certified =
            CertifiedKey::from_der(vec![certificate_der.clone()], private_key, provider())
                .map_err(ExchangeError::Tls)?;
        Ok(Self {
            certificate_der,
            private_key_der,
            certified: Arc::new(certified),
            spki_sha256,
        })
    }

    /// Certificate and private key as PEM text: for the key store only.
    #[must_use]
    pub fn to_pem(&self) -> Zeroizing<String> {
        let mut pem = Zeroizing::new(String::new());
        pem_block(&mut pem, "CERTIFICATE", &self.certificate_der);
        pem_block(&mut pem, "PRIVATE KEY", &self.private_key_der);
        pem
    }

    /// The certificate.
    #[must_use]
    pub const fn certificate_der(&self) -> &CertificateDer<'static> {
        &self.certificate_der
    }

    /// The pin: SHA-256 of the public key (SPKI, DER) in lower-case hexadecimal, as
    /// [`seal::key_manifest::KeyManifest::tls_spki_sha256`] holds it.
    #[must_use]
    pub fn spki_sha256(&self) -> &str {
        &self.spki_sha256
    }

    pub(super) fn certified(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.certified)
    }
}

fn pem_block(pem: &mut String, label: &str, der: &[u8]) {
    let base64 = Zeroizing::new(BASE64_STANDARD.encode(der));
    pem.push_str(&format!("-----BEGIN {label}-----\n"));
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        // Base64 is ASCII, so every byte is a boundary.
        let (line, after) = rest.split_at(rest.len().min(PEM_LINE));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem.push_str(&format!("-----END {label}-----\n"));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A node that restarts shows the same key: what is stored is read back as it was.
    #[test]
    fn pem_text_gives_the_same_identity_back() {
        let made = TlsIdentity::generate("de.kontaktstelle.example").unwrap();
        let read = TlsIdentity::from_pem(&made.to_pem()).unwrap();
        assert_eq!(read.spki_sha256(), made.spki_sha256());
        assert_eq!(read.certificate_der(), made.certificate_der());
        assert_eq!(read.private_key_der, made.private_key_der);
    }

    /// A mix-up of key files is found when they are read, not when the first peer calls.
    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let (one, other) = (
            TlsIdentity::generate("de.example").unwrap(),
            TlsIdentity::generate("cn.example").unwrap(),
        );
        let mut mixed = String::new();
        pem_block(&mut mixed, "CERTIFICATE", one.certificate_der());
        pem_block(&mut mixed, "PRIVATE KEY", &other.private_key_der);
        assert!(matches!(
            TlsIdentity::from_pem(&mixed),
            Err(ExchangeError::Tls(_))
        ));
        assert!(matches!(
            TlsIdentity::from_pem("no PEM"),
            Err(ExchangeError::Pem {
                what: "certificate",
                ..
            })
        ));
    }

    /// Nobody finds the private key in a log line.
    #[test]
    fn debug_output_keeps_the_key_to_itself() {
        let made = TlsIdentity::generate("de.example").unwrap();
        let shown = format!("{made:?}");
        assert!(shown.contains(made.spki_sha256()));
        assert!(!shown.contains("private_key"));
    }
}
