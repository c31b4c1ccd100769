//! Who looks at the node's logs, and for how long there is something to look at.

use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Who vouches for the node's logs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Witnessing {
    /// A policy after C2SP `tlog-policy` that names the domestic witnesses with their addresses, and
    /// how many of them make a quorum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) policy_file: Option<PathBuf>,
    /// The authorities that vouch for the domestic witnesses' addresses, PEM; without it the system's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Seconds between two rounds of asking.
    pub(crate) every_seconds: u32,
    /// Minutes that an entry may wait for a witness until an alarm is raised.
    pub(crate) lag_minutes: u32,
    /// Seconds between two entries that anchor the office journal in the exchange logs.
    pub(crate) anchor_every_seconds: u32,
}

impl Default for Witnessing {
    fn default() -> Self {
        Self {
            policy_file: None,
            ca_file: None,
            every_seconds: 60,
            lag_minutes: 60,
            anchor_every_seconds: 60,
        }
    }
}

/// The logs that everybody may read: commitments, no content.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Publication {
    /// Where readers are listened for; without it the node serves none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) listen: Option<SocketAddr>,
    /// The logs. Where there is a bucket they are copied there too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) logs: Vec<String>,
}

/// How long content is kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Retention {
    /// Days after its last step until a closed case is destroyed, where no answer says otherwise;
    /// without it none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) case_days: Option<u32>,
}
