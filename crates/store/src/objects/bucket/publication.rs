//! What a log publishes, as static files in the bucket.
//!
//! Below `<prefix>/log/<log>/` stand the paths of C2SP tlog-tiles, byte for byte what the node serves,
//! so that whoever may read that part of the bucket needs the node no more. The database keeps all of
//! it: this is a copy for readers.
//!
//! The checkpoint is written last. So it also says how far the copy goes: whoever is cut off goes on
//! from the checkpoint that stands there, and writes nothing twice that it covers.

use super::{Bucket, failed, present, wait};
use crate::database::Head;
use crate::objects::ObjectError;
use futures_util::TryStreamExt as _;
use journal::checkpoint::Checkpoint;
use journal::note::Note;
use journal::resource::Resource;
use object_store::path::Path as Key;
use object_store::{Attribute, Attributes, ObjectStore as _, ObjectStoreExt as _, PutOptions};

impl Bucket {
    /// Writes what `log` publishes at `head` and the bucket does not have, as `read` gives it. Gives
    /// how many files that were. A copy that goes further than `head` is left as it is: another node
    /// beside the same database was faster.
    ///
    /// # Errors
    /// [`ObjectError::Unpublished`] if `read` fails; when the bucket cannot be read or written. The
    /// checkpoint there covers only what is there.
    pub fn publish<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        &self,
        head: &Head,
        mut read: impl FnMut(Resource) -> Result<Vec<u8>, E>,
    ) -> Result<usize, ObjectError> {
        let published = self.published(head)?;
        if published.text == head.checkpoint || published.size > head.size {
            return Ok(0);
        }
        let mut written = 0;
        for resource in Resource::all(head.size) {
            let bytes = match resource {
                // Of this head, whatever was published meanwhile.
                Resource::Checkpoint => head.checkpoint.clone().into_bytes(),
                there if there.is_within(published.size) => continue,
                new => read(new).map_err(|source| ObjectError::Unpublished {
                    what: format!("{} of log {}", new, head.log),
                    source: source.into(),
                })?,
            };
            self.put_resource(&self.resource_key(&head.log, resource), resource, bytes)?;
            written += 1;
        }
        self.remove_partial(head, published.size)?;
        Ok(written)
    }

    fn put_resource(
        &self,
        key: &Key,
        resource: Resource,
        bytes: Vec<u8>,
    ) -> Result<(), ObjectError> {
        let attributes = Attributes::from_iter([
            (Attribute::ContentType, resource.media_type()),
            (Attribute::CacheControl, resource.caching()),
        ]);
        let options = PutOptions::from(attributes);
        wait(self.store.put_opts(key, bytes.into(), options))?.map_err(failed("writing", key))?;
        Ok(())
    }

    /// How far the copy goes. A checkpoint of another origin, or none, is the beginning: in a new epoch
    /// the log may have other entries than the old one had.
    fn published(&self, head: &Head) -> Result<Published, ObjectError> {
        let key = self.resource_key(&head.log, Resource::Checkpoint);
        let found = wait(async { self.store.get(&key).await?.bytes().await })?;
        let bytes = present(found).map_err(failed("reading", &key))?;
        let text = bytes.and_then(|bytes| String::from_utf8(bytes.into()).ok());
        let text = text.unwrap_or_default();
        let checkpoint = Note::parse(&text)
            .ok()
            .and_then(|note| Checkpoint::parse(note.text()).ok())
            .filter(|checkpoint| checkpoint.origin == head.origin);
        Ok(Published {
            size: checkpoint.map_or(0, |checkpoint| checkpoint.size),
            text,
        })
    }

    /// Removes the partial forms of what has become full since: whoever looks for one takes the full
    /// form, which stands there before the checkpoint does.
    fn remove_partial(&self, head: &Head, before: u64) -> Result<(), ObjectError> {
        let completed = Resource::all(before)
            .filter_map(Resource::completed)
            .filter(|full| full.is_within(head.size));
        for full in completed {
            let under = Key::from(format!("{}.p", self.resource_key(&head.log, full)));
            let listed = self.store.list(Some(&under));
            let all: Vec<_> = wait(listed.try_collect())?.map_err(failed("listing", &under))?;
            for partial in all {
                let key = partial.location;
                present(wait(self.store.delete(&key))?).map_err(failed("removing", &key))?;
            }
        }
        Ok(())
    }

    fn resource_key(&self, log: &str, resource: Resource) -> Key {
        let under = self.prefix.clone().join("log").join(log);
        let path = resource.to_string();
        path.split('/').fold(under, |key, part| key.join(part))
    }
}

/// The checkpoint in the bucket.
struct Published {
    /// The size it speaks of, 0 where it is of no use.
    size: u64,
    text: String,
}
