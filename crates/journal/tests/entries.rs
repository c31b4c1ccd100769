//! Entries and openings: what a leaf commits to, and what an opening shows and hides.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use journal::canonical::{CanonicalError, MAX_DEPTH, encode};
use journal::entry::{EntryBody, EntryError, MAX_FIELDS, Salt, leaf_bytes, open_fields};
use journal::opening::{Opening, OpeningField, Shown};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn body(fields: Value) -> EntryBody {
    serde_json::from_value(fields).unwrap()
}

fn message() -> EntryBody {
    body(json!({
        "kind": "message.sent",
        "time": "2026-01-02T03:04:05.006Z",
        "recipients": ["cn", {"b": null, "a": 1}],
    }))
}

fn salt() -> Salt {
    Salt::new(std::array::from_fn(|i| i as u8))
}

/// The leaf format is fixed for good: these values were computed apart from this crate, with
/// Python's hashlib, from the definition in the documentation of `journal::entry`.
#[test]
fn the_leaf_format_is_frozen() {
    let leaf = "kontaktstelle/entry/v1\nn1rciMTnJAKdiNmjCb8+XpyTJx+19PkdR2mfAy5FPVI=\n";
    assert_eq!(leaf_bytes(&message(), &salt()), leaf.as_bytes());
    let opening = open_fields(&message(), &salt(), &["kind"]);
    assert_eq!(
        serde_json::to_value(&opening).unwrap(),
        json!({ "fields": [
            { "opened": {
                "name": "kind",
                "salt": "JunKXGbUmIh7IbEWU5k7QSWr8/o3LVcK+3oQXvw0tMk=",
                "value": "message.sent",
            } },
            { "hidden": {
                "name": "recipients",
                "commitment": "/QloxLQig8sHF9GfT3wJzqWjlGkOg2/tj8yRSEamUzA=",
            } },
            { "hidden": {
                "name": "time",
                "commitment": "FfFJqE7NJgaSbp7PFg0DqeyEqeYLZnE8tMBXM63BGH8=",
            } },
        ] })
    );
}

/// Whatever is opened, it is the same leaf; and shown, hidden and absent are told apart.
#[test]
fn every_opening_of_an_entry_has_its_leaf() {
    let leaf = leaf_bytes(&message(), &salt());
    for names in [
        &[][..],
        &["kind"],
        &["time", "kind", "no such field"],
        &["kind", "recipients", "time"],
    ] {
        let opening = open_fields(&message(), &salt(), names);
        assert_eq!(opening.leaf_bytes(), leaf);
        let text = serde_json::to_string(&opening).unwrap();
        assert_eq!(serde_json::from_str::<Opening>(&text).unwrap(), opening);
        for (name, value) in message().fields() {
            let shown = if names.contains(&name.as_str()) {
                Shown::Opened(value)
            } else {
                Shown::Hidden
            };
            assert_eq!(opening.field(name), shown);
            assert_eq!(opening.get(name).is_some(), names.contains(&name.as_str()));
        }
        assert_eq!(opening.field("no such field"), Shown::Absent);
    }
}

/// The entry without fields has a leaf too, and its own.
#[test]
fn an_entry_without_fields_is_possible() {
    let empty = EntryBody::default();
    assert_eq!(
        open_fields(&empty, &salt(), &[]).leaf_bytes(),
        leaf_bytes(&empty, &salt())
    );
    assert_ne!(leaf_bytes(&empty, &salt()), leaf_bytes(&message(), &salt()));
}

/// The leaf depends on the salt and on each name and value: nothing can be exchanged afterwards.
#[test]
fn any_change_gives_another_leaf() {
    let original = leaf_bytes(&body(json!({"a": "1", "b": "2"})), &salt());
    for changed in [
        json!({"a": "1", "b": "3"}),
        json!({"a": "1", "b": 2}),
        json!({"a": "1", "c": "2"}),
        json!({"a": "2", "b": "1"}),
        json!({"a": "1"}),
        json!({"a": "1", "b": "2", "c": null}),
        json!({"a": "1b", "b": "2"}),
        json!({"ab": "1", "b": "2"}),
    ] {
        assert_ne!(
            leaf_bytes(&body(changed.clone()), &salt()),
            original,
            "{changed}"
        );
    }
    let mut other = *salt().as_bytes();
    other[31] ^= 1;
    assert_ne!(
        leaf_bytes(&body(json!({"a": "1", "b": "2"})), &Salt::new(other)),
        original
    );
}

/// Salt, name, value and commitment of an opening are all bound to the leaf.
#[test]
fn an_altered_opening_has_another_leaf() {
    let opening = open_fields(&message(), &salt(), &["kind", "time"]);
    let leaf = opening.leaf_bytes();
    for position in 0..opening.fields().len() {
        for part in 0..2 {
            let mut fields = opening.fields().to_vec();
            match (&mut fields[position], part) {
                (OpeningField::Opened { salt, .. }, 0) => salt.0[0] ^= 1,
                (OpeningField::Opened { value, .. }, _) => *value = json!("changed"),
                (OpeningField::Hidden { commitment, .. }, 0) => commitment.0[0] ^= 1,
                (OpeningField::Hidden { name, .. }, _) => name.push('x'),
            }
            assert_ne!(
                Opening::new(fields).unwrap().leaf_bytes(),
                leaf,
                "field {position}.{part}"
            );
        }
    }
    let renamed = serde_json::to_string(&opening)
        .unwrap()
        .replace("kind", "kine");
    assert_ne!(
        serde_json::from_str::<Opening>(&renamed)
            .unwrap()
            .leaf_bytes(),
        leaf
    );
    let dropped = Opening::new(opening.fields()[1..].to_vec()).unwrap();
    assert_ne!(dropped.leaf_bytes(), leaf);
}

/// A keeper cannot carry two fields of one name and show a different one to each reader.
#[test]
fn a_name_occurs_once_and_in_order() {
    let [kind, recipients, time] = open_fields(&message(), &salt(), &["kind"])
        .fields()
        .to_vec()
        .try_into()
        .unwrap();
    let double = Opening::new(vec![kind.clone(), kind.clone(), time.clone()]);
    assert_eq!(double, Err(EntryError::Order("kind".into())));
    let unordered = json!({ "fields": [time, kind, recipients] });
    assert!(serde_json::from_value::<Opening>(unordered).is_err());
}

/// Hidden values show in no way: not as text, not by equality between entries or fields, and the
/// salts of shown fields do not help to guess them.
#[test]
fn hidden_values_do_not_show() {
    let entry = body(json!({"a": "shown", "secret": "no", "twin": "no"}));
    let hidden = |salt: Salt, name: &str| {
        let opening = open_fields(&entry, &salt, &["a"]);
        assert!(!serde_json::to_string(&opening).unwrap().contains("\"no\""));
        match opening.fields().iter().find(|field| field.name() == name) {
            Some(OpeningField::Hidden { commitment, .. }) => *commitment,
            other => panic!("{other:?}"),
        }
    };
    let commitment = hidden(salt(), "secret");
    assert_ne!(commitment, hidden(Salt::new([1; 32]), "secret"));
    assert_ne!(commitment, hidden(salt(), "twin"));

    // The right value with the shown field's salt is not the hidden field's opening.
    let opening = open_fields(&entry, &salt(), &["a"]);
    let mut fields = opening.fields().to_vec();
    let OpeningField::Opened {
        salt: shown_salt, ..
    } = fields[0]
    else {
        panic!("not opened")
    };
    fields[1] = OpeningField::Opened {
        name: "secret".into(),
        salt: shown_salt,
        value: json!("no"),
    };
    assert_ne!(
        Opening::new(fields).unwrap().leaf_bytes(),
        opening.leaf_bytes()
    );
}

/// A secret does not slip into a log line by way of `{:?}`.
#[test]
fn a_salt_is_not_printed() {
    assert_eq!(format!("{:?}", Salt::new([42; 32])), "Salt(secret)");
}

/// Values without one agreed spelling, and entries beyond the limits, do not get in.
#[test]
fn entries_outside_the_limits_are_refused() {
    let number = |value| encode(&value).unwrap_err();
    assert_eq!(number(json!(1.5)), CanonicalError::Number);
    assert_eq!(number(json!(1.0)), CanonicalError::Number);
    assert_eq!(
        number(json!([9_007_199_254_740_992_u64])),
        CanonicalError::Number
    );
    assert_eq!(number(json!(u64::MAX)), CanonicalError::Number);
    assert_eq!(number(json!(i64::MIN)), CanonicalError::Number);
    assert_eq!(
        encode(&json!(-9_007_199_254_740_991_i64)).unwrap(),
        "-9007199254740991"
    );

    let nested = |depth| (0..depth).fold(json!(0), |inner, _| json!([inner]));
    assert!(encode(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(encode(&nested(MAX_DEPTH + 1)), Err(CanonicalError::TooDeep));

    let one = |name: &str, value| EntryBody::new(BTreeMap::from([(name.to_owned(), value)]));
    let refused = one("share", json!(0.5)).unwrap_err();
    assert_eq!(
        refused,
        EntryError::Value {
            name: "share".into(),
            source: CanonicalError::Number
        }
    );
    assert_eq!(one("", json!(1)), Err(EntryError::Name(String::new())));
    assert_eq!(one("a\nb", json!(1)), Err(EntryError::Name("a\nb".into())));
    assert!(one(&"n".repeat(128), json!(1)).is_ok() && one(&"n".repeat(129), json!(1)).is_err());
    assert_eq!(
        one("a", json!("x".repeat(1 << 20))),
        Err(EntryError::ValueTooLong("a".into()))
    );
    let many = |count| EntryBody::new((0..count).map(|i| (format!("{i}"), json!(i))).collect());
    assert!(many(MAX_FIELDS).is_ok());
    assert_eq!(
        many(MAX_FIELDS + 1),
        Err(EntryError::TooManyFields(MAX_FIELDS + 1))
    );
}

fn any_value() -> impl Strategy<Value = Value> {
    let integers = -9_007_199_254_740_991_i64..=9_007_199_254_740_991;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        integers.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

proptest! {
    /// Our canonical JSON is RFC 8785, as another implementation writes it, and reads back the same.
    #[test]
    fn canonical_json_matches_another_implementation(value in any_value()) {
        let text = encode(&value).unwrap();
        prop_assert_eq!(&text, &serde_json_canonicalizer::to_string(&value).unwrap());
        prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    /// Any entry, opened in any way and sent as JSON, still has its leaf.
    #[test]
    fn openings_round_trip(
        fields in prop::collection::btree_map("[a-z._]{1,12}", any_value(), 0..8),
        shown in any::<u8>(), salt in any::<[u8; 32]>(),
    ) {
        let (body, salt) = (EntryBody::new(fields).unwrap(), Salt::new(salt));
        let names: Vec<&str> = body.fields().keys().enumerate()
            .filter(|(i, _)| shown >> i & 1 == 1).map(|(_, name)| name.as_str()).collect();
        let sent = serde_json::to_string(&open_fields(&body, &salt, &names)).unwrap();
        let received: Opening = serde_json::from_str(&sent).unwrap();
        prop_assert_eq!(received.leaf_bytes(), leaf_bytes(&body, &salt));
        for name in names {
            prop_assert_eq!(received.get(name), body.get(name));
        }
    }
}

/// Promise: of a destroyed entry the leaf can still be shown, and only as destroyed: no field of it
/// counts as absent.
#[test]
fn a_destroyed_entry_keeps_its_leaf() {
    let body = EntryBody::new([("kind".to_owned(), json!("x"))].into()).unwrap();
    let leaf = open_fields(&body, &Salt::new([1; 32]), &[]).leaf_bytes();
    let opening = Opening::of_destroyed(&leaf).unwrap();
    assert_eq!(opening.leaf_bytes(), leaf);
    assert_eq!(opening.field("kind"), Shown::Destroyed);
    let text = serde_json::to_string(&opening).unwrap();
    assert_eq!(serde_json::from_str::<Opening>(&text).unwrap(), opening);
    for wrong in [
        &leaf[1..],
        &leaf[..leaf.len() - 1],
        b"",
        &[leaf.as_slice(), b"\n"].concat(),
    ] {
        assert_eq!(Opening::of_destroyed(wrong), None);
    }
}
