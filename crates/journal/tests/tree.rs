//! The tree: known answers, and agreement with two implementations written elsewhere.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::LazyLock;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use journal::edge::{Edge, EdgeError};
use journal::hash::{Hash, empty_root, leaf_hash, root_of};
use journal::proof::{
    ProofError, TileReader, VerifyError, consistency_proof, inclusion_proof, root_at,
    verify_consistency, verify_inclusion,
};
use journal::tile::{TileId, TileUpdate};
use proptest::prelude::*;
use sha2::Sha256;
use tlog_tiles::tlog;

/// The leaves and roots of the Certificate Transparency reference implementation's Merkle tree tests.
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn hex_hash(text: &str) -> Hash {
    Hash(hex::decode(text).unwrap().try_into().unwrap())
}

fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

/// Tiles as a store keeps them: the newest state of each, older widths by cutting off.
#[derive(Default)]
struct Tiles(BTreeMap<TileId, Vec<Hash>>);

impl Tiles {
    fn store(&mut self, updates: Vec<TileUpdate>) {
        self.0
            .extend(updates.into_iter().map(|update| (update.id, update.hashes)));
    }

    fn read(&self, id: TileId, width: u16) -> Option<Vec<Hash>> {
        self.0
            .get(&id)
            .map(|hashes| hashes.iter().copied().take(width.into()).collect())
    }
}

impl TileReader for Tiles {
    type Error = Infallible;

    fn tile(&self, id: TileId, width: u16) -> Result<Vec<Hash>, Infallible> {
        Ok(self.read(id, width).unwrap_or_default())
    }
}

/// The node hashes of the oracle `tlog_tiles`, in its storage order.
struct OracleHashes(Vec<tlog::Hash>);

impl tlog::HashReader for OracleHashes {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
        Ok(indexes
            .iter()
            .map(|index| self.0[*index as usize])
            .collect())
    }
}

struct Log {
    tiles: Tiles,
    oracle: OracleHashes,
}

impl Log {
    fn of(size: u64) -> Self {
        let leaves: Vec<Hash> = (0..size).map(|i| leaf_hash(&entry(i))).collect();
        let mut tiles = Tiles::default();
        tiles.store(Edge::new().append_all(&leaves));
        let mut oracle = OracleHashes(Vec::new());
        for index in 0..size {
            let added = tlog::stored_hashes(index, &entry(index), &oracle).unwrap();
            oracle.0.extend(added);
        }
        Self { tiles, oracle }
    }

    fn oracle_root(&self, size: u64) -> Hash {
        Hash(tlog::tree_hash(size, &self.oracle).unwrap().0)
    }
}

const LARGEST: u64 = 2100;
static LOG: LazyLock<Log> = LazyLock::new(|| Log::of(LARGEST));

fn ct_merkle_tree(size: u64) -> MemoryBackedTree<Sha256, Vec<u8>> {
    let mut tree = MemoryBackedTree::new();
    (0..size).for_each(|index| tree.push(entry(index)));
    tree
}

fn hashes(bytes: &[u8]) -> Vec<Hash> {
    bytes
        .chunks(32)
        .map(|chunk| Hash(chunk.try_into().unwrap()))
        .collect()
}

/// Roots are those of RFC 6962, so that every verifier of Certificate Transparency agrees with us.
#[test]
fn roots_match_the_certificate_transparency_vectors() {
    let mut edge = Edge::new();
    assert_eq!(edge.root(), hex_hash(ROOTS[0]));
    for (leaf, root) in LEAVES.iter().zip(&ROOTS[1..]) {
        edge.append(leaf_hash(&hex::decode(leaf).unwrap()));
        assert_eq!(edge.root(), hex_hash(root), "size {}", edge.size());
    }
}

/// Proofs are those of RFC 6962, hash by hash.
#[test]
fn proofs_match_the_certificate_transparency_vectors() {
    let leaves: Vec<Hash> = LEAVES
        .iter()
        .map(|leaf| leaf_hash(&hex::decode(leaf).unwrap()))
        .collect();
    let mut tiles = Tiles::default();
    tiles.store(Edge::new().append_all(&leaves));
    let expect = |list: &[&str]| list.iter().map(|text| hex_hash(text)).collect::<Vec<_>>();
    assert_eq!(
        inclusion_proof(&tiles, 5, 8).unwrap(),
        expect(&[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            ROOTS[4],
        ])
    );
    assert_eq!(
        consistency_proof(&tiles, 6, 8).unwrap(),
        expect(&[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            ROOTS[4],
        ])
    );
    assert_eq!(
        consistency_proof(&tiles, 2, 5).unwrap(),
        expect(&[
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ])
    );
}

/// No size is special: every pair of small sizes and entries proves, and agrees with the oracle.
#[test]
fn all_proofs_of_small_trees_match_the_oracle() {
    let Log { tiles, oracle } = &*LOG;
    for size in 1..=70 {
        let root = root_at(tiles, size).unwrap();
        assert_eq!(root, LOG.oracle_root(size));
        for index in 0..size {
            let proof = inclusion_proof(tiles, index, size).unwrap();
            let expected = tlog::prove_record(size, index, oracle).unwrap();
            assert_eq!(
                proof,
                expected.iter().map(|h| Hash(h.0)).collect::<Vec<_>>()
            );
            verify_inclusion(&leaf_hash(&entry(index)), index, size, &proof, &root).unwrap();
        }
        for old in 1..=size {
            let proof = consistency_proof(tiles, old, size).unwrap();
            let expected = tlog::prove_tree(size, old, oracle).unwrap();
            assert_eq!(
                proof,
                expected.iter().map(|h| Hash(h.0)).collect::<Vec<_>>()
            );
            let old_root = root_at(tiles, old).unwrap();
            verify_consistency(old, &old_root, size, &root, &proof).unwrap();
        }
    }
}

/// Around the borders of tiles, where partial tiles become full, nothing breaks.
#[test]
fn proofs_hold_around_tile_borders() {
    let tiles = &LOG.tiles;
    let sizes = [
        1, 2, 127, 128, 129, 254, 255, 256, 257, 258, 511, 512, 513, 1024, 2047, 2048, 2049,
    ];
    for new in sizes {
        let root = root_at(tiles, new).unwrap();
        assert_eq!(root, LOG.oracle_root(new), "size {new}");
        let ct = ct_merkle_tree(new).root();
        assert_eq!(root.0, ct.as_bytes().as_slice(), "size {new}");
        for old in sizes.into_iter().filter(|old| *old <= new) {
            let proof = consistency_proof(tiles, old, new).unwrap();
            let old_root = root_at(tiles, old).unwrap();
            assert_eq!(
                verify_consistency(old, &old_root, new, &root, &proof),
                Ok(())
            );
            let proof = inclusion_proof(tiles, old - 1, new).unwrap();
            let leaf = leaf_hash(&entry(old - 1));
            assert_eq!(verify_inclusion(&leaf, old - 1, new, &proof, &root), Ok(()));
        }
    }
}

/// The third tile level, from 65,536 entries on, works like the others.
#[test]
fn a_tree_with_three_tile_levels_matches_the_oracle() {
    let log = Log::of(65_537);
    for size in [65_535, 65_536, 65_537] {
        let root = root_at(&log.tiles, size).unwrap();
        assert_eq!(root, log.oracle_root(size));
        let rebuilt =
            Edge::from_partial_tiles(size, |id, width| log.tiles.read(id, width)).unwrap();
        assert_eq!(rebuilt.root(), root);
        for index in [0, 255, 256, 40_000, size - 1] {
            let proof = inclusion_proof(&log.tiles, index, size).unwrap();
            let expected = tlog::prove_record(size, index, &log.oracle).unwrap();
            assert_eq!(
                proof,
                expected.iter().map(|h| Hash(h.0)).collect::<Vec<_>>()
            );
            verify_inclusion(&leaf_hash(&entry(index)), index, size, &proof, &root).unwrap();
        }
    }
    assert_eq!(log.tiles.0.keys().map(|id| id.level).max(), Some(2));
}

/// The empty log is a log: it has the standard root, continues into every log, and proves no entry.
#[test]
fn the_empty_tree_is_the_beginning_of_every_tree() {
    let tiles = &LOG.tiles;
    let root = root_at(tiles, 5).unwrap();
    assert_eq!(root_at(tiles, 0).unwrap(), empty_root());
    assert_eq!(consistency_proof(tiles, 0, 5).unwrap(), []);
    assert_eq!(verify_consistency(0, &empty_root(), 5, &root, &[]), Ok(()));
    assert_eq!(
        verify_consistency(0, &empty_root(), 0, &empty_root(), &[]),
        Ok(())
    );
    assert_eq!(
        verify_consistency(0, &root, 5, &root, &[]),
        Err(VerifyError::Root)
    );
    assert_eq!(
        verify_consistency(0, &root, 0, &root, &[]),
        Err(VerifyError::Root)
    );
    assert_eq!(
        verify_consistency(0, &empty_root(), 5, &root, &[root]),
        Err(VerifyError::ProofLength)
    );
    let none = VerifyError::NoSuchEntry { index: 0, size: 0 };
    assert_eq!(verify_inclusion(&root, 0, 0, &[], &root), Err(none));
    assert_eq!(
        inclusion_proof(tiles, 5, 5),
        Err(ProofError::NoSuchEntry { index: 5, size: 5 })
    );
}

/// A log that shrank, or has another root at the same size, is never consistent.
#[test]
fn shrinking_and_forking_are_refused() {
    let (five, six) = (
        root_at(&LOG.tiles, 5).unwrap(),
        root_at(&LOG.tiles, 6).unwrap(),
    );
    let shrunk = VerifyError::Shrunk { old: 6, new: 5 };
    assert_eq!(verify_consistency(6, &six, 5, &five, &[]), Err(shrunk));
    assert_eq!(
        consistency_proof(&LOG.tiles, 6, 5),
        Err(ProofError::Shrunk { old: 6, new: 5 })
    );
    assert_eq!(verify_consistency(5, &five, 5, &five, &[]), Ok(()));
    assert_eq!(
        verify_consistency(5, &five, 5, &six, &[]),
        Err(VerifyError::Root)
    );
    assert_eq!(
        verify_consistency(5, &five, 6, &six, &[]),
        Err(VerifyError::ProofLength)
    );
}

/// A store that lost or cut a tile is reported by name, not papered over.
#[test]
fn missing_and_short_tiles_are_reported() {
    let id = TileId { level: 1, index: 0 };
    let missing = Edge::from_partial_tiles(600, |asked, width| {
        (asked != id)
            .then(|| LOG.tiles.read(asked, width))
            .flatten()
    });
    assert_eq!(missing, Err(EdgeError::Missing { id, width: 2 }));
    assert_eq!(
        missing.unwrap_err().to_string(),
        "tile tile/1/000.p/2 is missing"
    );
    let short = Edge::from_partial_tiles(600, |asked, width| LOG.tiles.read(asked, width - 1));
    assert_eq!(
        short,
        Err(EdgeError::Width {
            id: TileId { level: 0, index: 2 },
            width: 88,
            found: 87
        })
    );
    assert_eq!(
        Edge::from_partial_tiles(u64::MAX, |_, _| None),
        Err(EdgeError::Size(u64::MAX))
    );
    let empty = inclusion_proof(&Tiles::default(), 3, 600);
    assert!(matches!(empty, Err(ProofError::Width { found: 0, .. })));
}

/// An append hands out exactly the tiles that changed, each once, whole.
#[test]
fn an_append_reports_each_changed_tile_once() {
    let leaf = leaf_hash(b"");
    let shape = |updates: &[TileUpdate]| -> Vec<(u8, u64, usize)> {
        updates
            .iter()
            .map(|u| (u.id.level, u.id.index, u.hashes.len()))
            .collect()
    };
    let mut edge = Edge::new();
    assert_eq!(shape(&edge.append_all(&[])), []);
    assert_eq!(shape(&edge.append_all(&[leaf; 255])), [(0, 0, 255)]);
    let updates = edge.append(leaf);
    assert_eq!(shape(&updates), [(0, 0, 256), (1, 0, 1)]);
    assert!(updates[0].is_full() && !updates[1].is_full());
    assert_eq!(
        shape(&edge.append_all(&[leaf; 300])),
        [(0, 1, 256), (0, 2, 44), (1, 0, 2)]
    );
    assert_eq!(shape(&edge.append(leaf)), [(0, 2, 45)]);
    assert_eq!(shape(&edge.partial_tiles()), [(0, 2, 45), (1, 0, 2)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Roots and proofs of any two sizes agree with both oracles and verify.
    #[test]
    fn proofs_match_both_oracles(new in 1..=LARGEST, old in 1..=LARGEST, index in 0..LARGEST) {
        let (old, index) = (1 + old % new, index % new);
        let Log { tiles, oracle } = &*LOG;
        let (old_root, root) = (root_at(tiles, old).unwrap(), root_at(tiles, new).unwrap());
        let ct = ct_merkle_tree(new);
        prop_assert_eq!(root, LOG.oracle_root(new));
        let ct_root = ct.root();
        prop_assert_eq!(&root.0[..], ct_root.as_bytes().as_slice());

        let proof = inclusion_proof(tiles, index, new).unwrap();
        let leaf = leaf_hash(&entry(index));
        prop_assert_eq!(verify_inclusion(&leaf, index, new, &proof, &root), Ok(()));
        prop_assert_eq!(&proof, &hashes(ct.prove_inclusion(index as usize).as_bytes()));
        let theirs: Vec<_> = proof.iter().map(|h| tlog::Hash(h.0)).collect();
        prop_assert!(tlog::check_record(&theirs, new, tlog::Hash(root.0), index, tlog::Hash(leaf.0)).is_ok());

        let proof = consistency_proof(tiles, old, new).unwrap();
        prop_assert_eq!(verify_consistency(old, &old_root, new, &root, &proof), Ok(()));
        prop_assert_eq!(&proof, &hashes(ct.prove_consistency((new - old) as usize).as_bytes()));
        let theirs = tlog::prove_tree(new, old, oracle).unwrap();
        prop_assert_eq!(proof, theirs.iter().map(|h| Hash(h.0)).collect::<Vec<_>>());
    }

    /// One flipped bit anywhere in a proof, a leaf or a root makes it fail.
    #[test]
    fn altered_proofs_fail(new in 2..=LARGEST, old in 1..LARGEST, at in any::<usize>(), bit in 0..256_usize) {
        let old = 1 + old % (new - 1);
        let tiles = &LOG.tiles;
        let (old_root, root) = (root_at(tiles, old).unwrap(), root_at(tiles, new).unwrap());
        let flip = |hash: &Hash| { let mut h = *hash; h.0[bit / 8] ^= 1 << (bit % 8); h };
        let alter = |proof: &[Hash]| {
            let mut proof = proof.to_vec();
            let at = at % proof.len();
            proof[at] = flip(&proof[at]);
            proof
        };

        let index = old - 1;
        let leaf = leaf_hash(&entry(index));
        let proof = inclusion_proof(tiles, index, new).unwrap();
        prop_assert!(verify_inclusion(&leaf, index, new, &alter(&proof), &root).is_err());
        prop_assert!(verify_inclusion(&flip(&leaf), index, new, &proof, &root).is_err());
        prop_assert!(verify_inclusion(&leaf, index, new, &proof, &flip(&root)).is_err());
        prop_assert!(verify_inclusion(&leaf, index, new, &proof[1..], &root).is_err());
        prop_assert!(verify_inclusion(&leaf, index, new, &[&proof[..], &[root]].concat(), &root).is_err());
        prop_assert!(verify_inclusion(&leaf, (index + 1) % new, new, &proof, &root).is_err());

        let proof = consistency_proof(tiles, old, new).unwrap();
        prop_assert!(verify_consistency(old, &old_root, new, &root, &alter(&proof)).is_err());
        prop_assert!(verify_consistency(old, &flip(&old_root), new, &root, &proof).is_err());
        prop_assert!(verify_consistency(old, &old_root, new, &flip(&root), &proof).is_err());
        prop_assert!(verify_consistency(old, &old_root, new, &root, &proof[1..]).is_err());
        prop_assert!(verify_consistency(old, &old_root, new, &root, &[&proof[..], &[root]].concat()).is_err());
    }

    /// However the leaves are batched, and after every restart from stored tiles, the log is the same.
    #[test]
    fn batches_and_restarts_do_not_change_the_tree(batches in prop::collection::vec(0..400_usize, 1..8)) {
        let (mut edge, mut tiles, mut leaves) = (Edge::new(), Tiles::default(), Vec::new());
        for batch in batches {
            let added: Vec<Hash> = (0..batch).map(|i| leaf_hash(&entry((leaves.len() + i) as u64))).collect();
            leaves.extend(&added);
            tiles.store(edge.append_all(&added));
            let rebuilt = Edge::from_partial_tiles(edge.size(), |id, width| tiles.read(id, width)).unwrap();
            prop_assert_eq!(&rebuilt, &edge);
            prop_assert_eq!(edge.root(), root_of(&leaves));
            prop_assert_eq!(root_at(&tiles, edge.size()).unwrap(), edge.root());
            for update in edge.partial_tiles() {
                prop_assert_eq!(update.hashes.len(), usize::from(update.id.width_in(edge.size())));
            }
        }
    }

    /// No proof, however wrong, makes a verifier panic or believe.
    #[test]
    fn random_proofs_are_refused(
        index in any::<u64>(), old in any::<u64>(), new in any::<u64>(),
        proof in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash), 0..70),
    ) {
        let (leaf, root) = (leaf_hash(b"leaf"), leaf_hash(b"root"));
        prop_assert!(verify_inclusion(&leaf, index, new, &proof, &root).is_err());
        prop_assert!(verify_consistency(old, &leaf, new, &root, &proof).is_err());
    }
}
