//! What the witness has seen of each log, and its text on disk.
//!
//! ```text
//! kontaktstelle/witness-memory/v1
//! <vkey of the witness, Ed25519>
//! <vkey of the witness, ML-DSA-44>
//! <size> <time> <root> <origin>          for each log, by origin
//! sha256 <hash of all lines above>
//! ```
//!
//! The keys bind the memory to the identity that has vouched for it; the hash shows that the file is
//! whole.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use journal::hash::sha256;
use journal::witness::Seen;

const HEADER: &str = "kontaktstelle/witness-memory/v1";
const HASH: &str = "sha256 ";

/// What was seen of a log last, and when it was cosigned last, in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) seen: Seen,
    pub(super) time: u64,
}

/// The whole memory of a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Memory {
    pub(super) vkeys: [String; 2],
    records: BTreeMap<String, Record>,
}

impl Memory {
    /// The memory of a witness that has seen nothing yet.
    pub(super) fn new(vkeys: [String; 2]) -> Self {
        Self {
            vkeys,
            records: BTreeMap::new(),
        }
    }

    pub(super) fn get(&self, origin: &str) -> Option<&Record> {
        self.records.get(origin)
    }

    pub(super) fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.values()
    }

    /// The same memory with something newer about one log.
    pub(super) fn with(&self, seen: Seen, time: u64) -> Self {
        let mut next = self.clone();
        next.records
            .insert(seen.origin.clone(), Record { seen, time });
        next
    }

    pub(super) fn to_text(&self) -> String {
        let mut text = format!("{HEADER}\n{}\n{}\n", self.vkeys[0], self.vkeys[1]);
        for Record { seen, time } in self.records.values() {
            // Writing to a String cannot fail. An origin has no spaces: it is the name of the log's keys.
            let _ = writeln!(text, "{} {time} {} {}", seen.size, seen.root, seen.origin);
        }
        let hash = sha256(text.as_bytes());
        text + HASH + &hash.to_string() + "\n"
    }

    /// Reads a memory; nothing if it is not to the byte what [`Memory::to_text`] writes.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        lines.next().filter(|line| *line == HEADER)?;
        let mut memory = Self::new([lines.next()?.to_owned(), lines.next()?.to_owned()]);
        for line in lines.take_while(|line| !line.starts_with(HASH)) {
            let mut words = line.splitn(4, ' ');
            let size = words.next()?.parse().ok()?;
            let time = words.next()?.parse().ok()?;
            let root = words.next()?.parse().ok()?;
            let origin = words.next()?.to_owned();
            memory = memory.with(Seen { origin, size, root }, time);
        }
        (memory.to_text() == text).then_some(memory)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn memory() -> Memory {
        let seen = |origin: &str, size| Seen {
            origin: origin.into(),
            size,
            root: sha256(origin.as_bytes()),
        };
        Memory::new(["a+1+b".into(), "a+2+c".into()])
            .with(seen("log.example/b", 7), 1_790_000_000)
            .with(seen("log.example/a", 0), 1)
            .with(seen("log.example/b", 8), 1_790_000_001)
    }

    /// Promise: what is written is read back, and the newest of each log is kept.
    #[test]
    fn a_memory_is_read_back() {
        let text = memory().to_text();
        assert_eq!(Memory::parse(&text), Some(memory()));
        assert_eq!(text.lines().count(), 3 + 2 + 1);
        assert_eq!(memory().get("log.example/b").unwrap().seen.size, 8);
    }

    /// Promise: no change of a byte and no cut goes unnoticed.
    #[test]
    fn a_spoiled_memory_is_refused() {
        let text = memory().to_text();
        for at in 0..text.len() {
            assert_eq!(Memory::parse(&text[..at]), None, "cut at {at}");
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let spoiled = String::from_utf8(bytes).unwrap();
            assert_eq!(Memory::parse(&spoiled), None, "changed at {at}");
        }
        assert_eq!(Memory::parse(&(text.clone() + "\n")), None);
        assert_eq!(Memory::parse(&text.replace("7", "8")), None);
    }
}
