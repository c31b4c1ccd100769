//! What is under way between the places. Nothing arrives by itself: the story picks what arrives
//! next, so every packet may overtake every other, come twice, or never.

use crate::chance::Chance;
use journal::extract::Extract;
use journal::hash::Hash;
use std::collections::BTreeSet;

/// Where packets come from and go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Office(usize),
    Witness(usize),
    Forger,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Office(house) => f.write_str(crate::house::NAMES[*house]),
            Self::Witness(number) => write!(f, "w{number}"),
            Self::Forger => f.write_str("forger"),
        }
    }
}

/// What is asked or answered. Witness answers carry the note that was asked about, as the one who
/// asked remembers it.
#[derive(Debug, Clone)]
pub(crate) enum Load {
    Consign {
        message: Hash,
        bytes: Vec<u8>,
    },
    Release {
        message: Hash,
        headers: Vec<u8>,
    },
    Receipt {
        message: Hash,
        receipt: String,
    },
    NotTaken {
        message: Hash,
        /// The peer lacks what comes before it.
        lacks: bool,
    },
    /// A question for the other office's log, from this entry on; and how long the asker's own was.
    Fetch {
        from: u64,
        ours: u64,
    },
    Fetched {
        extract: Box<Extract>,
        ours: u64,
    },
    AddCheckpoint {
        log: String,
        request: String,
    },
    Cosigned {
        log: String,
        request: String,
        lines: String,
    },
    Conflict {
        log: String,
        seen: u64,
    },
    Ask {
        log: String,
        origin: String,
    },
    Shown {
        log: String,
        checkpoint: Option<String>,
    },
}

impl Load {
    /// What the trace calls it: without any byte that is random.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Consign { .. } => "message".to_owned(),
            Self::Release { .. } => "headers".to_owned(),
            Self::Receipt { .. } => "receipt".to_owned(),
            Self::NotTaken { .. } => "refusal".to_owned(),
            Self::Fetch { from, .. } => format!("question for the log from {from}"),
            Self::Fetched { extract, .. } => format!("{} entries", extract.entries.len()),
            Self::AddCheckpoint { log, .. } => format!("checkpoint of {log}"),
            Self::Cosigned { log, .. } => format!("cosignature of {log}"),
            Self::Conflict { log, seen } => format!("{log} was seen at {seen}"),
            Self::Ask { log, .. } => format!("question about {log}"),
            Self::Shown { log, .. } => format!("answer about {log}"),
        }
    }

    /// Whether somebody waits for it on an open connection.
    pub(crate) const fn is_answer(&self) -> bool {
        matches!(
            self,
            Self::Receipt { .. }
                | Self::NotTaken { .. }
                | Self::Fetched { .. }
                | Self::Cosigned { .. }
                | Self::Conflict { .. }
                | Self::Shown { .. }
        )
    }
}

/// One packet.
#[derive(Debug, Clone)]
pub(crate) struct Packet {
    pub(crate) from: Place,
    pub(crate) to: Place,
    /// The life of the office that asks: an answer to an earlier one finds nobody.
    pub(crate) life: u64,
    pub(crate) load: Load,
}

/// Everything under way.
#[derive(Debug, Default)]
pub(crate) struct Network {
    under_way: Vec<Packet>,
    parted: BTreeSet<(Place, Place)>,
}

impl Network {
    pub(crate) fn send(&mut self, packet: Packet) {
        self.under_way.push(packet);
    }

    /// Nothing passes between these two.
    pub(crate) fn part(&mut self, one: Place, two: Place) {
        self.parted.insert((one.min(two), one.max(two)));
    }

    pub(crate) fn heal(&mut self) {
        self.parted.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }

    fn passes(&self, packet: &Packet) -> bool {
        let pair = (packet.from.min(packet.to), packet.from.max(packet.to));
        !self.parted.contains(&pair)
    }

    /// Any packet that can arrive.
    pub(crate) fn any(&mut self, chance: &mut Chance) -> Option<Packet> {
        let can: Vec<usize> = (0..self.under_way.len())
            .filter(|at| {
                self.under_way
                    .get(*at)
                    .is_some_and(|packet| self.passes(packet))
            })
            .collect();
        if can.is_empty() {
            return None;
        }
        let at = *can.get(chance.index(can.len()))?;
        Some(self.under_way.remove(at))
    }

    /// The packet that has been under way longest.
    pub(crate) fn first(&mut self) -> Option<Packet> {
        (!self.under_way.is_empty()).then(|| self.under_way.remove(0))
    }

    /// The connections of an office that is put back from a backup have long ended by then.
    pub(crate) fn drop_all_of(&mut self, place: Place) {
        self.under_way
            .retain(|packet| packet.from != place && packet.to != place);
    }
}
