//! Who is signed in.
//!
//! The browser holds a random token; the server holds only its hash, in memory. A restart signs
//! everybody out.

use journal::hash::{Hash, sha256};
use office::Actor;
use records::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A session ends when nothing was done in it for this long.
pub(crate) const IDLE_MS: i64 = 30 * 60 * 1000;

/// A session ends after this long in any case.
pub(crate) const LONGEST_MS: i64 = 12 * 60 * 60 * 1000;

/// Most sessions at the same time. Only officers can begin one, so this bounds mistakes, not attacks.
const MAX_SESSIONS: usize = 4096;

/// The sessions of a console.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<BTreeMap<Hash, Session>>);

struct Session {
    actor: Actor,
    begun: i64,
    seen: i64,
    /// The code of what was just done, for the next page.
    note: Option<String>,
}

impl Session {
    const fn is_over(&self, now: i64) -> bool {
        now - self.seen > IDLE_MS || now - self.begun > LONGEST_MS
    }
}

impl Sessions {
    /// Begins a session and returns its token.
    pub(crate) fn begin(&self, actor: Actor, now: Timestamp) -> Result<String, getrandom::Error> {
        let mut random = [0; 32];
        getrandom::fill(&mut random)?;
        let token = hex::encode(random);
        let now = now.millis();
        let mut open = self.open();
        open.retain(|_, session| !session.is_over(now));
        if open.len() >= MAX_SESSIONS {
            let oldest = open
                .iter()
                .min_by_key(|(_, session)| session.seen)
                .map(|(key, _)| *key);
            oldest.and_then(|key| open.remove(&key));
        }
        open.insert(
            sha256(token.as_bytes()),
            Session {
                actor,
                begun: now,
                seen: now,
                note: None,
            },
        );
        Ok(token)
    }

    /// Whose session the token is, if it is not over. Counts as a sign of life.
    pub(crate) fn actor(&self, token: &str, now: Timestamp) -> Option<Actor> {
        let key = sha256(token.as_bytes());
        let now = now.millis();
        let mut open = self.open();
        let session = open.get_mut(&key)?;
        if session.is_over(now) {
            open.remove(&key);
            return None;
        }
        session.seen = now;
        Some(session.actor.clone())
    }

    /// Ends a session.
    pub(crate) fn end(&self, token: &str) {
        self.open().remove(&sha256(token.as_bytes()));
    }

    /// Leaves word for the next page of the session.
    pub(crate) fn leave_note(&self, token: &str, note: &str) {
        if let Some(session) = self.open().get_mut(&sha256(token.as_bytes())) {
            session.note = Some(note.to_owned());
        }
    }

    /// Takes that word.
    pub(crate) fn take_note(&self, token: &str) -> Option<String> {
        self.open().get_mut(&sha256(token.as_bytes()))?.note.take()
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<Hash, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + ms)
    }

    /// Promise: an unattended desk is signed out after half an hour, a busy one after twelve hours.
    #[test]
    fn sessions_end_by_idleness_and_by_age() {
        let sessions = Sessions::default();
        let idle = sessions.begin(Actor::local_operator(), at(0)).unwrap();
        assert!(sessions.actor(&idle, at(IDLE_MS)).is_some());
        assert!(sessions.actor(&idle, at(2 * IDLE_MS + 1)).is_none());
        assert!(
            sessions.actor(&idle, at(0)).is_none(),
            "a session that is over does not come back"
        );

        let busy = sessions.begin(Actor::local_operator(), at(0)).unwrap();
        let mut now = 0;
        while now + IDLE_MS <= LONGEST_MS {
            now += IDLE_MS;
            assert!(sessions.actor(&busy, at(now)).is_some());
        }
        assert!(sessions.actor(&busy, at(LONGEST_MS + 1)).is_none());
    }

    /// Promise: a token that was made up or signed out opens nothing, and no two are alike.
    #[test]
    fn only_living_tokens_open() {
        let sessions = Sessions::default();
        let one = sessions.begin(Actor::local_operator(), at(0)).unwrap();
        let two = sessions.begin(Actor::local_operator(), at(0)).unwrap();
        assert_ne!(one, two);
        assert!(sessions.actor("0000", at(0)).is_none());
        sessions.end(&one);
        assert!(sessions.actor(&one, at(0)).is_none());
        assert!(sessions.actor(&two, at(0)).is_some());
    }

    /// Promise: what was done is said once, to the one who did it.
    #[test]
    fn a_note_is_read_once() {
        let sessions = Sessions::default();
        let token = sessions.begin(Actor::local_operator(), at(0)).unwrap();
        let other = sessions.begin(Actor::local_operator(), at(0)).unwrap();
        sessions.leave_note(&token, "request-released");
        assert_eq!(sessions.take_note(&other), None);
        assert_eq!(
            sessions.take_note(&token).as_deref(),
            Some("request-released")
        );
        assert_eq!(sessions.take_note(&token), None);
    }
}
