//! Running a node: exchange, console, clocks and the control socket around one office.

use crate::care;
use crate::config::Config;
use crate::control::{self, Answerer, Failure, Order, Reply, carry_out};
use crate::edges::{SystemClock, SystemEntropy};
use crate::keystore::Keystore;
use crate::logging;
use crate::mirror;
use crate::node;
use crate::storage;
use anyhow::{Context, Result, anyhow};
use exchange::{Courier, TlsIdentity, Witnessing};
use locales::Language;
use office::{Office, Standing};
use records::PartyId;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::https::Tls;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use web::Console;
use web::publication::{self, Publication};

/// How often the node looks at the clocks of its cases.
const TICK: Duration = Duration::from_secs(10);

/// How long a command waits for the witnesses to be asked after the start.
const CONFIRMING: Duration = Duration::from_secs(30);

/// How often it looks.
const LOOK: Duration = Duration::from_millis(20);

/// Runs the node until it is told to end.
pub(crate) fn run(config: &Config, language: Language, until_stdin_closes: bool) -> Result<()> {
    logging::start(&config.log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let result = runtime.block_on(run_node(config, language, until_stdin_closes));
    // A read of standard input that never ends must not keep the process.
    runtime.shutdown_background();
    result
}

async fn run_node(config: &Config, language: Language, until_stdin_closes: bool) -> Result<()> {
    // A bucket's calls block, and must not be made on a thread that drives the runtime.
    let (office, bucket) = tokio::task::block_in_place(|| -> Result<_> {
        let office = Arc::new(node::open(config, language)?);
        let bucket = match config.publication.logs.is_empty() {
            true => None,
            false => storage::bucket(config)?,
        };
        Ok((office, bucket))
    })?;
    let keystore = Keystore::of(config, language);
    let identity = Arc::new(keystore.tls()?);
    let earlier = keystore.earlier(&office.keyring().manifest)?;
    let exchange = listen(config.exchange.listen, "exchange.listen").await?;
    let console = listen(config.console.listen, "console.listen").await?;
    let publication = match config.publication.listen {
        Some(address) => Some(listen(address, "publication.listen").await?),
        None => None,
    };
    let tls = Tls {
        authorities: config
            .witnessing
            .ca_file
            .as_ref()
            .map(|path| config.beside(path)),
        identity: None,
    };
    let witnessing = Witnessing::new(office.clone(), identity.clone(), tls);
    let courier = Arc::new(Courier::new(
        office.clone(),
        identity.clone(),
        Arc::new(SystemEntropy),
    ));
    control::listen(
        &config.control_socket(),
        answerer(&office, &identity, &courier),
    )?;

    tracing::info!(
        party = %config.party,
        exchange = %exchange.local_addr()?,
        console = %console.local_addr()?,
        exercise = config.exercise,
        "node.started"
    );
    let (end, ended) = watch::channel(false);
    let until_end = |mut ended: watch::Receiver<bool>| async move {
        let _sender_gone = ended.wait_for(|end| *end).await;
    };
    tell_standing(&office);
    let desk = Console::new(
        office.clone(),
        Arc::new(SystemClock),
        config.console.behind_tls,
    );
    let mut parts = JoinSet::new();
    parts.spawn(exchange::reception::serve(
        exchange,
        office.clone(),
        identity,
        until_end(ended.clone()),
    ));
    parts.spawn(courier.run(until_end(ended.clone())));
    parts.spawn(exchange::clockwork::run_ticks(
        office.clone(),
        TICK,
        until_end(ended.clone()),
    ));
    let cadence = Duration::from_secs(config.witnessing.every_seconds.into());
    parts.spawn(witnessing.run(cadence, until_end(ended.clone())));
    parts.spawn(care::run(office.clone(), earlier, until_end(ended.clone())));
    if let Some(listener) = publication {
        let logs = config.publication.logs.iter().cloned().collect();
        let shown = Publication::new(office.reader().clone(), logs);
        let until_end = until_end(ended.clone());
        parts.spawn(async move {
            if let Err(error) = publication::serve(listener, shown, until_end).await {
                tracing::error!(%error, "the publication has stopped");
            }
        });
    }
    if let Some(bucket) = bucket {
        let (reader, logs) = (office.reader().clone(), config.publication.logs.clone());
        parts.spawn(mirror::run(reader, bucket, logs, until_end(ended.clone())));
    }
    let until_end = until_end(ended);
    parts.spawn(async move {
        if let Err(error) = web::serve(console, desk, until_end).await {
            tracing::error!(%error, "the console has stopped");
        }
    });
    // A node of which one part has stopped is no node: it ends, and whoever supervises it sees it.
    let told = tokio::select! {
        told = told_to_end(until_stdin_closes) => told,
        Some(part) = parts.join_next() => match part {
            Ok(()) => Err(anyhow!("a part of the node has stopped; see the log")),
            Err(error) => Err(error.into()),
        },
    };
    tracing::info!("node.ending");
    end.send_replace(true);
    while let Some(part) = parts.join_next().await {
        part?;
    }
    let _already_gone = std::fs::remove_file(config.control_socket());
    told
}

async fn listen(address: std::net::SocketAddr, key: &str) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address} ({key})"))
}

/// Resolves when the process is to end: a signal, or the end of standard input.
pub(crate) async fn told_to_end(until_stdin_closes: bool) -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let stdin_closed = async {
        if until_stdin_closes {
            let _unreadable_is_closed =
                tokio::io::copy(&mut tokio::io::stdin(), &mut tokio::io::sink()).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => Ok(interrupted?),
        _ = terminate.recv() => Ok(()),
        () = stdin_closed => Ok(()),
    }
}

/// A node that may not write says so where its operator looks.
fn tell_standing(office: &Office) {
    match office.standing() {
        Standing::Signing => {}
        Standing::Unconfirmed { logs } => {
            tracing::info!(?logs, "standing.asking");
        }
        Standing::ReadOnly(why) => {
            tracing::error!(%why, "standing.read-only");
        }
    }
}

/// Waits, for a while, until the witnesses have been asked: whoever types a command right after the
/// start should not have to type it twice.
fn await_standing(office: &Office) {
    let deadline = Instant::now() + CONFIRMING;
    while matches!(office.standing(), Standing::Unconfirmed { .. }) && Instant::now() < deadline {
        std::thread::sleep(LOOK);
    }
}

/// Answers the command line out of the running office.
fn answerer(office: &Arc<Office>, identity: &Arc<TlsIdentity>, courier: &Arc<Courier>) -> Answerer {
    let (office, identity, courier) = (office.clone(), identity.clone(), courier.clone());
    let runtime = Handle::current();
    Arc::new(move |order| {
        let reply = match order {
            Order::Reconcile { peer } => runtime.block_on(reconcile(&office, &identity, &peer)),
            order => {
                await_standing(&office);
                carry_out(&office, order)
            }
        };
        courier.nudge();
        reply
    })
}

async fn reconcile(office: &Arc<Office>, identity: &TlsIdentity, peer: &PartyId) -> Reply {
    match exchange::reconcile(office, identity, peer).await {
        Ok(_) => Reply::Ok,
        Err(error) => Reply::Failed(Failure {
            code: "reconcile".to_owned(),
            text: error.with_causes(),
            policies: Vec::new(),
            state: None,
        }),
    }
}
