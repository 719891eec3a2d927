//! A real Kratos that posts its mails to postrider, postrider, and a mail server: what end users and
//! admins do there.

use crate::binary::{Kratos, binaries};
use crate::fake_smtp::FakeSmtp;
use crate::own::{self, BEARER, TOKEN, by_key};
use crate::rest::client;
use crate::{mail, shipped};
use postrider::app::App;
use reqwest::Method;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_mins(4);
/// The password of accounts, and the one that they get.
pub(crate) const OLD: &str = "the old password 1";
pub(crate) const NEW: &str = "a good new password 2";

/// Kratos, postrider and a mail server.
pub(crate) struct Trio {
    pub(crate) kratos: Kratos,
    pub(crate) app: App,
    pub(crate) smtp: FakeSmtp,
    home: TempDir,
}

/// Walks with each Kratos that is to be tested, set up with these keys too.
pub(crate) async fn each(more: &Value, walk: impl AsyncFn(&Trio, &str)) {
    each_of(binaries(), more, walk).await;
}

/// The same with these.
pub(crate) async fn each_of(binaries: Vec<PathBuf>, more: &Value, walk: impl AsyncFn(&Trio, &str)) {
    for binary in binaries {
        let trio = Trio::start(&binary, more).await;
        walk(&trio, trio.name()).await;
        trio.stop().await;
    }
}

/// The same with those that let an admin's code go on over REST.
pub(crate) async fn each_modern(more: &Value, walk: impl AsyncFn(&Trio, &str)) {
    let walk = async |trio: &Trio, name: &str| {
        // Elsewhere it is shown that no code is issued which could not be used.
        if trio.is_modern() {
            walk(trio, name).await;
        }
    };
    each(more, walk).await;
}

impl Trio {
    pub(crate) async fn start(binary: &Path, more: &Value) -> Self {
        let (home, smtp) = (tempfile::tempdir().unwrap(), FakeSmtp::start().await);
        // Each must know where the other is.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let courier = shipped::courier(&format!("http://127.0.0.1:{port}/courier"), BEARER);
        let kratos = Kratos::start_with(binary, &courier, more).await;
        let admin_url = kratos.admin.trim_end_matches("/admin");
        let sections = json!({
            "kratos": {"public_url": kratos.public, "admin_url": admin_url},
            "recovery": {"ui_url": "https://app.example.org/recover", "by_identifier": true},
            "limits": {"client": {"requests_per_hour": 0, "wrong_codes_per_hour": 0}},
        });
        let app = own::start_with(home.path(), port, &smtp, &by_key(), &sections).await;
        Self { kratos, app, smtp, home }
    }

    pub(crate) fn name(&self) -> &str {
        &self.kratos.name
    }

    pub(crate) async fn stop(self) {
        drop(self.kratos);
        self.app.stop().await.unwrap();
    }

    /// An account with a password; its id.
    pub(crate) async fn account(&self, address: &str) -> String {
        self.account_with(&json!({"traits": {"email": address}})).await
    }

    /// An account with a password and all this.
    pub(crate) async fn account_with(&self, more: &Value) -> String {
        let credentials = json!({"password": {"config": {"password": OLD}}});
        let mut body = json!({"schema_id": "default", "credentials": credentials});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (status, answer) = self.ask(Method::POST, &format!("{}/identities", self.kratos.admin), &body).await;
        assert_eq!(status, 201, "{}: {answer}", self.name());
        text(&answer, "/id").to_owned()
    }

    /// An admin's recovery: its id.
    pub(crate) async fn issue(&self, address: &str, expires_in: &str) -> String {
        let url = format!("http://{}/admin/recoveries", self.app.admin());
        let body = json!({"identifier": address, "expires_in": expires_in, "reason": "a test"});
        let (status, answer) = self.ask(Method::POST, &url, &body).await;
        assert_eq!(status, 201, "{}: {answer}\n{}", self.name(), self.kratos.log());
        text(&answer, "/recovery_id").to_owned()
    }

    /// An admin's recovery: its id, and its code, which admins may see.
    pub(crate) async fn issue_with_code(&self, address: &str) -> (String, String) {
        let body = json!({"identifier": address, "expires_in": "15m", "return_code": true});
        let (status, answer) = self.ask(Method::POST, &self.url_of_admin("/admin/recoveries"), &body).await;
        assert_eq!(status, 201, "{}: {answer}", self.name());
        (text(&answer, "/recovery_id").to_owned(), text(&answer, "/recovery_code").to_owned())
    }

    /// The code of the newest mail to an address, once it has so many.
    pub(crate) async fn mailed(&self, address: &str, count: usize) -> String {
        let begin = Instant::now();
        loop {
            let mut mails = self.smtp.mails();
            mails.retain(|mail| mail.rcpt == [address]);
            if mails.len() >= count {
                return mail::code(mails.last().unwrap());
            }
            assert!(begin.elapsed() < LIMIT, "{}: no mail to {address}\n{}", self.name(), self.kratos.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Whether Kratos holds the address of an account for proven.
    pub(crate) async fn is_verified(&self, identity: &str) -> bool {
        let url = format!("{}/identities/{identity}", self.kratos.admin);
        let (_, identity) = self.ask(Method::GET, &url, &Value::Null).await;
        identity.pointer("/verifiable_addresses/0/verified").and_then(Value::as_bool).unwrap()
    }

    /// What the newest mail to an address is.
    pub(crate) async fn newest_type(&self, address: &str) -> String {
        let url = self.url_of_admin(&format!("/admin/courier/messages?recipient={address}"));
        let (_, list) = self.ask(Method::GET, &url, &Value::Null).await;
        text(&list, "/0/postrider_template_type").to_owned()
    }

    pub(crate) async fn public(&self, path: &str, body: &Value) -> (u16, Value) {
        self.ask(Method::POST, &format!("http://{}{path}", self.app.listeners().public.address), body).await
    }

    pub(crate) async fn code(&self, id: &str, code: &str, password: Option<&str>) -> (u16, Value) {
        self.public(&format!("/recoveries/{id}/code"), &json!({"code": code, "password": password})).await
    }

    pub(crate) async fn password(&self, id: &str, token: &str, password: &str) -> (u16, Value) {
        let url = format!("http://{}/recoveries/{id}/password", self.app.listeners().public.address);
        let body = json!({"password": password, "session": token});
        self.ask(Method::POST, &url, &body).await
    }

    /// Whether one can log in with this, and the session's token if so.
    pub(crate) async fn log_in(&self, address: &str, password: &str) -> Option<String> {
        let base = format!("{}/self-service/login", self.kratos.public);
        let (_, flow) = self.ask(Method::GET, &format!("{base}/api"), &Value::Null).await;
        let body = json!({"method": "password", "identifier": address, "password": password});
        let (status, answer) = self.ask(Method::POST, &format!("{base}?flow={}", text(&flow, "/id")), &body).await;
        (status == 200).then(|| text(&answer, "/session_token").to_owned())
    }

    /// Asks; again where Kratos's database was busy. A field `session` goes into the header.
    pub(crate) async fn ask(&self, method: Method, url: &str, body: &Value) -> (u16, Value) {
        let mut last = (0, Value::Null);
        for _ in 0..20 {
            let mut body = body.clone();
            let mut request = client().request(method.clone(), url).header("Accept", "application/json");
            if url.contains(&self.app.admin().to_string()) {
                request = request.bearer_auth(TOKEN);
            }
            if let Some(fields) = body.as_object_mut() {
                if let Some(Value::String(token)) = fields.remove("session") {
                    request = request.header("X-Session-Token", token);
                }
                if method != Method::GET {
                    request = request.json(&body);
                }
            }
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            let text = answer.text().await.unwrap();
            last = (status, serde_json::from_str(&text).unwrap_or(Value::String(text)));
            let busy = last.1.pointer("/error/code").and_then(Value::as_u64).is_some_and(|code| code >= 500);
            if !busy || last.0 == 502 {
                return last;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{}: {url} answers {last:?}\n{}", self.name(), self.kratos.log());
    }

    /// How an admin's recovery can go on with this Kratos.
    pub(crate) fn flow(&self) -> &'static str {
        if self.is_modern() { "api" } else { "browser" }
    }

    /// Whether this Kratos lets an admin's code go on over REST.
    pub(crate) fn is_modern(&self) -> bool {
        !self.name().contains("v1.0") && !self.name().contains("v1.1")
    }
}

pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {value}"))
}

pub(crate) fn refused(answer: &(u16, Value), status: u16, id: &str, name: &str) {
    assert_eq!((answer.0, text(&answer.1, "/error/id")), (status, id), "{name}: {}", answer.1);
}

pub(crate) fn token(answer: &(u16, Value), password: &str, name: &str) -> String {
    assert_eq!(answer.0, 200, "{name}: {}", answer.1);
    assert_eq!(text(&answer.1, "/password"), password, "{name}: {}", answer.1);
    text(&answer.1, "/session_token").to_owned()
}

impl Trio {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.app.listeners().public.address)
    }

    pub(crate) fn url_of_admin(&self, path: &str) -> String {
        format!("http://{}{path}", self.app.admin())
    }

    pub(crate) fn forget_answers(&self) {
        let database = rusqlite::Connection::open(self.home.path().join("postrider.db")).unwrap();
        assert!(database.execute("DELETE FROM recovery_answers", []).unwrap() > 0);
    }
}

/// Another code of the same length.
pub(crate) fn another(code: &str) -> String {
    code.chars().map(|digit| if digit == '9' { '0' } else { '9' }).collect()
}
