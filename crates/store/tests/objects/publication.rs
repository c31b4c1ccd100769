//! What a log publishes, in the bucket.

use crate::s3::Server;
use journal::checkpoint::Checkpoint;
use journal::edge::Edge;
use journal::hash::{Hash, leaf_hash};
use journal::note::{Ed25519Signer, NoteSigner};
use journal::resource::Resource;
use journal::tile::{TILE_WIDTH, encode_bundle};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::Path;
use store::Head;
use store::objects::{Bucket, ObjectError};
use tempfile::TempDir;

const LOG: &str = "exchange-cn";
const ORIGIN: &str = "de.example/exchange-cn";

/// A log of some length, and all that it publishes.
struct Log {
    edge: Edge,
    leaves: Vec<Vec<u8>>,
    tiles: BTreeMap<(u8, u64), Vec<Hash>>,
}

impl Log {
    fn of(size: u64) -> Self {
        let leaves: Vec<_> = (0..size).map(|n| n.to_be_bytes().to_vec()).collect();
        let hashes: Vec<_> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
        let mut edge = Edge::new();
        let updates = edge.append_all(&hashes).into_iter();
        let tiles = updates.map(|tile| ((tile.id.level, tile.id.index), tile.hashes));
        Self {
            tiles: tiles.collect(),
            leaves,
            edge,
        }
    }

    fn head(&self, origin: &str) -> Head {
        let key = Ed25519Signer::from_seed(origin, [7; 32]);
        let (size, root) = (self.edge.size(), self.edge.root());
        let checkpoint = Checkpoint {
            origin: origin.to_owned(),
            size,
            root,
        };
        let keys: [&dyn NoteSigner; 1] = [&key];
        Head {
            log: LOG.to_owned(),
            origin: origin.to_owned(),
            size,
            root,
            checkpoint: checkpoint.sign(&keys).unwrap(),
        }
    }

    fn read(&self, resource: Resource) -> Result<Vec<u8>, Infallible> {
        Ok(match resource {
            Resource::Checkpoint => self.head(ORIGIN).checkpoint.into_bytes(),
            Resource::Tile { id, width } => self.tiles[&(id.level, id.index)][..usize::from(width)]
                .iter()
                .flat_map(|hash| hash.0)
                .collect(),
            Resource::Entries { index, width } => {
                let from = index as usize * usize::from(TILE_WIDTH);
                encode_bundle(&self.leaves[from..from + usize::from(width)]).unwrap()
            }
        })
    }

    /// Writes what is missing; gives how many files.
    fn publish(&self, bucket: &Bucket) -> Result<usize, ObjectError> {
        bucket.publish(&self.head(ORIGIN), |resource| self.read(resource))
    }

    /// Whether everything that the checkpoint in the bucket covers stands there.
    fn is_served(&self, server: &Server) -> bool {
        Resource::all(self.edge.size()).all(|resource| {
            let file = server.file(&format!("de/log/{LOG}/{resource}"));
            std::fs::read(file).is_ok_and(|bytes| Ok(bytes) == self.read(resource))
        })
    }
}

fn open(server: &Server) -> (TempDir, Bucket) {
    let folder = TempDir::new().unwrap();
    let bucket = Bucket::open(&server.config("de"), folder.path()).unwrap();
    (folder, bucket)
}

fn is_there(server: &Server, path: &str) -> bool {
    Path::exists(&server.file(&format!("de/log/{LOG}/{path}")))
}

/// All that a log publishes stands at the paths of C2SP tlog-tiles, byte for byte, so that any server
/// of files can publish it; what is there is not written again, and a partial tile goes when the full
/// one stands there.
#[test]
fn a_log_can_be_served_from_the_bucket() {
    let server = Server::start();
    let (_folder, bucket) = open(&server);
    for (size, written) in [(0, 1), (200, 3), (257, 6), (257, 0), (300, 3), (600, 6)] {
        let log = Log::of(size);
        assert_eq!(log.publish(&bucket).unwrap(), written, "{size}");
        assert!(log.is_served(&server), "{size}");
    }
    for (path, there) in [
        ("tile/0/000", true),
        ("tile/0/000.p/200", false),
        ("tile/entries/001.p/44", false),
        ("tile/1/000.p/1", true),
        ("tile/1/000.p/2", true),
    ] {
        assert_eq!(is_there(&server, path), there, "{path}");
    }
}

/// Cut off anywhere, the checkpoint in the bucket covers only what stands there, and the next call
/// goes on.
#[test]
fn what_is_cut_off_is_gone_on_with() {
    let server = Server::start();
    let (_folder, bucket) = open(&server);
    let (before, after) = (Log::of(300), Log::of(600));
    before.publish(&bucket).unwrap();
    for cut in 0..5 {
        let mut read = 0;
        let refused = bucket.publish(&after.head(ORIGIN), |resource| {
            read += 1;
            match read > cut {
                true => Err("the database is away"),
                false => Ok(after.read(resource).unwrap()),
            }
        });
        assert!(matches!(refused, Err(ObjectError::Unpublished { .. })));
        assert!(before.is_served(&server), "cut at {cut}");
    }
    after.publish(&bucket).unwrap();
    assert!(after.is_served(&server));
}

/// A slower node beside the same database never takes the checkpoint back; in a new epoch the log is
/// written anew, as it is then.
#[test]
fn a_checkpoint_is_not_taken_back() {
    let server = Server::start();
    let (_folder, bucket) = open(&server);
    let (shorter, longer) = (Log::of(300), Log::of(301));
    longer.publish(&bucket).unwrap();
    assert_eq!(shorter.publish(&bucket).unwrap(), 0);
    assert!(longer.is_served(&server));
    let epoch = shorter.head("de.example/exchange-cn/2");
    let written = bucket.publish(&epoch, |resource| shorter.read(resource));
    assert_eq!(written.unwrap(), Resource::all(300).count());
    let there = std::fs::read_to_string(server.file(&format!("de/log/{LOG}/checkpoint")));
    assert_eq!(there.unwrap(), epoch.checkpoint);
}
