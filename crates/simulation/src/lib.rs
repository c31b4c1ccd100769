//! Two offices, their couriers and three witnesses, under a simulator that decides everything that
//! could go wrong.
//!
//! One seed is one story: some six to ten messages, and two to four faults out of lost, repeated
//! and overtaken packets, partitions, crashes in the middle of a write with lost and torn bytes, full
//! and failing disks, older copies of a database put back with and without their anchor, a failover
//! that leaves the old node running, and a log that lies to its witnesses. The offices, the writer,
//! the anchor and the witness's decisions are the real ones; the disk, the network and the clock are
//! simulated. No thread, no clock and no randomness of the machine takes part in the schedule: the
//! same seed gives the same trace. Keys and signatures are random, so the trace names messages and
//! heads by their places, never by their bytes.
//!
//! What is promised is in `outside`: the things that people outside have been told and that must
//! therefore stay true. `model` asks the same of every order of a few steps, instead of many random
//! orders of many steps.
//!
//! This crate has nothing but tests, so that no build of the node ever sees it. It must never be
//! depended on, and never be taken for proof of what it leaves out: payloads that travel by
//! themselves, the HTTP in between, and disks that lose what they had long confirmed.
//!
//! ```text
//! cargo test -p simulation                                                     a thousand seeds, and all else
//! SIMULATION_SEEDS=10000 SIMULATION_FIRST=0 cargo test -p simulation nothing   ten thousand of them
//! SIMULATION_SEED=17 cargo test -p simulation replay -- --nocapture            one seed, with its trace
//! ```
//!
//! A failing seed tells its trace and its number by itself.
//!
//! Where to start reading: `world` for who takes part, `story` for what can happen to them,
//! `outside` and `review` for what must hold, `mutant` for the broken builds that show it is looked at,
//! `limits` for what the design cannot hold.

#![cfg(test)]
#![allow(clippy::unwrap_used)] // A panic in a test is a finding.

mod arrival;
mod chance;
mod courier;
mod forger;
mod guard;
mod house;
mod limits;
mod machine;
mod model;
mod mutant;
mod network;
mod outside;
mod review;
mod seeds;
mod story;
mod trace;
mod watched;
mod witness;
mod world;
