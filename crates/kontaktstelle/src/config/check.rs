//! Explaining what is wrong with a configuration, and where.

use super::{Config, overrides};
use journal::policy::Policy;
use std::fmt;
use std::path::Path;
use store::Address;
use toml::Table;

/// What a sealed payload may take, in bytes: below, texts and their attachments of everyday size would
/// not pass; above, no office sends any.
const PART_BYTES: std::ops::RangeInclusive<u64> = 16 * 1024 * 1024..=1026 * 1024 * 1024;

/// What all payloads of a message may take together, in bytes.
const MESSAGE_BYTES: std::ops::RangeInclusive<u64> = 16 * 1024 * 1024..=8 * 1024 * 1024 * 1024;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint {
    /// File and line, variable or flag.
    pub(crate) place: String,
    /// What is wrong and what would be right.
    pub(crate) problem: String,
}

impl Complaint {
    pub(super) fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            problem: problem.into(),
        }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)
    }
}

/// Reads a configuration and says everything that is wrong with it.
pub(crate) fn check(
    text: &str,
    path: &Path,
    set: &[String],
    environment: impl Iterator<Item = (String, String)>,
) -> Result<Config, Vec<Complaint>> {
    let file = path.display().to_string();
    let mut table: Table = match text.parse() {
        Ok(table) => table,
        Err(error) => return Err(vec![located(&file, text, &error)]),
    };
    // The file on its own first, so that a mistake in it is shown with its line. A key that is
    // missing there may still come from environment or flags.
    if let Err(error) = toml::from_str::<Config>(text)
        && error.span().is_some_and(|span| !span.is_empty())
        && !error.message().starts_with("missing field")
    {
        return Err(vec![located(&file, text, &error)]);
    }
    let environment: Vec<(String, String)> = environment.collect();
    let mut complaints = overrides::apply_environment(&mut table, &environment);
    complaints.extend(overrides::apply_flags(&mut table, set));
    if !complaints.is_empty() {
        return Err(complaints);
    }
    let mut config: Config =
        serde_path_to_error::deserialize(toml::Value::Table(table)).map_err(|error| {
            let key = error.path().to_string();
            let problem = describe(error.inner().message());
            let place = overrides::place(&key, set, &environment).unwrap_or_else(|| file.clone());
            let problem = if key == "." {
                problem
            } else {
                format!("{key}: {problem}")
            };
            vec![Complaint::new(place, problem)]
        })?;
    // Absolute, so that what is printed can be used from anywhere.
    config.directory = std::path::absolute(path)
        .ok()
        .and_then(|path| path.parent().map(Path::to_owned))
        .unwrap_or_default();
    let complaints = judge(&config, |key| {
        overrides::place(key, set, &environment).unwrap_or_else(|| file.clone())
    });
    if complaints.is_empty() {
        Ok(config)
    } else {
        Err(complaints)
    }
}

fn located(file: &str, text: &str, error: &toml::de::Error) -> Complaint {
    let place = match error.span() {
        Some(span) => {
            let before = text.get(..span.start).unwrap_or(text);
            let line = before.matches('\n').count() + 1;
            let column = before
                .rsplit('\n')
                .next()
                .unwrap_or_default()
                .chars()
                .count()
                + 1;
            format!("{file}:{line}:{column}")
        }
        None => file.to_owned(),
    };
    Complaint::new(place, describe(error.message()))
}

fn describe(message: &str) -> String {
    match message
        .strip_prefix("missing field `")
        .and_then(|rest| rest.strip_suffix('`'))
    {
        Some(key) => {
            format!("the key {key:?} is missing; set it in the file, by environment or by --set")
        }
        None => message.trim().replace('\n', "; "),
    }
}

/// What types cannot say.
fn judge(config: &Config, place: impl Fn(&str) -> String) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut complain = |key: &str, problem: String| {
        complaints.push(Complaint::new(format!("{}: {key}", place(key)), problem))
    };
    let good_name = !config.node.is_empty()
        && config.node.len() <= 200
        && config
            .node
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-'));
    if !good_name {
        complain(
            "node",
            "a domain name in lower case is needed, such as de.kontaktstelle.example".to_owned(),
        );
    }
    if config.exchange.peers.is_empty() {
        complain("exchange.peers", "name at least one party".to_owned());
    }
    if config.exchange.peers.contains(&config.party) {
        complain(
            "exchange.peers",
            format!("{} is this node's own party", config.party),
        );
    }
    let is_peer = |party| config.exchange.peers.contains(party);
    if let Some(stranger) = config
        .exchange
        .strict_peers
        .iter()
        .find(|party| !is_peer(party))
    {
        complain(
            "exchange.strict_peers",
            format!("{stranger} is not among exchange.peers"),
        );
    }
    let mut peers = config.exchange.peers.clone();
    peers.sort();
    peers.dedup();
    if peers.len() != config.exchange.peers.len() {
        complain("exchange.peers", "a party is named twice".to_owned());
    }
    if config
        .exchange
        .address
        .rsplit_once(':')
        .is_none_or(|(host, port)| host.is_empty() || port.parse::<u16>().is_err())
    {
        complain(
            "exchange.address",
            "host:port is needed, as peers reach this node".to_owned(),
        );
    }
    if config.exchange.listen == config.console.listen && config.console.listen.port() != 0 {
        complain(
            "console.listen",
            "the same as exchange.listen; use another port".to_owned(),
        );
    }
    if !config.console.listen.ip().is_loopback() && !config.console.behind_tls {
        complain(
            "console.listen",
            "the console speaks plain HTTP; listen on loopback, or put a TLS proxy in front and set console.behind_tls = true"
                .to_owned(),
        );
    }
    if !PART_BYTES.contains(&config.limits.part_bytes) {
        complain(
            "limits.part_bytes",
            format!("between {} and {}", PART_BYTES.start(), PART_BYTES.end()),
        );
    }
    let together = config.limits.message_bytes;
    if !MESSAGE_BYTES.contains(&together) || together < config.limits.part_bytes {
        complain(
            "limits.message_bytes",
            format!(
                "between {} and {}, and not less than limits.part_bytes",
                MESSAGE_BYTES.start(),
                MESSAGE_BYTES.end()
            ),
        );
    }
    judge_keeping(config, &mut complain);
    judge_watching(config, &mut complain);
    if tracing_subscriber::EnvFilter::try_new(&config.log.filter).is_err() {
        complain(
            "log.filter",
            "not a filter such as info or exchange=debug,info".to_owned(),
        );
    }
    if !config.data_directory().is_dir() {
        complain(
            "data",
            format!("{} is no directory", config.data_directory().display()),
        );
    }
    complaints
}

/// Database, anchor and attachments.
fn judge_keeping(config: &Config, complain: &mut impl FnMut(&str, String)) {
    let is_postgres = config
        .database
        .url
        .as_deref()
        .is_some_and(|url| matches!(Address::parse(url), Address::Postgres(_)));
    if let Some(url) = &config.database.url
        && is_postgres
        && has_password(url)
    {
        complain(
            "database.url",
            "a password does not belong here; put it into a file and name it in database.password_file".to_owned(),
        );
    }
    if config.database.password_file.is_some() && !is_postgres {
        complain(
            "database.password_file",
            "only a postgres:// database has a password".to_owned(),
        );
    }
    let anchor = &config.anchor;
    if anchor.file.is_some() && !anchor.etcd.is_empty() {
        complain(
            "anchor.file",
            "the heads stand in one place: the file or etcd, not both".to_owned(),
        );
    }
    if is_postgres && anchor.file.is_none() && anchor.etcd.is_empty() {
        complain(
            "anchor.etcd",
            "beside PostgreSQL name the members of an etcd cluster; where one node alone uses the database, anchor.file is enough".to_owned(),
        );
    }
    if anchor.user.is_some() != anchor.password_file.is_some() {
        complain(
            "anchor.user",
            "a user comes with anchor.password_file, and the other way round".to_owned(),
        );
    }
    if anchor.certificate_file.is_some() != anchor.key_file.is_some() {
        complain(
            "anchor.certificate_file",
            "a certificate comes with anchor.key_file, and the other way round".to_owned(),
        );
    }
}

fn has_password(url: &str) -> bool {
    let place = url.split_once("://").map_or(url, |(_, place)| place);
    let authority = place.split(['/', '?']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    user.contains(':') || place.contains("password=")
}

/// Witnesses and published logs.
fn judge_watching(config: &Config, complain: &mut impl FnMut(&str, String)) {
    let watching = &config.witnessing;
    for (key, value) in [
        ("witnessing.every_seconds", watching.every_seconds),
        ("witnessing.lag_minutes", watching.lag_minutes),
        (
            "witnessing.anchor_every_seconds",
            watching.anchor_every_seconds,
        ),
    ] {
        if !(1..=86_400).contains(&value) {
            complain(key, "between 1 and 86400".to_owned());
        }
    }
    if let Some(path) = &watching.policy_file {
        let path = config.beside(path);
        let read = std::fs::read_to_string(&path).map_err(|error| error.to_string());
        let policy =
            read.and_then(|text| text.parse::<Policy>().map_err(|error| error.to_string()));
        if let Err(problem) = policy {
            complain(
                "witnessing.policy_file",
                format!("{}: {problem}", path.display()),
            );
        }
    }
    let logs = config.logs();
    if let Some(unknown) = config
        .publication
        .logs
        .iter()
        .find(|log| !logs.contains(log))
    {
        complain(
            "publication.logs",
            format!("there is no log {unknown}; there are: {}", logs.join(", ")),
        );
    }
    if config.publication.listen.is_some() && config.publication.logs.is_empty() {
        complain(
            "publication.logs",
            "name the logs that are to be published".to_owned(),
        );
    }
    if let Some(listen) = config.publication.listen
        && listen.port() != 0
        && [config.exchange.listen, config.console.listen].contains(&listen)
    {
        complain(
            "publication.listen",
            "the port is taken by exchange.listen or console.listen".to_owned(),
        );
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::check;
    use std::path::Path;

    const GOOD: &str = r#"
party = "de"
node = "de.kontaktstelle.example"

[exchange]
listen = "127.0.0.1:7443"
address = "127.0.0.1:7443"
peers = ["cn"]

[console]
listen = "127.0.0.1:7080"
"#;

    fn complaints(text: &str, set: &[&str], environment: &[(&str, &str)]) -> Vec<String> {
        let set: Vec<String> = set.iter().map(ToString::to_string).collect();
        let environment = environment
            .iter()
            .map(|(k, v)| (k.to_string(), v.to_string()));
        match check(
            text,
            Path::new("/tmp/kontaktstelle.toml"),
            &set,
            environment,
        ) {
            Ok(_) => Vec::new(),
            Err(complaints) => complaints.iter().map(ToString::to_string).collect(),
        }
    }

    /// An operator who mistypes a key is told the line, not left with a default.
    #[test]
    fn a_misspelt_key_is_named_with_its_line() {
        let text = GOOD.replace("address =", "adress =");
        let complaints = complaints(&text, &[], &[]);
        assert!(
            complaints[0].starts_with("/tmp/kontaktstelle.toml:7:1: unknown field `adress`"),
            "{complaints:?}"
        );
    }

    /// Environment goes before file, flag before environment.
    #[test]
    fn flag_beats_environment_beats_file() {
        let environment = [(
            "KONTAKTSTELLE_LIMITS_GRACE_HOURS".to_owned(),
            "48".to_owned(),
        )];
        let path = Path::new("/tmp/kontaktstelle.toml");
        let config = check(GOOD, path, &[], environment.clone().into_iter()).unwrap();
        assert_eq!(config.limits.grace_hours, 48);
        let config = check(
            GOOD,
            path,
            &["limits.grace_hours=12".to_owned()],
            environment.into_iter(),
        )
        .unwrap();
        assert_eq!(config.limits.grace_hours, 12);
    }

    /// A key that is nowhere is asked for by name, and may come from a flag alone.
    #[test]
    fn a_missing_key_may_come_from_a_flag() {
        let text = GOOD.replace("party = \"de\"\n", "");
        assert!(complaints(&text, &[], &[])[0].contains("\"party\" is missing"));
        assert_eq!(complaints(&text, &["party=de"], &[]), Vec::<String>::new());
    }

    /// Every key of the list can really be set, together with those that it needs.
    #[test]
    fn every_key_can_be_set() {
        let directory = tempfile::tempdir().unwrap();
        let policy = directory.path().join("policy");
        std::fs::write(&policy, "quorum none\n").unwrap();
        let policy = policy.display().to_string();
        const BUCKET: &[&str] = &[
            "objects.s3.endpoint=https://s3.example",
            "objects.s3.bucket=node",
            "objects.s3.access_key_id=id",
            "objects.s3.secret_file=secret",
        ];
        for (key, form) in super::overrides::KEYS {
            let value = match form {
                super::overrides::Form::Truth => "true",
                super::overrides::Form::Number if key.ends_with("_bytes") => "1075838976",
                super::overrides::Form::Number => "5000",
                super::overrides::Form::List => match *key {
                    "exchange.strict_peers" => "cn",
                    "publication.logs" => "office, exchange-cn",
                    "anchor.etcd" => "https://a.example:2379, https://b.example:2379",
                    _ => "cn, us",
                },
                super::overrides::Form::Text if key.ends_with("listen") => "127.0.0.1:9",
                super::overrides::Form::Text if key.ends_with("address") => "host.example:9",
                super::overrides::Form::Text => match *key {
                    "log.format" => "json",
                    "data" => ".",
                    "log.filter" => "debug",
                    "witnessing.policy_file" => &policy,
                    _ => "at",
                },
            };
            let needed: &[&str] = match *key {
                key if key.starts_with("objects.s3.") => BUCKET,
                "database.password_file" => &[
                    "database.url=postgres://node@localhost/db",
                    "anchor.file=heads",
                ],
                "anchor.user" => &["anchor.password_file=secret"],
                "anchor.password_file" => &["anchor.user=node"],
                "anchor.certificate_file" => &["anchor.key_file=key"],
                "anchor.key_file" => &["anchor.certificate_file=certificate"],
                "publication.listen" => &["publication.logs=office"],
                _ => &[],
            };
            let own = format!("{key}={value}");
            let set: Vec<&str> = needed.iter().copied().chain([own.as_str()]).collect();
            assert_eq!(complaints(GOOD, &set, &[]), Vec::<String>::new(), "{key}");
        }
    }

    /// A password never stands in the configuration, which is printed and backed up in plain.
    #[test]
    fn a_password_in_the_address_is_refused() {
        for url in [
            "database.url=postgres://node:secret@db.example/journal",
            "database.url=postgres://node@db.example/journal?password=secret",
        ] {
            let complaints = complaints(GOOD, &[url, "anchor.file=heads"], &[]);
            assert!(
                complaints[0].contains("database.password_file"),
                "{complaints:?}"
            );
        }
    }

    /// A PostgreSQL database is not set up without saying where its heads stand.
    #[test]
    fn postgres_needs_an_anchor() {
        let url = "database.url=postgres://node@localhost/journal";
        assert!(complaints(GOOD, &[url], &[])[0].contains("anchor.etcd"));
        let anchored = complaints(GOOD, &[url, "anchor.etcd=https://a.example:2379"], &[]);
        assert_eq!(anchored, Vec::<String>::new());
    }

    /// A value that is no good is blamed on where it came from, with its key.
    #[test]
    fn a_bad_value_is_blamed_on_its_place() {
        let complaints = |set: &[&str], environment: &[(&str, &str)]| {
            complaints(GOOD, set, environment)[0].clone()
        };
        let flagged = complaints(&["log.format=xml"], &[]);
        assert!(
            flagged.starts_with("--set log.format=xml: log.format: "),
            "{flagged}"
        );
        let variable = complaints(&[], &[("KONTAKTSTELLE_EXCHANGE_LISTEN", "nonsense")]);
        assert!(
            variable.starts_with("KONTAKTSTELLE_EXCHANGE_LISTEN: exchange.listen: "),
            "{variable}"
        );
        let misspelt = complaints(&[], &[("KONTAKTSTELLE_EXCHANGE_LISTN", "127.0.0.1:9")]);
        assert!(
            misspelt.starts_with("KONTAKTSTELLE_EXCHANGE_LISTN: "),
            "{misspelt}"
        );
    }

    /// Plain HTTP never leaves the machine by mistake.
    #[test]
    fn a_console_on_the_network_needs_tls_in_front() {
        let complaints = complaints(GOOD, &["console.listen=0.0.0.0:80"], &[]);
        assert!(
            complaints[0].contains("console.behind_tls"),
            "{complaints:?}"
        );
    }
}
