//! `key status`: what each key is for, since when it is in the manifest, and when it is to be replaced.

use super::{Session, keystore};
use crate::edges::SystemClock;
use crate::keystore::all_keys;
use crate::show;
use anyhow::Result;
use journal::hash::Hash;
use locales::text;
use office::Clock;
use records::Timestamp;
use seal::key_manifest::{KeyManifest, KeyStanding, SignedKeyManifest};
use seal::revocation::RevokedKind;
use serde::Serialize;

/// A key as it stands.
#[derive(Serialize)]
struct Line {
    kind: RevokedKind,
    /// Its suite, or the origin it signs for; empty where neither applies.
    what: String,
    id: String,
    standing: Standing,
    /// From when on a manifest names it; not known if the versions before the first to name it were
    /// not kept.
    since: Option<Timestamp>,
    /// When it is to be replaced, while it is in use.
    due: Option<Timestamp>,
}

/// Whether a key is used.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Standing {
    Current,
    Earlier,
    Revoked,
}

impl Standing {
    const fn code(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Earlier => "earlier",
            Self::Revoked => "revoked",
        }
    }
}

/// Days after which a key is to be replaced.
const fn lifetime_days(kind: RevokedKind) -> i64 {
    match kind {
        RevokedKind::Tls => 7,
        RevokedKind::Recipient => 30,
        RevokedKind::Signing => 90,
        RevokedKind::Log | RevokedKind::Witness => 365,
        RevokedKind::Holder => 10 * 365,
    }
}

/// Prints every key of the manifest in force.
pub(super) fn run(session: &Session) -> Result<()> {
    let (_, keystore) = keystore(session)?;
    let manifest = keystore.manifest()?;
    let earlier = keystore.earlier(&manifest)?;
    let keys = manifest.statement();
    let mut lines = Vec::new();
    for (kind, what, id) in all_keys(keys)? {
        let standing = standing(keys, kind, id);
        let since = since(&earlier, keys, id)?;
        let in_use = since.filter(|_| standing == Standing::Current);
        lines.push(Line {
            kind,
            what,
            id: hex::encode(id.0),
            standing,
            since,
            due: in_use.map(|since| since.plus_seconds(lifetime_days(kind) * 24 * 3600)),
        });
    }
    if session.global.json {
        return show::json(&lines);
    }
    for line in lines {
        show::line(&printed(session, &line)?);
    }
    show::say(
        session.language,
        "key-valid-until",
        &[("until", keys.valid_until.clone().into())],
    );
    Ok(())
}

fn printed(session: &Session, line: &Line) -> Result<String> {
    let say = |id: &str, day: Option<Timestamp>| {
        let day = day.map(|at| at.date().to_string()).unwrap_or_default();
        text(session.language, id, &[("day", day.into())])
    };
    let kind = serde_json::to_value(line.kind)?;
    let kind = say(
        &format!("key-kind-{}", kind.as_str().unwrap_or_default()),
        None,
    );
    let standing = say(&format!("key-standing-{}", line.standing.code()), None);
    let since = match line.since {
        Some(_) => say("key-since", line.since),
        None => say("key-since-unknown", None),
    };
    let due = match line.due {
        Some(due) if due < SystemClock.now() => format!(", {}", say("key-overdue", line.due)),
        Some(_) => format!(", {}", say("key-due", line.due)),
        None => String::new(),
    };
    let (id, what) = (&line.id, &line.what);
    let for_what = format!("{kind} {what}");
    Ok(format!(
        "{id}  {standing}  {}  {since}{due}",
        for_what.trim_end()
    ))
}

/// From when on the first manifest to name a key is valid.
fn since(
    earlier: &[SignedKeyManifest],
    newest: &KeyManifest,
    id: Hash,
) -> Result<Option<Timestamp>> {
    for manifest in earlier
        .iter()
        .map(|signed| signed.statement())
        .chain([newest])
    {
        if all_keys(manifest)?.iter().any(|(_, _, named)| *named == id) {
            let is_first = manifest.version == 1
                || earlier
                    .first()
                    .is_some_and(|oldest| oldest.statement().version < manifest.version);
            return Ok(if is_first {
                Some(manifest.valid_from.parse()?)
            } else {
                None
            });
        }
    }
    Ok(None)
}

fn standing(keys: &KeyManifest, kind: RevokedKind, id: Hash) -> Standing {
    if keys.revocation(kind, id).is_some() {
        return Standing::Revoked;
    }
    let is_current = match kind {
        RevokedKind::Signing => matches!(keys.signing_key(id), KeyStanding::Current(_)),
        RevokedKind::Recipient => keys.suites.iter().any(|suite| suite.recipient.id() == id),
        RevokedKind::Log => keys
            .logs
            .iter()
            .any(|log| log.id() == id && keys.log(&log.name).is_some_and(|now| now.id() == id)),
        RevokedKind::Witness | RevokedKind::Tls | RevokedKind::Holder => true,
    };
    if is_current {
        Standing::Current
    } else {
        Standing::Earlier
    }
}
