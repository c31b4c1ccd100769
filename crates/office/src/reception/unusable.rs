//! Why an authentic message has no effect: because of what it is, or because of this machine.

use crate::error::OfficeError;
use crate::state::NotNow;
use seal::SealError;
use store::StoreError;
use store::objects::ObjectError;

/// Why opening a message stopped.
#[derive(Debug)]
pub(super) enum Stop {
    /// The message: it will be no different the next time, and is receipted as such (E.2).
    Unusable(String),
    /// This machine: nothing is receipted, the sender tries again.
    Here(OfficeError),
}

impl Stop {
    pub(super) fn unusable(problem: impl Into<String>) -> Self {
        Self::Unusable(problem.into())
    }
}

impl From<OfficeError> for Stop {
    fn from(error: OfficeError) -> Self {
        match error {
            // What cannot be written down here cannot be taken later either. To turn it away would
            // stop the channel for good.
            OfficeError::Invalid { .. } => Self::Unusable(error.to_string()),
            error => Self::Here(error),
        }
    }
}

impl From<SealError> for Stop {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Read(_) | SealError::Write(_) | SealError::Randomness => {
                Self::Here(error.into())
            }
            error => Self::Unusable(error.to_string()),
        }
    }
}

impl From<NotNow> for Stop {
    fn from(error: NotNow) -> Self {
        Self::Unusable(error.to_string())
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Here(error.into())
    }
}

impl From<ObjectError> for Stop {
    fn from(error: ObjectError) -> Self {
        Self::Here(error.into())
    }
}
