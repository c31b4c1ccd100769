//! Questions to etcd and its answers, as its JSON gateway spells them.
//!
//! Source: etcd's `rpc.proto` (version 3) in the proto3 JSON mapping: bytes are base64, 64-bit
//! numbers are strings, and what has its default value is left out.

use super::EtcdError;
use crate::anchor::{AnchoredHead, Move};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

/// gRPC status codes after which it is certain that nothing was done and nothing will be: invalid
/// argument, permission denied, unimplemented.
const FINAL: &[i64] = &[3, 7, 12];

/// gRPC status code of a token that is not, or no longer, good.
const UNAUTHENTICATED: i64 = 16;

/// What etcd says when users were changed after the token was given.
const OLD_TOKEN: &str = "revision of auth store is old";

/// Why a member's answer is not used.
pub(super) enum Refusal {
    /// It may have taken effect, or may yet: ask again.
    Open(EtcdError),
    /// Sign in anew and ask again.
    TokenExpired(EtcdError),
    /// It did not take effect, and asking again gives the same.
    Final(EtcdError),
    /// What is stored is no head.
    Damaged(String),
}

impl Refusal {
    /// Reads an answer that is not of status 200.
    pub(super) fn read(endpoint: &str, status: u16, body: &[u8]) -> Self {
        let said: serde_json::Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
        let code = said.get("code").and_then(Value::as_i64).unwrap_or_default();
        let message: String = ["message", "error"]
            .iter()
            .find_map(|name| said.get(*name).and_then(Value::as_str))
            .unwrap_or("nothing readable")
            .chars()
            .take(200)
            .collect();
        let expired = code == UNAUTHENTICATED || message.contains(OLD_TOKEN);
        let error = EtcdError::Refused {
            endpoint: endpoint.to_owned(),
            status,
            message,
        };
        if expired {
            Self::TokenExpired(error)
        } else if FINAL.contains(&code) {
            Self::Final(error)
        } else {
            Self::Open(error)
        }
    }
}

/// What a transaction did.
pub(super) enum Answer {
    /// It moved all heads.
    Moved,
    /// It moved none; this is what stands, in the order of the keys.
    Standing(Vec<Option<AnchoredHead>>),
}

/// A transaction over some keys.
pub(super) struct Transaction {
    body: Vec<u8>,
    keys: Vec<String>,
    moves: bool,
}

impl Transaction {
    /// Reads what stands under all keys at one moment.
    pub(super) fn read(keys: &[String]) -> Self {
        let ranges: Vec<Value> = keys.iter().map(|key| range(key)).collect();
        Self {
            body: json!({ "success": ranges }).to_string().into_bytes(),
            keys: keys.to_vec(),
            moves: false,
        }
    }

    /// Moves all heads if each stands where it must; otherwise reads what stands.
    pub(super) fn swap(moves: &[(String, &Move)]) -> Self {
        let compare: Vec<Value> = moves.iter().map(|(key, m)| compare(key, m)).collect();
        let put: Vec<Value> = moves
            .iter()
            .map(|(key, m)| {
                let value = STANDARD.encode(m.to.to_string());
                json!({ "request_put": { "key": STANDARD.encode(key), "value": value } })
            })
            .collect();
        let ranges: Vec<Value> = moves.iter().map(|(key, _)| range(key)).collect();
        Self {
            body: json!({ "compare": compare, "success": put, "failure": ranges })
                .to_string()
                .into_bytes(),
            keys: moves.iter().map(|(key, _)| key.clone()).collect(),
            moves: true,
        }
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    /// Reads an answer of status 200. One that does not fit the question decides nothing.
    pub(super) fn answer(&self, endpoint: &str, body: &[u8]) -> Result<Answer, Refusal> {
        let parsed: Parsed =
            serde_json::from_slice(body).map_err(|e| garbled(endpoint, e.to_string()))?;
        if parsed.responses.len() != self.keys.len() {
            return Err(garbled(endpoint, "another number of results".to_owned()));
        }
        if self.moves && parsed.succeeded {
            return Ok(Answer::Moved);
        }
        let ranges = parsed.responses.into_iter().map(|each| each.response_range);
        let standing = self.keys.iter().zip(ranges).map(|(key, range)| {
            let range = range.ok_or_else(|| garbled(endpoint, "a result is missing".to_owned()))?;
            head(endpoint, key, range)
        });
        Ok(Answer::Standing(standing.collect::<Result<_, _>>()?))
    }
}

fn range(key: &str) -> Value {
    json!({ "request_range": { "key": STANDARD.encode(key) } })
}

fn compare(key: &str, m: &Move) -> Value {
    let key = STANDARD.encode(key);
    match m.from {
        Some(from) => json!({
            "key": key, "target": "VALUE", "result": "EQUAL",
            "value": STANDARD.encode(from.to_string()),
        }),
        // A key of version 0 is one that does not exist.
        None => json!({ "key": key, "target": "VERSION", "result": "EQUAL", "version": "0" }),
    }
}

#[derive(Deserialize)]
struct Parsed {
    #[serde(default)]
    succeeded: bool,
    #[serde(default)]
    responses: Vec<Response>,
}

#[derive(Deserialize)]
struct Response {
    response_range: Option<Range>,
}

#[derive(Deserialize)]
struct Range {
    #[serde(default)]
    kvs: Vec<KeyValue>,
}

#[derive(Deserialize)]
struct KeyValue {
    key: String,
    #[serde(default)]
    value: String,
}

fn head(endpoint: &str, key: &str, range: Range) -> Result<Option<AnchoredHead>, Refusal> {
    let Some(found) = range.kvs.into_iter().next() else {
        return Ok(None);
    };
    if found.key != STANDARD.encode(key) {
        return Err(garbled(endpoint, "a result for another key".to_owned()));
    }
    let text = STANDARD
        .decode(&found.value)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    text.and_then(|text| text.parse().ok())
        .map(Some)
        .ok_or_else(|| Refusal::Damaged(format!("{key} holds no head")))
}

/// The question that exchanges a password for a token.
pub(super) fn sign_in(name: &str, password: &str) -> Vec<u8> {
    json!({ "name": name, "password": password })
        .to_string()
        .into_bytes()
}

/// The token in the answer to [`sign_in`].
pub(super) fn token(endpoint: &str, body: &[u8]) -> Result<String, Refusal> {
    #[derive(Deserialize)]
    struct SignedIn {
        token: String,
    }
    let signed_in: SignedIn =
        serde_json::from_slice(body).map_err(|e| garbled(endpoint, e.to_string()))?;
    Ok(signed_in.token)
}

fn garbled(endpoint: &str, what: String) -> Refusal {
    Refusal::Open(EtcdError::Garbled {
        endpoint: endpoint.to_owned(),
        what,
    })
}
