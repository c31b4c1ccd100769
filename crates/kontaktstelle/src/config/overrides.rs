//! Setting single keys by environment and flag.

use super::check::Complaint;
use toml::{Table, Value};

/// Every key, with the form its value takes.
pub(super) const KEYS: &[(&str, Form)] = &[
    ("party", Form::Text),
    ("node", Form::Text),
    ("data", Form::Text),
    ("exercise", Form::Truth),
    ("exchange.listen", Form::Text),
    ("exchange.address", Form::Text),
    ("exchange.peers", Form::List),
    ("exchange.strict_peers", Form::List),
    ("keys.passphrase_file", Form::Text),
    ("database.url", Form::Text),
    ("database.password_file", Form::Text),
    ("anchor.file", Form::Text),
    ("anchor.etcd", Form::List),
    ("anchor.user", Form::Text),
    ("anchor.password_file", Form::Text),
    ("anchor.ca_file", Form::Text),
    ("anchor.certificate_file", Form::Text),
    ("anchor.key_file", Form::Text),
    ("objects.folder", Form::Text),
    ("objects.s3.endpoint", Form::Text),
    ("objects.s3.region", Form::Text),
    ("objects.s3.bucket", Form::Text),
    ("objects.s3.prefix", Form::Text),
    ("objects.s3.access_key_id", Form::Text),
    ("objects.s3.secret_file", Form::Text),
    ("objects.s3.ca_file", Form::Text),
    ("witnessing.policy_file", Form::Text),
    ("witnessing.ca_file", Form::Text),
    ("witnessing.every_seconds", Form::Number),
    ("witnessing.lag_minutes", Form::Number),
    ("witnessing.anchor_every_seconds", Form::Number),
    ("retention.case_days", Form::Number),
    ("publication.listen", Form::Text),
    ("publication.logs", Form::List),
    ("console.listen", Form::Text),
    ("console.behind_tls", Form::Truth),
    ("limits.part_bytes", Form::Number),
    ("limits.message_bytes", Form::Number),
    ("limits.grace_hours", Form::Number),
    ("log.format", Form::Text),
    ("log.filter", Form::Text),
];

/// The form of a value on the command line or in the environment.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    Text,
    Truth,
    Number,
    /// Separated by commas.
    List,
}

impl Form {
    fn read(self, text: &str) -> Result<Value, &'static str> {
        match self {
            Self::Text => Ok(Value::String(text.to_owned())),
            Self::Truth => text
                .parse()
                .map(Value::Boolean)
                .map_err(|_| "true or false is needed"),
            Self::Number => text
                .parse()
                .map(Value::Integer)
                .map_err(|_| "a whole number is needed"),
            Self::List => {
                let items = text
                    .split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty());
                Ok(Value::Array(
                    items.map(|item| Value::String(item.to_owned())).collect(),
                ))
            }
        }
    }
}

/// The environment variable of a key.
pub(super) fn variable(key: &str) -> String {
    format!("KONTAKTSTELLE_{}", key.replace('.', "_").to_uppercase())
}

/// Variables of ours that set no key of the configuration.
const OTHER_VARIABLES: [&str; 9] = [
    "KONTAKTSTELLE_BACKUP_PASSPHRASE",
    "KONTAKTSTELLE_CONFIG",
    "KONTAKTSTELLE_HOLDER_PASSPHRASE",
    "KONTAKTSTELLE_INQUIRIES",
    "KONTAKTSTELLE_KEY_PASSPHRASE",
    "KONTAKTSTELLE_LANGUAGE",
    "KONTAKTSTELLE_NEW_PASSWORD",
    "KONTAKTSTELLE_OFFICER",
    "KONTAKTSTELLE_PASSWORD",
];

/// Applies what the environment says. A variable that looks like ours and is not is a mistake.
pub(super) fn apply_environment(
    table: &mut Table,
    environment: &[(String, String)],
) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (name, value) in environment
        .iter()
        .filter(|(name, _)| name.starts_with("KONTAKTSTELLE_"))
    {
        match KEYS.iter().find(|(key, _)| variable(key) == *name) {
            Some((key, form)) => apply(table, key, *form, value, name, &mut complaints),
            None if OTHER_VARIABLES.contains(&name.as_str()) => {}
            None => complaints.push(Complaint::new(
                name,
                "no key of the configuration is set by this variable",
            )),
        }
    }
    complaints
}

/// The flag or variable that a key's value came from; none where it came from the file.
pub(super) fn place(key: &str, set: &[String], environment: &[(String, String)]) -> Option<String> {
    let flag = set.iter().rfind(|assignment| {
        assignment
            .split_once('=')
            .is_some_and(|(name, _)| name.trim() == key)
    });
    let name = variable(key);
    let by_variable = || {
        environment
            .iter()
            .any(|(variable, _)| *variable == name)
            .then(|| name.clone())
    };
    flag.map(|assignment| format!("--set {assignment}"))
        .or_else(by_variable)
}

/// Applies what the flags say.
pub(super) fn apply_flags(table: &mut Table, set: &[String]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for assignment in set {
        let place = format!("--set {assignment}");
        let Some((key, value)) = assignment.split_once('=') else {
            complaints.push(Complaint::new(place, "write it as key=value"));
            continue;
        };
        match KEYS.iter().find(|(known, _)| *known == key.trim()) {
            Some((key, form)) => apply(table, key, *form, value, &place, &mut complaints),
            None => {
                let known: Vec<&str> = KEYS.iter().map(|(key, _)| *key).collect();
                complaints.push(Complaint::new(
                    place,
                    format!("there is no key {key:?}; known are: {}", known.join(", ")),
                ));
            }
        }
    }
    complaints
}

fn apply(
    table: &mut Table,
    key: &str,
    form: Form,
    value: &str,
    place: &str,
    complaints: &mut Vec<Complaint>,
) {
    match form.read(value) {
        Ok(value) => insert(table, key, value),
        Err(problem) => complaints.push(Complaint::new(place, problem)),
    }
}

fn insert(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            table.insert(key.to_owned(), value);
        }
        Some((section, rest)) => {
            let section = table
                .entry(section)
                .or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(section) = section {
                insert(section, rest, value);
            }
        }
    }
}
