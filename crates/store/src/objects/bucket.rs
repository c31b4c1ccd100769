//! Objects in a bucket of an S3-compatible store.
//!
//! Keys are `<prefix>/objects/<hash>`. Since the key is the content, nothing here relies on
//! conditional writes or object locks, which such stores understand differently: to write twice is
//! to write the same. What is on its way in stays on this machine's disk until its hash is known.
//!
//! What the logs publish can stand there as well, for everybody to read: see [`Bucket::publish`].

mod connection;
mod publication;

use super::incoming::{Arrived, Incoming};
use super::verified::Verified;
use super::{Listed, ObjectError, Objects, from_hex, hex};
use crate::https::{self, Tls};
use connection::Connection;
use futures_util::TryStreamExt as _;
use journal::hash::Hash;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path as Key;
use object_store::{
    BackoffConfig, MultipartUpload as _, ObjectMeta, ObjectStore as _, ObjectStoreExt as _,
    RetryConfig,
};
use std::fmt;
use std::future::Future;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Bytes per request. S3 wants at least 5 MiB per part and at most 10,000 parts, which makes 80 GiB
/// the largest object.
const PART: usize = 8 * 1024 * 1024;

/// Longest time for one request, answer included.
const DEADLINE: Duration = Duration::from_secs(120);

/// Longest time to go on trying one request.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the bucket is and who may write to it.
#[derive(Clone)]
pub struct BucketConfig {
    /// The store's address, `https://host[:port]`.
    pub endpoint: String,
    /// The region; for stores that know none, `us-east-1` or what their documentation says.
    pub region: String,
    /// The bucket; it must exist.
    pub bucket: String,
    /// What all keys begin with, so that several nodes can share a bucket; may be empty.
    pub prefix: String,
    /// The access key's id.
    pub access_key_id: String,
    /// The access key's secret.
    pub secret_access_key: String,
    /// Whom to trust.
    pub tls: Tls,
}

impl fmt::Debug for BucketConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BucketConfig")
            .field("endpoint", &self.endpoint)
            .field("region", &self.region)
            .field("bucket", &self.bucket)
            .field("prefix", &self.prefix)
            .field("access_key_id", &self.access_key_id)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

/// An object store in a bucket. Several nodes may use it at once.
///
/// Its calls must not be made on a thread that drives an asynchronous runtime.
pub struct Bucket {
    store: Arc<AmazonS3>,
    prefix: Key,
    incoming: Incoming,
}

impl Bucket {
    /// Connects to a bucket and asks what it holds, so that a wrong address, key or name shows now.
    /// `folder` is where bytes are gathered until they are whole.
    ///
    /// # Errors
    /// When the configuration cannot be used, or the bucket or the folder cannot be read.
    pub fn open(config: &BucketConfig, folder: &Path) -> Result<Self, ObjectError> {
        let endpoint = https::address(&config.endpoint)?;
        let agent = https::agent(&config.tls, std::slice::from_ref(&endpoint), DEADLINE)?;
        let unusable = |e: &dyn fmt::Display| ObjectError::Configuration(e.to_string());
        let store = AmazonS3Builder::new()
            .with_allow_http(endpoint.starts_with("http:"))
            .with_endpoint(endpoint)
            .with_region(&config.region)
            .with_bucket_name(&config.bucket)
            .with_access_key_id(&config.access_key_id)
            .with_secret_access_key(&config.secret_access_key)
            // The bucket in the path: understood by all, and no name service has to know it.
            .with_virtual_hosted_style_request(false)
            // Deleting many at once is what the stores understand most differently.
            .with_disable_bulk_delete(true)
            .with_retry(RetryConfig {
                backoff: BackoffConfig::default(),
                max_retries: 5,
                retry_timeout: PATIENCE,
            })
            .with_http_connector(Connection::new(agent))
            .build()
            .map_err(|e| unusable(&e))?;
        let bucket = Self {
            store: Arc::new(store),
            prefix: Key::parse(&config.prefix).map_err(|e| unusable(&e))?,
            incoming: Incoming::open(folder)?,
        };
        // Listing tells a wrong bucket from an empty one; asking for a key does not.
        let under = bucket.prefix.clone().join("objects");
        wait(async { bucket.store.list(Some(&under)).try_next().await })?
            .map_err(failed("listing", &under))?;
        Ok(bucket)
    }

    fn key(&self, hash: &Hash) -> Key {
        self.prefix.clone().join("objects").join(hex(hash))
    }

    fn head(&self, key: &Key) -> Result<Option<ObjectMeta>, ObjectError> {
        present(wait(self.store.head(key))?).map_err(failed("asking for", key))
    }

    fn length(&self, key: &Key) -> Result<Option<u64>, ObjectError> {
        Ok(self.head(key)?.map(|meta| meta.size))
    }

    fn blocks(&self, hash: &Hash, from: u64) -> Result<Option<Blocks>, ObjectError> {
        let key = self.key(hash);
        Ok(self.length(&key)?.map(|size| Blocks {
            store: Arc::clone(&self.store),
            key,
            size,
            next: from,
            block: io::Cursor::default(),
        }))
    }

    /// Writes in parts; after an error the parts that were written are given up.
    async fn upload(&self, key: &Key, arrived: &mut Arrived) -> Result<(), ObjectError> {
        let path = arrived.path();
        let file = arrived.rewound()?;
        let mut upload = self
            .store
            .put_multipart(key)
            .await
            .map_err(failed("writing", key))?;
        let sent = async {
            loop {
                let part = read_part(file).map_err(super::incoming::at(&path))?;
                if part.is_empty() {
                    break;
                }
                let written = upload.put_part(part.into()).await;
                written.map_err(failed("writing", key))?;
            }
            upload.complete().await.map_err(failed("writing", key))
        }
        .await;
        if let Err(e) = sent {
            // What is not given up costs room until the bucket's own rule clears it; the error
            // that counts is the first.
            let _ = upload.abort().await;
            return Err(e);
        }
        Ok(())
    }
}

impl Objects for Bucket {
    fn incoming(&self) -> &Incoming {
        &self.incoming
    }

    fn keep(&self, mut arrived: Arrived) -> Result<(), ObjectError> {
        let key = self.key(&arrived.hash());
        if arrived.size() <= PART as u64 {
            let path = arrived.path();
            let bytes = read_part(arrived.rewound()?).map_err(super::incoming::at(&path))?;
            wait(self.store.put(&key, bytes.into()))?.map_err(failed("writing", &key))?;
        } else {
            wait(self.upload(&key, &mut arrived))??;
        }
        // An answer of success over a shorter object would cost the only copy.
        let stored = self.length(&key)?;
        if stored != Some(arrived.size()) {
            let source = format!(
                "{} bytes were sent and {stored:?} are there",
                arrived.size()
            );
            return Err(ObjectError::Bucket {
                doing: format!("writing {key}"),
                source: source.into(),
            });
        }
        arrived.remove()
    }

    fn open(&self, hash: &Hash) -> Result<Option<Box<dyn Read + Send>>, ObjectError> {
        Ok(self
            .blocks(hash, 0)?
            .map(|blocks| Box::new(Verified::new(blocks, *hash)) as Box<dyn Read + Send>))
    }

    fn open_at(
        &self,
        hash: &Hash,
        offset: u64,
    ) -> Result<Option<Box<dyn Read + Send>>, ObjectError> {
        Ok(self
            .blocks(hash, offset)?
            .map(|blocks| Box::new(blocks) as Box<dyn Read + Send>))
    }

    fn size(&self, hash: &Hash) -> Result<Option<u64>, ObjectError> {
        self.length(&self.key(hash))
    }

    fn since_ms(&self, hash: &Hash) -> Result<Option<i64>, ObjectError> {
        let head = self.head(&self.key(hash))?;
        Ok(head.map(|meta| meta.last_modified.timestamp_millis()))
    }

    fn remove(&self, hash: &Hash) -> Result<(), ObjectError> {
        let key = self.key(hash);
        present(wait(self.store.delete(&key))?).map_err(failed("removing", &key))?;
        Ok(())
    }

    fn list(&self) -> Result<Vec<Listed>, ObjectError> {
        let under = self.prefix.clone().join("objects");
        let listed = self.store.list(Some(&under));
        let all: Vec<_> = wait(listed.try_collect())?.map_err(failed("listing", &under))?;
        let mut found: Vec<Listed> = all
            .iter()
            .filter_map(|meta| {
                let hash = from_hex(meta.location.filename()?)?;
                let size = meta.size;
                (self.key(&hash) == meta.location).then_some(Listed { hash, size })
            })
            .collect();
        found.sort_unstable();
        Ok(found)
    }
}

/// Reads an object block by block, one request each, so that neither its size nor the reader's
/// slowness keeps memory or a connection.
struct Blocks {
    store: Arc<AmazonS3>,
    key: Key,
    size: u64,
    next: u64,
    block: io::Cursor<Vec<u8>>,
}

impl Read for Blocks {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.block.read(into)?;
        if read > 0 || into.is_empty() || self.next >= self.size {
            return Ok(read);
        }
        let end = self.size.min(self.next.saturating_add(PART as u64));
        let range = self.next..end;
        let block = wait(self.store.get_range(&self.key, range))
            .map_err(io::Error::other)?
            .map_err(io::Error::other)?;
        self.next = end;
        self.block = io::Cursor::new(block.into());
        self.block.read(into)
    }
}

/// Up to [`PART`] bytes; fewer only at the end.
fn read_part(file: &mut std::fs::File) -> io::Result<Vec<u8>> {
    let mut part = Vec::new();
    file.take(PART as u64).read_to_end(&mut part)?;
    Ok(part)
}

/// `None` for what is not there.
fn present<T>(found: object_store::Result<T>) -> object_store::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(e) => Err(e),
    }
}

/// Says what was being done with which key.
fn failed(
    doing: &'static str,
    key: &Key,
) -> impl FnOnce(object_store::Error) -> ObjectError + use<> {
    let doing = format!("{doing} {key}");
    move |e| ObjectError::Bucket {
        doing,
        source: e.into(),
    }
}

/// Waits on this thread. The runtime is there for the pauses between attempts only: requests
/// themselves block (see [`connection`]), so there is nothing for other threads to do.
fn wait<T>(answer: impl Future<Output = T>) -> Result<T, ObjectError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(|e| ObjectError::Bucket {
            doing: "preparing a request".to_owned(),
            source: e.into(),
        })?;
    Ok(runtime.block_on(answer))
}
