//! Every call that a real Kratos made of a web hook, of every version, over HTTP with its own headers: to
//! whom it leads, and that a repeat leads to nobody.

use crate::client::Request;
use crate::test_app::{COURIER, SOON, TestApp, plan};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const HOOKS: &str = "\
recovery: {ui_url: https://example.org/recovery}
hooks:
  login: {notice: new_login}
  registration: {notice: welcome}
  recovery: {notice: recovery_used}
  verification: {notice: welcome}
  settings.password: {notice: password_changed}
  settings.profile: {notice: address_changed}
  settings: {notice: methods_changed}
";

struct Recorded {
    name: String,
    body: Value,
    headers: Value,
}

impl Recorded {
    /// The hook that the shipped pack would have called in this place.
    fn hook(&self) -> &str {
        let mut parts = self.name.split('.');
        match (parts.next().unwrap(), parts.nth(1).unwrap()) {
            ("settings", "password") => "settings.password",
            ("settings", "profile") => "settings.profile",
            (flow, _) => flow,
        }
    }

    /// As Kratos sent it.
    fn request(&self) -> Request {
        let mut request = Request::post(&format!("/hooks/{}", self.hook())).bearer(COURIER).json(&self.body);
        for header in self.headers.as_array().unwrap() {
            let [name, value] = [&header[0], &header[1]].map(|text| text.as_str().unwrap());
            if name.starts_with("Ory-Webhook") || name == "User-Agent" {
                request = request.header(name, value);
            }
        }
        request
    }

    /// Who hears what of it, by the words of docs/actions.md; `welcomed` has the identities so far.
    fn expected(&self, welcomed: &mut BTreeSet<String>) -> Vec<(&'static str, String)> {
        if self.name.contains(".before.") {
            return Vec::new();
        }
        let identity = &self.body["identity"];
        let all = |notice| proven(identity).into_iter().map(|to| (notice, to)).collect();
        match self.hook() {
            // All of them are the same program on the same machine.
            "login" => Vec::new(),
            "recovery" => all("recovery_used"),
            "settings.password" => all("password_changed"),
            "settings.profile" => {
                let now = proven(identity);
                let left = proven(&self.body["flow"]["identity"]).into_iter().filter(|old| !now.contains(old));
                left.map(|to| ("address_changed", to)).collect()
            }
            "settings" => all("two_factor_enabled"),
            _ if proven(identity).is_empty() => Vec::new(),
            _ if welcomed.insert(identity["id"].to_string()) => all("welcome"),
            _ => Vec::new(),
        }
    }
}

fn proven(whose: &Value) -> Vec<String> {
    let listed = whose["verifiable_addresses"].as_array().cloned().unwrap_or_default();
    let proven = listed.iter().filter(|one| one["via"] == "email" && one["verified"] == true);
    proven.map(|one| one["value"].as_str().unwrap().to_owned()).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    found.sort();
    found
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn calls(folder: &Path) -> Vec<Recorded> {
    let headers = read(&folder.join("headers.json"));
    let mut calls = Vec::new();
    for path in files(folder) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name != "headers.json" {
            let headers = headers[&name]["headers"].clone();
            assert!(headers.is_array(), "{} has no headers", path.display());
            calls.push(Recorded { body: read(&path), headers, name });
        }
    }
    calls
}

async fn types(app: &TestApp) -> Vec<String> {
    let list = app.ask(Request::get("/admin/courier/messages?page_size=500").bearer("viewer-token")).await.json();
    let named = |message: &Value| {
        assert_eq!(message["template_source"], "built-in", "{message}");
        message["postrider_template_type"].as_str().unwrap().to_owned()
    };
    let mut types: Vec<_> = list.as_array().unwrap().iter().map(named).collect();
    types.sort();
    types
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_recorded_call_of_each_version_leads_to_its_notices_once() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/kratos/webhook");
    let mut seen = 0;
    for folder in files(&root) {
        let mut app = plan(HOOKS).start().await;
        let (mut expected, mut welcomed) = (Vec::new(), BTreeSet::new());
        for call in calls(&folder) {
            expected.extend(call.expected(&mut welcomed));
            for _repeat in 0..2 {
                let answer = app.call(call.request()).await;
                assert_eq!((answer.status, answer.body.len()), (204, 0), "{folder:?} {}", call.name);
            }
            seen += 1;
        }
        let (mut notices, mut to): (Vec<_>, Vec<_>) =
            expected.into_iter().map(|(notice, to)| (notice.to_owned(), to)).unzip();
        notices.sort();
        to.sort();
        assert!(notices.len() >= 3, "{folder:?}: {notices:?}");
        assert_eq!(types(&app).await, notices, "{folder:?}");
        app.smtp.await_mails(to.len(), SOON).await;
        assert!(app.lost_calls().await.abs() < 0.1, "{folder:?}");
        app.stop().await;
        let mut heard: Vec<_> = app.smtp.mails().into_iter().flat_map(|mail| mail.rcpt).collect();
        heard.sort();
        assert_eq!(heard, to, "{folder:?}");
    }
    assert_eq!(seen, 205, "the recorded calls");
}
