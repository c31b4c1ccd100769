//! The console in a real browser, from sign-in to the answer that arrives on the other side.
//!
//! Needs Chromium and its driver (Debian: `chromium chromium-driver`). Without them the test fails
//! where the variable `CI` is set, and says that it was skipped elsewhere.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    unreachable_pub,
    missing_docs
)]

#[path = "browser/driver.rs"]
mod driver;
mod stage;

use driver::{Browser, ENTER, TAB, installed};
use stage::Stage;
use stage::support::{PASSWORD, settle};

fn browser(profile: &std::path::Path) -> Option<Browser> {
    match (
        installed(&["chromium", "chromium-browser", "google-chrome"]),
        installed(&["chromedriver"]),
    ) {
        (Some(chromium), Some(driver)) => Some(Browser::start(&chromium, &driver, profile)),
        missing => {
            assert!(
                std::env::var_os("CI").is_none(),
                "chromium and chromedriver must be installed: {missing:?}"
            );
            eprintln!(
                "SKIPPED: the browser test needs chromium and chromedriver; found {missing:?}"
            );
            None
        }
    }
}

/// Signs in with the keyboard alone: skip link, two languages, name, password, Enter.
fn sign_in_by_keyboard(browser: &Browser, house: &str, name: &str) {
    browser.open(&format!("{house}/sign-in"));
    for _ in 0..20 {
        browser.press(TAB);
        if browser.focused() == "name" {
            break;
        }
    }
    assert_eq!(browser.focused(), "name", "the name can be reached by Tab");
    browser.press(name);
    browser.press(TAB);
    assert_eq!(browser.focused(), "password");
    browser.press(PASSWORD);
    browser.press(ENTER);
    browser.arrive(&format!("{house}/"));
    assert!(browser.text(".officer-name").contains(name));
}

fn sign_out(browser: &Browser, house: &str) {
    browser.click("form[action='/sign-out'] button");
    browser.arrive(&format!("{house}/sign-in"));
}

/// Promise: three officers bring an answer to the other side with nothing but a browser; the one who
/// drafted it is refused, and told why; all of it stands in the timeline; and nothing on the way breaks
/// the content policy.
#[tokio::test(flavor = "multi_thread")]
async fn three_officers_answer_a_request() {
    let profile = tempfile::tempdir().unwrap();
    let Some(browser) = browser(profile.path()) else {
        return;
    };
    let stage = Stage::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let house = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(web::serve(
        listener,
        stage.console(),
        std::future::pending(),
    ));
    let walked = tokio::task::spawn_blocking(move || walk(&browser, &stage, &house)).await;
    server.abort();
    walked.unwrap();
}

fn walk(browser: &Browser, stage: &Stage, house: &str) {
    let case = format!("{house}/requests/{}", stage.held);

    sign_in_by_keyboard(browser, house, "rosa");
    browser.open(&case);
    assert!(
        browser
            .text(".findings")
            .contains("lin.yao@blog.example.org"),
        "the hidden address is named"
    );
    browser.click("a[href$='/review']");
    browser.click("label[for='decision-clear-with-conditions']");
    browser.fill(
        "#reason",
        "Only the addresses of the servers, nothing on persons.",
    );
    browser.click("form[action$='/review'] button");
    browser.arrive(&case);
    assert!(
        browser
            .text("[role=status]")
            .contains("Ihre Entscheidung ist festgehalten")
    );
    sign_out(browser, house);

    sign_in_by_keyboard(browser, house, "hanna");
    browser.open(&case);
    browser.click("a[href$='/answer']");
    browser.choose("#outcome", "nil");
    browser.choose("#ground", "N");
    let items = stage.de.case(stage.held).request.items.len();
    for item in 1..=items {
        browser.choose(&format!("#item_outcome_{item}"), "nil");
        browser.fill(&format!("#item_text_{item}"), "Nothing is held.");
    }
    browser.click("form[action$='/answer'] .go button");
    browser.arrive(&case);
    browser.click("a[href$='/release']");
    // What would leave are the neutral words: "nothing held" looks like any other silence.
    let leaving = browser.text(".leaving");
    let neutral = ["de", "en"].map(records::answer::neutral_words);
    assert!(
        neutral.iter().any(|words| leaving.contains(words)),
        "the page shows what would leave: {leaving}"
    );
    assert!(!leaving.contains("Nothing is held."), "{leaving}");
    browser.click("#release");
    assert!(
        browser
            .text("[role=alert]")
            .contains("Wer entworfen hat, gibt nicht frei")
    );
    assert_eq!(stage.de.state(stage.held), "answer-drafted");
    sign_out(browser, house);

    sign_in_by_keyboard(browser, house, "frida");
    browser.open(&format!("{case}/release"));
    browser.click("#release");
    browser.arrive(&case);
    settle(&stage.de, &stage.cn);
    assert_eq!(
        stage.cn.state(stage.held),
        "answered",
        "the answer has arrived on the other side"
    );

    browser.open(&case);
    let timeline = browser.text(".timeline");
    for event in [
        "Ersuchen eingegangen und vom Tor geprüft",
        "Prüfung entschieden",
        "Antwort entworfen",
        "Antwort freigegeben",
        "Quittung abgelegt",
    ] {
        assert!(timeline.contains(event), "{event}: {timeline}");
    }
    browser.click(".timeline details summary");
    assert!(
        browser
            .text(".timeline details[open]")
            .contains("Blattwert")
    );
    let complaints = browser.complaints();
    assert!(
        !complaints
            .iter()
            .any(|line| line.contains("Content Security Policy")),
        "{complaints:?}"
    );
}
