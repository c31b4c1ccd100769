//! A domestic witness: the decision is that of [`journal::witness`], the memory a file on a simulated
//! disk, one record after the other.

use crate::house::{cosigner, followed};
use crate::mutant::Mutant;
use journal::hash::sha256;
use journal::log_key::LogKeys;
use journal::note::NoteSigner;
use journal::witness::{AddCheckpoint, Refusal, Seen, check};
use std::collections::BTreeMap;
use std::sync::OnceLock;
use store::simulated::{Disk, Loss};

const FILE: &str = "memory";

/// What it remembers of a log, and what it shows to whoever asks.
type Record = (Seen, String);

/// Why there is no cosignature.
pub(crate) enum NotCosigned {
    Refused(Refusal),
    /// It has stopped.
    Halted,
}

/// One witness.
pub(crate) struct Witness {
    number: usize,
    pub(crate) disk: Disk,
    mutant: Option<Mutant>,
    memory: BTreeMap<String, Record>,
    end: usize,
    /// Of the broken build: cosigned already, not yet written down.
    owed: Vec<Record>,
    pub(crate) runs: bool,
}

impl Witness {
    pub(crate) fn new(number: usize, mutant: Option<Mutant>) -> Self {
        Self {
            number,
            disk: Disk::new(),
            mutant,
            memory: BTreeMap::new(),
            end: 0,
            owed: Vec::new(),
            runs: true,
        }
    }

    /// Its machine stops, and with it goes what was not synced.
    pub(crate) fn cut(&mut self, loss: Loss) {
        self.runs = false;
        self.owed.clear();
        self.disk.restart(loss);
    }

    /// Reads its memory back, as far as it is whole.
    pub(crate) fn start(&mut self) {
        let file = self.disk.read(FILE);
        let mut rest = file.as_slice();
        self.memory.clear();
        while let Some((record, after)) = read_record(rest) {
            self.memory.insert(record.0.origin.clone(), record);
            rest = after;
        }
        self.end = file.len() - rest.len();
        self.runs = true;
    }

    /// Decides about a request, remembers, then cosigns.
    pub(crate) fn add_checkpoint(
        &mut self,
        request: &str,
        seconds: u64,
    ) -> Result<String, NotCosigned> {
        static FOLLOWED: OnceLock<Vec<LogKeys>> = OnceLock::new();
        let refused = |refusal| NotCosigned::Refused(refusal);
        let request = AddCheckpoint::parse(request.as_bytes()).map_err(|e| refused(e.into()))?;
        let origin = request.checkpoint().origin.clone();
        let log = FOLLOWED
            .get_or_init(followed)
            .iter()
            .find(|log| log.origin() == origin);
        let seen = self.memory.get(&origin).map(|(seen, _)| seen);
        let advance = check(request, log, seen).map_err(refused)?;
        let shown = advance.note().to_string();
        let stored = advance
            .store(|seen| {
                let record = (seen.clone(), shown);
                if self.mutant == Some(Mutant::WitnessSignsFirst) {
                    self.memory.insert(record.0.origin.clone(), record.clone());
                    self.owed.push(record);
                    return Ok(());
                }
                self.write(record)
            })
            .map_err(|_: std::io::Error| NotCosigned::Halted)?;
        let signer = cosigner(self.number, seconds);
        let signers: [&dyn NoteSigner; 1] = [&signer];
        Ok(stored.cosign(&signers).unwrap().answer().to_string())
    }

    /// What it has seen last of a log.
    pub(crate) fn checkpoint(&self, origin: &str) -> Option<String> {
        self.memory.get(origin).map(|(_, note)| note.clone())
    }

    /// Whether the broken build has something to write down.
    pub(crate) fn owes(&self) -> bool {
        !self.owed.is_empty()
    }

    /// The broken build writes down what it owes.
    pub(crate) fn pay(&mut self) {
        for record in std::mem::take(&mut self.owed) {
            self.runs &= self.write(record).is_ok();
        }
    }

    fn write(&mut self, record: Record) -> std::io::Result<()> {
        let payload = serde_json::to_vec(&record).map_err(std::io::Error::other)?;
        let head = [
            &(payload.len() as u32).to_be_bytes()[..],
            &sha256(&payload).0,
        ]
        .concat();
        let written = self
            .disk
            .write(FILE, self.end, &head)
            .and_then(|()| self.disk.write(FILE, self.end + head.len(), &payload))
            .and_then(|()| self.disk.sync(FILE));
        if written.is_err() {
            // What is on disk is unknown now: it answers nobody until it has read it again.
            self.runs = false;
            return written;
        }
        self.end += head.len() + payload.len();
        self.memory.insert(record.0.origin.clone(), record);
        Ok(())
    }
}

fn read_record(bytes: &[u8]) -> Option<(Record, &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (sum, rest) = rest.split_first_chunk::<32>()?;
    let (payload, after) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    let whole = sha256(payload).0 == *sum && !payload.is_empty();
    Some((whole.then(|| serde_json::from_slice(payload).ok())??, after))
}
