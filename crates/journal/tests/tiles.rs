//! The storage layout: paths and entry bundles of C2SP tlog-tiles.
#![allow(clippy::unwrap_used)]

use journal::tile::{BundleError, TileId, decode_bundle, encode_bundle, entries_path};
use proptest::prelude::*;

/// Paths are those of the specification (its own example is `x001/x234/067`), so that other
/// readers find our tiles.
#[test]
fn paths_follow_the_specification() {
    let id = |level, index| TileId { level, index };
    assert_eq!(id(0, 1_234_067).path(256), "tile/0/x001/x234/067");
    assert_eq!(id(0, 1_234_067).path(8), "tile/0/x001/x234/067.p/8");
    assert_eq!(id(1, 0).path(256), "tile/1/000");
    assert_eq!(id(2, 999).path(1), "tile/2/999.p/1");
    assert_eq!(id(2, 1000).path(256), "tile/2/x001/000");
    assert_eq!(entries_path(1_234_067, 256), "tile/entries/x001/x234/067");
    assert_eq!(entries_path(5, 17), "tile/entries/005.p/17");
    assert_eq!(
        id(0, u64::MAX).path(256),
        "tile/0/x018/x446/x744/x073/x709/x551/615"
    );
}

/// A reader can tell from the size alone how wide each tile is.
#[test]
fn widths_follow_from_the_size() {
    let width = |level, index, size| TileId { level, index }.width_in(size);
    assert_eq!(
        (width(0, 0, 0), width(0, 0, 1), width(0, 0, 256)),
        (0, 1, 256)
    );
    assert_eq!(
        (width(0, 1, 256), width(0, 1, 300), width(0, 1, 9999)),
        (0, 44, 256)
    );
    assert_eq!(
        (width(1, 0, 255), width(1, 0, 256), width(1, 0, 70_000)),
        (0, 1, 256)
    );
    assert_eq!((width(1, 1, 70_000), width(2, 0, 70_000)), (17, 1));
    assert_eq!(
        (width(8, 0, u64::MAX), width(255, u64::MAX, u64::MAX)),
        (0, 0)
    );
}

/// The bundle layout: each entry after its length, big-endian.
#[test]
fn bundle_layout_is_that_of_the_specification() {
    let bundle = encode_bundle(&[&b"ab"[..], b"", &[7; 258]]).unwrap();
    assert_eq!(bundle[..8], [0, 2, b'a', b'b', 0, 0, 1, 2]);
    assert_eq!(bundle.len(), 6 + 2 + 258);
}

/// Limits hold in both directions, and cut bundles are noticed.
#[test]
fn bundle_limits_are_enforced() {
    let entry = vec![0; 65_536];
    assert!(encode_bundle(&[&entry[1..]]).is_ok());
    let too_long = BundleError::EntryTooLong {
        position: 1,
        bytes: 65_536,
    };
    assert_eq!(encode_bundle(&[&entry[1..], &entry]), Err(too_long));
    assert_eq!(encode_bundle(&[b""; 257]), Err(BundleError::TooManyEntries));
    assert_eq!(decode_bundle(&[0; 2 * 256]).unwrap().len(), 256);
    assert_eq!(
        decode_bundle(&[0; 2 * 257]),
        Err(BundleError::TooManyEntries)
    );
    assert_eq!(
        decode_bundle(&[0, 1, 9, 0]),
        Err(BundleError::Truncated { position: 1 })
    );
    assert_eq!(
        decode_bundle(&[0, 2, 9]),
        Err(BundleError::Truncated { position: 0 })
    );
}

proptest! {
    /// What is stored comes back.
    #[test]
    fn bundles_round_trip(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..=256)) {
        prop_assert_eq!(decode_bundle(&encode_bundle(&entries).unwrap()).unwrap(), entries);
    }

    /// Any bytes either fail or are the one encoding of what they decode to.
    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(entries) = decode_bundle(&bytes) {
            prop_assert_eq!(encode_bundle(&entries).unwrap(), bytes);
        }
    }
}
