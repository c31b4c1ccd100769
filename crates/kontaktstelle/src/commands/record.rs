//! Records: import, export, list.

use super::{Session, read_text};
use crate::arguments::{PositionArguments, RecordWord};
use crate::node;
use crate::show;
use anyhow::{Result, anyhow, bail};
use locales::label;
use office::Command;
use office::reader::Position;
use records::file::{self, Format, Input};
use records::{Record, RecordId};
use std::collections::BTreeSet;
use std::path::PathBuf;

pub(super) fn run(session: &Session, word: RecordWord) -> Result<()> {
    match word {
        RecordWord::Import { files } => import(session, &files),
        RecordWord::Export { format, position } => {
            let format = match format.as_str() {
                "yaml" => Format::Yaml,
                "json" => Format::Json,
                other => bail!("{other:?} is no format; known are: yaml, json"),
            };
            let records = node::read(&session.config()?)?.records(read_position(&position))?;
            let records: Vec<Record> = records.into_iter().map(|at| at.record).collect();
            show::line(file::write(&records, format)?.trim_end());
            Ok(())
        }
        RecordWord::List { position } => {
            if session.global.json {
                let records = node::read(&session.config()?)?.records(read_position(&position))?;
                let lines: Vec<serde_json::Value> = records
                    .iter()
                    .map(|at| serde_json::json!({ "record": at.record, "entry": at.entry, "superseded": at.superseded }))
                    .collect();
                return show::json(&lines);
            }
            for at in node::read(&session.config()?)?.records(read_position(&position))? {
                let header = &at.record.header;
                show::line(&format!(
                    "{}  {}  {}  {}{}",
                    header.id,
                    label(
                        session.language,
                        "record-kind",
                        at.record.body.kind().code()
                    ),
                    header
                        .occurred
                        .map_or_else(|| "-".to_owned(), |occurred| occurred.to_string()),
                    label(
                        session.language,
                        "certainty",
                        header.knowledge.certainty.code()
                    ),
                    if at.superseded { "  ✗" } else { "" },
                ));
            }
            Ok(())
        }
    }
}

fn read_position(arguments: &PositionArguments) -> Position {
    match (arguments.as_of_entry, arguments.as_of_date) {
        (Some(entry), _) => Position::Entry(entry),
        (None, Some(date)) => Position::Date(date),
        (None, None) => Position::Now,
    }
}

fn import(session: &Session, files: &[PathBuf]) -> Result<()> {
    let config = session.config()?;
    let texts: Vec<(String, String, Format)> = files
        .iter()
        .map(|path| {
            let name = path.display().to_string();
            let format = Format::of_name(&name)
                .ok_or_else(|| anyhow!("{name}: the name must end in .yaml, .yml or .json"))?;
            Ok((name, read_text(path)?, format))
        })
        .collect::<Result<_>>()?;
    let inputs: Vec<Input<'_>> = texts
        .iter()
        .map(|(name, text, format)| Input {
            name,
            text,
            format: *format,
        })
        .collect();
    let known: BTreeSet<RecordId> = node::read(&config)?
        .records(Position::Now)?
        .iter()
        .map(|at| at.record.header.id)
        .collect();
    let records = file::read_all(&inputs, |id| known.contains(&id)).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow!("{}", lines.join("\n"))
    })?;
    let total = records.len();
    let done = session.execute(&config, Command::ImportRecords { records })?;
    if session.global.json {
        return show::json(&done);
    }
    match done.entries.first() {
        Some(first) if !done.records.is_empty() => show::say(
            session.language,
            "command-records-imported",
            &[
                ("count", done.records.len().into()),
                ("from", first.index.into()),
            ],
        ),
        _ => show::say(
            session.language,
            "command-records-known",
            &[("count", total.into())],
        ),
    }
    Ok(())
}
