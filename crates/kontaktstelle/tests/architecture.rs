//! The house's rules, held by what cargo and the files themselves say: arrows only downwards, each
//! heavy library behind one crate, licences, file sizes, the opening words of every crate.
//!
//! `ARCHITECTURE.md` tells why; this test is why it stays true.

#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every crate and its floor. An arrow leads to a lower floor.
const FLOORS: &[(&str, u8)] = &[
    ("kontaktstelle", 5),
    ("web", 4),
    ("simulation", 4),
    ("exchange", 3),
    ("oversight", 3),
    ("office", 2),
    ("safeguard", 1),
    ("policy", 1),
    ("report", 1),
    ("store", 1),
    ("witness", 1),
    ("seal", 0),
    ("journal", 0),
    ("records", 0),
    ("locales", 0),
];

/// The only arrows along a floor: signatures are made over the journal's hashes and notes.
const SIDEWAYS: &[(&str, &str)] = &[("seal", "journal")];

/// Libraries that only these crates may link. A name ending in `*` stands for all that begin so.
const CONFINED: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("cedar-policy*", &["policy"]),
    ("typst*", &["report"]),
    ("comemo", &["report"]),
    ("axum", &["exchange", "web"]),
    ("hyper*", &["exchange", "web", "witness"]),
    (
        "tokio*",
        &["exchange", "web", "witness", "store", "kontaktstelle"],
    ),
    ("rustls*", &["exchange", "store"]),
    ("rcgen", &["exchange"]),
    ("ureq", &["store", "exchange"]),
    ("object_store", &["store"]),
    ("indicatif", &["kontaktstelle"]),
    ("askama", &["oversight", "web"]),
    ("aws-lc-rs", &["seal"]),
    ("age*", &["seal"]),
    ("hpke", &["seal"]),
    ("argon2", &["office"]),
    ("clap", &["kontaktstelle"]),
    ("anyhow", &["kontaktstelle"]),
];

/// Longest source file, in lines.
const MAX_LINES: usize = 600;

/// Fewest lines in which a crate can say what it is for, what it never does, and where to start.
const MIN_OPENING_LINES: usize = 5;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

fn metadata(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().unwrap()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// Each crate of the house with what it depends on: the dependency's name and kind.
fn house() -> BTreeMap<String, Vec<(String, String)>> {
    list(&metadata(&["--no-deps"]), "packages")
        .iter()
        .map(|package| {
            let arrows = list(package, "dependencies")
                .iter()
                .map(|arrow| {
                    (
                        text(arrow, "name").to_owned(),
                        text(arrow, "kind").to_owned(),
                    )
                })
                .collect();
            (text(package, "name").to_owned(), arrows)
        })
        .collect()
}

fn source_files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            source_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The sources of a crate, without its tests.
fn sources_of(name: &str) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    source_files(&root().join("crates").join(name).join("src"), &mut files);
    files
        .into_iter()
        .map(|path| (path.clone(), fs::read_to_string(&path).unwrap()))
        .collect()
}

/// The same without modules that a crate's root has for its tests only.
fn shipped_sources_of(name: &str) -> Vec<(PathBuf, String)> {
    let sources = sources_of(name);
    let for_tests: Vec<String> = sources
        .iter()
        .flat_map(|(_, source)| source.split("#[cfg(test)]\nmod ").skip(1))
        .filter_map(|rest| rest.split_once(';'))
        .map(|(module, _)| format!("{module}.rs"))
        .collect();
    sources
        .into_iter()
        .filter(|(path, _)| {
            let file = path.file_name().and_then(|name| name.to_str());
            !for_tests.iter().any(|name| Some(name.as_str()) == file)
        })
        .collect()
}

fn all_sources() -> Vec<(PathBuf, String)> {
    FLOORS
        .iter()
        .flat_map(|(name, _)| sources_of(name))
        .collect()
}

#[track_caller]
fn assert_none(broken: &[String], rule: &str) {
    assert!(broken.is_empty(), "{rule}:\n  {}", broken.join("\n  "));
}

/// No crate is without a place, and no place is without its crate.
#[test]
fn every_crate_has_its_floor() {
    let house = house();
    let built: BTreeSet<&str> = house.keys().map(String::as_str).collect();
    let planned: BTreeSet<&str> = FLOORS.iter().map(|(name, _)| *name).collect();
    assert_eq!(built, planned);
}

/// What lies below can be read, audited and tested without what lies above.
#[test]
fn arrows_lead_downwards_only() {
    let floors: BTreeMap<&str, u8> = FLOORS.iter().copied().collect();
    let mut broken = Vec::new();
    for (from, arrows) in house() {
        for (to, kind) in arrows {
            let (Some(upper), Some(lower)) = (floors.get(from.as_str()), floors.get(to.as_str()))
            else {
                continue;
            };
            // A crate that stands in its own tests once more, with a feature that only they need.
            let is_itself = from == to && kind == "dev";
            if lower >= upper && !is_itself && !SIDEWAYS.contains(&(&from, &to)) {
                broken.push(format!(
                    "{from} (floor {upper}) depends on {to} (floor {lower}) {kind}"
                ));
            }
        }
    }
    assert_none(&broken, "an arrow does not lead downwards");
}

/// Each heavy or dangerous library stands behind one crate: it can be exchanged there, and the
/// others build without it. Tests may use what they like.
#[test]
fn libraries_stay_behind_their_crate() {
    let mut broken = Vec::new();
    for (name, arrows) in house() {
        for (library, kind) in arrows {
            let confined = CONFINED
                .iter()
                .find(|(pattern, _)| match pattern.strip_suffix('*') {
                    Some(beginning) => library.starts_with(beginning),
                    None => library == *pattern,
                });
            if let Some((_, homes)) = confined
                && kind != "dev"
                && !homes.contains(&name.as_str())
            {
                broken.push(format!(
                    "{name} links {library}, which belongs to {}",
                    homes.join(", ")
                ));
            }
        }
    }
    assert_none(&broken, "a library is linked outside its crate");
}

/// Time and chance come in from the edges, so that everything else gives the same result twice.
#[test]
fn clock_and_randomness_enter_at_the_edges() {
    // A witness is a program of its own, with its own edges.
    let edges = [
        "crates/kontaktstelle/src/",
        "crates/web/src/session.rs",
        "crates/witness/src/keys.rs",
        "crates/witness/src/server.rs",
    ];
    let words = [
        "SystemTime::now",
        "Timestamp::now(",
        "Zoned::now",
        "getrandom::fill",
    ];
    let mut broken = Vec::new();
    for (path, source) in all_sources() {
        let place = place(&path);
        for word in words.iter().filter(|word| source.contains(**word)) {
            if !edges.iter().any(|edge| place.starts_with(edge)) {
                broken.push(format!("{place}: {word}"));
            }
        }
    }
    assert_none(
        &broken,
        "time or chance is taken elsewhere than at the edges",
    );
}

/// Everything enters once, through the office: no other crate builds something to be written.
#[test]
fn only_the_office_writes() {
    let mut broken = Vec::new();
    for (name, _) in FLOORS
        .iter()
        .filter(|(name, _)| !["office", "store"].contains(name))
    {
        for (path, source) in sources_of(name) {
            let writes = source.contains("store::Batch")
                || source
                    .lines()
                    .any(|line| line.starts_with("use store::") && line.contains("Batch"));
            if writes {
                broken.push(place(&path));
            }
        }
    }
    assert_none(&broken, "a batch is built outside the office");
}

/// The part that auditors read does nothing but compute.
#[test]
fn the_pure_crates_do_no_input_or_output() {
    let words = [
        "std::fs",
        "std::process",
        "std::env::",
        "std::io::stdin",
        "TcpStream",
        "TcpListener",
        "UdpSocket",
    ];
    let mut broken = Vec::new();
    for name in [
        "journal",
        "seal",
        "records",
        "locales",
        "safeguard",
        "policy",
        "report",
    ] {
        for (path, source) in shipped_sources_of(name) {
            let shipped = source.split("#[cfg(test)]").next().unwrap_or_default();
            for word in words.iter().filter(|word| shipped.contains(**word)) {
                broken.push(format!("{}: {word}", place(&path)));
            }
        }
    }
    assert_none(&broken, "a pure crate reaches outside");
}

/// Whoever opens a crate is told first what it is for and what it must never do.
#[test]
fn every_crate_opens_with_its_purpose() {
    let mut broken = Vec::new();
    for (name, _) in FLOORS {
        let source = root().join("crates").join(name).join("src");
        let opening = ["lib.rs", "main.rs"]
            .iter()
            .map(|file| source.join(file))
            .find(|path| path.exists())
            .unwrap();
        let text = fs::read_to_string(&opening).unwrap();
        let lines = text
            .lines()
            .take_while(|line| line.starts_with("//!"))
            .count();
        if lines < MIN_OPENING_LINES {
            broken.push(format!(
                "{}: {lines} lines of opening words",
                place(&opening)
            ));
        }
    }
    assert_none(&broken, "a crate does not introduce itself");
}

/// The workspace's lints, the ban on unsafe code among them, hold in every crate.
#[test]
fn every_crate_takes_the_workspace_lints() {
    let broken: Vec<String> = FLOORS
        .iter()
        .filter(|(name, _)| {
            let manifest =
                fs::read_to_string(root().join("crates").join(name).join("Cargo.toml")).unwrap();
            !manifest.contains("[lints]\nworkspace = true")
        })
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_none(&broken, "a crate goes without the workspace's lints");
}

/// One noun a file: what grows beyond a few screens holds two of them.
#[test]
fn no_source_file_is_too_long() {
    let broken: Vec<String> = all_sources()
        .into_iter()
        .map(|(path, source)| (place(&path), source.lines().count()))
        .filter(|(_, lines)| *lines > MAX_LINES)
        .map(|(place, lines)| format!("{place}: {lines} lines, more than {MAX_LINES}"))
        .collect();
    assert_none(&broken, "a file is too long");
}

/// What is in the tree is finished; what is not finished is in the list of limits.
#[test]
fn nothing_is_left_to_be_done_later() {
    let words = ["TODO", "FIXME", "todo!(", "unimplemented!("];
    let broken: Vec<String> = all_sources()
        .into_iter()
        .filter(|(_, source)| words.iter().any(|word| source.contains(word)))
        .map(|(path, _)| place(&path))
        .collect();
    assert_none(&broken, "something is left for later");
}

/// Every library of the build may be used in a work under EUPL-1.2 (`deny.toml` has the list).
#[test]
fn every_library_has_an_allowed_licence() {
    let deny: toml::Table = fs::read_to_string(root().join("deny.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let allowed: BTreeSet<&str> = deny["licenses"]["allow"]
        .as_array()
        .unwrap()
        .iter()
        .map(|licence| licence.as_str().unwrap())
        .collect();
    let host = host();
    let metadata = metadata(&["--filter-platform", &host]);
    let packages = list(&metadata, "packages");
    let broken: Vec<String> = packages
        .iter()
        .filter(|package| !licence::is_satisfied(text(package, "license"), &allowed))
        .map(|package| {
            format!(
                "{} {}: {:?}",
                text(package, "name"),
                text(package, "version"),
                text(package, "license")
            )
        })
        .collect();
    assert!(
        packages.len() > FLOORS.len(),
        "the list of libraries is empty"
    );
    assert_none(&broken, "a licence is not in the list of deny.toml");
}

/// A library comes from the registry, where its bytes are fixed by the lock file, or from the tree.
#[test]
fn every_library_comes_from_the_registry() {
    let host = host();
    let metadata = metadata(&["--filter-platform", &host]);
    let broken: Vec<String> = list(&metadata, "packages")
        .iter()
        .filter(|package| {
            !package["source"].is_null() && !text(package, "source").starts_with("registry+")
        })
        .map(|package| format!("{}: {}", text(package, "name"), text(package, "source")))
        .collect();
    assert_none(&broken, "a library comes from elsewhere");
}

/// The target that is built for: what other systems would need is not fetched here.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap()
        .to_owned()
}

fn place(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
}

/// SPDX licence expressions, as far as manifests use them.
mod licence {
    use std::collections::BTreeSet;
    use std::iter::Peekable;
    use std::vec::IntoIter;

    /// Whether one may use a work under this expression with the allowed licences alone.
    pub(super) fn is_satisfied(expression: &str, allowed: &BTreeSet<&str>) -> bool {
        // The slash is how manifests said OR before SPDX expressions.
        let spaced = expression
            .replace('/', " OR ")
            .replace('(', " ( ")
            .replace(')', " ) ");
        let words: Vec<String> = spaced.split_whitespace().map(str::to_owned).collect();
        let mut words = words.into_iter().peekable();
        either(&mut words, allowed) && words.next().is_none()
    }

    fn either(words: &mut Peekable<IntoIter<String>>, allowed: &BTreeSet<&str>) -> bool {
        let mut satisfied = all(words, allowed);
        while words.next_if(|word| word == "OR").is_some() {
            satisfied |= all(words, allowed);
        }
        satisfied
    }

    fn all(words: &mut Peekable<IntoIter<String>>, allowed: &BTreeSet<&str>) -> bool {
        let mut satisfied = one(words, allowed);
        while words.next_if(|word| word == "AND").is_some() {
            satisfied &= one(words, allowed);
        }
        satisfied
    }

    fn one(words: &mut Peekable<IntoIter<String>>, allowed: &BTreeSet<&str>) -> bool {
        let Some(word) = words.next() else {
            return false;
        };
        if word == "(" {
            let satisfied = either(words, allowed);
            return words.next().is_some_and(|word| word == ")") && satisfied;
        }
        if words.next_if(|word| word == "WITH").is_some() {
            let exception = words.next().unwrap_or_default();
            return allowed.contains(word.as_str())
                && allowed.contains(format!("{word} WITH {exception}").as_str());
        }
        allowed.contains(word.as_str())
    }

    /// The reader of licences itself says no where no is right.
    #[test]
    fn expressions_are_read_as_spdx_means_them() {
        let allowed =
            BTreeSet::from(["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "ISC"]);
        for good in [
            "MIT",
            "GPL-3.0 OR MIT",
            "Apache-2.0/GPL-2.0",
            "ISC AND (GPL-3.0 OR MIT)",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(is_satisfied(good, &allowed), "{good}");
        }
        for bad in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT",
            "MIT)",
            "MIT WITH X-exception",
            "GPL-3.0 OR MIT AND BSD-2-Clause",
        ] {
            assert!(!is_satisfied(bad, &allowed), "{bad}");
        }
    }
}
