//! What the demo tells, step by step.

use super::Narrator;
use super::material::RECORDS;
use super::side::Side;
use anyhow::{Context, Result, anyhow, bail};
use journal::grade::Grade;
use locales::label;
use office::{Case, exchange_log};
use records::ThreadId;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use store::EntryRef;

/// The inquiry that the demo answers.
const INQUIRY: &str = "19/9523";

/// What was told, for the summary line.
pub(super) struct Told {
    pub(super) requests: usize,
    pub(super) held: usize,
    pub(super) questions: u64,
    pub(super) questions_answered: u64,
    pub(super) figures: usize,
}

/// Tells the whole story.
pub(super) fn tell(narrator: &Narrator, directory: &Path, de: &Side, cn: &Side) -> Result<Told> {
    let material = directory.join("material");
    let exercise = |name: &str| material.join("exercise").join(name).display().to_string();
    narrator.step(1, "demo-step-keys");
    acquaint(narrator, de, cn)?;
    narrator.step(2, "demo-step-record");
    load_record(narrator, &material, de)?;
    narrator.step(3, "demo-step-incident");
    answered_request(narrator, &exercise, de, cn)?;
    narrator.step(4, "demo-step-misuse");
    stopped_misuse(narrator, &exercise, de, cn)?;
    narrator.step(5, "demo-step-silence");
    refusal_and_silence(narrator, &exercise, de, cn)?;
    narrator.step(6, "demo-step-statistics");
    witnessed(narrator, de, cn)?;
    compare(narrator, de, cn)?;
    narrator.step(7, "demo-step-inquiry");
    let summary = answer_inquiry(narrator, directory, &material, de)?;
    narrator.step(8, "demo-step-verify");
    let figures = verify(narrator, directory, de)?;
    let requests = de
        .reader()?
        .cases()?
        .iter()
        .filter(|case| case.message.is_some())
        .count();
    let held = de
        .reader()?
        .cases()?
        .iter()
        .filter(|case| case.stage.code() == "held")
        .count();
    let number = |name: &str| {
        summary
            .get(name)
            .and_then(Value::as_u64)
            .unwrap_or_default()
    };
    Ok(Told {
        requests,
        held,
        questions: number("questions"),
        questions_answered: number("answered_from_records"),
        figures,
    })
}

/// Both make keys, compare fingerprints and ask whether the other is there.
fn acquaint(narrator: &Narrator, de: &Side, cn: &Side) -> Result<()> {
    let keys = [
        de.operate(&["key", "init", "--exercise-holders", "holders"])?,
        cn.operate(&["key", "init", "--exercise-holders", "holders"])?,
    ];
    for keys in &keys {
        narrator.say(
            "demo-keys",
            &[
                ("side", field(keys, "party").into()),
                (
                    "fingerprint",
                    field(keys, "fingerprint").replace('\n', " ").into(),
                ),
            ],
        );
    }
    for side in [de, cn] {
        side.start()?;
        side.appoint_officers()?;
    }
    for (side, other) in [(de, &keys[1]), (cn, &keys[0])] {
        let (manifest, fingerprint) = (field(other, "manifest"), field(other, "fingerprint"));
        side.operate(&["peer", "accept", &manifest, "--fingerprint", &fingerprint])?;
        narrator.say(
            "demo-accepted",
            &[("side", side.party().into()), ("peer", side.peer().into())],
        );
    }
    for (asking, asked) in [(de, cn), (cn, de)] {
        asking.act("handler", &["ping", asking.peer()])?;
        let log = exchange_log(&asking.peer_id()?);
        asking.wait_for("the reply to a ping", |reader| {
            let size = reader.head(&log)?.size;
            let replied = reader.lines(&log, 0, size)?.iter().any(|line| {
                line.text("kind") == "message.accepted" && line.text("message_kind") == "ping-reply"
            });
            Ok(replied.then_some(()))
        })?;
        narrator.say(
            "demo-ping",
            &[
                ("side", asking.party().into()),
                ("peer", asked.party().into()),
            ],
        );
    }
    Ok(())
}

fn load_record(narrator: &Narrator, material: &Path, de: &Side) -> Result<()> {
    let files: Vec<String> = RECORDS
        .iter()
        .map(|path| material.join(path).display().to_string())
        .collect();
    let mut arguments = vec!["record", "import"];
    arguments.extend(files.iter().map(String::as_str));
    let done = de.act("desk", &arguments)?;
    narrator.say(
        "demo-record",
        &[
            ("count", done.records.len().into()),
            ("files", files.len().into()),
        ],
    );
    Ok(())
}

/// The Chinese side asks about an incident; three German officers answer it together.
fn answered_request(
    narrator: &Narrator,
    exercise: &dyn Fn(&str) -> String,
    de: &Side,
    cn: &Side,
) -> Result<()> {
    let thread = send(
        cn,
        &exercise("water-utility.request.json"),
        Some(&exercise("water-utility.stix.json")),
    )?;
    let case = de.await_state(thread, "screening")?;
    told_of(narrator, "demo-request-arrived", de, &case);
    narrator.say(
        "demo-screened",
        &[
            ("selectors", case.screening.selectors.len().into()),
            (
                "findings",
                case.screening
                    .findings
                    .iter()
                    .filter(|f| f.consequence != safeguard::Consequence::Inform)
                    .count()
                    .into(),
            ),
        ],
    );
    let name = thread.to_string();
    let reason = "exercise: incident confirmed, no person is asked about";
    de.act(
        "reviewer",
        &[
            "review",
            &name,
            "--decision",
            "clear-with-conditions",
            "--reason",
            reason,
        ],
    )?;
    de.act(
        "handler",
        &[
            "answer",
            "draft",
            &name,
            &exercise("water-utility.answer.json"),
        ],
    )?;
    de.act("releaser", &["answer", "release", &name])?;
    narrator.say("demo-three-officers", &[]);
    let there = cn.await_state(thread, "answered")?;
    de.await_state(thread, "answer-delivered")?;
    let retain = there
        .answer
        .and_then(|given| given.answer.conditions)
        .map(|conditions| conditions.retain_until.to_string())
        .ok_or_else(|| anyhow!("the answer arrived without its conditions"))?;
    narrator.say("demo-answered", &[("retain", retain.into())]);
    receipts(narrator, de, cn)
}

/// Both hold the other's receipt for everything they sent.
fn receipts(narrator: &Narrator, de: &Side, cn: &Side) -> Result<()> {
    for side in [de, cn] {
        side.wait_for("receipts for all messages", |reader| {
            Ok(reader
                .sent()?
                .iter()
                .all(|message| message.consignment.is_some() && message.handover.is_some())
                .then_some(()))
        })?;
        let sent = side.reader()?.sent()?.len();
        narrator.say(
            "demo-receipts",
            &[
                ("side", side.party().into()),
                ("peer", side.peer().into()),
                ("count", sent.into()),
            ],
        );
    }
    Ok(())
}

/// A hidden journalist's address stops the counterpart's request, and our own just the same.
fn stopped_misuse(
    narrator: &Narrator,
    exercise: &dyn Fn(&str) -> String,
    de: &Side,
    cn: &Side,
) -> Result<()> {
    let thread = send(
        cn,
        &exercise("card-fraud.request.json"),
        Some(&exercise("card-fraud.stix.json")),
    )?;
    let case = de.await_state(thread, "held")?;
    told_of(narrator, "demo-request-arrived", de, &case);
    found(narrator, &case);
    let seen = cn.await_state(thread, "delivered")?;
    narrator.say(
        "demo-neutral",
        &[
            ("side", cn.party().into()),
            (
                "state",
                label(narrator.language(), "state", seen.stage.code()).into(),
            ),
        ],
    );
    let files = [exercise("forum.request.json"), exercise("forum-notes.txt")];
    let done = de.act(
        "handler",
        &[
            "request",
            "draft",
            &files[0],
            "--peer",
            de.peer(),
            "--attach",
            &files[1],
        ],
    )?;
    let own = done.thread.context("the draft has no case")?;
    let case = de.await_state(own, "held")?;
    narrator.say("demo-own-held", &[("side", de.party().into())]);
    found(narrator, &case);
    let told = de.refused("handler", &["request", "submit", &own.to_string()])?;
    narrator.say("demo-told", &[("words", told.into())]);
    Ok(())
}

fn found(narrator: &Narrator, case: &Case) {
    for finding in case
        .screening
        .findings
        .iter()
        .filter(|f| f.consequence == safeguard::Consequence::HoldForReview)
    {
        narrator.say(
            "demo-finding",
            &[
                (
                    "check",
                    label(narrator.language(), "check", finding.check.code()).into(),
                ),
                ("evidence", finding.evidence.clone().into()),
                (
                    "canonical",
                    finding.canonical.clone().unwrap_or_default().into(),
                ),
            ],
        );
    }
}

/// One request is refused with a ground, one is never answered; nobody releases alone.
fn refusal_and_silence(
    narrator: &Narrator,
    exercise: &dyn Fn(&str) -> String,
    de: &Side,
    cn: &Side,
) -> Result<()> {
    let done = de.act(
        "standby",
        &[
            "request",
            "draft",
            &exercise("phishing.request.json"),
            "--peer",
            de.peer(),
        ],
    )?;
    let refused = done.thread.context("the draft has no case")?;
    let name = refused.to_string();
    de.act("standby", &["request", "submit", &name])?;
    let told = de.refused("standby", &["request", "release", &name])?;
    narrator.say("demo-alone", &[("words", told.into())]);
    de.act("releaser", &["request", "release", &name])?;
    cn.await_state(refused, "screening")?;
    let reason = "exercise: may be dealt with";
    cn.act(
        "reviewer",
        &["review", &name, "--decision", "clear", "--reason", reason],
    )?;
    cn.act(
        "handler",
        &["answer", "draft", &name, &exercise("phishing.refusal.json")],
    )?;
    cn.act("releaser", &["answer", "release", &name])?;
    let case = de.await_state(refused, "answered")?;
    let reason = case
        .answer
        .and_then(|given| given.answer.reason)
        .context("a refusal without a reason")?;
    narrator.say(
        "demo-refused",
        &[
            ("subject", case.request.subject.into()),
            (
                "reason",
                label(narrator.language(), "external-reason", reason.code()).into(),
            ),
        ],
    );

    let silent = send(de, &exercise("ransomware.request.json"), None)?;
    let case = de.await_state(silent, "delivered")?;
    narrator.say(
        "demo-silent",
        &[
            ("subject", case.request.subject.into()),
            (
                "deadline",
                case.deadline
                    .map(|deadline| deadline.to_string())
                    .unwrap_or_default()
                    .into(),
            ),
        ],
    );
    for side in [de, cn] {
        side.print(None, &["exercise", "advance-clock", "--by", "9d"])?;
        narrator.say("demo-clock", &[("side", side.party().into())]);
    }
    de.await_state(silent, "unanswered")?;
    narrator.say("demo-unanswered", &[]);
    receipts(narrator, de, cn)
}

/// Drafts, submits and releases a request, by three steps of two officers.
fn send(side: &Side, request: &str, attachment: Option<&str>) -> Result<ThreadId> {
    let mut arguments = vec!["request", "draft", request, "--peer", side.peer()];
    if let Some(attachment) = attachment {
        arguments.extend(["--attach", attachment]);
    }
    let thread = side
        .act("handler", &arguments)?
        .thread
        .context("the draft has no case")?;
    // What our own gate holds, our own reviewer must look at first.
    if side.reader()?.case(thread)?.stage.code() == "held" {
        let reason = "exercise: the other side's gate is to be shown";
        side.act(
            "reviewer",
            &[
                "review",
                &thread.to_string(),
                "--decision",
                "clear",
                "--reason",
                reason,
            ],
        )?;
    }
    side.act("handler", &["request", "submit", &thread.to_string()])?;
    side.act("releaser", &["request", "release", &thread.to_string()])?;
    Ok(thread)
}

/// Both exchange logs are vouched for: by the counterpart, and by each side's domestic witness.
fn witnessed(narrator: &Narrator, de: &Side, cn: &Side) -> Result<()> {
    for side in [de, cn] {
        let log = exchange_log(&side.peer_id()?);
        let entry = EntryRef {
            index: side.reader()?.head(&log)?.size.saturating_sub(1),
            log,
        };
        let cosigned = side.wait_for("the witnesses", |reader| {
            let evidence = reader.grade(&entry)?;
            let is_best = evidence.grade == Grade::QuorumWitnessed;
            Ok(evidence.witnessed.filter(|_| is_best))
        })?;
        narrator.say(
            "demo-witnessed",
            &[
                ("side", side.party().into()),
                ("peer", side.peer().into()),
                ("size", cosigned.size.into()),
                ("at", cosigned.at.to_string().into()),
            ],
        );
    }
    Ok(())
}

fn told_of(narrator: &Narrator, id: &str, side: &Side, case: &Case) {
    narrator.say(
        id,
        &[
            ("side", side.party().into()),
            ("subject", case.request.subject.clone().into()),
            (
                "state",
                label(narrator.language(), "state", case.stage.code()).into(),
            ),
        ],
    );
}

/// Both count, from both logs, and compare.
fn compare(narrator: &Narrator, de: &Side, cn: &Side) -> Result<()> {
    for side in [de, cn] {
        let printed = side.print(Some("controller"), &["reconcile", side.peer()])?;
        narrator.say(
            "demo-reconciled",
            &[("side", side.party().into()), ("words", printed.into())],
        );
    }
    let printed = de.print(Some("controller"), &["statistics", de.peer()])?;
    narrator.say("demo-table", &[("words", printed.into())]);
    let [left, right] = [
        de.operate(&["statistics", de.peer()])?,
        cn.operate(&["statistics", cn.peer()])?,
    ];
    let whole = |statistics: &Value| {
        let lists = statistics.get("discrepancies").and_then(Value::as_object);
        lists.is_some_and(|lists| {
            lists
                .values()
                .filter_map(Value::as_array)
                .all(Vec::is_empty)
        })
    };
    if left.get("figures") != right.get("figures") || !whole(&left) || !whole(&right) {
        bail!("the two sides count differently");
    }
    narrator.say("demo-agree", &[]);
    Ok(())
}

fn answer_inquiry(
    narrator: &Narrator,
    directory: &Path,
    material: &Path,
    de: &Side,
) -> Result<Value> {
    let paper = material.join("inquiries/19-9523.txt").display().to_string();
    let bindings = material
        .join("inquiries/19-9523.bindings.yaml")
        .display()
        .to_string();
    let parsed = de.print(None, &["inquiry", "parse", &paper])?;
    narrator.say("demo-paper", &[("words", parsed.into())]);
    de.act(
        "desk",
        &["inquiry", "register", &paper, "--reference", INQUIRY],
    )?;
    let out = directory.display().to_string();
    let written = de.print(
        Some("desk"),
        &[
            "inquiry",
            "answer",
            INQUIRY,
            "--bindings",
            &bindings,
            "--out",
            &out,
        ],
    )?;
    narrator.say("demo-written", &[("words", written.into())]);
    de.act("releaser", &["inquiry", "release", INQUIRY, "--out", &out])?;
    narrator.say("demo-released", &[]);
    let answer: Value = serde_json::from_str(&fs::read_to_string(answer_path(directory))?)?;
    Ok(answer.get("summary").cloned().unwrap_or_default())
}

fn answer_path(directory: &Path) -> PathBuf {
    directory.join("answer.json")
}

/// The answer verifies offline; with one digit changed it does not, and the figure is named.
fn verify(narrator: &Narrator, directory: &Path, de: &Side) -> Result<usize> {
    let path = answer_path(directory);
    let printed = de.print(None, &["verify", &path.display().to_string()])?;
    narrator.say("demo-verified", &[("words", printed.into())]);
    let mut answer: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
    let figures = change_one_figure(&mut answer).context("the answer holds no figure")?;
    let forged = directory.join("answer-forged.json");
    fs::write(&forged, serde_json::to_string(&answer)?)?;
    let told = de.refused("controller", &["verify", &forged.display().to_string()])?;
    narrator.say("demo-forged", &[("words", told.into())]);
    Ok(figures)
}

/// Adds one to the first figure above zero. Gives how many figures the answer holds.
fn change_one_figure(answer: &mut Value) -> Option<usize> {
    let mut count = 0;
    let mut changed = false;
    for question in answer.get_mut("questions")?.as_array_mut()? {
        for part in question.get_mut("answers")?.as_array_mut()? {
            for figure in part.get_mut("figures")?.as_array_mut()? {
                count += 1;
                let value = figure
                    .get("value")
                    .and_then(Value::as_u64)
                    .unwrap_or_default();
                if !changed && value > 0 {
                    *figure.get_mut("value")? = (value + 1).into();
                    changed = true;
                }
            }
        }
    }
    changed.then_some(count)
}

fn field(value: &Value, name: &str) -> String {
    value
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
