#![allow(clippy::unwrap_used)]
//! Promises of import and export. Records of every family are taken from the fixtures.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// The public record of the reference case and the rules of the house.
pub(crate) const FIXTURES: [Input<'static>; 5] = [
    fixture(
        "mechanism.yaml",
        include_str!("../../../../fixtures/record/mechanism.yaml"),
    ),
    fixture(
        "round-1.yaml",
        include_str!("../../../../fixtures/record/round-1.yaml"),
    ),
    fixture(
        "contact-point.yaml",
        include_str!("../../../../fixtures/record/contact-point.yaml"),
    ),
    fixture(
        "dossiers.yaml",
        include_str!("../../../../fixtures/record/dossiers.yaml"),
    ),
    fixture(
        "house-rules.yaml",
        include_str!("../../../../fixtures/record/house-rules.yaml"),
    ),
];

const fn fixture(name: &'static str, text: &'static str) -> Input<'static> {
    Input {
        name,
        text,
        format: Format::Yaml,
    }
}

fn told(errors: &[FileError]) -> Vec<String> {
    errors.iter().map(ToString::to_string).collect()
}

fn fixtures() -> Vec<Record> {
    read_all(&FIXTURES, |_| false).unwrap_or_else(|errors| panic!("{:#?}", told(&errors)))
}

mod fixture_record;
mod round_trip;
mod wrong_files;
