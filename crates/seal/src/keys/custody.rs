//! Where a private key is kept, and the one thing it is asked to do there.
//!
//! A [`Custody`] signs with a key that need not be in this process. `software` keeps it in memory, wiped when
//! dropped; it is the only implementation here. A hardware module reached through PKCS#11 is another, made where modules
//! and their sessions are configured, since this crate opens nothing. It must offer, per algorithm:
//!
//! | [`SignatureAlgorithm`] | mechanism (PKCS#11 3.0; 3.2 for ML-DSA and SLH-DSA) | public key | signature |
//! |---|---|---|---|
//! | Ed25519 | `CKM_EDDSA`, no pre-hash, no context | 32 bytes | 64 bytes |
//! | ECDSA P-384 | `CKM_ECDSA_SHA384` | uncompressed point, 97 bytes (out of its DER wrapping) | r ‖ s, 96 bytes |
//! | ML-DSA-44, -65, -87 | `CKM_ML_DSA`, `CKP_ML_DSA_…`, empty context | as FIPS 204 | as FIPS 204 |
//! | SLH-DSA-SHA2-128s | `CKM_SLH_DSA`, `CKP_SLH_DSA_SHA2_128S`, empty context | 32 bytes | 7,856 bytes |
//!
//! Whatever a custody returns is verified before it leaves: a module that is broken, or answers with another key, can
//! withhold a signature but not give out a false one.
//!
//! Opening sealed parts needs no trait of ours: a module that decapsulates (`CKM_ML_KEM`, and `CKM_ECDH1_DERIVE` for the
//! classical half) stands behind the `age::Identity` seam, stanza in, file key out.

use aws_lc_rs::agreement;
use aws_lc_rs::encoding::{AsBigEndian, EcPrivateKeyBin};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, ML_DSA_44_SIGNING,
    ML_DSA_65_SIGNING, ML_DSA_87_SIGNING, PqdsaKeyPair,
};
use slh_dsa::Sha2_128s;
use slh_dsa::signature::Keypair as _;
use zeroize::Zeroizing;

use super::{PublicKey, SecretBytes};
use crate::{SealError, SignatureAlgorithm};

/// One private key, wherever it is kept.
pub trait Custody: Send + Sync {
    /// The public half. Says which algorithm it is.
    fn public_key(&self) -> &PublicKey;

    /// Signs `message` as it is (no pre-hashing by the caller).
    ///
    /// # Errors
    /// [`SealError::Custody`] if the key cannot be used now.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SealError>;
}

/// Bytes of the secret from which a software key is made: a seed, or P-384's private scalar.
pub(crate) fn secret_bytes(algorithm: SignatureAlgorithm) -> usize {
    match algorithm {
        SignatureAlgorithm::Ed25519
        | SignatureAlgorithm::MlDsa44
        | SignatureAlgorithm::MlDsa65
        | SignatureAlgorithm::MlDsa87 => 32,
        SignatureAlgorithm::EcdsaP384 => 48,
        // SK.seed, SK.prf and PK.seed of FIPS 205, 16 bytes each.
        SignatureAlgorithm::SlhDsaSha2_128s => 3 * SLH_DSA_N,
    }
}

/// `n` of SLH-DSA-SHA2-128s (FIPS 205, table 2).
const SLH_DSA_N: usize = 16;

/// A new secret from the operating system's generator.
pub(crate) fn generate(algorithm: SignatureAlgorithm) -> Result<SecretBytes, SealError> {
    if algorithm == SignatureAlgorithm::EcdsaP384 {
        // Not every number of 48 bytes is a private key; the library draws one that is.
        let key = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING)
            .map_err(|_| SealError::Randomness)?;
        let scalar: EcPrivateKeyBin<'_> = key
            .private_key()
            .as_be_bytes()
            .map_err(|_| SealError::Randomness)?;
        return Ok(SecretBytes::new(scalar.as_ref().to_vec()));
    }
    let mut secret = SecretBytes::new(vec![0; secret_bytes(algorithm)]);
    aws_lc_rs::rand::fill(&mut secret).map_err(|_| SealError::Randomness)?;
    Ok(secret)
}

/// A key held in this process, made from exactly [`secret_bytes`] bytes.
pub(crate) fn software(
    algorithm: SignatureAlgorithm,
    secret: &[u8],
) -> Result<Box<dyn Custody>, SealError> {
    let ml_dsa = |parameters| PqdsaKeyPair::from_seed(parameters, secret).ok();
    let key = match algorithm {
        SignatureAlgorithm::Ed25519 => Ed25519KeyPair::from_seed_unchecked(secret)
            .ok()
            .map(Secret::Ed25519),
        SignatureAlgorithm::EcdsaP384 => p384(secret).map(Secret::EcdsaP384),
        SignatureAlgorithm::MlDsa44 => ml_dsa(&ML_DSA_44_SIGNING).map(Secret::MlDsa),
        SignatureAlgorithm::MlDsa65 => ml_dsa(&ML_DSA_65_SIGNING).map(Secret::MlDsa),
        SignatureAlgorithm::MlDsa87 => ml_dsa(&ML_DSA_87_SIGNING).map(Secret::MlDsa),
        SignatureAlgorithm::SlhDsaSha2_128s => slh_dsa(secret).map(Secret::SlhDsa),
    };
    let malformed = || SealError::MalformedKey("private key");
    let key = key.ok_or_else(malformed)?;
    let public = PublicKey::new(algorithm, &key.public_bytes()).ok_or_else(malformed)?;
    Ok(Box::new(SoftwareKey { key, public }))
}

fn p384(scalar: &[u8]) -> Option<EcdsaKeyPair> {
    // The signing type wants the public point beside the scalar; the agreement type computes it.
    let point = agreement::PrivateKey::from_private_key(&agreement::ECDH_P384, scalar)
        .and_then(|key| key.compute_public_key().map_err(Into::into))
        .ok()?;
    let parameters = &ECDSA_P384_SHA384_FIXED_SIGNING;
    EcdsaKeyPair::from_private_key_and_public_key(parameters, scalar, point.as_ref()).ok()
}

fn slh_dsa(secret: &[u8]) -> Option<Box<slh_dsa::SigningKey<Sha2_128s>>> {
    let (seed, rest) = secret.split_first_chunk::<SLH_DSA_N>()?;
    let (prf, rest) = rest.split_first_chunk::<SLH_DSA_N>()?;
    let public: &[u8; SLH_DSA_N] = rest.try_into().ok()?;
    // Algorithm 18 of FIPS 205: the key that these three seeds determine.
    let key = slh_dsa::SigningKey::slh_keygen_internal(seed, prf, public);
    Some(Box::new(key))
}

struct SoftwareKey {
    key: Secret,
    public: PublicKey,
}

/// Each of these wipes its secret when dropped.
enum Secret {
    Ed25519(Ed25519KeyPair),
    EcdsaP384(EcdsaKeyPair),
    MlDsa(PqdsaKeyPair),
    SlhDsa(Box<slh_dsa::SigningKey<Sha2_128s>>),
}

impl Secret {
    fn public_bytes(&self) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => key.public_key().as_ref().to_vec(),
            Self::EcdsaP384(key) => key.public_key().as_ref().to_vec(),
            Self::MlDsa(key) => key.public_key().as_ref().to_vec(),
            Self::SlhDsa(key) => key.verifying_key().to_bytes().to_vec(),
        }
    }

    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Ed25519(key) => Some(key.sign(message).as_ref().to_vec()),
            Self::EcdsaP384(key) => {
                let signature = key.sign(&SystemRandom::new(), message).ok()?;
                Some(signature.as_ref().to_vec())
            }
            Self::MlDsa(key) => {
                let mut signature = vec![0; key.algorithm().signature_len()];
                let length = key.sign(message, &mut signature).ok()?;
                signature.truncate(length);
                Some(signature)
            }
            Self::SlhDsa(key) => {
                // Hedged signing (FIPS 205, 9.2): fresh randomness makes fault attacks harder.
                let mut random = Zeroizing::new([0; SLH_DSA_N]);
                aws_lc_rs::rand::fill(random.as_mut()).ok()?;
                let signature = key.try_sign_with_context(message, b"", Some(random.as_ref()));
                Some(signature.ok()?.to_bytes().to_vec())
            }
        }
    }
}

impl Custody for SoftwareKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SealError> {
        self.key.sign(message).ok_or_else(|| SealError::Custody {
            algorithm: self.public.algorithm(),
            reason: "the library refused".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use ml_dsa::{MlDsa44, MlDsa65, MlDsa87, MlDsaParams, Signer as _, Verifier as _};

    use super::*;

    /// RFC 8032 section 7.1, TEST 3: our Ed25519 keys and signatures are the standard's.
    #[test]
    fn ed25519_is_that_of_rfc_8032() {
        let bytes = |text: &str| hex::decode(text).unwrap();
        let seed = bytes("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
        let public = bytes("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
        let signature = bytes(
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659\
             4a7c15e9716ed28dc027beceea1ec40a",
        );
        let key = software(SignatureAlgorithm::Ed25519, &seed).unwrap();
        assert_eq!(key.public_key().bytes(), public);
        assert!(key.public_key().verifies(b"\xaf\x82", &signature));
        assert_eq!(key.sign(b"\xaf\x82").unwrap(), signature);
    }

    /// FIPS 186-5 with RFC 6979 appendix A.2.6: the public point of a private number, and a signature that others made.
    #[test]
    fn ecdsa_p384_is_that_of_rfc_6979() {
        let bytes = |text: &str| hex::decode(text).unwrap();
        let scalar = bytes(
            "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5",
        );
        let public = bytes(
            "04ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13\
             8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720",
        );
        let signature = bytes(
            "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46\
             99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8",
        );
        let key = software(SignatureAlgorithm::EcdsaP384, &scalar).unwrap();
        assert_eq!(key.public_key().bytes(), public);
        assert!(key.public_key().verifies(b"sample", &signature));
        assert!(!key.public_key().verifies(b"Sample", &signature));
        let made = key.sign(b"sample").unwrap();
        assert_eq!(made.len(), 96);
        assert!(key.public_key().verifies(b"sample", &made));
    }

    fn agrees<P: MlDsaParams>(algorithm: SignatureAlgorithm) {
        for seed in [[0; 32], [0x5a; 32], [0xff; 32]] {
            let ours = software(algorithm, &seed).unwrap();
            let theirs = ml_dsa::SigningKey::<P>::from_seed(&seed.into());
            let their_public = ml_dsa::signature::Keypair::verifying_key(&theirs);
            assert_eq!(their_public.encode().as_slice(), ours.public_key().bytes());

            let made = ours.sign(b"text").unwrap();
            let made = ml_dsa::Signature::<P>::try_from(made.as_slice()).unwrap();
            assert!(their_public.verify(b"text", &made).is_ok());
            assert!(their_public.verify(b"other", &made).is_err());

            let made = theirs.sign(b"text").encode();
            assert!(ours.public_key().verifies(b"text", &made));
            assert!(!ours.public_key().verifies(b"other", &made));
        }
    }

    /// Another implementation of FIPS 204 derives the same keys from the same seeds, accepts our signatures and makes ones
    /// that we accept; neither accepts the other's over another text.
    #[test]
    fn ml_dsa_agrees_with_another_implementation() {
        agrees::<MlDsa44>(SignatureAlgorithm::MlDsa44);
        agrees::<MlDsa65>(SignatureAlgorithm::MlDsa65);
        agrees::<MlDsa87>(SignatureAlgorithm::MlDsa87);
    }

    /// NIST's ACVP vectors for SLH-DSA key generation (see `tests/vectors/README.md`): our holders' keys are FIPS 205's.
    #[test]
    fn slh_dsa_keys_are_those_of_acvp() {
        let vectors = include_str!("../../tests/vectors/slh-dsa/acvp_keygen");
        let mut count = 0;
        for line in vectors.lines() {
            let fields: Vec<_> = line.split(' ').map(|f| hex::decode(f).unwrap()).collect();
            let [seed, prf, public, expected] = fields.as_slice() else {
                panic!("a line of four fields");
            };
            let secret = [seed.as_slice(), prf, public].concat();
            let key = software(SignatureAlgorithm::SlhDsaSha2_128s, &secret).unwrap();
            assert_eq!(key.public_key().bytes(), expected);
            count += 1;
        }
        assert_eq!(count, 10);
    }

    /// A known answer of the signing algorithm by an independent implementation (see `tests/vectors/README.md`): byte by
    /// byte the same signature for the same seeds, randomness and message.
    #[test]
    fn slh_dsa_signatures_are_those_of_another_implementation() {
        let vector = include_str!("../../tests/vectors/slh-dsa/signature");
        let fields: Vec<_> = vector.lines().map(|f| hex::decode(f).unwrap()).collect();
        let [seed, prf, public, random, message, expected] = fields.as_slice() else {
            panic!("six lines");
        };
        let key = slh_dsa(&[seed.as_slice(), prf, public].concat()).unwrap();
        let signature = key.slh_sign_internal(&[message], Some(random));
        assert_eq!(signature.to_bytes().as_slice(), expected.as_slice());
    }

    /// What a new key of any algorithm signs verifies with its public key; not over another text, not altered, not cut.
    #[test]
    fn every_algorithm_signs_and_verifies() {
        for algorithm in [
            SignatureAlgorithm::Ed25519,
            SignatureAlgorithm::EcdsaP384,
            SignatureAlgorithm::MlDsa44,
            SignatureAlgorithm::MlDsa65,
            SignatureAlgorithm::MlDsa87,
            SignatureAlgorithm::SlhDsaSha2_128s,
        ] {
            let key = software(algorithm, &generate(algorithm).unwrap()).unwrap();
            let mut signature = key.sign(b"text").unwrap();
            let public = key.public_key();
            assert!(public.verifies(b"text", &signature), "{algorithm}");
            assert!(!public.verifies(b"other", &signature), "{algorithm}");
            let last = signature.len() - 1;
            assert!(!public.verifies(b"text", &signature[..last]), "{algorithm}");
            for at in [0, last / 2, last] {
                signature[at] ^= 1;
                assert!(!public.verifies(b"text", &signature), "{algorithm}");
                signature[at] ^= 1;
            }
        }
    }

    /// Secrets of the wrong length, and numbers that are no P-384 key, are refused.
    #[test]
    fn malformed_secrets_are_refused() {
        use SignatureAlgorithm::{EcdsaP384, Ed25519, MlDsa87, SlhDsaSha2_128s};
        for algorithm in [Ed25519, EcdsaP384, MlDsa87, SlhDsaSha2_128s] {
            for length in [0, secret_bytes(algorithm) - 1, secret_bytes(algorithm) + 1] {
                assert!(
                    software(algorithm, &vec![1; length]).is_err(),
                    "{algorithm}"
                );
            }
        }
        assert!(software(EcdsaP384, &[0; 48]).is_err());
        assert!(software(EcdsaP384, &[0xff; 48]).is_err());
    }
}
