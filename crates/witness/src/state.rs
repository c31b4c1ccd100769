//! The memory of a witness, and the one place where it cosigns.
//!
//! The directory of a witness:
//!
//! | file | what |
//! |---|---|
//! | `lock` | held by the process that serves |
//! | `key` | the secret, as its custody keeps it |
//! | `memory` | what was seen of each log; written before anything is signed |
//! | `logs` | the keys of the logs that are followed, one a line |
//! | `cosigned/<hash of origin>` | the newest cosigned checkpoint of a log, for monitors |
//! | `evidence/<hash of origin>/` | checkpoints that a log has signed and that do not continue what was seen |

mod evidence;
mod memory;

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use journal::checkpoint::Checkpoint;
use journal::cosignature::MAX_NAME_BYTES;
use journal::log_key::LogKeys;
use journal::note::{MAX_NOTE_BYTES, MAX_SIGNATURES, Note, VerifierKey};
use journal::witness::{AddCheckpoint, Answer, Refusal, Seen, check, origin_hash};

use self::memory::Memory;
use crate::durable::{failed, make_dir, private, read, replace};
use crate::error::{NotCosigned, StateError};
use crate::keys::{Custody, WitnessKeys};

const LOCK: &str = "lock";
const KEY: &str = "key";
const MEMORY: &str = "memory";
const LOGS: &str = "logs";
const COSIGNED: &str = "cosigned";
const MAX_KEY_BYTES: u64 = 64 * 1024;
const MAX_MEMORY_BYTES: u64 = 1 << 20;
const MAX_LOGS_BYTES: u64 = 4 << 20;
/// The most keys of logs that a witness follows, and the most logs that it remembers. The files that
/// hold them have room for so many of the longest.
const MAX_LOG_KEYS: usize = 2000;
/// The most keys of one log: under a note with a line of each there is room for the two of the witness.
const MAX_KEYS_OF_A_LOG: usize = MAX_SIGNATURES - 2;
const MAX_COSIGNED_BYTES: u64 = MAX_NOTE_BYTES as u64;

/// A witness: its keys, the logs it follows, and what it has seen of them.
pub struct State {
    dir: PathBuf,
    keys: WitnessKeys,
    logs: RwLock<HashMap<String, LogKeys>>,
    /// Nothing once a write has failed: what is on disk is unknown then.
    memory: Mutex<Option<Memory>>,
    /// The newest cosigned checkpoint and the answer to it, by the hash of the origin.
    cosigned: RwLock<HashMap<String, Arc<Shown>>>,
    /// Held as long as this lives.
    _lock: File,
}

struct Shown {
    note: String,
    answer: Option<Answer>,
}

impl State {
    /// Sets up a witness with these keys in `dir`, which is made if it is not there. It follows no log
    /// yet.
    ///
    /// # Errors
    /// When there is a witness, or what is left of one, or a file cannot be written.
    pub fn create(
        dir: &Path,
        keys: WitnessKeys,
        custody: &dyn Custody,
    ) -> Result<Self, StateError> {
        make_dir(dir)?;
        let lock = lock(dir)?;
        for name in [KEY, MEMORY, LOGS, COSIGNED] {
            let there = dir.join(name).try_exists().map_err(failed(dir))?;
            if there {
                return Err(StateError::Present(dir.to_owned()));
            }
        }
        let secret = keys.secret_bytes();
        let stored = custody.protect(&secret).map_err(StateError::Custody)?;
        let memory = Memory::new(keys.vkeys());
        make_dir(&dir.join(COSIGNED))?;
        replace(dir, LOGS, b"", MAX_LOGS_BYTES)?;
        replace(dir, MEMORY, memory.to_text().as_bytes(), MAX_MEMORY_BYTES)?;
        // Last, since a key without a memory means that the memory was lost.
        replace(dir, KEY, &stored, MAX_KEY_BYTES)?;
        Ok(Self {
            dir: dir.to_owned(),
            keys,
            logs: RwLock::default(),
            memory: Mutex::new(Some(memory)),
            cosigned: RwLock::default(),
            _lock: lock,
        })
    }

    /// Opens the witness in `dir`.
    ///
    /// # Errors
    /// When there is none, another process has it open, or its files are missing or contradict each
    /// other; see [`StateError::StateLost`].
    pub fn open(dir: &Path, custody: &dyn Custody) -> Result<Self, StateError> {
        if !dir.is_dir() {
            return Err(StateError::Absent(dir.to_owned()));
        }
        let lock = lock(dir)?;
        let stored = read(&dir.join(KEY), MAX_KEY_BYTES)?;
        let memory = read(&dir.join(MEMORY), MAX_MEMORY_BYTES)?;
        let (stored, memory) = match (stored, memory) {
            (Some(stored), Some(memory)) => (stored, memory),
            (Some(_), None) => return Err(StateError::StateLost(dir.to_owned())),
            (None, Some(_)) => return Err(StateError::KeyLost(dir.to_owned())),
            (None, None) => return Err(StateError::Absent(dir.to_owned())),
        };
        let memory = std::str::from_utf8(&memory)
            .ok()
            .and_then(Memory::parse)
            .ok_or_else(|| contradiction(dir, MEMORY, "not a whole memory"))?;
        let name = memory.vkeys[0].split('+').next().unwrap_or_default();
        let secret = custody.reveal(&stored).map_err(StateError::Custody)?;
        let keys = WitnessKeys::from_secret_bytes(name, &secret)?;
        if keys.vkeys() != memory.vkeys {
            return Err(contradiction(dir, MEMORY, "the memory of another key"));
        }
        let state = Self {
            dir: dir.to_owned(),
            keys,
            logs: RwLock::new(read_logs(dir)?),
            cosigned: RwLock::new(read_cosigned(dir, &memory)?),
            memory: Mutex::new(Some(memory)),
            _lock: lock,
        };
        Ok(state)
    }

    /// Name of the witness.
    #[must_use]
    pub fn name(&self) -> &str {
        self.keys.name()
    }

    /// The public keys of the witness as texts, Ed25519 first.
    #[must_use]
    pub fn vkeys(&self) -> [String; 2] {
        self.keys.vkeys()
    }

    /// The logs that are followed, by origin.
    #[must_use]
    pub fn logs(&self) -> Vec<LogKeys> {
        let logs = self.logs.read().unwrap_or_else(PoisonError::into_inner);
        let mut logs: Vec<_> = logs.values().cloned().collect();
        logs.sort_by(|a, b| a.origin().cmp(b.origin()));
        logs
    }

    /// Follows the log with these keys from now on; their name is its origin. A log that is followed
    /// already is known by exactly these keys then. What was seen of it stays.
    ///
    /// # Errors
    /// When these are not keys of one log, one is a key of this witness, its origin is longer than can
    /// be cosigned, there is no room for it, or it cannot be written.
    pub fn add_log(&self, vkeys: &[impl AsRef<str>]) -> Result<(), StateError> {
        let log = LogKeys::from_vkeys(vkeys)?;
        let public = |vkey: &str| vkey.parse::<VerifierKey>().map(|key| key.key).ok();
        let own = self.vkeys().map(|vkey| public(&vkey));
        if log
            .keys()
            .iter()
            .any(|key| own.contains(&public(&key.vkey())))
        {
            return Err(StateError::OwnKey(log.origin().to_owned()));
        }
        // Else it would be stored and could not be cosigned.
        if log.origin().len() > MAX_NAME_BYTES {
            return Err(StateError::OriginTooLong(log.origin().len()));
        }
        if log.keys().len() > MAX_KEYS_OF_A_LOG {
            return Err(StateError::TooManyLogs);
        }
        self.change_logs(|logs| {
            logs.insert(log.origin().to_owned(), log);
        })
    }

    /// Follows the log of this origin no longer. What was seen of it stays, should it come again.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn remove_log(&self, origin: &str) -> Result<(), StateError> {
        self.change_logs(|logs| {
            logs.remove(origin);
        })
    }

    fn change_logs(
        &self,
        change: impl FnOnce(&mut HashMap<String, LogKeys>),
    ) -> Result<(), StateError> {
        let mut logs = self.logs.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = logs.clone();
        change(&mut next);
        let keys = next.values().flat_map(LogKeys::keys);
        let mut lines: Vec<String> = keys.map(|key| key.vkey() + "\n").collect();
        if lines.len() > MAX_LOG_KEYS || self.remembered(&next) > MAX_LOG_KEYS {
            return Err(StateError::TooManyLogs);
        }
        lines.sort();
        replace(&self.dir, LOGS, lines.concat().as_bytes(), MAX_LOGS_BYTES)?;
        *logs = next;
        Ok(())
    }

    /// How many logs the memory has to have room for: those that are followed, and those that were.
    fn remembered(&self, followed: &HashMap<String, LogKeys>) -> usize {
        let memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let records = memory.iter().flat_map(Memory::records);
        let gone = records.filter(|record| !followed.contains_key(&record.seen.origin));
        followed.len() + gone.count()
    }

    /// What was seen of each log last, and when it was cosigned last, in seconds since 1970.
    ///
    /// # Errors
    /// [`NotCosigned::Halted`] once the memory could not be written.
    pub fn seen(&self) -> Result<Vec<(Seen, u64)>, NotCosigned> {
        let guard = self.memory.lock().map_err(|_| NotCosigned::Halted)?;
        let memory = guard.as_ref().ok_or(NotCosigned::Halted)?;
        let records = memory.records().map(|r| (r.seen.clone(), r.time));
        Ok(records.collect())
    }

    /// Decides about a request `add-checkpoint`, at `now` (seconds since 1970), and cosigns if it may.
    /// Blocks until the new memory is on disk.
    ///
    /// # Errors
    /// When it may not, or cannot be sure to remember.
    pub fn add_checkpoint(&self, body: &[u8], now: u64) -> Result<Answer, NotCosigned> {
        let request = AddCheckpoint::parse(body).map_err(Refusal::from)?;
        let offered = request.note().clone();
        let origin = request.checkpoint().origin.clone();
        let log = {
            let logs = self.logs.read().unwrap_or_else(PoisonError::into_inner);
            logs.get(&origin).cloned()
        };
        // From here on one request at a time. A panic while it is held leaves the memory unknown.
        let mut guard = self.memory.lock().map_err(|_| NotCosigned::Halted)?;
        let memory = guard.as_ref().ok_or(NotCosigned::Halted)?;
        let record = memory.get(&origin).cloned();
        let seen = record.as_ref().map(|record| &record.seen);
        let advance = match check(request, log.as_ref(), seen) {
            Ok(advance) => advance,
            Err(refusal) => {
                self.keep_evidence(&refusal, &origin, &offered);
                return Err(refusal.into());
            }
        };
        let last = record.as_ref().map_or(0, |record| record.time);
        // Time 0 would say that nothing is said about time.
        if now == 0 || now < last {
            return Err(NotCosigned::ClockBehind(last.max(1) - now));
        }
        if now == last && seen == Some(advance.seen()) {
            // The same again within one second: a replay must not cost a write.
            if let Some(answer) = self
                .shown(&origin_hash(&origin))
                .and_then(|s| s.answer.clone())
            {
                return Ok(answer);
            }
        }
        let next = memory.with(advance.seen().clone(), now);
        // Until the write has succeeded there is no memory to decide by.
        *guard = None;
        let stored = advance
            .store(|_| {
                let text = next.to_text();
                replace(&self.dir, MEMORY, text.as_bytes(), MAX_MEMORY_BYTES)
            })
            .map_err(|error| halted(&error))?;
        let (ed25519, ml_dsa_44) = self.keys.cosigners(now);
        let cosigned = stored
            .cosign(&[&ed25519, &ml_dsa_44])
            .map_err(|error| halted(&error))?;
        let shown = Shown {
            note: cosigned.note().to_string(),
            answer: Some(cosigned.answer().clone()),
        };
        let hash = origin_hash(&origin);
        let (dir, note) = (self.dir.join(COSIGNED), shown.note.as_bytes());
        replace(&dir, &hash, note, MAX_COSIGNED_BYTES).map_err(|error| halted(&error))?;
        let mut all = self
            .cosigned
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        all.insert(hash, Arc::new(shown));
        *guard = Some(next);
        Ok(cosigned.answer().clone())
    }

    /// The newest cosigned checkpoint of the log whose origin has this hash
    /// ([`journal::witness::origin_hash`]), with the lines of the log and of the witness.
    #[must_use]
    pub fn checkpoint(&self, origin_hash: &str) -> Option<String> {
        Some(self.shown(origin_hash)?.note.clone())
    }

    fn shown(&self, origin_hash: &str) -> Option<Arc<Shown>> {
        let all = self.cosigned.read().unwrap_or_else(PoisonError::into_inner);
        all.get(origin_hash).cloned()
    }
}

fn halted(error: &dyn std::error::Error) -> NotCosigned {
    let cause = error.source().map(ToString::to_string);
    tracing::error!(%error, cause, "the witness has stopped cosigning");
    NotCosigned::Halted
}

fn contradiction(dir: &Path, name: &str, what: &'static str) -> StateError {
    StateError::Contradiction {
        file: dir.join(name),
        what,
    }
}

/// Takes the lock that says which process serves.
fn lock(dir: &Path) -> Result<File, StateError> {
    let path = dir.join(LOCK);
    let file = private().open(&path).map_err(failed(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(StateError::InUse(dir.to_owned())),
        Err(std::fs::TryLockError::Error(source)) => Err(failed(&path)(source)),
    }
}

fn read_logs(dir: &Path) -> Result<HashMap<String, LogKeys>, StateError> {
    let damaged = || contradiction(dir, LOGS, "not the list of logs");
    let text = read(&dir.join(LOGS), MAX_LOGS_BYTES)?.ok_or_else(damaged)?;
    let text = String::from_utf8(text).map_err(|_| damaged())?;
    let mut vkeys: HashMap<&str, Vec<&str>> = HashMap::new();
    for vkey in text.lines() {
        let (origin, _) = vkey.split_once('+').ok_or_else(damaged)?;
        vkeys.entry(origin).or_default().push(vkey);
    }
    vkeys
        .into_iter()
        .map(|(origin, vkeys)| Ok((origin.to_owned(), LogKeys::from_vkeys(&vkeys)?)))
        .collect()
}

/// What is shown to monitors. A cosigned checkpoint that the memory does not cover shows that the memory
/// is older than what was vouched for.
fn read_cosigned(dir: &Path, memory: &Memory) -> Result<HashMap<String, Arc<Shown>>, StateError> {
    let dir = dir.join(COSIGNED);
    let mut all = HashMap::new();
    for entry in std::fs::read_dir(&dir).map_err(failed(&dir))? {
        let file_name = entry.map_err(failed(&dir))?.file_name();
        let name = file_name.to_string_lossy().into_owned();
        if name.ends_with(".new") {
            continue; // of a write that was cut off
        }
        let damaged = |what| contradiction(&dir, &name, what);
        let text = read(&dir.join(&name), MAX_COSIGNED_BYTES)?
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .ok_or_else(|| damaged("not a checkpoint"))?;
        let checkpoint = Note::parse(&text)
            .ok()
            .and_then(|note| Checkpoint::parse(note.text()).ok())
            .filter(|checkpoint| origin_hash(&checkpoint.origin) == name)
            .ok_or_else(|| damaged("not a checkpoint"))?;
        let seen = memory.get(&checkpoint.origin).map(|record| &record.seen);
        let covered = seen.is_some_and(|seen| match checkpoint.size.cmp(&seen.size) {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Equal => checkpoint.root == seen.root,
            std::cmp::Ordering::Greater => false,
        });
        if !covered {
            return Err(damaged("the memory does not know it"));
        }
        let shown = Shown {
            note: text,
            answer: None,
        };
        all.insert(name, Arc::new(shown));
    }
    Ok(all)
}
