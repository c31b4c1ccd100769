//! Which TLS key is whose.

use journal::hash::sha256;
use office::Peer;
use records::{PartyId, Timestamp};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::ParsedCertificate;
use seal::key_manifest::KeyManifest;

/// How far two machines' clocks may differ before a key counts as not yet valid, in seconds.
const CLOCK_SKEW: i64 = 5 * 60;

/// The TLS keys of accepted peers, as their key manifests name them.
///
/// A snapshot: it is taken anew for every handshake, so that a manifest counts from the moment it
/// is accepted.
#[derive(Debug, Clone, Default)]
pub struct Pins(Vec<(PartyId, KeyManifest)>);

impl Pins {
    /// The pins of these peers. A peer whose manifest cannot be read has none.
    #[must_use]
    pub fn of(mut peers: Vec<Peer>) -> Self {
        // A key that two manifests name counts for the peer accepted first: nobody may take over a
        // connection of another by writing the other's pin into its own manifest.
        peers.sort_by_key(|peer| peer.accepted);
        let read = peers.into_iter().filter_map(|peer| match peer.keys() {
            Ok(keys) => Some((peer.party, keys)),
            Err(error) => {
                tracing::error!(peer = %peer.party, %error, "the filed key manifest cannot be read");
                None
            }
        });
        Self(read.collect())
    }

    /// The peer that holds this key at `now`, by the machine's own clock; the clock of an exercise
    /// may have been moved past every validity.
    #[must_use]
    pub fn holder(&self, spki_sha256: &str, now: UnixTime) -> Option<&PartyId> {
        let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let at = |seconds: i64| Timestamp::from_millis(seconds.saturating_mul(1000)).jiff();
        let valid = |keys: &KeyManifest| {
            [at(seconds), at(seconds.saturating_add(CLOCK_SKEW))]
                .into_iter()
                .any(|t| keys.is_valid_at(t).unwrap_or(false))
        };
        self.0
            .iter()
            .find(|(_, keys)| {
                keys.tls_spki_sha256.iter().any(|pin| pin == spki_sha256) && valid(keys)
            })
            .map(|(party, _)| party)
    }
}

/// SHA-256 of a certificate's public key (SPKI, DER) in lower-case hexadecimal.
///
/// # Errors
/// When the bytes are not a certificate.
pub fn spki_sha256(certificate: &CertificateDer<'_>) -> Result<String, rustls::Error> {
    let parsed = ParsedCertificate::try_from(certificate)?;
    Ok(hex::encode(sha256(&parsed.subject_public_key_info()).0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rustls::pki_types::pem::PemObject;

    /// Made with OpenSSL 3: `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256`.
    const CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBmjCCAUGgAwIBAgIUW5QegeSDsxO9Yl4+ApRNQZJ3uaUwCgYIKoZIzj0EAwIw\n\
IzEhMB8GA1UEAwwYZGUua29udGFrdHN0ZWxsZS5leGFtcGxlMB4XDTI2MTEyMzE1\n\
MzYwNVoXDTI2MTEyNDE1MzYwNVowIzEhMB8GA1UEAwwYZGUua29udGFrdHN0ZWxs\n\
ZS5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEOzFAGGpHNsqPJZEi\n\
stP+9ZZMsQLxqYY/NwGk01ChLIOw1X249cWqw4j57LsRXsOEfmbuEEY976L1/gj2\n\
3kXj76NTMFEwHQYDVR0OBBYEFMs6eiZZPmcgKcolgem3MN36XdK2MB8GA1UdIwQY\n\
MBaAFMs6eiZZPmcgKcolgem3MN36XdK2MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZI\n\
zj0EAwIDRwAwRAIgTj/thKlwGUt5A7//ASEwswBOaTELz/Wcgg8NeHBCH4kCIDZW\n\
zH4mXuY/ca29BakabHxwZs8wBtQFTBvCLyDAoGY1\n\
-----END CERTIFICATE-----
";

    /// A pin is what an operator can compute with other tools, here with
    /// `openssl x509 -pubkey | openssl pkey -pubin -outform der | sha256sum`.
    #[test]
    fn a_pin_is_what_openssl_computes() {
        let certificate = CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap();
        let expected = "423dabdd492c83487498291c84ffa1cfc2cdf06772c0f18f29328f4c7277610d";
        assert_eq!(spki_sha256(&certificate).unwrap(), expected);
        assert!(spki_sha256(&CertificateDer::from(vec![0x30, 0])).is_err());
    }
}
