//! The bytes of a message: magic, version, then length-prefixed manifest and payloads. Numbers are big-endian.
//!
//! ```text
//! "KSTMSG" | version: u8 = 2 | manifest length: u32 | manifest | payloads: u8 | { length: u32 | sha256: 32 | payload }*
//! ```
//! The payloads are in the order of the manifest. Nothing may follow the last one.

use journal::hash::Hash;

use crate::SealError;
use crate::message::{MAX_INLINE_BYTES, MAX_PARTS, check_inline_sizes};
use crate::statement::MAX_STATEMENT_BYTES;

const MAGIC: &[u8] = b"KSTMSG";
const VERSION: u8 = 2;

pub(crate) fn encode(manifest: &str, payloads: &[(Hash, &[u8])]) -> Result<Vec<u8>, SealError> {
    let size = MAGIC.len()
        + 6
        + manifest.len()
        + payloads.iter().map(|(_, p)| 36 + p.len()).sum::<usize>();
    let length = |what, bytes: usize| u32::try_from(bytes).map_err(|_| SealError::Wire(what));
    let count = u8::try_from(payloads.len()).map_err(|_| SealError::Wire("too many payloads"))?;
    let mut bytes = Vec::with_capacity(size);
    bytes.extend_from_slice(MAGIC);
    bytes.push(VERSION);
    bytes.extend_from_slice(&length("manifest is too long", manifest.len())?.to_be_bytes());
    bytes.extend_from_slice(manifest.as_bytes());
    bytes.push(count);
    for (name, payload) in payloads {
        bytes.extend_from_slice(&length("payload is too long", payload.len())?.to_be_bytes());
        bytes.extend_from_slice(&name.0);
        bytes.extend_from_slice(payload);
    }
    Ok(bytes)
}

/// What [`decode`] finds: the manifest's document and the payloads, each under the name it came with.
type Decoded<'a> = (&'a [u8], Vec<(Hash, &'a [u8])>);

/// All of it still borrowed: nothing is copied or hashed before every length has been checked.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded<'_>, SealError> {
    let mut rest = bytes
        .strip_prefix(MAGIC)
        .ok_or(SealError::Wire("not a message"))?;
    let [version] = take_array(&mut rest)?;
    if version != VERSION {
        return Err(SealError::Wire("unknown version"));
    }
    let length = u32::from_be_bytes(take_array(&mut rest)?);
    let manifest = take(&mut rest, length, "manifest", MAX_STATEMENT_BYTES as u64)?;
    let [count] = take_array(&mut rest)?;
    if usize::from(count) > MAX_PARTS {
        return Err(SealError::Wire("too many payloads"));
    }
    let mut payloads = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let length = u32::from_be_bytes(take_array(&mut rest)?);
        let name = Hash(take_array(&mut rest)?);
        let payload = take(&mut rest, length, "inline payload", MAX_INLINE_BYTES)?;
        payloads.push((name, payload));
    }
    if !rest.is_empty() {
        return Err(SealError::Wire("bytes after the last payload"));
    }
    check_inline_sizes(payloads.iter().map(|(_, payload)| payload.len() as u64))?;
    Ok((manifest, payloads))
}

fn take_array<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], SealError> {
    let (head, tail) = rest
        .split_first_chunk()
        .ok_or(SealError::Wire("cut short"))?;
    *rest = tail;
    Ok(*head)
}

fn take<'a>(
    rest: &mut &'a [u8],
    length: u32,
    what: &'static str,
    limit: u64,
) -> Result<&'a [u8], SealError> {
    if u64::from(length) > limit {
        return Err(SealError::TooLarge { what, limit });
    }
    let cut = SealError::Wire("cut short");
    let Ok(length) = usize::try_from(length) else {
        return Err(cut);
    };
    let (head, tail) = rest.split_at_checked(length).ok_or(cut)?;
    *rest = tail;
    Ok(head)
}
