//! How a manifest names bytes that are elsewhere: by size and SHA-256.

use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};

use aws_lc_rs::digest::{Context, SHA256};
use journal::hash::Hash;
use serde::{Deserialize, Serialize};

/// Size and SHA-256 of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digest {
    /// Size in bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: Hash,
}

impl Digest {
    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            size: bytes.len() as u64,
            sha256: journal::hash::sha256(bytes),
        }
    }
}

/// Takes the digest of what is read or written through it.
///
/// Hashing takes about as long as encrypting. So from [`ASIDE_FROM`] bytes on it is done by a second thread, which is a
/// few blocks behind: memory stays constant.
pub(crate) struct Digesting<T> {
    inner: T,
    hashing: Hashing,
    size: u64,
}

enum Hashing {
    Here(Context),
    Aside(Aside),
}

/// Below this size a thread costs more than it saves.
const ASIDE_FROM: u64 = 1 << 20;
/// How much is handed to the other thread at once.
const BLOCK_BYTES: usize = 256 * 1024;
/// How many blocks may wait for it.
const BLOCKS: usize = 4;

impl<T> Digesting<T> {
    pub(crate) fn new(inner: T) -> Self {
        Self {
            inner,
            hashing: Hashing::Here(Context::new(&SHA256)),
            size: 0,
        }
    }

    pub(crate) fn finish(self) -> Digest {
        let context = match self.hashing {
            Hashing::Here(context) => context,
            Hashing::Aside(aside) => aside.finish(),
        };
        let mut sha256 = Hash([0; 32]);
        for (byte, found) in sha256.0.iter_mut().zip(context.finish().as_ref()) {
            *byte = *found;
        }
        Digest {
            size: self.size,
            sha256,
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        match &mut self.hashing {
            Hashing::Aside(aside) => aside.take(bytes),
            Hashing::Here(context) => {
                context.update(bytes);
                // Without another thread it goes on here.
                if self.size >= ASIDE_FROM
                    && let Ok(aside) = Aside::start(context.clone())
                {
                    self.hashing = Hashing::Aside(aside);
                }
            }
        }
    }
}

/// A thread that hashes the blocks it is sent and gives them back to be filled again.
struct Aside {
    block: Vec<u8>,
    full: SyncSender<Vec<u8>>,
    empty: Receiver<Vec<u8>>,
    thread: JoinHandle<Context>,
}

impl Aside {
    fn start(mut context: Context) -> io::Result<Self> {
        let (full, blocks) = sync_channel::<Vec<u8>>(BLOCKS);
        let (give_back, empty) = channel();
        // Ends when the sender is dropped, also if that is because of an error.
        let thread = thread::Builder::new()
            .name("digest".into())
            .spawn(move || {
                for mut block in blocks {
                    context.update(&block);
                    block.clear();
                    // Nobody fills it again if this was the last.
                    let _ = give_back.send(block);
                }
                context
            })?;
        Ok(Self {
            block: Vec::with_capacity(BLOCK_BYTES),
            full,
            empty,
            thread,
        })
    }

    fn take(&mut self, mut bytes: &[u8]) {
        while let Some((head, rest)) = bytes.split_at_checked(BLOCK_BYTES - self.block.len()) {
            self.block.extend_from_slice(head);
            bytes = rest;
            let next = self.empty.try_recv().unwrap_or_default();
            let full = std::mem::replace(&mut self.block, next);
            self.full
                .send(full)
                .expect("the thread lives until the sender is dropped");
        }
        self.block.extend_from_slice(bytes);
    }

    fn finish(self) -> Context {
        let Self {
            block,
            full,
            thread,
            ..
        } = self;
        drop(full);
        let mut context = thread.join().expect("hashing does not panic");
        context.update(&block);
        context
    }
}

impl<T: Read> Read for Digesting<T> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(room)?;
        self.take(room.get(..read).unwrap_or_default());
        Ok(read)
    }
}

impl<T: Write> Write for Digesting<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.take(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// The digest is that of all bytes, whether they come in small or large pieces, here or with the second thread.
    #[test]
    fn digest_is_of_all_bytes() {
        let pattern: Vec<u8> = (0..3_000_017_u32).map(|n| (n % 251) as u8).collect();
        let sizes = [
            0,
            1,
            ASIDE_FROM as usize,
            ASIDE_FROM as usize + BLOCK_BYTES,
            pattern.len(),
        ];
        for size in sizes {
            let bytes = &pattern[..size];
            for piece in [997, BLOCK_BYTES, 5_000_000] {
                let mut written = Digesting::new(io::sink());
                for piece in bytes.chunks(piece) {
                    written.write_all(piece).unwrap();
                }
                assert_eq!(written.finish(), Digest::of(bytes), "{size} by {piece}");
            }
            let mut read = Digesting::new(bytes);
            io::copy(&mut read, &mut io::sink()).unwrap();
            assert_eq!(read.finish(), Digest::of(bytes));
        }
    }
}
