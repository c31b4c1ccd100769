//! Opening a database by its address: the address says which engine keeps it.
//!
//! `postgres://…` or `postgresql://…` is a PostgreSQL database; everything else is the path of an
//! SQLite file, with or without `sqlite:` before it.

use crate::database::StoreError;
use crate::engine::Engine;
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where a database is.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// An SQLite file.
    File(PathBuf),
    /// A PostgreSQL URL. It may contain a password: show [`Address::shown`].
    Postgres(String),
}

impl Address {
    /// Reads an address.
    #[must_use]
    pub fn parse(address: &str) -> Self {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            Self::Postgres(address.to_owned())
        } else {
            let path = address.strip_prefix("sqlite:").unwrap_or(address);
            Self::File(Path::new(path).to_owned())
        }
    }

    /// Opens the database for writing, and brings its schema up to date.
    ///
    /// # Errors
    /// As [`Sqlite::writable`] or [`Postgres::writable`].
    pub fn writable(&self) -> Result<Arc<dyn Engine>, StoreError> {
        Ok(match self {
            Self::File(path) => Arc::new(Sqlite::writable(path)?),
            Self::Postgres(url) => Arc::new(Postgres::writable(url)?),
        })
    }

    /// Opens an existing database for reading only.
    ///
    /// # Errors
    /// As [`Sqlite::read_only`] or [`Postgres::read_only`].
    pub fn read_only(&self) -> Result<Arc<dyn Engine>, StoreError> {
        Ok(match self {
            Self::File(path) => Arc::new(Sqlite::read_only(path)?),
            Self::Postgres(url) => Arc::new(Postgres::read_only(url)?),
        })
    }

    /// The address for messages and logs: without user, password and parameters.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Postgres(url) => {
                let place = url.split_once("://").map_or("", |(_, place)| place);
                let place = place.split('?').next().unwrap_or("");
                let place = place.rsplit('@').next().unwrap_or("");
                format!("postgres://{place}")
            }
        }
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Promise: the address alone decides the engine, and a path is never mistaken for a URL.
    #[test]
    fn the_address_decides() {
        let postgres = |text: &str| matches!(Address::parse(text), Address::Postgres(_));
        assert!(postgres("postgres://node@db/journal"));
        assert!(postgres("postgresql://node@db/journal"));
        assert!(!postgres("postgres"));
        let file = Address::File(PathBuf::from("/srv/node.db"));
        assert_eq!(Address::parse("/srv/node.db"), file);
        assert_eq!(Address::parse("sqlite:/srv/node.db"), file);
    }

    /// Promise: a password in the address is shown nowhere.
    #[test]
    fn a_password_is_not_shown() {
        let url = "postgres://node:p@ss@h1:5441,h2:5442/journal?password=p@ss&connect_timeout=2";
        let address = Address::parse(url);
        assert_eq!(address.shown(), "postgres://h1:5441,h2:5442/journal");
        assert!(!format!("{address:?}").contains("p@ss"));
    }
}
