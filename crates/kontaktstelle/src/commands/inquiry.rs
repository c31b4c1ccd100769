//! Parliamentary inquiries: read, register, answer from the records, release, verify.

use super::{Session, read_text};
use crate::arguments::InquiryWord;
use crate::config::Config;
use crate::control::{Order, Reply, submit};
use crate::edges::SystemClock;
use crate::keystore::Keystore;
use crate::node;
use crate::paper;
use crate::show;
use anyhow::{Context, Result, anyhow};
use locales::{label, text};
use office::reader::Position;
use office::{Clock, Command};
use oversight::answer::{Answer, Composition, compose, released};
use oversight::binding::Bindings;
use oversight::evidence::Gathering;
use oversight::inquiry::{self, Inquiry};
use oversight::{Evidence, html, verify};
use seal::Suite;
use std::fs;
use std::path::Path;

pub(super) fn run(session: &Session, word: InquiryWord) -> Result<()> {
    match word {
        InquiryWord::Parse { file } => parse(session, &file),
        InquiryWord::Register { file, reference } => {
            let source = read_bytes(&file)?;
            let parsed = read_paper(&file, &source)?;
            let printed = parsed
                .drucksache
                .as_deref()
                .and_then(|number| number.split_whitespace().next());
            if printed.is_some_and(|printed| printed != reference) {
                return Err(anyhow!(
                    "the paper itself prints the number {}, not {reference}",
                    printed.unwrap_or_default()
                ));
            }
            session.act(Command::RegisterInquiry {
                reference,
                source,
                parsed: serde_json::to_value(parsed)?,
            })
        }
        InquiryWord::Answer {
            reference,
            bindings,
            out,
        } => answer(session, &reference, &bindings, &out),
        InquiryWord::Release {
            reference,
            read,
            out,
        } => {
            session.act(Command::ReleaseInquiryAnswer {
                reference: reference.clone(),
                read,
            })?;
            out.map_or(Ok(()), |out| write_released(session, &reference, &out))
        }
        InquiryWord::Write { reference, out } => write_released(session, &reference, &out),
        InquiryWord::List => list(session),
    }
}

fn read_bytes(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

fn read_paper(file: &Path, source: &[u8]) -> Result<Inquiry> {
    inquiry::parse_bytes(source)
        .with_context(|| format!("{} cannot be read as an inquiry", file.display()))
}

fn parse(session: &Session, file: &Path) -> Result<()> {
    let inquiry = read_paper(file, &read_bytes(file)?)?;
    if session.global.json {
        return show::json(&inquiry);
    }
    let items: usize = inquiry
        .questions
        .iter()
        .map(|question| question.sub_items.len())
        .sum();
    show::say(
        session.language,
        "command-inquiry-parsed",
        &[
            ("title", inquiry.title.clone().into()),
            ("fraction", inquiry.fraction.clone().into()),
            ("dated", inquiry.dated.to_string().into()),
            ("questions", inquiry.questions.len().into()),
            ("items", items.into()),
        ],
    );
    Ok(())
}

fn list(session: &Session) -> Result<()> {
    let inquiries = node::read(&session.config()?)?.inquiries()?;
    if session.global.json {
        return show::json(&inquiries);
    }
    for inquiry in inquiries {
        let state = label(
            session.language,
            "inquiry",
            &office::writing::Filed::tag(&inquiry),
        );
        let document = inquiry
            .answer
            .map(|answer| answer.document.to_string())
            .unwrap_or_default();
        show::line(format!("{}  {state}  {document}", inquiry.reference).trim_end());
    }
    Ok(())
}

/// Computes the answer at the journal's present position, files it as a draft for release by a
/// second officer, and writes the draft's three forms.
fn answer(session: &Session, reference: &str, bindings: &Path, out: &Path) -> Result<()> {
    let config = session.config()?;
    let answer = draft(session, &config, reference, bindings)?;
    let forms = Forms::of(&answer)?;
    let done = session.execute(
        &config,
        Command::FileInquiryAnswer {
            reference: reference.to_owned(),
            document: forms.json.clone(),
        },
    )?;
    forms.write(out, "draft")?;
    if session.global.json {
        return show::json(&done);
    }
    show::say(
        session.language,
        "command-answer-written",
        &[
            ("answered", answer.summary.answered_from_records.into()),
            ("questions", answer.summary.questions.into()),
            ("out", out.display().to_string().into()),
        ],
    );
    Ok(())
}

/// The three forms of an answer.
struct Forms {
    json: String,
    html: String,
    pdf: Vec<u8>,
}

impl Forms {
    fn of(answer: &Answer) -> Result<Self> {
        Ok(Self {
            json: answer.to_json()?,
            html: html::page(answer)?,
            pdf: report::render_answer(&paper::document(answer))?.bytes,
        })
    }

    fn write(&self, out: &Path, name: &str) -> Result<()> {
        fs::create_dir_all(out).with_context(|| format!("cannot create {}", out.display()))?;
        for (ending, bytes) in [
            ("json", self.json.as_bytes()),
            ("html", self.html.as_bytes()),
            ("pdf", &self.pdf),
        ] {
            let path = out.join(format!("{name}.{ending}"));
            fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}

/// Seals the answer that a second officer has released, and writes its three forms.
fn write_released(session: &Session, reference: &str, out: &Path) -> Result<()> {
    let config = session.config()?;
    let keyring = Keystore::of(&config, session.language).keyring(&config)?;
    let answer = released(
        &node::read(&config)?,
        reference,
        keyring.signing(Suite::K1)?,
        SystemClock.now(),
    )?;
    Forms::of(&answer)?.write(out, "answer")
}

fn draft(session: &Session, config: &Config, reference: &str, bindings: &Path) -> Result<Answer> {
    let reader = node::read(config)?;
    let registered = reader.inquiry(reference)?.ok_or_else(|| {
        anyhow!(
            "inquiry {reference} is not registered; do that with: kontaktstelle inquiry register"
        )
    })?;
    let source = reader
        .blob(&registered.source)?
        .context("the inquiry's paper is not in the store")?;
    let inquiry =
        inquiry::parse_bytes(&source).context("the registered paper cannot be read any more")?;
    let bindings = Bindings::read(&bindings.display().to_string(), &read_text(bindings)?)?;
    let manifest = Keystore::of(config, session.language).manifest()?;
    let Reply::Vouched(vouched_for) = submit(config, session.language, Order::Vouched)? else {
        return Err(anyhow!(
            "the node gave an answer that does not fit the order"
        ));
    };
    let evidence = Evidence::gather(
        &reader,
        &Gathering {
            manifest: &manifest,
            witnesses: &config.witnesses()?,
            vouched_for: &vouched_for,
            position: Position::Now,
            as_of: reader.now(&SystemClock, config.exercise)?,
            cut_off: bindings.cut_off(&inquiry),
        },
    )?;
    Ok(compose(&Composition {
        inquiry: &inquiry,
        bindings: &bindings,
        evidence: &evidence,
        language: session.language,
        exercise: config.exercise,
    })?)
}

/// Checks an answer from the file alone.
pub(super) fn verify(session: &Session, file: &Path, fingerprints: &[String]) -> Result<()> {
    let document = read_text(file)?;
    let trusted = fingerprints
        .iter()
        .map(|text| {
            text.parse()
                .with_context(|| format!("{text:?} is no fingerprint"))
        })
        .collect::<Result<Vec<_>>>()?;
    match verify::verify(&document, &trusted) {
        Ok(report) => {
            if session.global.json {
                return show::json(&report);
            }
            show::say(
                session.language,
                "command-verify-good",
                &[
                    ("figures", report.figures.len().into()),
                    ("questions", report.questions.into()),
                    ("logs", report.logs.len().into()),
                ],
            );
            for party in &report.parties {
                show::say(
                    session.language,
                    "command-verify-fingerprint",
                    &[
                        ("party", party.party.clone().into()),
                        ("fingerprint", party.fingerprint.replace('\n', " ").into()),
                    ],
                );
            }
            show::say(session.language, "command-verify-limits", &[]);
            Ok(())
        }
        Err(errors) => {
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            if session.global.json {
                show::json(&lines)?;
            }
            let heading = text(
                session.language,
                "command-verify-bad",
                &[("count", errors.len().into())],
            );
            Err(anyhow!("{heading}\n  {}", lines.join("\n  ")))
        }
    }
}
