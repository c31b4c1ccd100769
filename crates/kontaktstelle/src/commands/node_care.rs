//! What operators do: configuration, officers, counterparts, the exercise clock.

use super::{Session, read_text, secret};
use crate::arguments::{ConfigWord, ExerciseWord, OfficerWord, PeerWord};
use crate::config::check;
use crate::control::{Order, Reply, submit};
use crate::node;
use crate::show;
use anyhow::{Context, Result, anyhow, bail};
use locales::text;
use office::Command;
use office::command::Password;
use policy::Role;
use std::collections::BTreeSet;

pub(super) fn config(session: &Session, word: &ConfigWord) -> Result<()> {
    let path = &session.global.config;
    match word {
        ConfigWord::Show => show::line(&toml::to_string_pretty(&session.config()?)?),
        ConfigWord::Check => {
            if let Err(complaints) = check(
                &read_text(path)?,
                path,
                &session.global.set,
                std::env::vars(),
            ) {
                let lines: Vec<String> = complaints.iter().map(ToString::to_string).collect();
                bail!("{}", lines.join("\n"));
            }
            show::say(
                session.language,
                "command-config-good",
                &[("file", path.display().to_string().into())],
            );
        }
    }
    Ok(())
}

pub(super) fn officer(session: &Session, word: OfficerWord) -> Result<()> {
    match word {
        OfficerWord::Add { name, roles, unit } => {
            let prompt = text(
                session.language,
                "command-password",
                &[("name", name.clone().into())],
            );
            let password = Password::new(secret("KONTAKTSTELLE_NEW_PASSWORD", &prompt)?);
            session.act(Command::AddOfficer {
                roles: read_roles(&roles)?,
                unit,
                password,
                name,
            })
        }
        OfficerWord::List if session.global.json => {
            let officers = node::read(&session.config()?)?.officers()?;
            let lines: Vec<serde_json::Value> = officers
                .iter()
                .map(|officer| {
                    serde_json::json!({ "name": officer.name, "unit": officer.unit, "roles": officer.roles, "active": officer.active })
                })
                .collect();
            show::json(&lines)
        }
        OfficerWord::List => {
            for officer in node::read(&session.config()?)?.officers()? {
                let roles: Vec<String> = officer
                    .roles
                    .iter()
                    .map(|role| locales::label(session.language, "role", role.as_str()))
                    .collect();
                show::line(&format!(
                    "{}  {}  {}",
                    officer.name,
                    officer.unit,
                    roles.join(", ")
                ));
            }
            Ok(())
        }
    }
}

fn read_roles(words: &[String]) -> Result<BTreeSet<Role>> {
    words
        .iter()
        .map(|word| {
            Role::ALL
                .into_iter()
                .find(|role| role.as_str() == word)
                .ok_or_else(|| {
                    let known: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
                    anyhow!("{word:?} is no role; known are: {}", known.join(", "))
                })
        })
        .collect()
}

pub(super) fn peer(session: &Session, word: PeerWord) -> Result<()> {
    match word {
        PeerWord::Accept {
            manifest,
            fingerprint,
        } => session.act(Command::AcceptPeer {
            manifest: read_text(&manifest)?,
            fingerprint,
        }),
        PeerWord::Mirror { peer, out } => {
            let reader = node::read(&session.config()?)?;
            let held = reader
                .peer_extract(&peer)?
                .with_context(|| format!("the log of {peer} was never fetched; do that with: kontaktstelle reconcile {peer}"))?;
            if out.exists() {
                bail!("{} exists already", out.display());
            }
            std::fs::write(&out, serde_json::to_vec(&held.extract)?)
                .with_context(|| format!("cannot write {}", out.display()))
        }
        PeerWord::List => {
            let reader = node::read(&session.config()?)?;
            let peers = reader.peers()?;
            if session.global.json {
                return show::json(&peers);
            }
            for peer in peers {
                let channel = reader.channel(&peer.party)?;
                let (sent, accepted) = channel.as_ref().map_or((0, 0), |c| (c.sent, c.accepted));
                let heard = reader
                    .last_heard(&peer.party)?
                    .map_or_else(|| "-".to_owned(), |t| t.to_string());
                show::say(
                    session.language,
                    "command-peer-line",
                    &[
                        ("peer", peer.party.to_string().into()),
                        ("sent", sent.into()),
                        ("accepted", accepted.into()),
                        ("heard", heard.into()),
                    ],
                );
                show::line(&peer.fingerprint);
            }
            Ok(())
        }
    }
}

pub(super) fn exercise(session: &Session, word: &ExerciseWord) -> Result<()> {
    let ExerciseWord::AdvanceClock { by } = word;
    let config = session.config()?;
    let seconds =
        read_span(by).ok_or_else(|| anyhow!("{by:?} is no span of time such as 8d, 12h or 30m"))?;
    let done = session.execute(&config, Command::MoveExerciseClock { seconds })?;
    match submit(&config, session.language, Order::Tick)? {
        Reply::Ok => {}
        Reply::Done(_) | Reply::Vouched(_) | Reply::Failed(_) => {
            bail!("the node gave an answer that does not fit")
        }
    }
    let entries: Vec<String> = done
        .entries
        .iter()
        .map(|entry| format!("{} {}", entry.log, entry.index))
        .collect();
    show::say(
        session.language,
        "command-clock-moved",
        &[("entries", entries.join(", ").into())],
    );
    Ok(())
}

/// Seconds of a span such as `8d`.
fn read_span(text: &str) -> Option<u32> {
    let unit = match text.chars().last()? {
        'd' => 24 * 3600,
        'h' => 3600,
        'm' => 60,
        's' => 1,
        _ => return None,
    };
    text.get(..text.len() - 1)?
        .parse::<u32>()
        .ok()?
        .checked_mul(unit)
}
