//! How far something long has come: a bar on a terminal, a line now and then elsewhere.

use crate::commands::Session;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use locales::text;
use std::cell::Cell;
use std::io::IsTerminal;

/// Steps of a hundred between two plain lines.
const PLAIN_STEP: u64 = 10;

/// What is shown while something runs. To standard error: standard output is for results.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    what: String,
    told: Cell<u64>,
    is_silent: bool,
}

impl Progress {
    /// Begins to show; `id` names what is done in the command catalogue.
    pub(crate) fn new(session: &Session, id: &str) -> Self {
        let what = text(session.language, id, &[]);
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) =
                ProgressStyle::with_template("{msg} [{bar:40}] {percent:>3} % ({pos}/{len}, {eta})")
            {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.set_message(what.clone());
            bar
        });
        Self {
            bar,
            what,
            told: Cell::new(0),
            is_silent: session.global.json,
        }
    }

    /// So much is done of so much.
    pub(crate) fn tell(&self, done: u64, of: u64) {
        if let Some(bar) = &self.bar {
            bar.set_length(of);
            bar.set_position(done);
            return;
        }
        let percent = done.saturating_mul(100).checked_div(of).unwrap_or(100);
        if !self.is_silent && percent >= self.told.get() + PLAIN_STEP {
            self.told.set(percent - percent % PLAIN_STEP);
            eprintln!("{}: {percent} %", self.what);
        }
    }

    /// Nothing more to show.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
