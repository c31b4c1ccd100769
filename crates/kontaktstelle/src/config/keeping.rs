//! Where a node keeps what it has: database, anchor, attachments.

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The database.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Database {
    /// `postgres://user@host/name`, or the path of an SQLite file; without it
    /// `kontaktstelle.sqlite` in the data directory. A password does not belong here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    /// A file with the password for PostgreSQL, relative to the configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) password_file: Option<PathBuf>,
}

/// Where the heads of the logs stand, outside the database.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Anchor {
    /// The file, where no etcd is named; without it `kontaktstelle.anchor` in the data directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<PathBuf>,
    /// The client addresses of all members of an etcd cluster.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) etcd: Vec<String>,
    /// The user at etcd.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<String>,
    /// A file with that user's password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) password_file: Option<PathBuf>,
    /// The authorities that vouch for etcd, PEM; without it the system's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ca_file: Option<PathBuf>,
    /// The node's client certificate, PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) certificate_file: Option<PathBuf>,
    /// Its private key, PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key_file: Option<PathBuf>,
}

/// Where attachments and payloads are kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Objects {
    /// The folder; without it `objects` in the data directory. Beside an object store it holds what
    /// is on its way in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) folder: Option<PathBuf>,
    /// An S3-compatible object store instead of the folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) s3: Option<Bucket>,
}

/// A bucket of an S3-compatible object store.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bucket {
    /// The store's address, `https://host[:port]`.
    pub(crate) endpoint: String,
    /// The region.
    #[serde(default = "Bucket::region_default")]
    pub(crate) region: String,
    /// The bucket.
    pub(crate) bucket: String,
    /// What all keys begin with: one for each node that shares the bucket.
    #[serde(default)]
    pub(crate) prefix: String,
    /// The access key's id.
    pub(crate) access_key_id: String,
    /// A file with the access key's secret.
    pub(crate) secret_file: PathBuf,
    /// The authorities that vouch for the store, PEM; without it the system's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ca_file: Option<PathBuf>,
}

impl Bucket {
    fn region_default() -> String {
        "us-east-1".to_owned()
    }
}

/// The one line of a file that nobody else may read.
pub(crate) fn read_secret_line(path: &Path) -> Result<Zeroizing<String>> {
    let shown = path.display();
    let mode = std::fs::metadata(path)
        .with_context(|| format!("cannot read {shown}"))?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        bail!(
            "{shown} may be read by others (mode {:o}); run: chmod 600 on it",
            mode & 0o777
        );
    }
    let text = Zeroizing::new(
        std::fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?,
    );
    let line = text.trim_end_matches(['\r', '\n']);
    if line.is_empty() || line.contains('\n') {
        bail!("{shown} does not hold one line");
    }
    Ok(Zeroizing::new(line.to_owned()))
}
