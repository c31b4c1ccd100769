//! Requests and answers.

use super::{Session, read_json};
use crate::arguments::{AnswerWord, DecisionWord, RequestWord};
use crate::node;
use crate::show;
use crate::storage;
use anyhow::{Context, Result, bail};
use locales::label;
use office::attachment::MAX_ATTACHMENT_BYTES;
use office::state::Decision;
use office::{Case, Command, NewAttachment};
use records::ThreadId;
use std::fs::File;
use std::path::{Path, PathBuf};

pub(super) const fn decision(word: DecisionWord) -> Decision {
    match word {
        DecisionWord::Clear => Decision::Clear,
        DecisionWord::ClearWithConditions => Decision::ClearWithConditions,
        DecisionWord::Hold => Decision::Hold,
        DecisionWord::Reject => Decision::Reject,
    }
}

pub(super) fn request(session: &Session, word: RequestWord) -> Result<()> {
    match word {
        RequestWord::Draft {
            file,
            peer,
            attachments,
        } => session.act(Command::DraftRequest {
            peer,
            request: Box::new(read_json(&file)?),
            attachments: take_in(session, &attachments)?,
        }),
        RequestWord::Submit { thread } => session.act(Command::SubmitRequest { thread }),
        RequestWord::Release { thread } => session.act(Command::ReleaseRequest { thread }),
        RequestWord::Withdraw { thread, reason } => {
            session.act(Command::WithdrawRequest { thread, reason })
        }
        RequestWord::List => list(session),
        RequestWord::Show { thread } => show_case(session, thread),
    }
}

pub(super) fn answer(session: &Session, word: AnswerWord) -> Result<()> {
    match word {
        AnswerWord::Draft {
            thread,
            file,
            attachments,
        } => session.act(Command::DraftAnswer {
            thread,
            draft: Box::new(read_json(&file)?),
            attachments: take_in(session, &attachments)?,
        }),
        AnswerWord::Release { thread, read } => {
            session.act(Command::ReleaseAnswer { thread, read })
        }
    }
}

/// Puts the files beside the node's other attachments, where the command then finds them by hash.
/// Whoever types here may write there: both are the node's user.
fn take_in(session: &Session, paths: &[PathBuf]) -> Result<Vec<NewAttachment>> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let objects = storage::objects(&session.config()?)?;
    paths
        .iter()
        .map(|path| {
            let shown = path.display();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                bail!("{shown} has no usable file name");
            };
            let mut file = File::open(path).with_context(|| format!("cannot read {shown}"))?;
            let stored = objects
                .put(&mut file, MAX_ATTACHMENT_BYTES)
                .with_context(|| format!("cannot take in {shown}"))?;
            Ok(NewAttachment::stored(name, media_type(path), stored))
        })
        .collect()
}

fn media_type(path: &Path) -> &'static str {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default()
        .to_lowercase();
    if name.ends_with(".stix.json") || name.ends_with(".stix") {
        "application/stix+json;version=2.1"
    } else if name.ends_with(".json") {
        "application/json"
    } else if name.ends_with(".txt") || name.ends_with(".md") || name.ends_with(".csv") {
        "text/plain"
    } else {
        "application/octet-stream"
    }
}

fn list(session: &Session) -> Result<()> {
    let cases = node::read(&session.config()?)?.cases()?;
    if session.global.json {
        return show::json(&cases);
    }
    if cases.is_empty() {
        show::say(session.language, "command-nothing", &[]);
    }
    for case in cases {
        show::line(&summary(session, &case));
    }
    Ok(())
}

fn summary(session: &Session, case: &Case) -> String {
    let language = session.language;
    format!(
        "{}  {}  {}  {}  {}  {}",
        case.thread,
        label(language, "direction", case.direction().code()),
        label(language, "state", case.stage.code()),
        label(language, "topic", case.request.topic.code()),
        case.deadline
            .map_or_else(|| "-".to_owned(), |deadline| deadline.to_string()),
        case.request.subject,
    )
}

fn show_case(session: &Session, thread: ThreadId) -> Result<()> {
    let reader = node::read(&session.config()?)?;
    let case = reader.case(thread)?;
    if session.global.json {
        return show::json(&case);
    }
    show::line(&summary(session, &case));
    for finding in &case.screening.findings {
        show::line(&format!(
            "  {} {}: {}  „{}“",
            label(session.language, "consequence", finding.consequence.code()),
            label(session.language, "check", finding.check.code()),
            place(&finding.location.place),
            finding.evidence,
        ));
    }
    if let Some(draft) = &case.draft {
        show::say(
            session.language,
            "command-draft-hash",
            &[("hash", draft.hash().to_string().into())],
        );
    }
    for line in reader.timeline(thread)? {
        show::line(&format!(
            "  {} {}  {}  {}",
            line.entry.log,
            line.entry.index,
            line.text("time"),
            label(session.language, "kind", line.text("kind")) + "  " + line.text("actor"),
        ));
    }
    Ok(())
}

/// Where a finding lies, in one word.
fn place(place: &safeguard::Place) -> String {
    match place {
        safeguard::Place::Field { name } | safeguard::Place::AttachmentName { name } => {
            name.clone()
        }
        safeguard::Place::Attachment { name, path, .. } => path
            .as_ref()
            .map_or_else(|| name.clone(), |path| format!("{name} {path}")),
    }
}
