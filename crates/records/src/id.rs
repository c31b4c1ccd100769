//! Identifiers.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// An identifier that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not a UUID of version 7.
    #[error("{0:?} is not a UUID of version 7")]
    NotUuidV7(String),
    /// Not a party id.
    #[error(
        "{0:?} is not a party id: 2 to 16 letters a-z, digits or hyphens, beginning with a letter"
    )]
    NotPartyId(String),
}

macro_rules! uuid_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUIDv7 made at the edge, where time and randomness are at hand.
            ///
            /// # Errors
            /// [`IdError::NotUuidV7`] for any other version.
            pub fn new(uuid: Uuid) -> Result<Self, IdError> {
                if uuid.get_version_num() == 7 {
                    Ok(Self(uuid))
                } else {
                    Err(IdError::NotUuidV7(uuid.to_string()))
                }
            }

            /// The id that belongs to a moment and ten random bytes (RFC 9562 section 5.7).
            #[must_use]
            pub fn from_moment(now: crate::Timestamp, random: &[u8; 10]) -> Self {
                let millis = u64::try_from(now.millis()).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, random).into_uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let uuid = Uuid::parse_str(text).map_err(|_| IdError::NotUuidV7(text.to_owned()))?;
                Self::new(uuid)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    };
}

uuid_id! {
    /// Names one record. Revisions of a record carry the id of what they supersede.
    RecordId
}

uuid_id! {
    /// Names one exchange: the request and everything that answers it, on both sides.
    ThreadId
}

/// The short name of a party, such as `de` or `cn`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PartyId(String);

impl PartyId {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PartyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PartyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PartyId({})", self.0)
    }
}

impl FromStr for PartyId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let good = (2..=16).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError::NotPartyId(text.to_owned()))
        }
    }
}

impl TryFrom<String> for PartyId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<PartyId> for String {
    fn from(id: PartyId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The example of RFC 9562, appendix A.6.
    const RFC_9562: &str = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";

    /// Promise: an id is read and written alike, and carries its moment.
    #[test]
    fn ids_are_uuids_of_version_7() {
        let id: RecordId = RFC_9562.parse().unwrap();
        assert_eq!(id.to_string(), RFC_9562);
        let moment = "2022-02-22T19:22:22Z".parse().unwrap();
        let made = RecordId::from_moment(moment, &[0xff; 10]).to_string();
        assert!(made.starts_with("017f22e2-79b0-7"), "{made}");
        assert!(made.parse::<RecordId>().is_ok());
    }

    /// Promise: other versions, whose order would say nothing, are refused.
    #[test]
    fn other_versions_are_refused() {
        let v4 = "919108f7-52d1-4320-9bac-f847db4148a8";
        assert_eq!(v4.parse::<RecordId>(), Err(IdError::NotUuidV7(v4.into())));
        assert!("".parse::<ThreadId>().is_err());
    }

    /// Promise: party ids are safe in file names, addresses and log names.
    #[test]
    fn party_ids_are_plain() {
        for good in ["de", "cn", "eu-2", "abcdefghijklmnop"] {
            assert_eq!(good.parse::<PartyId>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "d",
            "DE",
            "2de",
            "-de",
            "d/e",
            "d.e",
            "dé",
            "abcdefghijklmnopq",
        ] {
            assert!(bad.parse::<PartyId>().is_err(), "{bad}");
        }
    }
}
