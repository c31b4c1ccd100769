//! The release and the seal of an answer.

use super::VerifyError;
use super::report::{ReleaseLine, SealLine};
use crate::answer::{Answer, RELEASE_ENTRY, document_hash};
use crate::evidence::{Proof, ProofFault, log_verifiers};
use journal::proof_file::ProofFile;
use office::OFFICE_LOG;
use seal::SealError;
use seal::answer_seal::SignedAnswerSeal;
use seal::key_manifest::KeyManifest;
use serde_json::Value;

/// Checks that the issuer's journal has an entry in which this very document is released.
pub(super) fn check_release(answer: &Answer, proof: &Proof) -> Result<ReleaseLine, VerifyError> {
    let release = answer.release.as_ref().ok_or(VerifyError::NotReleased)?;
    let document = answer
        .draft_hash()
        .map_err(|error| VerifyError::Unreadable(error.into()))?;
    let shown = |field| release.opening.get(field).and_then(Value::as_str);
    for (field, expected) in [
        ("kind", RELEASE_ENTRY),
        ("inquiry", &answer.inquiry.reference),
        ("document", &document.to_string()),
    ] {
        if shown(field) != Some(expected) {
            return Err(VerifyError::ReleasedOther(field));
        }
    }
    let file = ProofFile::parse(&release.proof).map_err(VerifyError::Release)?;
    let mut fault = None;
    for key in log_verifiers(issuer(answer, proof)?, OFFICE_LOG) {
        match file.verify(&release.opening.leaf_bytes(), key.origin(), &key.demanded()) {
            Ok(_) => {
                return Ok(ReleaseLine {
                    entry: file.index,
                    time: shown("time").unwrap_or_default().to_owned(),
                });
            }
            Err(error) => fault = fault.or(Some(error)),
        }
    }
    Err(fault.map_or(VerifyError::NotReleased, VerifyError::Release))
}

/// Checks that the issuer has sealed the document as it is.
pub(super) fn check_seal(answer: &Answer, proof: &Proof) -> Result<SealLine, VerifyError> {
    let value = answer.seal.as_ref().ok_or(VerifyError::NotSealed)?;
    let malformed = |source| SealError::MalformedJson {
        what: "seal",
        source,
    };
    let json = serde_json_canonicalizer::to_string(value)
        .map_err(|source| VerifyError::Seal(malformed(source)))?;
    let signed = SignedAnswerSeal::from_json(json.as_bytes()).map_err(VerifyError::Seal)?;
    let statement = signed.statement();
    if statement.party != answer.issuer.party {
        return Err(VerifyError::SealedByOther(statement.party.clone()));
    }
    verify_signature(&signed, issuer(answer, proof)?)?;
    let found = document_hash(answer).map_err(VerifyError::Unreadable)?;
    if found != statement.document {
        return Err(VerifyError::SealedOther {
            sealed: statement.document,
            found,
        });
    }
    Ok(SealLine {
        party: statement.party.clone(),
        time: statement.time.clone(),
        document: found.to_string(),
    })
}

fn issuer<'a>(answer: &Answer, proof: &'a Proof) -> Result<&'a KeyManifest, VerifyError> {
    let mut manifests = proof.manifests.iter();
    manifests
        .find(|manifest| manifest.party == answer.issuer.party)
        .map(|manifest| &manifest.keys)
        .ok_or_else(|| VerifyError::Evidence(ProofFault::NoManifest(answer.evidence.party.clone())))
}

/// Checks a seal against every signing key of the issuer that counts: it may be older than a
/// rotation. A key that the manifest in the file takes back counts no more.
fn verify_signature(seal: &SignedAnswerSeal, issuer: &KeyManifest) -> Result<(), VerifyError> {
    let suites = issuer.suites.iter();
    let all = suites.flat_map(|keys| std::iter::once(&keys.signing).chain(&keys.earlier_signing));
    let honoured = all.filter(|key| issuer.signing_key(key.id()).honoured().is_some());
    let mut fault = VerifyError::SealKeys;
    for key in honoured {
        match seal.verify(key) {
            Ok(()) => return Ok(()),
            Err(error) => fault = VerifyError::Seal(error),
        }
    }
    Err(fault)
}
