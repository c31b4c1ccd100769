//! The simulated engine is a database like the others, so what is found on it holds for them.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

#[macro_use]
mod conformance;

use std::sync::{Arc, Mutex};
use store::simulated::{Disk, Simulated};
use store::{Anchor, Engine};

struct OnSimulatedDisk {
    disk: Disk,
    engine: Simulated,
    anchor: Mutex<Option<Arc<dyn Anchor>>>,
}

impl conformance::Fixture for OnSimulatedDisk {
    const SHARED: bool = true;

    fn new() -> Self {
        let disk = Disk::new();
        Self {
            engine: Simulated::open(&disk),
            disk,
            anchor: Mutex::new(None),
        }
    }

    fn engine(&self) -> Arc<dyn Engine> {
        Arc::new(self.engine.clone())
    }

    fn reading(&self) -> Arc<dyn Engine> {
        self.engine()
    }

    fn anchor(&self) -> Arc<dyn Anchor> {
        let mut anchor = self.anchor.lock().unwrap();
        let made = || -> Arc<dyn Anchor> { Arc::new(self.disk.anchor().unwrap()) };
        anchor.get_or_insert_with(made).clone()
    }
}

conforms!(OnSimulatedDisk);
