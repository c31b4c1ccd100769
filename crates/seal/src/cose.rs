//! Proofs of inclusion as COSE Receipts (RFC 9942), for tools of that world. An export: the working form is the
//! C2SP `tlog-proof` in a [receipt](crate::receipt).
//!
//! A COSE Receipt is a COSE_Sign1 (RFC 9052) over the root of the log's tree, which is not in it: whoever checks it
//! computes the root from the entry and the inclusion proof. The profile is RFC9162_SHA256, whose tree is that of our logs.
//!
//! ```text
//! 18([ << { 1: -8 (EdDSA), 4: key id, 15: { 1: origin, 2: subject }, 395: 1 } >>,
//!      { 396: { -1: [ << [ size, index, [ hash, … ] ] >> ] } },
//!      nil, signature ])
//! ```
//!
//! The signature is by the log's Ed25519 key: COSE has code points for nothing else that a log of ours signs with. What is
//! signed begins with a byte that no signed note can begin with, so neither can stand for the other.
//!
//! Such a receipt says less than a checkpoint: RFC 9942 has the log sign the root, not the size. That the entry is in the
//! tree is proven; its number and the tree's size are only what the receipt says.

use coset::cbor::Value;
use coset::cwt::ClaimsSetBuilder;
use coset::{
    AsCborValue, CborSerializable, CoseSign1, CoseSign1Builder, Header, HeaderBuilder, Label,
    RegisteredLabelWithPrivate, TaggedCborSerializable, iana,
};
use journal::hash::{Hash, node_hash};
use journal::note::{Ed25519Verifier, NoteSigner, NoteVerifier};
use journal::proof::verify_inclusion;

use crate::SealError;
use crate::keys::LogKey;

/// Largest COSE Receipt we read, in bytes; a proof has at most 63 hashes.
pub const MAX_COSE_RECEIPT_BYTES: usize = 8 * 1024;

/// Header parameter `vds`, the kind of tree (RFC 9942).
const VERIFIABLE_DATA_STRUCTURE: i64 = 395;
/// Header parameter `vdp`, the proofs (RFC 9942).
const VERIFIABLE_DATA_PROOFS: i64 = 396;
/// RFC9162_SHA256 among the kinds of tree.
const RFC9162_SHA256: u8 = 1;
/// The inclusion proofs among the proofs.
const INCLUSION: i8 = -1;
const CWT_CLAIMS: i64 = iana::HeaderParameter::CwtClaims as i64;
const MAX_PATH: usize = 63;

/// Where an entry stands in a log, and the proof of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// Hash of the entry's leaf (RFC 9162: SHA-256 of a zero byte and the entry).
    pub leaf: Hash,
    /// Number of the entry, from 0.
    pub index: u64,
    /// Size of the tree.
    pub size: u64,
    /// Inclusion proof, from the leaf's sibling up.
    pub path: Vec<Hash>,
}

/// What a COSE Receipt that holds says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// Where the entry is said to stand. Only that it is in the tree is proven, not its number nor the size.
    pub inclusion: Inclusion,
    /// The tree's root, computed from entry and proof, and signed.
    pub root: Hash,
    /// The log's origin, if the receipt names it (claim `iss`).
    pub origin: Option<String>,
    /// What the entry is about, if the receipt says so (claim `sub`).
    pub subject: Option<String>,
}

/// Writes a COSE Receipt for an entry of the log `origin`. `subject` says what the entry is about, such as the id of a
/// message.
///
/// # Errors
/// [`SealError::Cose`] if `inclusion` does not lead to `root`: what our own check would refuse is not issued.
pub fn receipt(
    inclusion: &Inclusion,
    root: &Hash,
    origin: &str,
    subject: &str,
    key: &LogKey,
) -> Result<Vec<u8>, SealError> {
    verify_inclusion(
        &inclusion.leaf,
        inclusion.index,
        inclusion.size,
        &inclusion.path,
        root,
    )
    .map_err(|_| SealError::Cose("the proof does not lead to the root"))?;
    let signer = key.ed25519(origin);
    let claims = ClaimsSetBuilder::new()
        .issuer(origin.to_owned())
        .subject(subject.to_owned())
        .build()
        .to_cbor_value()
        .map_err(|_| SealError::Cose("claims cannot be written"))?;
    let protected = HeaderBuilder::new()
        .algorithm(iana::Algorithm::EdDSA)
        .key_id(signer.key_id().to_be_bytes().to_vec())
        .value(CWT_CLAIMS, claims)
        .value(VERIFIABLE_DATA_STRUCTURE, RFC9162_SHA256.into())
        .build();
    let proofs = Value::Map(vec![(
        INCLUSION.into(),
        Value::Array(vec![Value::Bytes(inclusion_proof(inclusion)?)]),
    )]);
    CoseSign1Builder::new()
        .protected(protected)
        .unprotected(
            HeaderBuilder::new()
                .value(VERIFIABLE_DATA_PROOFS, proofs)
                .build(),
        )
        .create_detached_signature(&root.0, b"", |message| signer.sign(message))
        .build()
        .to_tagged_vec()
        .map_err(|_| SealError::Cose("receipt cannot be written"))
}

/// Checks a COSE Receipt for the entry with this leaf hash, by a log whose Ed25519 key is `key`: one of ours
/// ([`journal::log_key::LogVerifier::vkeys`] gives it first) or anybody's.
///
/// # Errors
/// [`SealError::Cose`] with the rule that was broken.
pub fn verify(receipt: &[u8], leaf: &Hash, key: &Ed25519Verifier) -> Result<Proven, SealError> {
    let malformed = || SealError::Cose("is not a well-formed COSE_Sign1");
    if receipt.len() > MAX_COSE_RECEIPT_BYTES {
        return Err(SealError::TooLarge {
            what: "COSE receipt",
            limit: MAX_COSE_RECEIPT_BYTES as u64,
        });
    }
    let signed = CoseSign1::from_tagged_slice(receipt).map_err(|_| malformed())?;
    // One receipt has one encoding: no longer forms of numbers, no bytes behind it.
    if signed.clone().to_tagged_vec().ok().as_deref() != Some(receipt) {
        return Err(SealError::Cose("is not in its shortest encoding"));
    }
    let protected = &signed.protected.header;
    check_protected(protected)?;
    if signed.payload.is_some() {
        return Err(SealError::Cose(
            "carries its root instead of leaving it to be computed",
        ));
    }
    let inclusion = read_proof(*leaf, &signed.unprotected)?;
    let root = root_of(&inclusion).ok_or(SealError::Cose("proof has the wrong form"))?;
    signed.verify_detached_signature(&root.0, b"", |signature, message| {
        if key.verify(message, signature) {
            Ok(())
        } else {
            Err(SealError::Cose("signature does not verify"))
        }
    })?;
    let claims = find(protected, CWT_CLAIMS);
    Ok(Proven {
        inclusion,
        root,
        origin: claim(claims, 1),
        subject: claim(claims, 2),
    })
}

/// The algorithm and the kind of tree are signed, and nothing is demanded of us that we do not know.
fn check_protected(protected: &Header) -> Result<(), SealError> {
    let ed25519 = RegisteredLabelWithPrivate::Assigned(iana::Algorithm::EdDSA);
    if protected.alg != Some(ed25519) {
        return Err(SealError::Cose("algorithm is not EdDSA"));
    }
    if find(protected, VERIFIABLE_DATA_STRUCTURE) != Some(&RFC9162_SHA256.into()) {
        return Err(SealError::Cose("tree is not RFC9162_SHA256"));
    }
    if !protected.crit.is_empty() {
        return Err(SealError::Cose(
            "has critical parameters that we do not know",
        ));
    }
    Ok(())
}

fn inclusion_proof(inclusion: &Inclusion) -> Result<Vec<u8>, SealError> {
    let path = inclusion
        .path
        .iter()
        .map(|hash| Value::Bytes(hash.0.to_vec()))
        .collect();
    Value::Array(vec![
        inclusion.size.into(),
        inclusion.index.into(),
        Value::Array(path),
    ])
    .to_vec()
    .map_err(|_| SealError::Cose("proof cannot be written"))
}

/// The one inclusion proof in the unprotected header.
fn read_proof(leaf: Hash, unprotected: &Header) -> Result<Inclusion, SealError> {
    let read = || {
        let proofs = find(unprotected, VERIFIABLE_DATA_PROOFS)?.as_map()?;
        let [(kind, proofs)] = proofs.as_slice() else {
            return None;
        };
        let [proof] = proofs.as_array()?.as_slice() else {
            return None;
        };
        let bytes = proof.as_bytes()?;
        let proof = Value::from_slice(bytes).ok()?;
        let is_shortest = proof.clone().to_vec().ok().as_ref() == Some(bytes);
        let [size, index, path] = proof.as_array()?.as_slice() else {
            return None;
        };
        let path = path.as_array()?;
        (*kind == INCLUSION.into() && is_shortest && path.len() <= MAX_PATH).then_some(())?;
        let hash = |value: &Value| {
            let bytes = value.as_bytes()?.as_slice();
            Some(Hash(bytes.try_into().ok()?))
        };
        let number = |value: &Value| value.as_integer()?.try_into().ok();
        Some(Inclusion {
            leaf,
            index: number(index)?,
            size: number(size)?,
            path: path.iter().map(hash).collect::<Option<_>>()?,
        })
    };
    read().ok_or(SealError::Cose("does not hold one inclusion proof"))
}

/// The root to which an inclusion proof leads (RFC 9162 2.1.3.2, whose names these are); `None` if it does not have the
/// form for this place in a tree of this size.
fn root_of(inclusion: &Inclusion) -> Option<Hash> {
    (inclusion.index < inclusion.size).then_some(())?;
    let (mut f, mut s, mut r) = (inclusion.index, inclusion.size - 1, inclusion.leaf);
    for sibling in &inclusion.path {
        (s != 0).then_some(())?;
        if f & 1 == 1 || f == s {
            r = node_hash(sibling, &r);
            while f & 1 == 0 && f != 0 {
                f >>= 1;
                s >>= 1;
            }
        } else {
            r = node_hash(&r, sibling);
        }
        f >>= 1;
        s >>= 1;
    }
    (s == 0).then_some(r)
}

fn find(header: &Header, label: i64) -> Option<&Value> {
    header
        .rest
        .iter()
        .find_map(|(found, value)| (*found == Label::Int(label)).then_some(value))
}

/// A claim of CBOR Web Tokens (RFC 8392) that is a text.
fn claim(claims: Option<&Value>, name: u8) -> Option<String> {
    claims?
        .as_map()?
        .iter()
        .find(|(found, _)| *found == Value::from(name))?
        .1
        .as_text()
        .map(str::to_owned)
}
