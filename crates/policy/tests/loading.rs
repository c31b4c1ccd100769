//! What a bundle refuses at the door, and what it keeps.

#![allow(clippy::unwrap_used)]

use policy::bundle::SCHEMA_NAME;
use policy::{Action, Bundle, PolicyError, Request, Role};
use sha2::{Digest, Sha256};

const HEAD: &str = r#"@id("x") @title_de("X") @title_en("X") @outcome("hold") @ground("G-X") @law("common grounds")"#;

fn schema() -> String {
    let bundle = Bundle::embedded().unwrap();
    bundle
        .sources()
        .find(|(name, _)| *name == SCHEMA_NAME)
        .unwrap()
        .1
        .to_owned()
}

fn load(text: &str) -> Result<Bundle, PolicyError> {
    Bundle::from_sources(&schema(), vec![("national.cedar".into(), text.into())])
}

fn fault(text: &str) -> String {
    load(text).unwrap_err().to_string()
}

/// Promise: a misspelt fact in a safeguard stops the bundle, with file and policy named. In a
/// language without a schema the same slip would switch the safeguard off.
#[test]
fn misspelt_attribute_is_refused() {
    let text = format!(
        r#"{HEAD} forbid (principal, action == Action::"releaseAnswer", resource)
           when {{ resource.disclosesContnet }};"#
    );
    let fault = fault(&text);
    assert!(fault.starts_with("national.cedar: policy x: "), "{fault}");
    assert!(fault.contains("disclosesContnet"), "{fault}");
}

/// Promise: misspelt roles, states and acts are refused like misspelt attributes.
#[test]
fn misspelt_words_are_refused() {
    for (condition, word) in [
        (r#"principal in Role::"operater""#, "operater"),
        (r#"resource.screening == Screening::"hold""#, "hold"),
        (r#"resource.guardian == Screening::"open""#, "impossible"),
        (r#"action == Action::"releaseAnwser""#, "releaseAnwser"),
        (r#"resource.draftedBy == principal"#, "draftedBy"),
    ] {
        let fault = fault(&format!(
            r#"{HEAD} forbid (principal, action == Action::"releaseAnswer", resource)
               when {{ {condition} }};"#
        ));
        assert!(fault.starts_with("national.cedar: policy x: "), "{fault}");
        assert!(fault.contains(word), "{condition}: {fault}");
    }
}

/// Promise: a safeguard that can never apply is a fault, not a decoration.
#[test]
fn policy_that_never_applies_is_refused() {
    let text = format!(r#"{HEAD} forbid (principal, action, resource) when {{ false }};"#);
    assert!(
        fault(&text).starts_with("national.cedar: policy x: "),
        "{}",
        fault(&text)
    );
}

/// Promise: what the journal and the reader need is there: id, titles, outcome, ground, law.
#[test]
fn missing_annotation_is_refused() {
    for annotation in ["id", "title_de", "title_en", "outcome", "ground", "law"] {
        let head = HEAD.replace(&format!("@{annotation}("), "@other(");
        let fault = fault(&format!("{head} forbid (principal, action, resource);"));
        assert!(fault.contains(&format!("@{annotation}")), "{fault}");
        assert!(fault.contains("national.cedar"), "{fault}");
    }
    let unknown = HEAD.replace("hold", "perhaps");
    assert!(fault(&format!("{unknown} forbid (principal, action, resource);")).contains("outcome"));
    let on_permit = format!("{HEAD} permit (principal, action, resource);");
    assert!(fault(&on_permit).contains("outcome"));
}

/// Promise: one id, one policy; templates, empty bundles and odd names stay outside.
#[test]
fn ambiguous_bundles_are_refused() {
    let policy = format!("{HEAD} forbid (principal, action, resource);");
    let file = |name: &str| (name.to_owned(), policy.clone());
    let twice = Bundle::from_sources(&schema(), vec![file("a.cedar"), file("b.cedar")]);
    let message = twice.unwrap_err().to_string();
    assert_eq!(message, "b.cedar: policy id x is already taken by a.cedar");

    for name in ["", "a\nb", "../a", SCHEMA_NAME] {
        let refused = Bundle::from_sources(&schema(), vec![file(name)]);
        assert!(
            matches!(refused, Err(PolicyError::FileName { .. })),
            "{name:?}"
        );
    }
    assert!(matches!(load("// nothing"), Err(PolicyError::Empty)));
    let template = format!("{HEAD} forbid (principal == ?principal, action, resource);");
    assert!(matches!(load(&template), Err(PolicyError::Template { .. })));
    assert!(matches!(
        load("forbid (principal"),
        Err(PolicyError::Parse { .. })
    ));
    let no_schema = Bundle::from_sources("entity", vec![file("a.cedar")]);
    assert!(matches!(no_schema, Err(PolicyError::Schema { .. })));
}

/// Promise: the fingerprint is what the command in the folder's README prints: it covers names,
/// texts and schema, and not the order in which files were handed in.
#[test]
fn fingerprint_can_be_recomputed_by_hand() {
    let bundle = Bundle::embedded().unwrap();
    let list: String = [
        (
            "access.cedar",
            &include_bytes!("../../../policies/access.cedar")[..],
        ),
        (
            "four-eyes.cedar",
            include_bytes!("../../../policies/four-eyes.cedar"),
        ),
        (
            "safeguards.cedar",
            include_bytes!("../../../policies/safeguards.cedar"),
        ),
        (
            "schema.cedarschema",
            include_bytes!("../../../policies/schema.cedarschema"),
        ),
    ]
    .map(|(name, bytes)| format!("{}  {name}\n", hex::encode(Sha256::digest(bytes))))
    .concat();
    assert_eq!(bundle.hash(), hex::encode(Sha256::digest(list)));

    let mut files: Vec<(String, String)> = bundle
        .sources()
        .filter(|(name, _)| *name != SCHEMA_NAME)
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .collect();
    files.reverse();
    let reordered = Bundle::from_sources(&schema(), files.clone()).unwrap();
    assert_eq!(reordered.hash(), bundle.hash());

    files[0].1.push('\n');
    assert_ne!(
        Bundle::from_sources(&schema(), files).unwrap().hash(),
        bundle.hash()
    );
}

/// Promise: the words of the code and of the serialised facts are the same, and an unknown role
/// can neither be written nor read.
#[test]
fn journaled_facts_read_back_and_unknown_roles_do_not() {
    for role in Role::ALL {
        assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
    }
    for action in Action::ALL {
        assert_eq!(serde_json::to_value(action).unwrap(), action.as_str());
    }
    let text = r#"{"officer":{"name":"a","roles":["handler"],"unit":"u","active":true},
        "action":"draftAnswer","resource":{"case":{"ownRequest":false,"draftedBy":null,
        "submittedBy":null,"reviewedBy":null,"screening":"cleared","findingsOpen":0,
        "guardian":"notAppointed","disclosesContent":true,"exercise":false}}}"#;
    let request: Request = serde_json::from_str(text).unwrap();
    let again = serde_json::to_string(&request).unwrap();
    assert_eq!(serde_json::from_str::<Request>(&again).unwrap(), request);

    let error = serde_json::from_str::<Request>(&text.replace("handler", "root")).unwrap_err();
    assert!(
        error.to_string().contains("unknown variant `root`"),
        "{error}"
    );
    let extra = text.replace("\"active\"", "\"rank\":9,\"active\"");
    assert!(serde_json::from_str::<Request>(&extra).is_err());
}

/// Promise: titles exist in both languages and are told apart by language tag.
#[test]
fn titles_follow_the_reader() {
    let bundle = Bundle::embedded().unwrap();
    for policy in bundle.policies() {
        assert_ne!(policy.title("de-DE"), policy.title("en"), "{}", policy.id);
        assert_eq!(policy.title("zh"), policy.title_en);
    }
}
