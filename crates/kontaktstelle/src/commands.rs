//! What each word of the command line does.

mod backup;
mod casework;
mod inquiry;
mod journals;
mod key;
mod moving;
mod node_care;
mod record;
mod statistics;
mod witness;

use crate::arguments::{Arguments, Global, Word};
use crate::config::Config;
use crate::control::{Credentials, execute};
use crate::demo;
use crate::serve;
use crate::show;
use anyhow::{Context, Result, bail};
use locales::{Language, text};
use office::command::Password;
use office::{Command, Done};
use std::io::IsTerminal;
use std::path::Path;

/// What every command needs: where the node is, who acts, how to speak.
pub(crate) struct Session {
    pub(crate) global: Global,
    pub(crate) language: Language,
}

/// Carries out what was typed.
pub(crate) fn run(arguments: Arguments) -> Result<()> {
    let language = arguments.language();
    let session = Session {
        global: arguments.global,
        language,
    };
    match arguments.command {
        Word::Demo(options) => demo::run(language, &options),
        Word::Serve { until_stdin_closes } => {
            serve::run(&session.config()?, language, until_stdin_closes)
        }
        Word::Config(word) => node_care::config(&session, &word),
        Word::Key(word) => key::run(&session, word),
        Word::Officer(word) => node_care::officer(&session, word),
        Word::Peer(word) => node_care::peer(&session, word),
        Word::Ping { peer } => session.act(Command::Ping { peer }),
        Word::Exercise(word) => node_care::exercise(&session, &word),
        Word::Request(word) => casework::request(&session, word),
        Word::Review {
            thread,
            decision,
            reason,
        } => session.act(Command::ReviewScreening {
            thread,
            decision: casework::decision(decision),
            reason,
        }),
        Word::Answer(word) => casework::answer(&session, word),
        Word::Record(word) => record::run(&session, word),
        Word::Inquiry(word) => inquiry::run(&session, word),
        Word::Journal(word) => journals::run(&session, word),
        Word::Backup(word) => backup::run(&session, word),
        Word::Restore { file, key } => backup::restore(&session, &file, &key),
        Word::Move { to } => moving::run(&session, &to),
        Word::Witness(word) => witness::run(&session, word),
        Word::Statistics { peer } => statistics::show(&session, &peer),
        Word::Reconcile { peer } => statistics::reconcile(&session, peer),
        Word::Verify { file, fingerprints } => inquiry::verify(&session, &file, &fingerprints),
    }
}

impl Session {
    /// The node's configuration.
    pub(crate) fn config(&self) -> Result<Config> {
        Config::load(&self.global.config, &self.global.set)
    }

    /// Who acts: an officer with a password, or the operator of the machine.
    pub(crate) fn credentials(&self) -> Result<Credentials> {
        match &self.global.officer {
            None => Ok(Credentials::LocalOperator),
            Some(name) => {
                let prompt = text(
                    self.language,
                    "command-password",
                    &[("name", name.clone().into())],
                );
                Ok(Credentials::Officer {
                    name: name.clone(),
                    password: Password::new(secret("KONTAKTSTELLE_PASSWORD", &prompt)?),
                })
            }
        }
    }

    /// Carries out a command, in the running node or here.
    pub(crate) fn execute(&self, config: &Config, command: Command) -> Result<Done> {
        execute(config, self.language, self.credentials()?, command)
    }

    /// Carries out a command and says what it came to.
    pub(crate) fn act(&self, command: Command) -> Result<()> {
        let done = self.execute(&self.config()?, command)?;
        show::done(self.language, self.global.json, &done)
    }
}

/// A secret from the environment, or asked for at the terminal.
pub(crate) fn secret(variable: &str, prompt: &str) -> Result<String> {
    if let Ok(secret) = std::env::var(variable) {
        return Ok(secret);
    }
    if !std::io::stdin().is_terminal() {
        bail!("set {variable}; there is no terminal to ask for it");
    }
    rpassword::prompt_password(format!("{prompt} ")).context("cannot ask for a password")
}

/// A file's text.
pub(crate) fn read_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// A file's JSON, with place and field in the error.
pub(crate) fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    serde_json::from_str(&read_text(path)?)
        .with_context(|| format!("{} is not usable", path.display()))
}
