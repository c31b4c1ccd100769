//! Where a node keeps what it has, opened as the configuration says: database, anchor, attachments.

use crate::config::{self, Config, read_secret_line};
use anyhow::{Context, Result, bail};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::sync::Arc;
use store::anchor::etcd::{EtcdAnchor, EtcdConfig};
use store::https::{ClientIdentity, Tls};
use store::objects::{Bucket, BucketConfig, Folder, Objects};
use store::{
    Address, Anchor, AnchorError, Database, Engine, FileAnchor, LogSigner, Store, StoreError,
};

/// The file of a node's database, where no other is configured.
const DATABASE_FILE: &str = "kontaktstelle.sqlite";

/// The file of its anchor.
const ANCHOR_FILE: &str = "kontaktstelle.anchor";

/// The folder of its attachments.
const OBJECTS_FOLDER: &str = "objects";

impl Config {
    /// Where the database is; the password, where there is one, comes out of its file.
    pub(crate) fn database_address(&self) -> Result<Address> {
        let Some(url) = &self.database.url else {
            return Ok(Address::File(self.data_directory().join(DATABASE_FILE)));
        };
        Ok(match Address::parse(url) {
            Address::File(path) => Address::File(self.beside(&path)),
            Address::Postgres(mut url) => {
                if let Some(path) = &self.database.password_file {
                    let password = read_secret_line(&self.beside(path))?;
                    let separator = if url.contains('?') { '&' } else { '?' };
                    let encoded = utf8_percent_encode(&password, NON_ALPHANUMERIC);
                    url = format!("{url}{separator}password={encoded}");
                }
                Address::Postgres(url)
            }
        })
    }
}

/// Opens the database for writing: takes the lock of its one writer, brings the schema up to date.
pub(crate) fn engine(config: &Config) -> Result<Arc<dyn Engine>> {
    let address = config.database_address()?;
    address
        .writable()
        .with_context(|| format!("cannot open the database {}", address.shown()))
}

/// The anchor of the database behind `engine`. A file is made where the database has no entries yet.
pub(crate) fn anchor(config: &Config, engine: &dyn Engine) -> Result<Arc<dyn Anchor>> {
    if config.anchor.etcd.is_empty() {
        let path = anchor_file(config);
        return Ok(Arc::new(FileAnchor::beside(engine, &path)?));
    }
    etcd(config)
}

/// The anchor as a file that stands already, or one made anew: for the acts of an operator that say
/// what a database's heads are held against.
pub(crate) fn anchor_made(config: &Config) -> Result<Arc<dyn Anchor>> {
    if !config.anchor.etcd.is_empty() {
        return etcd(config);
    }
    let path = anchor_file(config);
    let file = match FileAnchor::open(&path) {
        Err(AnchorError::Missing { .. }) => FileAnchor::create(&path),
        other => other,
    };
    Ok(Arc::new(file?))
}

/// The anchor, where it is a file.
pub(crate) fn anchor_file(config: &Config) -> std::path::PathBuf {
    match &config.anchor.file {
        Some(path) => config.beside(path),
        None => config.data_directory().join(ANCHOR_FILE),
    }
}

fn etcd(config: &Config) -> Result<Arc<dyn Anchor>> {
    let config::Anchor {
        etcd,
        user,
        password_file,
        ca_file,
        certificate_file,
        key_file,
        ..
    } = &config.anchor;
    let beside = |path: &std::path::PathBuf| config.beside(path);
    // All processes beside one database come under one name.
    let node = config.node.replace('.', "-");
    let mut settings = EtcdConfig::new(etcd.clone(), &node);
    if let (Some(user), Some(file)) = (user, password_file) {
        let password = read_secret_line(&config.beside(file))?;
        settings.user = Some((user.clone(), password.to_string()));
    }
    settings.tls = Tls {
        authorities: ca_file.as_ref().map(beside),
        identity: match (certificate_file, key_file) {
            (Some(certificate), Some(key)) => Some(ClientIdentity {
                certificate: beside(certificate),
                key: beside(key),
            }),
            _ => None,
        },
    };
    Ok(Arc::new(EtcdAnchor::new(settings)?))
}

/// Opens the attachments.
pub(crate) fn objects(config: &Config) -> Result<Arc<dyn Objects>> {
    if let Some(bucket) = bucket(config)? {
        return Ok(Arc::new(bucket));
    }
    let folder = objects_folder(config);
    let opened = Folder::open(&folder)
        .with_context(|| format!("cannot open the attachments in {}", folder.display()))?;
    Ok(Arc::new(opened))
}

/// Opens the bucket, where there is one.
pub(crate) fn bucket(config: &Config) -> Result<Option<Bucket>> {
    let Some(s3) = &config.objects.s3 else {
        return Ok(None);
    };
    let settings = BucketConfig {
        endpoint: s3.endpoint.clone(),
        region: s3.region.clone(),
        bucket: s3.bucket.clone(),
        prefix: s3.prefix.clone(),
        access_key_id: s3.access_key_id.clone(),
        secret_access_key: read_secret_line(&config.beside(&s3.secret_file))?.to_string(),
        tls: Tls {
            authorities: s3.ca_file.as_ref().map(|path| config.beside(path)),
            identity: None,
        },
    };
    let opened = Bucket::open(&settings, &objects_folder(config))
        .with_context(|| format!("cannot open the bucket {} at {}", s3.bucket, s3.endpoint))?;
    Ok(Some(opened))
}

fn objects_folder(config: &Config) -> std::path::PathBuf {
    match &config.objects.folder {
        Some(path) => config.beside(path),
        None => config.data_directory().join(OBJECTS_FOLDER),
    }
}

/// Opens the database for the node: to write and sign, or to read only where it does not contain
/// what the node has signed; see [`Database::standing`].
pub(crate) fn database(config: &Config, signers: Vec<LogSigner>) -> Result<Arc<dyn Database>> {
    let engine = engine(config)?;
    let anchor = anchor(config, engine.as_ref())?;
    let store = Store::open(engine, anchor, signers, fail).context("cannot open the database")?;
    Ok(Arc::new(store))
}

/// A failed write or sync is never tried again: what the disk holds is not certain any more.
fn fail(error: &StoreError) {
    eprintln!(
        "kontaktstelle: {error}; the node ends here, nothing was acknowledged that is not durable"
    );
    std::process::abort();
}

/// Opens the database for reading, beside running nodes or not.
pub(crate) fn reading(config: &Config) -> Result<Arc<dyn Database>> {
    let address = config.database_address()?;
    if let Address::File(path) = &address
        && !path.exists()
    {
        bail!(
            "there is no database {}; has the node been started once?",
            path.display()
        );
    }
    let engine = address
        .read_only()
        .with_context(|| format!("cannot read the database {}", address.shown()))?;
    Ok(Arc::new(Store::reader(engine)))
}
