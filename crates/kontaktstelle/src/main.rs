//! `kontaktstelle`: the binary. Command line, configuration, wiring, demo.
//!
//! No business rule lives here. Where to start reading: [`arguments`] for what can be typed,
//! [`commands`] for what each word does, [`serve`] for how a node is put together, [`demo`] for
//! the two nodes that show it all.

// The one place that speaks to a terminal.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod arguments;
mod care;
mod commands;
mod config;
mod control;
mod demo;
mod edges;
mod keystore;
mod logging;
mod mirror;
mod node;
mod paper;
mod progress;
mod serve;
mod show;
mod storage;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = arguments::Arguments::parse();
    let language = arguments.language();
    match commands::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            show::failure(language, &error);
            ExitCode::FAILURE
        }
    }
}
