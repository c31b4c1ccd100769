//! A bad line between the anchor and etcd.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// What happens to the next answers or questions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// etcd does what it is asked, but its answer does not come back.
    AnswerLost,
    /// The question does not reach etcd.
    QuestionLost,
    /// etcd does what it is asked, and the line stays open and silent.
    Silence,
}

#[derive(Default)]
struct State {
    fault: Mutex<Option<(Fault, usize)>>,
    struck: AtomicUsize,
}

impl State {
    fn strikes(&self, candidates: &[Fault]) -> Option<Fault> {
        let mut planned = self.fault.lock().unwrap();
        let (fault, left) = planned.filter(|(fault, _)| candidates.contains(fault))?;
        *planned = (left > 1).then(|| (fault, left - 1));
        self.struck.fetch_add(1, Ordering::SeqCst);
        Some(fault)
    }
}

pub(crate) struct Proxy {
    endpoint: String,
    state: Arc<State>,
}

impl Proxy {
    /// A line to this endpoint. It ends with the test's process.
    pub(crate) fn to(endpoint: &str) -> Self {
        let target = endpoint.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(&target) else {
                    continue;
                };
                let (client2, server2) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let (there, back) = (Arc::clone(&shared), Arc::clone(&shared));
                std::thread::spawn(move || pass(client, server, &there, &[Fault::QuestionLost]));
                let faults = [Fault::AnswerLost, Fault::Silence];
                std::thread::spawn(move || pass(server2, client2, &back, &faults));
            }
        });
        Self { endpoint, state }
    }

    pub(crate) fn endpoint(&self) -> String {
        self.endpoint.clone()
    }

    /// Lets the next `times` exchanges fail.
    pub(crate) fn fail(&self, fault: Fault, times: usize) {
        *self.state.fault.lock().unwrap() = Some((fault, times));
    }

    pub(crate) fn mend(&self) {
        *self.state.fault.lock().unwrap() = None;
    }

    /// How often a fault struck.
    pub(crate) fn struck(&self) -> usize {
        self.state.struck.load(Ordering::SeqCst)
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, state: &State, faults: &[Fault]) {
    let mut buffer = [0; 65_536];
    let mut silent = false;
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        match state.strikes(faults) {
            Some(Fault::Silence) => silent = true,
            Some(_) => break,
            None => {}
        }
        if !silent && to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
