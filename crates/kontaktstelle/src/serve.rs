//! Running a node: exchange, console, clocks and the control socket around one office.

use crate::config::Config;
use crate::control::{self, Answerer, Failure, Order, Reply, carry_out};
use crate::edges::{SystemClock, SystemEntropy};
use crate::keystore::Keystore;
use crate::logging;
use crate::node;
use anyhow::{Context, Result, anyhow};
use exchange::{Courier, TlsIdentity};
use office::Office;
use records::PartyId;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use web::Console;

/// How often the node looks at the clocks of its cases.
const TICK: Duration = Duration::from_secs(10);

/// Runs the node until it is told to end.
pub(crate) fn run(config: &Config, until_stdin_closes: bool) -> Result<()> {
    logging::start(&config.log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let result = runtime.block_on(run_node(config, until_stdin_closes));
    // A read of standard input that never ends must not keep the process.
    runtime.shutdown_background();
    result
}

async fn run_node(config: &Config, until_stdin_closes: bool) -> Result<()> {
    let office = Arc::new(node::open(config)?);
    let identity = Arc::new(Keystore::of(config).tls()?);
    let exchange = listen(config.exchange.listen, "exchange.listen").await?;
    let console = listen(config.console.listen, "console.listen").await?;
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
        office,
        TICK,
        until_end(ended.clone()),
    ));
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

async fn told_to_end(until_stdin_closes: bool) -> Result<()> {
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

/// Answers the command line out of the running office.
fn answerer(office: &Arc<Office>, identity: &Arc<TlsIdentity>, courier: &Arc<Courier>) -> Answerer {
    let (office, identity, courier) = (office.clone(), identity.clone(), courier.clone());
    let runtime = Handle::current();
    Arc::new(move |order| {
        let reply = match order {
            Order::Reconcile { peer } => runtime.block_on(reconcile(&office, &identity, &peer)),
            order => carry_out(&office, order),
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
