//! The other side of the witness: a log, and a client that speaks plain HTTP.
// Each test file is a program of its own and uses a part of this.
#![allow(dead_code)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use journal::checkpoint::Checkpoint;
use journal::cosignature::{MlDsa44Signer, NO_TIME};
use journal::edge::Edge;
use journal::hash::{Hash, leaf_hash, node_hash};
use journal::note::Ed25519Signer;
use journal::witness::AddCheckpoint;

/// A log whose keeper can be as dishonest as it likes: it holds its leaves, and signs any of them.
#[derive(Clone)]
pub(crate) struct Log {
    pub(crate) origin: String,
    pub(crate) leaves: Vec<Hash>,
}

impl Log {
    pub(crate) fn new(origin: &str, size: u64) -> Self {
        let leaves = (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        Self {
            origin: origin.into(),
            leaves,
        }
    }

    pub(crate) fn size(&self) -> u64 {
        self.leaves.len() as u64
    }

    /// The log with one more entry.
    pub(crate) fn grown(&self, entry: &str) -> Self {
        let mut grown = self.clone();
        grown.leaves.push(leaf_hash(entry.as_bytes()));
        grown
    }

    fn signers(&self) -> (Ed25519Signer, MlDsa44Signer) {
        (
            Ed25519Signer::from_seed(&self.origin, [7; 32]),
            MlDsa44Signer::from_seed(&self.origin, [7; 32], NO_TIME),
        )
    }

    pub(crate) fn vkeys(&self) -> [String; 2] {
        let (ed25519, ml_dsa) = self.signers();
        [ed25519.verifier().vkey(), ml_dsa.verifier().vkey()]
    }

    pub(crate) fn head(&self) -> Checkpoint {
        let mut edge = Edge::new();
        edge.append_all(&self.leaves);
        Checkpoint {
            origin: self.origin.clone(),
            size: self.size(),
            root: edge.root(),
        }
    }

    pub(crate) fn signed(&self) -> String {
        let (ed25519, ml_dsa) = self.signers();
        self.head().sign(&[&ed25519, &ml_dsa]).unwrap()
    }

    /// The body of a request that continues from `old`.
    pub(crate) fn request(&self, old: u64) -> String {
        let proof = match old {
            0 => Vec::new(),
            old if old >= self.size() => Vec::new(),
            old => consistency(old as usize, &self.leaves, true),
        };
        AddCheckpoint::new(old, proof, &self.signed())
            .unwrap()
            .to_string()
    }
}

/// RFC 6962 2.1.2, as it stands there (`SUBPROOF`).
fn consistency(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if whole { vec![] } else { vec![root(leaves)] };
    }
    let split = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(split);
    if old <= split {
        let mut proof = consistency(old, left, whole);
        proof.push(root(right));
        proof
    } else {
        let mut proof = consistency(old - split, right, false);
        proof.push(root(left));
        proof
    }
}

fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [leaf] => *leaf,
        leaves => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&root(left), &root(right))
        }
    }
}

/// An answer: status, head, body.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Sends bytes on a connection of their own and reads to the end; nothing if the server goes away.
pub(crate) fn exchange(address: SocketAddr, request: &[u8]) -> Option<Reply> {
    let mut tcp = TcpStream::connect(address).ok()?;
    tcp.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    tcp.write_all(request).ok()?;
    let mut answer = Vec::new();
    tcp.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8(answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length: ")
            .map(str::to_owned)
    })?;
    // A body that was cut off is no answer.
    (length.parse() == Ok(body.len())).then(|| Reply {
        status: head
            .get(9..12)
            .and_then(|code| code.parse().ok())
            .unwrap_or(0),
        head: head.to_ascii_lowercase(),
        body: body.to_owned(),
    })
}

pub(crate) fn post(address: SocketAddr, path: &str, body: &str) -> Option<Reply> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: witness\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    exchange(address, (head + body).as_bytes())
}

pub(crate) fn get(address: SocketAddr, path: &str) -> Option<Reply> {
    let head = format!("GET {path} HTTP/1.1\r\nhost: witness\r\nconnection: close\r\n\r\n");
    exchange(address, head.as_bytes())
}
