//! A stage for the console: two houses that have asked and answered each other, and one console.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub, missing_docs)]

pub mod client;
#[path = "../../../office/tests/support/mod.rs"]
pub mod support;

use office::state::Decision;
use office::{Clock, Command};
use policy::Role;
use records::{Request, ThreadId};
use std::sync::Arc;
use support::{House, hidden_person, honest_answer, honest_request, houses, settle};
use web::Console;

/// Both houses with cases in several states.
pub struct Stage {
    pub de: House,
    pub cn: House,
    /// A request of the other side that the gate held.
    pub held: ThreadId,
    /// One that is cleared and waits for its answer.
    pub cleared: ThreadId,
    /// One that is answered.
    pub answered: ThreadId,
    /// A request of our own that waits for release.
    pub submitted: ThreadId,
}

/// Every officer of the stage with the roles each holds; all have [`support::PASSWORD`].
pub const OFFICERS: [(&str, &[Role]); 6] = [
    ("hanna", &[Role::Handler]),
    ("rosa", &[Role::Reviewer]),
    ("frida", &[Role::Releaser]),
    ("detlef", &[Role::Desk]),
    ("olaf", &[Role::Operator]),
    ("carla", &[Role::Controller]),
];

impl Stage {
    pub fn new() -> Self {
        let (de, cn) = houses(true);
        for (name, roles) in OFFICERS {
            let _signed_in = de.officer(name, roles);
        }
        let named = |subject: &str| Request {
            subject: subject.to_owned(),
            ..honest_request()
        };
        let answered = cn.ask(&de, honest_request(), Vec::new());
        settle(&de, &cn);
        de.answer(answered, honest_answer());
        settle(&de, &cn);
        de.clock.advance(support::HOUR);
        cn.clock.advance(support::HOUR);
        let cleared = cn.ask(
            &de,
            named("Phishing pages against customers of two savings banks"),
            Vec::new(),
        );
        let held = draft_and_review_at_home(&cn, &de);
        settle(&de, &cn);
        de.review(cleared, Decision::Clear);
        let submitted = de.draft(
            &cn,
            named("Command servers of a botnet behind three autonomous systems"),
            Vec::new(),
        );
        de.act(&de.handler(), Command::SubmitRequest { thread: submitted });
        de.clock.advance(support::HOUR / 4);
        cn.clock.advance(support::HOUR / 4);
        Self {
            de,
            cn,
            held,
            cleared,
            answered,
            submitted,
        }
    }

    /// Every page, with the role of one who may open it.
    pub fn pages(&self) -> Vec<(&'static str, String)> {
        let case = |who, thread: ThreadId, page: &str| (who, format!("/requests/{thread}{page}"));
        let plain = |who, address: &str| (who, address.to_owned());
        vec![
            plain("hanna", "/"),
            plain("olaf", "/"),
            plain("hanna", "/requests"),
            plain(
                "carla",
                "/requests?view=all&direction=incoming&text=EXERCISE",
            ),
            plain("hanna", "/requests/new"),
            case("carla", self.held, ""),
            case("rosa", self.held, "/review"),
            case("hanna", self.cleared, ""),
            case("hanna", self.cleared, "/answer"),
            case("carla", self.answered, ""),
            case("frida", self.submitted, ""),
            case("frida", self.submitted, "/release"),
            case("hanna", self.submitted, "/withdraw"),
            plain("olaf", "/journal"),
            plain("olaf", "/journal/office"),
            plain("hanna", "/journal/exchange-cn"),
            plain("hanna", "/journal/office/12"),
            plain("detlef", "/records"),
            plain("detlef", "/records?entry=1"),
            plain("detlef", "/inquiries"),
            plain("olaf", "/peers"),
            plain("olaf", "/accessibility"),
        ]
    }

    /// Every address that acts.
    pub fn acts(&self) -> Vec<String> {
        let case = |page: &str| format!("/requests/{}/{page}", self.cleared);
        let mut acts: Vec<String> = ["submit", "review", "release", "withdraw", "answer"]
            .map(case)
            .into();
        let others = [
            "/sign-in",
            "/sign-out",
            "/language",
            "/requests/new",
            "/inquiries/19/9523",
            "/peers/cn/ping",
        ];
        acts.extend(others.map(str::to_owned));
        acts
    }

    /// The number of entries in the house's journal.
    pub fn entries(&self) -> u64 {
        self.de.reader().head("office").unwrap().size
    }

    pub fn console(&self) -> Console {
        let clock: Arc<dyn Clock> = self.de.clock.clone();
        Console::new(self.de.office.clone(), clock, false)
    }
}

/// A request that both gates stop; the sender's reviewer let it go on.
fn draft_and_review_at_home(from: &House, to: &House) -> ThreadId {
    let subject = "Operator of a forum that spreads rumours".to_owned();
    let thread = from.draft(
        to,
        Request {
            subject,
            ..honest_request()
        },
        vec![hidden_person()],
    );
    from.review(thread, Decision::Clear);
    from.act(&from.handler(), Command::SubmitRequest { thread });
    from.act(&from.releaser(), Command::ReleaseRequest { thread });
    thread
}
