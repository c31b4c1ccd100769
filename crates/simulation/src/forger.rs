//! A log that lies: it signs two histories that part after a few entries, and shows each witness
//! whichever it likes. No witness may ever vouch for both.

use crate::chance::Chance;
use crate::house::{FORGER, WITNESSES, forger};
use journal::checkpoint::Checkpoint;
use journal::hash::{Hash, leaf_hash, root_of};
use journal::note::NoteSigner;
use journal::proof::{TileReader, consistency_proof};
use journal::tile::TileId;
use journal::witness::AddCheckpoint;

/// Where the two histories part.
const COMMON: usize = 2;
/// How long each of them is.
const LENGTH: usize = 7;

struct Leaves(Vec<Hash>);

impl TileReader for Leaves {
    type Error = std::convert::Infallible;

    fn tile(&self, _: TileId, width: u16) -> Result<Vec<Hash>, Self::Error> {
        // Far less than a full tile, so there is only the one.
        Ok(self.0.iter().take(usize::from(width)).copied().collect())
    }
}

/// The log and its two histories.
pub(crate) struct Forger {
    histories: [Leaves; 2],
    /// The size that each witness is believed to have seen.
    believed: [u64; WITNESSES],
    /// The heads that each witness has cosigned.
    cosigned: [Vec<Checkpoint>; WITNESSES],
}

impl Forger {
    pub(crate) fn new() -> Self {
        let history = |name: &str| {
            let leaf = |n: usize| {
                let shared = if n < COMMON { "both" } else { name };
                leaf_hash(format!("{shared} {n}").as_bytes())
            };
            Leaves((0..LENGTH).map(leaf).collect())
        };
        Self {
            histories: [history("one"), history("two")],
            believed: [0; WITNESSES],
            cosigned: Default::default(),
        }
    }

    /// The next lie, and to whom.
    pub(crate) fn lie(&self, chance: &mut Chance) -> (usize, String, String) {
        let witness = chance.index(WITNESSES);
        let which = chance.index(2);
        let history = &self.histories[which];
        let old = self.believed[witness];
        let size = old + chance.below(LENGTH as u64 + 1 - old);
        let size = size.max(1);
        let proof = consistency_proof(history, old, size).unwrap();
        let checkpoint = Checkpoint {
            origin: FORGER.to_owned(),
            size,
            root: root_of(&history.0[..size as usize]),
        };
        let signers = forger().signers(FORGER);
        let signers: Vec<&dyn NoteSigner> =
            signers.iter().map(|signer| signer.as_ref() as _).collect();
        let request = AddCheckpoint::new(old, proof, &checkpoint.sign(&signers).unwrap()).unwrap();
        let name = format!("history {which} at {size} from {old}");
        (witness, request.to_string(), name)
    }

    /// A witness says what it has seen.
    pub(crate) fn believe(&mut self, witness: usize, seen: u64) {
        self.believed[witness] = seen.min(LENGTH as u64);
    }

    /// A witness has cosigned. Says what is wrong with that.
    pub(crate) fn vouched(&mut self, witness: usize, head: &Checkpoint) -> Option<String> {
        self.believed[witness] = self.believed[witness].max(head.size);
        if !self.cosigned[witness].contains(head) {
            self.cosigned[witness].push(head.clone());
        }
        for old in &self.cosigned[witness] {
            if !self.agree(old, head) {
                let (old, new) = (old.size, head.size);
                return Some(format!(
                    "witness w{witness} has cosigned heads {old} and {new}, which contradict each other"
                ));
            }
        }
        let vouches = |head: &Checkpoint| {
            self.cosigned
                .iter()
                .filter(|all| all.contains(head))
                .count()
        };
        let all: Vec<&Checkpoint> = self
            .cosigned
            .iter()
            .flatten()
            .filter(|head| vouches(head) >= 2)
            .collect();
        for (at, one) in all.iter().enumerate() {
            if all.iter().skip(at).any(|two| !self.agree(one, two)) {
                return Some("two histories each have a quorum".to_owned());
            }
        }
        None
    }

    /// Whether one history has both heads.
    fn agree(&self, one: &Checkpoint, two: &Checkpoint) -> bool {
        self.histories.iter().any(|history| {
            [one, two]
                .iter()
                .all(|head| root_of(&history.0[..head.size as usize]) == head.root)
        })
    }
}
