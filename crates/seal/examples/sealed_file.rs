//! Makes keys, seals files and opens them, and writes a COSE Receipt: what the foreign verifiers in `tests/foreign` meet.
//!
//! ```text
//! sealed_file keygen K1|K2 IDENTITY RECIPIENT
//! sealed_file seal PLAIN FILE RECIPIENT...
//! sealed_file open IDENTITY FILE PLAIN
//! sealed_file cose RECEIPT ENTRY VKEYS
//! ```
//! IDENTITY and RECIPIENT are files with a key in text form; `cose` makes up a log of five entries.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter};

use journal::hash::{leaf_hash, node_hash};
use seal::cose::{Inclusion, receipt};
use seal::keys::{LogKey, SealingIdentity, SealingRecipient};
use seal::{Suite, sealed_file};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["keygen", suite, identity, recipient] => {
            let key = SealingIdentity::generate(Suite::from_name(suite)?)?;
            fs::write(identity, key.to_secret_string().as_bytes())?;
            fs::write(recipient, key.recipient().to_string())?;
        }
        ["seal", plain, file, first, more @ ..] => {
            let mut recipients: Vec<SealingRecipient> = Vec::new();
            for path in std::iter::once(first).chain(more) {
                recipients.push(fs::read_to_string(path)?.trim().parse()?);
            }
            let suite = recipients
                .first()
                .map_or(Suite::K1, SealingRecipient::suite);
            let file = BufWriter::new(File::create(file)?);
            sealed_file::seal(suite, File::open(plain)?, file, &recipients)?;
        }
        ["open", identity, file, plain] => {
            let identity: SealingIdentity = fs::read_to_string(identity)?.trim().parse()?;
            let file = BufReader::new(File::open(file)?);
            // Only a good file gets its name.
            let unproven = format!("{plain}.unproven");
            sealed_file::open(file, File::create(&unproven)?, &[identity])?;
            fs::rename(unproven, plain)?;
        }
        ["cose", receipt, entry, vkeys] => write_receipt(receipt, entry, vkeys)?,
        _ => return Err("unknown command; see the head of this example".into()),
    }
    Ok(())
}

/// A receipt for the fourth of five entries.
fn write_receipt(to: &str, entry: &str, vkeys: &str) -> Result<(), Box<dyn Error>> {
    const ORIGIN: &str = "example/exchange/de";
    let leaves = [0, 1, 2, 3, 4].map(|n| leaf_hash(format!("entry {n}").as_bytes()));
    let [a, b, c, d, e] = &leaves;
    let left = node_hash(a, b);
    let root = node_hash(&node_hash(&left, &node_hash(c, d)), e);
    let key = LogKey::generate()?;
    let inclusion = Inclusion {
        leaf: *d,
        index: 3,
        size: 5,
        path: vec![*c, left, *e],
    };
    fs::write(to, receipt(&inclusion, &root, ORIGIN, "an entry", &key)?)?;
    fs::write(entry, "entry 3")?;
    fs::write(vkeys, key.vkeys(ORIGIN).join("\n"))?;
    Ok(())
}
