//! The anchor in etcd, for a node whose database is PostgreSQL on several machines.
//!
//! One key per log, `/kontaktstelle/<node>/anchor/<origin>`, with the head as text, so that an
//! operator can read it: `etcdctl get --prefix /kontaktstelle/`. Heads are moved by one transaction
//! that compares and puts all of them; etcd answers it when most of its members have it on disk.
//! Reads are linearizable: they too need most of the members.
//!
//! What to do when no answer comes? The transaction may or may not have taken effect, or may do so
//! later. It is asked again, which is safe because it can take effect only once. If it is then
//! refused, and what stands is exactly what was to be written, an earlier attempt was the one.

mod transaction;

use super::{Anchor, AnchorError, AnchoredHead, Move, Swap};
use crate::https::{self, Tls};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use transaction::{Answer, Refusal, Transaction};

/// Most keys in one transaction: etcd takes 128 operations unless told otherwise.
const MAX_KEYS: usize = 128;

/// Longest answer that is read, in bytes: [`MAX_KEYS`] keys with room to spare.
const LONGEST_ANSWER: u64 = 1024 * 1024;

/// Pause after all members have been asked in vain.
const PAUSE: Duration = Duration::from_millis(100);

/// Where etcd is and as whom to come.
#[derive(Clone)]
pub struct EtcdConfig {
    /// The client addresses of the members, `https://host:port`. One that does not answer is passed
    /// over, so all should be named.
    pub endpoints: Vec<String>,
    /// The node's name in the keys: letters a-z, digits and hyphens. All processes beside one
    /// database use the same; no two databases ever do.
    pub node: String,
    /// User and password, if etcd asks for them.
    pub user: Option<(String, String)>,
    /// Whom to trust.
    pub tls: Tls,
    /// Longest time for one member to answer.
    pub request: Duration,
    /// Longest time for a call, after which the anchor counts as unreachable.
    pub patience: Duration,
}

impl EtcdConfig {
    /// A configuration for these members: no user, the system's authorities, 2 seconds for a member
    /// and 10 for a call.
    #[must_use]
    pub fn new(endpoints: Vec<String>, node: &str) -> Self {
        Self {
            endpoints,
            node: node.to_owned(),
            user: None,
            tls: Tls::default(),
            request: Duration::from_secs(2),
            patience: Duration::from_secs(10),
        }
    }
}

impl fmt::Debug for EtcdConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EtcdConfig")
            .field("endpoints", &self.endpoints)
            .field("node", &self.node)
            .field("user", &self.user.as_ref().map(|(name, _)| name))
            .field("tls", &self.tls)
            .field("request", &self.request)
            .field("patience", &self.patience)
            .finish()
    }
}

/// Why etcd did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EtcdError {
    /// The configuration cannot be used.
    #[error("the configuration of etcd: {0}")]
    Configuration(String),
    /// The connection cannot be set up.
    #[error(transparent)]
    Connection(#[from] https::HttpsError),
    /// More heads at once than one transaction takes.
    #[error("{0} heads are more than one transaction takes")]
    TooMany(usize),
    /// A member did not answer.
    #[error("no answer from {endpoint}")]
    Silent {
        /// Which member.
        endpoint: String,
        /// The cause.
        #[source]
        source: Box<ureq::Error>,
    },
    /// A member answered with an error.
    #[error("{endpoint} answers {status}: {message}")]
    Refused {
        /// Which member.
        endpoint: String,
        /// The HTTP status.
        status: u16,
        /// What it says.
        message: String,
    },
    /// A member answered something that is no answer to the question.
    #[error("{endpoint} gives no proper answer: {what}")]
    Garbled {
        /// Which member.
        endpoint: String,
        /// What is wrong with it.
        what: String,
    },
}

/// The anchor in etcd. Opening it asks nothing: etcd need not be there yet.
pub struct EtcdAnchor {
    agent: ureq::Agent,
    config: EtcdConfig,
    // The member that answered last.
    current: AtomicUsize,
    token: Mutex<Option<String>>,
}

impl EtcdAnchor {
    /// Sets up the anchor.
    ///
    /// # Errors
    /// [`AnchorError::Unreachable`] with an [`EtcdError`] when the configuration cannot be used.
    pub fn new(mut config: EtcdConfig) -> Result<Self, AnchorError> {
        let agent = Self::agent(&mut config).map_err(|e| AnchorError::Unreachable {
            place: place(&config),
            source: e.into(),
        })?;
        Ok(Self {
            agent,
            config,
            current: AtomicUsize::new(0),
            token: Mutex::new(None),
        })
    }

    fn agent(config: &mut EtcdConfig) -> Result<ureq::Agent, EtcdError> {
        let named = !config.node.is_empty()
            && config
                .node
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        if !named {
            return Err(EtcdError::Configuration(format!(
                "{:?} cannot name a node: letters a-z, digits and hyphens",
                config.node
            )));
        }
        if config.endpoints.is_empty() {
            return Err(EtcdError::Configuration("no endpoint is named".to_owned()));
        }
        for endpoint in &mut config.endpoints {
            *endpoint = https::address(endpoint)?;
        }
        Ok(https::agent(
            &config.tls,
            &config.endpoints,
            config.request,
        )?)
    }

    fn key(&self, origin: &str) -> String {
        format!("/kontaktstelle/{}/anchor/{origin}", self.config.node)
    }

    /// Asks one member after the other until one answers. Also tells whether an attempt before that
    /// answer may have taken effect.
    fn ask(&self, question: &Transaction) -> Result<(Answer, bool), AnchorError> {
        let start = Instant::now();
        let members = self.config.endpoints.len();
        for asked in 0.. {
            let current = self.current.load(Ordering::Relaxed) % members;
            let endpoint = self
                .config
                .endpoints
                .get(current)
                .map_or("", String::as_str);
            let error = match self.ask_member(endpoint, question) {
                Ok(answer) => return Ok((answer, asked > 0)),
                Err(Refusal::Damaged(what)) => {
                    let place = self.place();
                    return Err(AnchorError::Damaged { place, what });
                }
                Err(Refusal::Final(e)) => return Err(self.unreachable(e)),
                Err(Refusal::TokenExpired(e)) => {
                    *self.token() = None;
                    e
                }
                Err(Refusal::Open(e)) => e,
            };
            if start.elapsed() >= self.config.patience {
                return Err(self.unreachable(error));
            }
            tracing::warn!(endpoint, error = %error, "etcd member passed over");
            self.current.store(current + 1, Ordering::Relaxed);
            if (asked + 1) % members == 0 {
                std::thread::sleep(PAUSE);
            }
        }
        Err(self.unreachable(EtcdError::Configuration("no endpoint is named".to_owned())))
    }

    fn ask_member(&self, endpoint: &str, question: &Transaction) -> Result<Answer, Refusal> {
        let token = self.sign_in(endpoint)?;
        let body = self.post(endpoint, "/v3/kv/txn", question.body(), token.as_deref())?;
        question.answer(endpoint, &body)
    }

    /// The token of the user, fetched if there is none; `None` if there is no user.
    fn sign_in(&self, endpoint: &str) -> Result<Option<String>, Refusal> {
        let Some((name, password)) = &self.config.user else {
            return Ok(None);
        };
        if let Some(token) = self.token().clone() {
            return Ok(Some(token));
        }
        let body = transaction::sign_in(name, password);
        let answer = self.post(endpoint, "/v3/auth/authenticate", &body, None)?;
        let token = transaction::token(endpoint, &answer)?;
        *self.token() = Some(token.clone());
        Ok(Some(token))
    }

    fn token(&self) -> MutexGuard<'_, Option<String>> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn post(
        &self,
        endpoint: &str,
        path: &str,
        body: &[u8],
        token: Option<&str>,
    ) -> Result<Vec<u8>, Refusal> {
        let silent = |source| {
            Refusal::Open(EtcdError::Silent {
                endpoint: endpoint.to_owned(),
                source: Box::new(source),
            })
        };
        let mut request = self
            .agent
            .post(format!("{endpoint}{path}"))
            .content_type("application/json");
        if let Some(token) = token {
            request = request.header("authorization", token);
        }
        let mut answer = request.send(body).map_err(silent)?;
        let status = answer.status().as_u16();
        let body = answer
            .body_mut()
            .with_config()
            .limit(LONGEST_ANSWER)
            .read_to_vec()
            .map_err(silent)?;
        if status == 200 {
            Ok(body)
        } else {
            Err(Refusal::read(endpoint, status, &body))
        }
    }

    fn unreachable(&self, error: EtcdError) -> AnchorError {
        AnchorError::Unreachable {
            place: self.place(),
            source: error.into(),
        }
    }
}

impl Anchor for EtcdAnchor {
    fn place(&self) -> String {
        place(&self.config)
    }

    fn read(&self, origins: &[&str]) -> Result<Vec<Option<AnchoredHead>>, AnchorError> {
        let mut standing = Vec::with_capacity(origins.len());
        for some in origins.chunks(MAX_KEYS) {
            let keys: Vec<String> = some.iter().map(|origin| self.key(origin)).collect();
            if let (Answer::Standing(heads), _) = self.ask(&Transaction::read(&keys))? {
                standing.extend(heads);
            }
        }
        Ok(standing)
    }

    fn swap(&self, moves: &[Move]) -> Result<Swap, AnchorError> {
        if moves.len() > MAX_KEYS {
            return Err(self.unreachable(EtcdError::TooMany(moves.len())));
        }
        let keyed: Vec<(String, &Move)> = moves.iter().map(|m| (self.key(&m.origin), m)).collect();
        if moves
            .iter()
            .any(|m| m.from.is_some_and(|head| head.retired))
        {
            let origins: Vec<&str> = moves.iter().map(|m| m.origin.as_str()).collect();
            return Ok(Swap::Refused(self.read(&origins)?));
        }
        match self.ask(&Transaction::swap(&keyed))? {
            (Answer::Moved, _) => Ok(Swap::Done),
            (Answer::Standing(standing), unsure) => {
                let ours = moves
                    .iter()
                    .zip(&standing)
                    .all(|(m, head)| *head == Some(m.to));
                // Refused because an attempt of ours whose answer was lost has done it.
                if unsure && ours {
                    Ok(Swap::Done)
                } else {
                    Ok(Swap::Refused(standing))
                }
            }
        }
    }
}

fn place(config: &EtcdConfig) -> String {
    let endpoints = config.endpoints.join(", ");
    format!("etcd {endpoints} /kontaktstelle/{}/anchor/", config.node)
}
