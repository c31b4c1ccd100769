//! The hand probes on which existing extractors fail, and the ways to hide a person.
#![allow(clippy::unwrap_used, missing_docs)]

mod desk;

use desk::{declared, has, holds_undeclared, incident, screen, screen_file, with_facts};
use records::vocabulary::SelectorKind;
use safeguard::{Attachment, Check, Consequence, Form, NoRegistry};

/// Every probe: the text, the canonical selector in it, its kind and how it is written.
#[test]
fn hand_probes_are_found() {
    for (text, canonical, form) in [
        (
            "ｊａｎａ＠ｅｘａｍｐｌｅ．ｏｒｇ",
            "jana@example.org",
            Form::FullWidth,
        ),
        ("siehe example。org", "example.org", Form::FullWidth),
        (
            "user＠例子.公司",
            "user@xn--fsqu00a.xn--55qx5d",
            Form::FullWidth,
        ),
        ("bücher.example", "xn--bcher-kva.example", Form::Plain),
        (
            "zu j a n a @ example . org bitte",
            "jana@example.org",
            Form::Spaced,
        ),
        (
            "邮箱jana@example.org的用户",
            "jana@example.org",
            Form::Plain,
        ),
        (
            "邮箱jana@example.org的用户，网址example.net",
            "example.net",
            Form::Plain,
        ),
        (
            "Auskunft zu jana.meier@example.org",
            "jana.meier@example.org",
            Form::Plain,
        ),
        (
            "j\u{430}na@\u{435}xample.org",
            "jana@example.org",
            Form::Homoglyph,
        ),
        ("ja\u{200b}na@example.org", "jana@example.org", Form::Hidden),
        (
            "jana [at] example [dot] org",
            "jana@example.org",
            Form::Defanged,
        ),
        (
            "jana at example dot org",
            "jana@example.org",
            Form::Defanged,
        ),
        (
            "amFuYUBleGFtcGxlLm9yZw==",
            "jana@example.org",
            Form::Encoded,
        ),
        (
            "https://example.com/?to=jana%40example.org",
            "jana@example.org",
            Form::Defanged,
        ),
        ("abc.onion", "abc.onion", Form::Plain),
        ("+86 138 0013 8000", "+8613800138000", Form::Plain),
        ("13800138000", "+8613800138000", Form::Plain),
        ("手机号13800138000的用户", "+8613800138000", Form::Plain),
        (
            "wxid_8h2k3l4m5n6o22",
            "wechat:wxid_8h2k3l4m5n6o22",
            Form::Plain,
        ),
        ("QQ 12345678", "qq:12345678", Form::Plain),
        ("QQ号：12345678", "qq:12345678", Form::FullWidth),
        (
            "https://t.me/jana_example",
            "telegram:jana_example",
            Form::Plain,
        ),
        (
            "hxxps://example[.]net/x",
            "https://example.net/x",
            Form::Defanged,
        ),
        ("198[.]51[.]100[.]7", "198.51.100.7", Form::Defanged),
        ("2001:db8::7", "2001:db8::7", Form::Plain),
    ] {
        let screening = screen(&with_facts(text));
        let found: Vec<_> = screening
            .selectors
            .iter()
            .map(|s| (s.canonical.as_str(), s.form))
            .collect();
        assert!(found.contains(&(canonical, form)), "{text}: {found:?}");
        assert!(screening.blocks(), "{text}");
    }
}

/// The word before an address is not drawn into it, or an exact look-up would miss.
#[test]
fn neighbours_are_not_glued() {
    for text in [
        "Auskunft zu jana.meier@example.org",
        "关于jana.meier@example.org的信息",
    ] {
        let screening = screen(&with_facts(text));
        let mails: Vec<_> = screening
            .selectors
            .iter()
            .filter(|s| s.kind == SelectorKind::Email)
            .collect();
        assert_eq!(mails.len(), 1, "{mails:?}");
        assert_eq!(mails[0].canonical, "jana.meier@example.org");
        assert_eq!(mails[0].as_written, "jana.meier@example.org");
    }
}

/// Chinese has no blanks: every kind is found with Chinese characters on both sides.
#[test]
fn every_kind_is_found_between_chinese_characters() {
    for (selector, canonical) in [
        ("jana@example.org", "jana@example.org"),
        ("example.net", "example.net"),
        ("https://example.net/a", "https://example.net/a"),
        ("hxxp://example[.]net/a", "http://example.net/a"),
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("0049 30 23125 123", "+493023125123"),
        ("+86 138 0013 8000", "+8613800138000"),
        (
            "d41d8cd98f00b204e9800998ecf8427e",
            "md5:d41d8cd98f00b204e9800998ecf8427e",
        ),
        ("QQ12345678", "qq:12345678"),
        ("t.me/jana_example", "telegram:jana_example"),
        ("wxid_8h2k3l4m5n6o22", "wechat:wxid_8h2k3l4m5n6o22"),
        ("telegram:jana_example", "telegram:jana_example"),
    ] {
        let screening = screen(&with_facts(&format!("请提供{selector}的信息")));
        let found: Vec<_> = screening
            .selectors
            .iter()
            .map(|s| s.canonical.as_str())
            .collect();
        assert!(found.contains(&canonical), "{selector}: {found:?}");
    }
}

/// Tricks are findings of their own, whether or not the selector is declared.
#[test]
fn obfuscation_is_reported() {
    for text in [
        "j\u{430}na@\u{435}xample.org",
        "ja\u{200b}na@example.org",
        "j a n a @ example . org",
    ] {
        let mut request = with_facts(text);
        request
            .selectors
            .push(declared(SelectorKind::Email, "jana@example.org"));
        let screening = screen(&request);
        assert!(
            has(&screening, Check::Obfuscation, Consequence::HoldForReview),
            "{text}"
        );
    }
}

/// A declared selector is recognised whatever form either side uses.
#[test]
fn declared_selectors_match_in_any_form() {
    let forms = [
        "jana@example.org",
        "JANA@Example.org",
        "jana[at]example[.]org",
        "ｊａｎａ＠ｅｘａｍｐｌｅ．ｏｒｇ",
        "jana@example。org",
        "jana at example dot org",
    ];
    for in_list in forms {
        for in_text in forms {
            let mut request = with_facts(&format!("Absender war {in_text} am Montag"));
            request
                .selectors
                .push(declared(SelectorKind::Email, in_list));
            let screening = screen(&request);
            assert!(
                !screening.blocks(),
                "{in_list} / {in_text}: {:?}",
                screening.findings
            );
        }
    }
    let mut request = with_facts("anrufend 138-0013-8000, Konto t.me/Jana_Example");
    request
        .selectors
        .push(declared(SelectorKind::Phone, "0086 138 0013 8000"));
    request
        .selectors
        .push(declared(SelectorKind::Handle, "@jana_example"));
    let screening = screen(&request);
    assert!(!screening.blocks(), "{:?}", screening.findings);
}

/// A journalist's address in the clear, defanged, or encoded in a text is held.
#[test]
fn a_person_hidden_in_free_text_is_held() {
    for text in [
        "jana@example.org",
        "jana (at) example (dot) org",
        "jana@example\\.org",
        "amFuYUBleGFtcGxlLm9yZw==",
        "6a616e61406578616d706c652e6f7267",
        "jana@example.org.",
        "mailto:jana@example.org?subject=x",
        "<jana@example.org>",
        "\"jana\"@example.org",
    ] {
        let screening = screen(&with_facts(text));
        assert!(holds_undeclared(&screening, "jana@example.org"), "{text}");
    }
    let mut request = incident();
    request.language = "jana@example.org".into();
    assert!(
        holds_undeclared(&screen(&request), "jana@example.org"),
        "in the language tag"
    );
    let mut request = incident();
    request.selectors[0].link = Some("wird von jana@example.org betrieben".into());
    assert!(
        holds_undeclared(&screen(&request), "jana@example.org"),
        "in a link"
    );
}

fn bundle(objects: &str) -> String {
    format!(
        r#"{{"type":"bundle","id":"bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","objects":[
        {{"type":"indicator","spec_version":"2.1","id":"indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
          "created":"2026-11-03T10:00:00.000Z","modified":"2026-11-03T10:00:00.000Z",
          "name":"Phishing kit","pattern_type":"stix","valid_from":"2026-11-03T10:00:00Z",
          "pattern":"[ipv4-addr:value = '198.51.100.7' OR domain-name:value = 'login.example.net' OR file:hashes.'SHA-256' = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855']"}},
        {{"type":"url","id":"url--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","value":"https://login.example.net/a"}}
        {objects}]}}"#
    )
}

const STIX: &str = "application/stix+json;version=2.1";

/// An ordinary incident with its indicators goes through without a hold, and the indicators are
/// known.
#[test]
fn a_clean_incident_is_not_held() {
    for media_type in [STIX, "application/json"] {
        let screening = screen_file(media_type, &bundle(""));
        assert!(!screening.blocks(), "{:?}", screening.findings);
        let found: Vec<_> = screening
            .selectors
            .iter()
            .map(|s| s.canonical.as_str())
            .collect();
        for canonical in [
            "198.51.100.7",
            "login.example.net",
            "https://login.example.net/a",
        ] {
            assert!(found.contains(&canonical), "{canonical} not in {found:?}");
        }
        assert!(has(
            &screening,
            Check::UndeclaredSelector,
            Consequence::Inform
        ));
    }
}

/// A person hidden anywhere in an incident attachment is held: the channel nobody reviews is
/// where abuse goes.
#[test]
fn a_person_hidden_in_stix_is_held() {
    let id = "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";
    for (place, object) in [
        (
            "note",
            format!(
                r#",{{"type":"note","id":"note--{id}","content":"see also jana@example.org"}}"#
            ),
        ),
        (
            "custom property",
            format!(
                r#",{{"type":"indicator","id":"indicator--{id}","x_ref":"jana@example.org","pattern":"[ipv4-addr:value = '198.51.100.7']"}}"#
            ),
        ),
        (
            "pattern",
            format!(
                r#",{{"type":"indicator","id":"indicator--{id}","pattern":"[email-message:from_ref.value = 'jana@example.org']"}}"#
            ),
        ),
        (
            "escaped pattern",
            format!(
                r#",{{"type":"indicator","id":"indicator--{id}","pattern":"[email-addr:value MATCHES 'jana@example\\\\.org']"}}"#
            ),
        ),
        (
            "observable",
            format!(
                r#",{{"type":"email-addr","id":"email-addr--{id}","value":"jana@example.org"}}"#
            ),
        ),
        (
            "payload",
            format!(
                r#",{{"type":"artifact","id":"artifact--{id}","payload_bin":"U3ViamVjdDogamFuYUBleGFtcGxlLm9yZwo="}}"#
            ),
        ),
        (
            "wrapped payload",
            format!(
                r#",{{"type":"artifact","id":"artifact--{id}","payload_bin":"U3ViamVjdDogamFu\nYUBleGFtcGxlLm9yZwo="}}"#
            ),
        ),
        (
            "doubled member",
            format!(
                r#",{{"type":"note","id":"note--{id}","content":"jana@example.org","content":"clean"}}"#
            ),
        ),
        (
            "member name",
            format!(r#",{{"type":"tool","id":"tool--{id}","jana@example.org":true}}"#),
        ),
        (
            "JSON escape",
            format!(r#",{{"type":"tool","id":"tool--{id}","name":"jana\u0040example.org"}}"#),
        ),
        (
            "extension",
            format!(
                r#",{{"type":"url","id":"url--{id}","value":"https://example.net/","extensions":{{"extension-definition--{id}":{{"a":[["jana@example.org"]]}}}}}}"#
            ),
        ),
    ] {
        for media_type in [STIX, "application/json", "text/plain"] {
            let screening = screen_file(media_type, &bundle(&object));
            assert!(
                holds_undeclared(&screening, "jana@example.org"),
                "{place} as {media_type}"
            );
        }
    }
}

/// Accounts are persons too, also where only the structure shows them.
#[test]
fn accounts_in_stix_are_held() {
    let id = "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";
    for (object, canonical) in [
        (
            format!(
                r#",{{"type":"user-account","id":"user-account--{id}","account_type":"twitter","account_login":"Jana_Example"}}"#
            ),
            "x:jana_example",
        ),
        (
            format!(
                r#",{{"type":"indicator","id":"indicator--{id}","pattern":"[user-account:user_id = 'jana77']"}}"#
            ),
            "account:jana77",
        ),
        (
            format!(r#",{{"type":"identity","id":"identity--{id}","x_wechat":"jana_example"}}"#),
            "wechat:jana_example",
        ),
        (
            format!(r#",{{"type":"identity","id":"identity--{id}","x_qq":12345678}}"#),
            "qq:12345678",
        ),
        (
            format!(r#",{{"type":"identity","id":"identity--{id}","x_mobile":13800138000}}"#),
            "+8613800138000",
        ),
    ] {
        let screening = screen_file(STIX, &bundle(&object));
        assert!(
            holds_undeclared(&screening, canonical),
            "{canonical}: {:?}",
            screening.selectors
        );
    }
}

/// What nobody can read is held, and its name is read all the same.
#[test]
fn unreadable_attachments_are_held() {
    let file = Attachment {
        name: "jana@example.org.png",
        media_type: "image/png",
        bytes: b"\x89PNG",
    };
    let screening = safeguard::screen(&incident(), &[file], &NoRegistry);
    assert!(has(
        &screening,
        Check::UnscreenableAttachment,
        Consequence::HoldForReview
    ));
    assert!(holds_undeclared(&screening, "jana@example.org"));
    let deep = format!("{}\"jana@example.org\"{}", "[".repeat(65), "]".repeat(65));
    let screening = screen_file("application/json", &deep);
    assert!(has(
        &screening,
        Check::UnscreenableAttachment,
        Consequence::HoldForReview
    ));
    assert!(
        holds_undeclared(&screening, "jana@example.org"),
        "still read as text"
    );
    let screening = screen_file("application/json", "{\"a\": \"jana@example.org\"");
    assert!(has(
        &screening,
        Check::MalformedAttachment,
        Consequence::ReturnIncomplete
    ));
    assert!(
        holds_undeclared(&screening, "jana@example.org"),
        "still read as text"
    );
    let opaque =
        r#"{"type":"bundle","objects":[{"type":"artifact","payload_bin":"AAECAwQFBgcICQ=="}]}"#;
    assert!(has(
        &screen_file(STIX, opaque),
        Check::Obfuscation,
        Consequence::HoldForReview
    ));
}
