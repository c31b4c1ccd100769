//! A visitor of the console, and the desk of an officer who is signed in.

use crate::console::Console;
use crate::fault::{Fault, Refusal};
use crate::frame::Frame;
use crate::words::Words;
use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use locales::Language;
use office::{Actor, Command, Done, Office, OfficeError, Reader};
use policy::{Action, NodeFacts, Resource};
use records::Timestamp;
use std::convert::Infallible;

/// The cookie that remembers the language.
pub(crate) const LANGUAGE_COOKIE: &str = "language";

/// The cookie that holds the session's token. `__Host-` ties it to this host and to HTTPS.
pub(crate) const fn session_cookie(secure: bool) -> &'static str {
    if secure { "__Host-session" } else { "session" }
}

/// Somebody with a browser.
pub(crate) struct Visitor {
    pub(crate) console: Console,
    pub(crate) words: Words,
    /// The address asked for.
    pub(crate) address: String,
    /// The session's token, as the browser sent it.
    pub(crate) token: Option<String>,
}

impl Visitor {
    /// The officer, if one is signed in and nothing about the appointment has changed since: a session
    /// whose officer has left, or has other roles now, is over, and the next sign-in has the new ones.
    pub(crate) async fn actor(&self) -> Option<Actor> {
        let token = self.token.clone()?;
        let console = self.console.clone();
        let read = tokio::task::spawn_blocking(move || {
            let actor = console.sessions.actor(&token, console.now())?;
            let officers = console.office.reader().officers();
            let in_office = officers.is_ok_and(|officers| {
                let mut officers = officers.iter();
                officers.any(|officer| officer.facts() == *actor.facts())
            });
            if in_office {
                return Some(actor);
            }
            console.sessions.end(&token);
            None
        });
        read.await.ok().flatten()
    }
}

impl FromRequestParts<Console> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Infallible> {
        let chosen =
            cookie(&parts.headers, LANGUAGE_COOKIE).and_then(|code| Language::preferred(&code));
        let accepted = parts
            .headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        let language = chosen
            .or_else(|| accepted.and_then(Language::preferred))
            .unwrap_or_default();
        let address = parts
            .uri
            .path_and_query()
            .map_or("/", |address| address.as_str());
        Ok(Self {
            console: console.clone(),
            words: Words(language),
            address: address.to_owned(),
            token: cookie(&parts.headers, session_cookie(console.is_secure())),
        })
    }
}

/// The value of a cookie.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// The desk of a signed-in officer: everything a page may use.
pub(crate) struct Desk {
    console: Console,
    actor: Actor,
    token: String,
    /// The officer's language.
    pub(crate) words: Words,
}

impl FromRequestParts<Console> for Desk {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Response> {
        let visitor = match Visitor::from_request_parts(parts, console).await {
            Ok(visitor) => visitor,
            Err(never) => match never {},
        };
        match (visitor.actor().await, visitor.token) {
            (Some(actor), Some(token)) => Ok(Self {
                console: visitor.console,
                actor,
                token,
                words: visitor.words,
            }),
            _ if parts.method == axum::http::Method::GET => {
                let next = percent_encode(&visitor.address);
                Err(Redirect::to(&format!("/sign-in?next={next}")).into_response())
            }
            _ => Err(Redirect::to("/sign-in").into_response()),
        }
    }
}

/// Writes a text so that it can stand as one value in an address.
pub(crate) fn percent_encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

impl Desk {
    /// Works out a page. The office blocks, so this happens beside the event loop.
    pub(crate) async fn serve<F>(self, work: F) -> Response
    where
        F: FnOnce(&Self) -> Result<Response, Fault> + Send + 'static,
    {
        let done = tokio::task::spawn_blocking(move || {
            work(&self).unwrap_or_else(|fault| self.explain(fault))
        });
        done.await
            .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
    }

    /// The office.
    pub(crate) fn office(&self) -> &Office {
        &self.console.office
    }

    /// What can be read.
    pub(crate) fn reader(&self) -> &Reader {
        self.office().reader()
    }

    /// Now, by the office's clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.office().now()
    }

    /// Whether the officer may do this to the node as a whole.
    pub(crate) fn may(&self, action: Action) -> bool {
        self.may_with(
            action,
            Resource::Node(NodeFacts {
                exercise: self.office().is_exercise(),
            }),
        )
    }

    /// Whether the officer may do this to that.
    pub(crate) fn may_with(&self, action: Action, resource: Resource) -> bool {
        self.office().may(&self.actor, action, resource)
    }

    /// Stops where the officer may not.
    pub(crate) fn require(&self, action: Action) -> Result<(), Fault> {
        if self.may(action) {
            Ok(())
        } else {
            Err(Fault::NotForYou)
        }
    }

    /// Carries out a command.
    pub(crate) fn execute(&self, command: &Command) -> Result<Done, OfficeError> {
        self.office().execute(&self.actor, command)
    }

    /// After an act: says what was done, on the page `to`.
    pub(crate) fn done(&self, note: &str, to: &str) -> Response {
        self.console.sessions.leave_note(&self.token, note);
        Redirect::to(to).into_response()
    }

    /// The frame of the page `here`, with the word left by the last act.
    pub(crate) fn frame(&self, here: &str) -> Frame {
        let note = self
            .console
            .sessions
            .take_note(&self.token)
            .map(|code| self.words.t(&format!("done-{code}")));
        Frame {
            note,
            ..Frame::inside(self.office(), self.words, &self.actor, here)
        }
    }

    /// The frame of a page that shows a refusal, where there is one.
    pub(crate) fn frame_with(&self, here: &str, refusal: Option<Refusal>) -> Frame {
        Frame {
            refusal,
            ..self.frame(here)
        }
    }

    fn explain(&self, fault: Fault) -> Response {
        let w = self.words;
        let refusal = match fault {
            Fault::NotFound => simple(w, "not-found", StatusCode::NOT_FOUND),
            Fault::NotForYou => simple(w, "not-for-you", StatusCode::FORBIDDEN),
            Fault::Office(error) => Refusal::of(w, &error),
            Fault::Page(error) => {
                tracing::error!(%error, "page could not be written");
                simple(w, "store", StatusCode::INTERNAL_SERVER_ERROR)
            }
        };
        let title = refusal.title.clone();
        let page = FaultPage {
            frame: self.frame_with("/", Some(refusal)),
            w,
            title,
        };
        html(page.frame.refusal.as_ref(), &page)
            .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
    }
}

fn simple(w: Words, code: &str, status: StatusCode) -> Refusal {
    Refusal {
        status,
        title: w.t(&format!("refusal-{code}-title")),
        reasons: Vec::new(),
        kept: w.t("refusal-kept"),
        next: w.t(&format!("refusal-{code}-next")),
    }
}

#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage {
    frame: Frame,
    w: Words,
    title: String,
}

/// A page with its status: that of the refusal it shows, or else 200.
pub(crate) fn html(refusal: Option<&Refusal>, page: &impl Template) -> Result<Response, Fault> {
    let status = refusal.map_or(StatusCode::OK, |refusal| refusal.status);
    Ok((status, Html(page.render()?)).into_response())
}
