//! The bytes of a message: magic, version, then length-prefixed manifest and parts. Numbers are big-endian.
//!
//! ```text
//! "KSTMSG" | version: u8 = 1 | manifest length: u32 | manifest | parts: u8 | { part length: u64 | part }*
//! ```
//! Nothing may follow the last part.

use crate::SealError;
use crate::message::MAX_PARTS;
use crate::statement::MAX_STATEMENT_BYTES;

const MAGIC: &[u8] = b"KSTMSG";
const VERSION: u8 = 1;

pub(crate) fn encode(manifest: &str, parts: &[Vec<u8>]) -> Result<Vec<u8>, SealError> {
    let size = MAGIC.len() + 6 + manifest.len() + parts.iter().map(|p| 8 + p.len()).sum::<usize>();
    let manifest_length =
        u32::try_from(manifest.len()).map_err(|_| SealError::Wire("manifest is too long"))?;
    let part_count = u8::try_from(parts.len()).map_err(|_| SealError::Wire("too many parts"))?;
    let mut bytes = Vec::with_capacity(size);
    bytes.extend_from_slice(MAGIC);
    bytes.push(VERSION);
    bytes.extend_from_slice(&manifest_length.to_be_bytes());
    bytes.extend_from_slice(manifest.as_bytes());
    bytes.push(part_count);
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    Ok(bytes)
}

/// The manifest's document and the parts, still borrowed: nothing is copied before every length has been checked.
pub(crate) fn decode(bytes: &[u8], max_part_bytes: u64) -> Result<(&[u8], Vec<&[u8]>), SealError> {
    let mut rest = bytes
        .strip_prefix(MAGIC)
        .ok_or(SealError::Wire("not a message"))?;
    let [version] = take_array(&mut rest)?;
    if version != VERSION {
        return Err(SealError::Wire("unknown version"));
    }
    let length = u64::from(u32::from_be_bytes(take_array(&mut rest)?));
    let manifest = take(&mut rest, length, "manifest", MAX_STATEMENT_BYTES as u64)?;
    let [count] = take_array(&mut rest)?;
    if usize::from(count) > MAX_PARTS {
        return Err(SealError::Wire("too many parts"));
    }
    let mut parts = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let length = u64::from_be_bytes(take_array(&mut rest)?);
        parts.push(take(&mut rest, length, "part", max_part_bytes)?);
    }
    if rest.is_empty() {
        Ok((manifest, parts))
    } else {
        Err(SealError::Wire("bytes after the last part"))
    }
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
    length: u64,
    what: &'static str,
    limit: u64,
) -> Result<&'a [u8], SealError> {
    if length > limit {
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
