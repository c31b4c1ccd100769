//! One witness, asked about one log after the other. If it gives no answer in time it is not asked
//! any further until the next visit.

use super::Witnessing;
use crate::asking::ask;
use crate::connection::{Answered, Connection};
use crate::error::ExchangeError;
use crate::protocol::{MAX_WITNESS_BYTES, NOTE_TYPE};
use hyper::StatusCode;
use journal::note::Note;
use journal::witness::{ADD_CHECKPOINT_PATH, Answer, checkpoint_path, parse_size};
use office::{Office, Said, Standing, WitnessAnswer, WitnessFault, WitnessTarget};
use store::https::Service;
use tokio::time::timeout;

/// How often a witness is asked again at once because it has seen another size than we thought.
const ATTEMPTS: usize = 2;

/// What a witness is asked about: one of our logs.
pub(super) struct Question {
    pub(super) log: String,
    pub(super) origin: String,
    /// The witness, with what is on file of it for this log.
    pub(super) target: WitnessTarget,
}

/// One witness and what it is asked about.
pub(super) struct Visit {
    by: Witnessing,
    questions: Vec<Question>,
}

/// What having a log witnessed has shown about the witness.
enum Shown {
    /// It has cosigned the newest head.
    Sound,
    /// It has not, for this reason.
    Faulty(WitnessFault),
    /// Nothing new: it was not asked, or the node has stopped signing over its answer.
    Nothing,
}

impl Visit {
    pub(super) fn new(by: Witnessing, first: Question) -> Self {
        Self {
            by,
            questions: vec![first],
        }
    }

    /// Whether this is the witness that is visited.
    pub(super) fn is_to(&self, other: &WitnessTarget) -> bool {
        let first = self.questions.first().map(|question| &question.target);
        match (first, other) {
            (Some(WitnessTarget::Peer { party, .. }), WitnessTarget::Peer { party: other, .. }) => {
                party == other
            }
            (
                Some(WitnessTarget::Domestic { url, .. }),
                WitnessTarget::Domestic { url: other, .. },
            ) => url == other,
            _ => false,
        }
    }

    pub(super) fn add(&mut self, question: Question) {
        self.questions.push(question);
    }

    /// Asks what the witness has seen of each log last.
    pub(super) async fn what_was_seen(self) -> Vec<WitnessAnswer> {
        let mut answers = Vec::new();
        let mut is_silent = false;
        for question in self.questions {
            let said = match is_silent {
                true => Said::NoAnswer,
                false => self.by.seen(&question).await.unwrap_or_else(|error| {
                    tell(&question, &error, "a witness could not be asked");
                    is_silent = error.is_silence();
                    Said::NoAnswer
                }),
            };
            answers.push(WitnessAnswer {
                log: question.log,
                target: question.target,
                said,
            });
        }
        answers
    }

    /// Has each log cosigned that has grown since the witness cosigned it last.
    pub(super) async fn have_witnessed(self) {
        for question in self.questions {
            if let Err(error) = self.by.have_witnessed(&question).await {
                tell(&question, &error, "witness.failed");
                if error.is_silence() {
                    return;
                }
            }
        }
    }
}

fn tell(question: &Question, error: &ExchangeError, what: &str) {
    let (log, witness) = (&question.log, question.target.name());
    tracing::warn!(log, witness, error = error.with_causes(), "{what}");
}

impl Witnessing {
    async fn have_witnessed(&self, question: &Question) -> Result<(), ExchangeError> {
        let (log, target) = (question.log.clone(), question.target.clone());
        let fault = match self.ask_for_cosignature(question).await? {
            Shown::Nothing => return Ok(()),
            Shown::Sound => None,
            Shown::Faulty(fault) => Some(fault),
        };
        ask(&self.office, move |office| {
            office.note_witness(&log, &target, fault)
        })
        .await??;
        Ok(())
    }

    async fn ask_for_cosignature(&self, question: &Question) -> Result<Shown, ExchangeError> {
        let Question { log, target, .. } = question;
        // What it cosigns now may contradict what it has forgotten.
        if target.fault() == Some(WitnessFault::LostMemory) {
            return Ok(Shown::Nothing);
        }
        let on_file = target.last().map(|last| last.size);
        let mut old = on_file.unwrap_or(0);
        for _ in 0..ATTEMPTS {
            let name = log.clone();
            let (request, checkpoint) = ask(&self.office, move |office| {
                office.witness_request(&name, old)
            })
            .await??;
            // What is on file counts, not what the witness remembers: its last answer may have been
            // lost, and then it vouches for the same head anew.
            if on_file == Some(checkpoint.size) {
                return Ok(Shown::Nothing);
            }
            let answer = self.add_checkpoint(target, request.to_string()).await?;
            let refused = || ExchangeError::Witness {
                status: answer.status.as_u16(),
            };
            let fault = match answer.status {
                StatusCode::OK => {
                    self.file(question, request.note().clone(), &answer.body)
                        .await?;
                    return Ok(Shown::Sound);
                }
                StatusCode::CONFLICT => {
                    old = parse_size(&answer.body).ok_or_else(refused)?;
                    // In the protocol for cosigning, and so no old copy of what it once showed.
                    // What answers at the address that was given for a key speaks for it.
                    if on_file.is_some_and(|size| old < size) {
                        return Ok(Shown::Faulty(WitnessFault::LostMemory));
                    }
                    if old <= checkpoint.size {
                        continue;
                    }
                    WitnessFault::Inconsistent
                }
                StatusCode::UNPROCESSABLE_ENTITY => WitnessFault::Inconsistent,
                StatusCode::NOT_FOUND => WitnessFault::UnknownLog,
                StatusCode::FORBIDDEN => return Ok(Shown::Faulty(WitnessFault::RefusedKey)),
                _ => return Err(refused()),
            };
            return self.look_closer(question, fault).await;
        }
        Err(ExchangeError::Witness {
            status: StatusCode::CONFLICT.as_u16(),
        })
    }

    /// Merges what the witness has answered into the checkpoint it was asked about, and files that.
    async fn file(
        &self,
        question: &Question,
        mut note: Note,
        body: &[u8],
    ) -> Result<(), ExchangeError> {
        let Question { log, target, .. } = question;
        Answer::parse(body)
            .and_then(|answer| answer.merge_into(&mut note, target.keys()))
            .map_err(|e| ExchangeError::Unreadable {
                what: "cosignature",
                source: e.into(),
            })?;
        let name = log.clone();
        let grade = ask(&self.office, move |office| {
            office.file_cosignatures(&name, &note.to_string())
        })
        .await??;
        let (witness, grade) = (target.name(), grade.code());
        tracing::debug!(log, witness, grade, "log.witnessed");
        Ok(())
    }

    /// A witness says that it has seen what our log does not lead to, or does not know the log. It is
    /// asked what it has seen: if it can show a head, signed by us, that we lack, then this database
    /// was set back, and the node stops signing.
    async fn look_closer(
        &self,
        question: &Question,
        fault: WitnessFault,
    ) -> Result<Shown, ExchangeError> {
        let said = self.seen(question).await.unwrap_or_else(|error| {
            tell(question, &error, "a witness could not be asked");
            Said::NoAnswer
        });
        let answer = WitnessAnswer {
            log: question.log.clone(),
            target: question.target.clone(),
            said,
        };
        let confirm = move |office: &Office| office.confirm_standing(&[answer]);
        Ok(match ask(&self.office, confirm).await?? {
            Standing::ReadOnly(why) => {
                tracing::error!(%why, "standing.read-only");
                Shown::Nothing
            }
            _ => Shown::Faulty(fault),
        })
    }

    async fn add_checkpoint(
        &self,
        target: &WitnessTarget,
        request: String,
    ) -> Result<Answered, ExchangeError> {
        match target {
            WitnessTarget::Peer { party, .. } => {
                let asking = async {
                    Connection::open(&self.office, &self.identity, party, self.patience)
                        .await?
                        .add_checkpoint(request)
                        .await
                };
                self.in_time(asking).await
            }
            WitnessTarget::Domestic { url, .. } => {
                self.domestic(url, move |service| {
                    service.post(
                        &format!("/{ADD_CHECKPOINT_PATH}"),
                        NOTE_TYPE,
                        request.as_bytes(),
                        MAX_WITNESS_BYTES as u64,
                    )
                })
                .await
            }
        }
    }

    /// The last checkpoint of the log that the witness has cosigned.
    async fn seen(&self, question: &Question) -> Result<Said, ExchangeError> {
        let answer = match &question.target {
            WitnessTarget::Peer { party, .. } => {
                let asking = async {
                    Connection::open(&self.office, &self.identity, party, self.patience)
                        .await?
                        .witnessed_checkpoint()
                        .await
                };
                let head = self.in_time(asking).await?;
                return Ok(head.map_or(Said::Nothing, Said::Head));
            }
            WitnessTarget::Domestic { url, .. } => {
                let path = format!("/{}", checkpoint_path(&question.origin));
                self.domestic(url, move |service| {
                    service.get(&path, MAX_WITNESS_BYTES as u64)
                })
                .await?
            }
        };
        match answer.status {
            StatusCode::OK => String::from_utf8(answer.body).map(Said::Head).map_err(|e| {
                ExchangeError::Unreadable {
                    what: "checkpoint",
                    source: e.into(),
                }
            }),
            StatusCode::NOT_FOUND => Ok(Said::Nothing),
            other => Err(ExchangeError::Witness {
                status: other.as_u16(),
            }),
        }
    }

    async fn in_time<T>(
        &self,
        asking: impl Future<Output = Result<T, ExchangeError>>,
    ) -> Result<T, ExchangeError> {
        timeout(self.patience.witness, asking)
            .await
            .unwrap_or(Err(ExchangeError::TooSlow("the witness")))
    }

    /// Asks a domestic witness, on a thread that may wait.
    async fn domestic(
        &self,
        url: &str,
        question: impl FnOnce(
            &Service,
        ) -> Result<
            store::https::ServiceAnswer,
            Box<dyn std::error::Error + Send + Sync>,
        > + Send
        + 'static,
    ) -> Result<Answered, ExchangeError> {
        let (url, tls) = (url.trim_end_matches('/').to_owned(), self.tls.clone());
        let patience = self.patience.witness;
        let answer = tokio::task::spawn_blocking(move || {
            let service = Service::new(&url, &tls, patience)?;
            question(&service)
        })
        .await
        .map_err(ExchangeError::Interrupted)?
        .map_err(ExchangeError::NoAnswer)?;
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
        Ok(Answered {
            status,
            body: answer.body,
        })
    }
}
