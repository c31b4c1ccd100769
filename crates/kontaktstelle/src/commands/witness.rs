//! A domestic witness: a program of its own that knows nothing of cases, keys of nodes or databases.

use super::Session;
use crate::arguments::WitnessWord;
use crate::config::{Log, LogFormat};
use crate::keystore::Source;
use crate::logging;
use crate::serve::told_to_end;
use crate::show;
use anyhow::{Context, Result};
use locales::Language;
use seal::secret_file::{open_secret, seal_secret};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use witness::{Custody, CustodyError, Limits, State, WitnessKeys};
use zeroize::Zeroizing;

pub(super) fn run(session: &Session, word: WitnessWord) -> Result<()> {
    match word {
        WitnessWord::Init {
            dir,
            name,
            passphrase_file,
        } => {
            let custody = Sealed::of(session, passphrase_file);
            custody.source.prepare()?;
            let state = State::create(&dir, WitnessKeys::generate(&name)?, &custody)?;
            show_keys(session, &dir, &state)
        }
        WitnessWord::AcceptLog {
            dir,
            vkeys,
            passphrase_file,
        } => {
            let state = State::open(&dir, &Sealed::of(session, passphrase_file))?;
            state.add_log(&vkeys)?;
            for log in state.logs() {
                show::line(log.origin());
            }
            Ok(())
        }
        WitnessWord::Serve {
            dir,
            listen,
            passphrase_file,
            until_stdin_closes,
        } => {
            logging::start(&Log {
                format: LogFormat::Human,
                filter: "info".to_owned(),
            });
            let state = State::open(&dir, &Sealed::of(session, passphrase_file))?;
            serve(state, listen, until_stdin_closes)
        }
    }
}

/// What a node's operator writes into the policy.
fn show_keys(session: &Session, dir: &Path, state: &State) -> Result<()> {
    if session.global.json {
        return show::json(&serde_json::json!({ "name": state.name(), "vkeys": state.vkeys() }));
    }
    show::say(
        session.language,
        "command-witness-made",
        &[("dir", dir.display().to_string().into())],
    );
    for key in state.vkeys() {
        show::line(&key);
    }
    Ok(())
}

fn serve(state: State, listen: SocketAddr, until_stdin_closes: bool) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let served = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen)
            .await
            .with_context(|| format!("cannot listen on {listen}"))?;
        tracing::info!(witness = state.name(), %listen, "witness.started");
        let ended = async {
            if let Err(error) = told_to_end(until_stdin_closes).await {
                tracing::error!(%error, "the witness ends");
            }
        };
        let clock = witness::server::system_time;
        witness::serve(listener, Arc::new(state), clock, Limits::default(), ended).await;
        Ok(())
    });
    // A read of standard input that never ends must not keep the process.
    runtime.shutdown_background();
    served
}

/// The witness's key under a passphrase, from the same places as a node's.
struct Sealed {
    source: Source,
    language: Language,
}

impl Sealed {
    fn of(session: &Session, file: Option<PathBuf>) -> Self {
        Self {
            source: Source::from_file_or_person(file),
            language: session.language,
        }
    }
}

impl Custody for Sealed {
    fn protect(&self, secret: &[u8]) -> Result<Vec<u8>, CustodyError> {
        let unlocking = self.source.unlocking(self.language)?;
        Ok(seal_secret(secret, &unlocking.passphrase, unlocking.work)?)
    }

    fn reveal(&self, stored: &[u8]) -> Result<Zeroizing<Vec<u8>>, CustodyError> {
        let unlocking = self.source.unlocking(self.language)?;
        let opened = open_secret(stored, &unlocking.passphrase)?;
        Ok(Zeroizing::new(opened.to_vec()))
    }
}
