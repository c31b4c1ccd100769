//! A real browser, driven over WebDriver (W3C): just the calls that the test needs.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long the browser may take for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// The key under which WebDriver hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Keys of the keyboard, as WebDriver writes them.
pub const TAB: &str = "\u{E004}";
pub const ENTER: &str = "\u{E007}";

/// A browser and the program that drives it; both end with this value.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _closed = self.raw("DELETE", &format!("/session/{}", self.session), "");
        let _killed = self.driver.kill();
        let _reaped = self.driver.wait();
    }
}

/// The program of this name, if it is installed.
pub fn installed(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}

impl Browser {
    /// Starts both without a window.
    pub fn start(chromium: &Path, chromedriver: &Path, profile: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let driver = Command::new(chromedriver)
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut browser = Self {
            driver,
            port,
            session: String::new(),
        };
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begin.elapsed() < PATIENCE, "chromedriver does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        let options = json!({
            "binary": chromium,
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=de",
                     // Clicks wait for no page to glide into place.
                     "--force-prefers-reduced-motion",
                     "--window-size=1280,900", format!("--user-data-dir={}", profile.display())],
            "prefs": { "intl.accept_languages": "de" }
        });
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            // A page may take its time to come; what is looked for must be there in the end.
            "timeouts": { "implicit": 20_000 },
            "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" }
        }}});
        browser.session = browser.call("POST", "/session", &wanted)["sessionId"]
            .as_str()
            .unwrap()
            .to_owned();
        browser
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if method == "GET" {
            String::new()
        } else {
            body.to_string()
        };
        let reply: Value = serde_json::from_str(&self.raw(method, path, &body)).unwrap();
        assert!(
            reply["value"]["error"].is_null(),
            "{method} {path}: {}",
            reply["value"]
        );
        reply["value"].clone()
    }

    /// One call over HTTP/1.1, with as much of an answer as its head announces.
    fn raw(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.port,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
        let mut reply = BufReader::new(stream);
        let (mut line, mut length) = (String::new(), 0);
        while reply.read_line(&mut line).unwrap() > 2 {
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            line.clear();
        }
        let mut body = vec![0; length];
        reply.read_exact(&mut body).unwrap();
        String::from_utf8(body).unwrap()
    }

    fn here(&self, path: &str) -> String {
        format!("/session/{}{path}", self.session)
    }

    /// Opens an address.
    pub fn open(&self, address: &str) {
        self.call("POST", &self.here("/url"), &json!({ "url": address }));
    }

    /// Waits until the page of this address is open.
    #[track_caller]
    pub fn arrive(&self, address: &str) {
        let begin = Instant::now();
        while self.address() != address {
            assert!(
                begin.elapsed() < PATIENCE,
                "at {} instead of {address}",
                self.address()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The address that is open.
    fn address(&self) -> String {
        self.call("GET", &self.here("/url"), &Value::Null)
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn find(&self, selector: &str) -> String {
        let found = self.call(
            "POST",
            &self.here("/element"),
            &json!({ "using": "css selector", "value": selector }),
        );
        found[ELEMENT].as_str().unwrap().to_owned()
    }

    /// What a reader sees in the part of the page.
    pub fn text(&self, selector: &str) -> String {
        let element = self.find(selector);
        self.call(
            "GET",
            &self.here(&format!("/element/{element}/text")),
            &Value::Null,
        )
        .as_str()
        .unwrap()
        .to_owned()
    }

    /// Clicks.
    pub fn click(&self, selector: &str) {
        let element = self.find(selector);
        self.call(
            "POST",
            &self.here(&format!("/element/{element}/click")),
            &json!({}),
        );
    }

    /// Types into an input, after what is there.
    pub fn fill(&self, selector: &str, text: &str) {
        let element = self.find(selector);
        self.call(
            "POST",
            &self.here(&format!("/element/{element}/value")),
            &json!({ "text": text }),
        );
    }

    /// Chooses an option of a list.
    pub fn choose(&self, list: &str, code: &str) {
        self.click(&format!("{list} option[value='{code}']"));
    }

    /// Presses keys one after the other, wherever the focus is.
    pub fn press(&self, keys: &str) {
        let strokes: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                [
                    json!({ "type": "keyDown", "value": key }),
                    json!({ "type": "keyUp", "value": key }),
                ]
            })
            .collect();
        let actions =
            json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] });
        self.call("POST", &self.here("/actions"), &actions);
    }

    /// The id of the element that has the focus.
    pub fn focused(&self) -> String {
        let element = self.call("GET", &self.here("/element/active"), &Value::Null)[ELEMENT]
            .as_str()
            .unwrap()
            .to_owned();
        let id = self.call(
            "GET",
            &self.here(&format!("/element/{element}/attribute/id")),
            &Value::Null,
        );
        id.as_str().unwrap_or_default().to_owned()
    }

    /// Everything the browser has complained about since the last call.
    pub fn complaints(&self) -> Vec<String> {
        let log = self.call("POST", &self.here("/se/log"), &json!({ "type": "browser" }));
        log.as_array()
            .unwrap()
            .iter()
            .map(|line| line["message"].to_string())
            .collect()
    }
}
