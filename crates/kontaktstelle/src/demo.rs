//! Two contact points at work: two nodes in two processes with two databases, two sets of keys and
//! two sets of officers, who do everything through the commands that officers use.

mod material;
mod side;
mod story;
mod witness;

use crate::arguments::DemoArguments;
use crate::show;
use anyhow::{Context, Result, bail};
use locales::{Language, Value, text};
use side::Side;
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Runs the demo. With `--exit` it ends with a summary line; without, both consoles stay up until
/// the reader ends them.
pub(crate) fn run(language: Language, options: &DemoArguments) -> Result<()> {
    let narrator = Narrator { language };
    let directory = prepare(&options.dir)?;
    narrator.say(
        "demo-title",
        &[("dir", directory.display().to_string().into())],
    );
    material::write(&directory)?;
    let password = exercise_password()?;
    write_password(&directory, &password)?;
    let de = Side::prepare("de", "cn", &directory, options.port, 0, language, &password)?;
    let cn = Side::prepare("cn", "de", &directory, options.port, 1, language, &password)?;
    let told = story::tell(&narrator, &directory, &de, &cn)?;
    narrator.say(
        "demo-summary",
        &[
            ("requests", told.requests.into()),
            ("held", told.held.into()),
            ("answered", told.questions_answered.into()),
            ("questions", told.questions.into()),
            ("figures", told.figures.into()),
        ],
    );
    if options.exit {
        return Ok(());
    }
    narrator.say(
        "demo-consoles",
        &[
            ("de", de.console().into()),
            ("cn", cn.console().into()),
            ("password", password.into()),
        ],
    );
    for side in [&de, &cn] {
        narrator.say(
            "demo-officers",
            &[
                ("side", side.party().into()),
                ("officers", side::OFFICERS.map(|o| o.name).join(", ").into()),
            ],
        );
    }
    narrator.say("demo-end", &[]);
    wait_for_interrupt()
}

/// Speaks to the reader.
pub(crate) struct Narrator {
    language: Language,
}

impl Narrator {
    /// One message of the demo catalogue.
    pub(crate) fn say(&self, id: &str, arguments: &[(&str, Value<'_>)]) {
        show::line(&text(self.language, id, arguments));
    }

    /// The heading of a step.
    pub(crate) fn step(&self, number: u8, id: &str) {
        let title = text(self.language, id, &[]);
        show::line(&format!(
            "\n{}",
            text(
                self.language,
                "demo-step",
                &[("number", number.into()), ("title", title.into())]
            )
        ));
    }

    /// The language of the reader.
    pub(crate) const fn language(&self) -> Language {
        self.language
    }
}

fn prepare(directory: &Path) -> Result<std::path::PathBuf> {
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot create {}", directory.display()))?;
    for side in ["de", "cn"] {
        if directory.join(side).exists() {
            bail!(
                "{} holds a demo already; remove it or name another directory with --dir",
                directory.display()
            );
        }
    }
    directory
        .canonicalize()
        .with_context(|| format!("cannot use {}", directory.display()))
}

fn exercise_password() -> Result<String> {
    let mut bytes = [0u8; 8];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow::anyhow!("the operating system gives no randomness: {error}"))?;
    Ok(bytes.iter().fold("exercise-".to_owned(), |word, byte| {
        format!("{word}{byte:02x}")
    }))
}

/// Leaves the exercise's password beside the nodes, so that they can be signed in to afterwards.
fn write_password(directory: &Path, password: &str) -> Result<()> {
    let path = directory.join("password.txt");
    let mut file = fs::File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(writeln!(file, "{password}")?)
}

fn wait_for_interrupt() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(tokio::signal::ctrl_c())?;
    Ok(())
}
