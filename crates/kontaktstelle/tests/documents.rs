//! What the documents tell a reader to type can be typed, what they point to exists, and the table
//! of configuration keys is complete.

#![allow(clippy::unwrap_used)]

use locales::Language;
use office::EntryKind;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What `$CASE` stands for in the documents' commands.
const CASE: &str = "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b";

/// Where the operator looks keys up.
const HANDBOOK: &str = "docs/operators-handbook.md";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

fn documents() -> Vec<(String, String)> {
    let root = root();
    let mut found = Vec::new();
    for directory in [root.clone(), root.join("docs"), root.join("docs/decisions")] {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                let name = path.strip_prefix(&root).unwrap().display().to_string();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

fn kontaktstelle(arguments: &[String]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kontaktstelle"))
        .args(arguments)
        .output()
        .unwrap()
}

/// The commands in a document's console blocks, one a line, continuation lines joined.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut inside = false;
    let mut continued = String::new();
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
            continue;
        }
        if !inside {
            continue;
        }
        let line = line.trim_start_matches("$ ").trim();
        if let Some(beginning) = line.strip_suffix('\\') {
            continued.push_str(beginning);
            continue;
        }
        let whole = format!("{continued}{line}");
        continued.clear();
        found.push(whole);
    }
    found
}

/// The words of a command line, with quotes as the shell takes them.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.extend((!word.is_empty()).then(|| std::mem::take(&mut word))),
            '#' if !quoted && word.is_empty() => return words,
            letter => word.push(letter),
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// A reader who follows a document never meets an unknown word: with `--help` added, every command
/// line has its subcommands, options and values read as always.
#[test]
fn every_command_in_the_documents_is_understood() {
    let mut checked = 0;
    let mut broken = Vec::new();
    for (document, text) in documents() {
        for line in commands(&text) {
            let line = line.replace("$CASE", CASE);
            let mut typed = words(&line)
                .into_iter()
                .skip_while(|word| word.starts_with("KONTAKTSTELLE_"));
            if typed.next().as_deref() != Some("kontaktstelle") {
                continue;
            }
            let arguments: Vec<String> = typed.chain(["--help".to_owned()]).collect();
            let output = kontaktstelle(&arguments);
            checked += 1;
            if !output.status.success() {
                broken.push(format!(
                    "{document}: {line}\n{}",
                    String::from_utf8_lossy(&output.stderr)
                ));
            }
        }
    }
    assert!(
        checked >= 30,
        "only {checked} commands were found in the documents"
    );
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// A word that no command has is noticed, so the check above can fail.
#[test]
fn an_unknown_word_is_not_understood() {
    for line in [
        "request publish",
        "journal verify --deep",
        "review not-a-case",
    ] {
        let arguments: Vec<String> = words(line)
            .into_iter()
            .chain(["--help".to_owned()])
            .collect();
        assert!(!kontaktstelle(&arguments).status.success(), "{line}");
    }
}

/// The operator finds every configuration key with its environment variable in the handbook. The
/// program itself says which keys there are.
#[test]
fn the_handbook_has_every_configuration_key() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("documents.toml");
    fs::write(&file, "").unwrap();
    let arguments = [
        "--config",
        file.to_str().unwrap(),
        "--set",
        "no.such.key=1",
        "--language",
        "en",
        "config",
        "check",
    ];
    let output = kontaktstelle(&arguments.map(str::to_owned));
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    let (_, list) = complaint
        .split_once("known are: ")
        .expect("the list of keys");
    // The last key is followed by the end of the sentence.
    let keys: Vec<&str> = list
        .split(", ")
        .filter_map(|item| item.split_whitespace().next())
        .map(|key| key.trim_end_matches('.'))
        .collect();
    assert!(keys.len() >= 13, "{keys:?}");
    let handbook = fs::read_to_string(root().join(HANDBOOK)).unwrap();
    let missing: Vec<String> = keys
        .iter()
        .map(|key| {
            format!(
                "| `{key}` | `KONTAKTSTELLE_{}` |",
                key.replace('.', "_").to_uppercase()
            )
        })
        .filter(|row| !handbook.contains(row))
        .collect();
    assert!(
        missing.is_empty(),
        "{HANDBOOK} lacks:\n{}",
        missing.join("\n")
    );
}

/// Whoever writes a reader by the protocol's page knows every kind of entry that a log can have, and is
/// told of none that there is not; and each has a name for people in both languages.
#[test]
fn the_protocol_has_every_kind_of_entry() {
    let page = fs::read_to_string(root().join("docs/protocol.md")).unwrap();
    let (_, list) = page
        .split_once("Every entry has `kind` and `time`.")
        .unwrap();
    let (list, _) = list.split_once("\n## ").unwrap();
    let told: BTreeSet<&str> = list
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| word.contains('.'))
        .collect();
    let kinds: BTreeSet<&str> = EntryKind::ALL.iter().map(|kind| kind.code()).collect();
    let difference: Vec<_> = told.symmetric_difference(&kinds).collect();
    assert!(difference.is_empty(), "{difference:?}");
    for language in Language::ALL {
        for code in &kinds {
            assert_ne!(
                locales::label(language, "kind", code),
                *code,
                "{language:?}"
            );
        }
    }
}

/// A link inside the tree leads somewhere.
#[test]
fn links_lead_somewhere() {
    let mut broken = Vec::new();
    for (document, text) in documents() {
        let here = root().join(&document);
        for target in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let file = target.split('#').next().unwrap_or_default();
            if !file.is_empty()
                && !file.contains("://")
                && !here.parent().unwrap().join(file).exists()
            {
                broken.push(format!("{document}: {target}"));
            }
        }
    }
    assert!(
        broken.is_empty(),
        "links lead nowhere:\n{}",
        broken.join("\n")
    );
}
