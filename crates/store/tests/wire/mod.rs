//! A wire between node and server that can be cut at a chosen moment.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

use crate::cluster::USER;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Where the wire is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The commit reaches the server; its answer reaches nobody.
    AfterTheServerHasIt,
    /// The commit does not reach the server.
    BeforeTheServerHasIt,
}

/// Carries bytes between nodes and a server.
pub struct Wire {
    port: u16,
    next: Arc<Mutex<Option<Cut>>>,
    cuts: Arc<AtomicUsize>,
}

impl Wire {
    /// A wire to a server on this machine. It ends with the test program.
    pub fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let wire = Self {
            port: listener.local_addr().unwrap().port(),
            next: Arc::default(),
            cuts: Arc::default(),
        };
        let (next, cuts) = (wire.next.clone(), wire.cuts.clone());
        std::thread::spawn(move || {
            for node in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(("127.0.0.1", server)).unwrap();
                carry(node, server, next.clone(), cuts.clone());
            }
        });
        wire
    }

    /// The URL of a database at the other end.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Cuts the connection on which the next commit comes.
    pub fn cut_at_next_commit(&self, cut: Cut) {
        *self.next.lock().unwrap() = Some(cut);
    }

    /// How often it was cut.
    pub fn cuts(&self) -> usize {
        self.cuts.load(Ordering::SeqCst)
    }
}

fn carry(
    mut node: TcpStream,
    mut server: TcpStream,
    next: Arc<Mutex<Option<Cut>>>,
    cuts: Arc<AtomicUsize>,
) {
    node.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let (mut back, mut answers) = (node.try_clone().unwrap(), server.try_clone().unwrap());
    std::thread::spawn(move || {
        let _cut = std::io::copy(&mut answers, &mut back);
        let _gone = back.shutdown(Shutdown::Both);
    });
    std::thread::spawn(move || {
        let mut bytes = [0; 65_536];
        while let Ok(count @ 1..) = node.read(&mut bytes) {
            let said = &bytes[..count];
            // The commit of a group, with the row that says which it is; not that of a checkpoint.
            let commits = said.windows(8).any(|part| part == b"; COMMIT");
            let cut = if commits {
                next.lock().unwrap().take()
            } else {
                None
            };
            if cut.is_some() {
                cuts.fetch_add(1, Ordering::SeqCst);
                // Nothing comes back from here on.
                node.shutdown(Shutdown::Both).unwrap();
            }
            if cut != Some(Cut::BeforeTheServerHasIt) && server.write_all(said).is_err() {
                break;
            }
            if cut.is_some() {
                // The server gets the time to do it before it hears that nobody listens.
                std::thread::sleep(Duration::from_millis(200));
                break;
            }
        }
        let _gone = server.shutdown(Shutdown::Both);
    });
}
