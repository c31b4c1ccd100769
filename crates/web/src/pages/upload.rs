//! Forms with files.

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use office::{NewAttachment, Office, OfficeError};

/// Largest form with files, in bytes. Larger files go through the command line.
pub(crate) const MAX_UPLOAD: usize = 64 * 1024 * 1024;

/// What a form with files carried.
#[derive(Default)]
pub(crate) struct Upload {
    texts: Vec<(String, String)>,
    files: Vec<SentFile>,
}

/// A file as the browser sent it.
struct SentFile {
    name: String,
    media_type: String,
    bytes: Vec<u8>,
}

impl Upload {
    /// Reads the form.
    pub(crate) async fn read(mut form: Multipart) -> Result<Self, MultipartError> {
        let mut upload = Self::default();
        while let Some(field) = form.next_field().await? {
            let file = field.file_name().map(plain_name);
            match file {
                Some(name) => upload.file(name, field).await?,
                None => {
                    let name = field.name().unwrap_or_default().to_owned();
                    // Browsers send line ends as CR LF; records keep plain ones.
                    upload
                        .texts
                        .push((name, field.text().await?.replace("\r\n", "\n")));
                }
            }
        }
        Ok(upload)
    }

    async fn file(&mut self, name: String, field: Field<'_>) -> Result<(), MultipartError> {
        let media_type = field
            .content_type()
            .unwrap_or("application/octet-stream")
            .to_owned();
        let bytes = field.bytes().await?.to_vec();
        // A file input left empty is sent as a nameless file.
        if !name.is_empty() {
            self.files.push(SentFile {
                name,
                media_type,
                bytes,
            });
        }
        Ok(())
    }

    /// The files, once they lie in the office's object store, as a command refers to them.
    pub(crate) fn attachments(&self, office: &Office) -> Result<Vec<NewAttachment>, OfficeError> {
        let files = self.files.iter();
        files
            .map(|file| {
                let limit = file.bytes.len() as u64;
                let stored = office.take_in_attachment(&mut file.bytes.as_slice(), limit)?;
                Ok(NewAttachment::stored(&file.name, &file.media_type, stored))
            })
            .collect()
    }

    /// The text of a field; empty where it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.texts
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    /// Whether a box was ticked or a button pressed.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.texts.iter().any(|(key, _)| key == name)
    }
}

/// The last part of a name: some browsers send the whole path of the officer's machine.
fn plain_name(name: &str) -> String {
    name.rsplit(['/', '\\'])
        .next()
        .unwrap_or_default()
        .to_owned()
}
