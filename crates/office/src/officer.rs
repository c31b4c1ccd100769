//! Officers: who may sign in.
//!
//! A local password is for the demo and the first set-up; passkeys and OpenID Connect come with
//! the console.

use crate::error::OfficeError;
use crate::writing::Filed;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use policy::{OfficerFacts, Role};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Shortest password that is accepted, in characters.
pub const MIN_PASSWORD: usize = 12;

/// An officer as filed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Officer {
    /// The name the journal knows.
    pub name: String,
    /// What the officer may do.
    pub roles: BTreeSet<Role>,
    /// The unit.
    pub unit: String,
    /// False once the officer has left.
    pub active: bool,
    /// Argon2id hash of the password (PHC string).
    password_hash: String,
}

/// Does the work of checking a password where there is none to compare with.
pub(crate) fn hash_in_vain(password: &str) {
    let mut out = [0; 32];
    let _unused = Argon2::default().hash_password_into(password.as_bytes(), &[0; 16], &mut out);
}

impl Filed for Officer {
    const FAMILY: &'static str = "officer";

    fn id(&self) -> String {
        self.name.clone()
    }
}

impl std::fmt::Debug for Officer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Officer")
            .field("name", &self.name)
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}

impl Officer {
    /// A new officer.
    ///
    /// # Errors
    /// When the name is not usable in the journal or the password is too short.
    pub fn appoint(
        name: &str,
        roles: BTreeSet<Role>,
        unit: &str,
        password: &str,
        salt: &[u8; 16],
    ) -> Result<Self, OfficeError> {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
        if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
            return Err(OfficeError::invalid(
                "name",
                "1 to 64 letters, digits, dots, hyphens or underscores",
            ));
        }
        if password.chars().count() < MIN_PASSWORD {
            return Err(OfficeError::invalid(
                "password",
                format!("at least {MIN_PASSWORD} characters"),
            ));
        }
        if roles.is_empty() {
            return Err(OfficeError::invalid("roles", "at least one"));
        }
        let hash = Argon2::default()
            .hash_password_with_salt(password.as_bytes(), salt)
            .map_err(|e| OfficeError::invalid("password", e.to_string()))?;
        Ok(Self {
            name: name.to_owned(),
            roles,
            unit: unit.to_owned(),
            active: true,
            password_hash: hash.to_string(),
        })
    }

    /// Whether the password is right and the officer still in office.
    #[must_use]
    pub fn admits(&self, password: &str) -> bool {
        let Ok(hash) = PasswordHash::new(&self.password_hash) else {
            return false;
        };
        // The hash first: an officer who has left takes as long to refuse as a wrong password.
        let right = Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok();
        right && self.active
    }

    /// What the policies may know.
    #[must_use]
    pub fn facts(&self) -> OfficerFacts {
        OfficerFacts {
            name: self.name.clone(),
            roles: self.roles.clone(),
            unit: self.unit.clone(),
            active: self.active,
        }
    }
}
