//! An end user's way from a mail to a new password, over our routes and against a real Kratos that
//! posts its mails to us.

use crate::binary::{Kratos, binaries};
use crate::fake_smtp::FakeSmtp;
use crate::own::{self, BEARER, TOKEN, by_key};
use crate::rest::client;
use crate::{mail, shipped, totp};
use futures_util::future::join_all;
use postrider::app::App;
use reqwest::Method;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_mins(4);
pub(crate) const OLD: &str = "the old password 1";
pub(crate) const NEW: &str = "a good new password 2";

/// Kratos, postrider and a mail server.
pub(crate) struct Trio {
    pub(crate) kratos: Kratos,
    pub(crate) app: App,
    smtp: FakeSmtp,
    home: TempDir,
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
        let credentials = json!({"password": {"config": {"password": OLD}}});
        let body = json!({"schema_id": "default", "traits": {"email": address}, "credentials": credentials});
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

    async fn public(&self, path: &str, body: &Value) -> (u16, Value) {
        self.ask(Method::POST, &format!("http://{}{path}", self.app.listeners().public.address), body).await
    }

    async fn code(&self, id: &str, code: &str, password: Option<&str>) -> (u16, Value) {
        self.public(&format!("/recoveries/{id}/code"), &json!({"code": code, "password": password})).await
    }

    async fn password(&self, id: &str, token: &str, password: &str) -> (u16, Value) {
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

    /// Asks; again where Kratos's database in memory was busy. A field `session` goes into the header.
    async fn ask(&self, method: Method, url: &str, body: &Value) -> (u16, Value) {
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

    /// Whether this Kratos lets an admin's code go on over REST.
    pub(crate) fn is_modern(&self) -> bool {
        !self.name().contains("v1.0") && !self.name().contains("v1.1")
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {value}"))
}

fn refused(answer: &(u16, Value), status: u16, id: &str, name: &str) {
    assert_eq!((answer.0, text(&answer.1, "/error/id")), (status, id), "{name}: {}", answer.1);
}

fn token(answer: &(u16, Value), password: &str, name: &str) -> String {
    assert_eq!(answer.0, 200, "{name}: {}", answer.1);
    assert_eq!(text(&answer.1, "/password"), password, "{name}: {}", answer.1);
    text(&answer.1, "/session_token").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_s_code_leads_to_a_new_password() {
    for binary in binaries() {
        let trio = Trio::start(&binary, &Value::Null).await;
        let name = trio.name().to_owned();
        // Elsewhere it is shown that no code is issued which could not be used.
        if trio.is_modern() {
            trio.account("u@example.org").await;
            let id = trio.issue("U@example.org", "15m").await;
            let code = trio.mailed("u@example.org", 1).await;
            refused(&trio.code(&id, &another(&code), None).await, 400, "recovery_code_invalid", &name);
            let spaced = format!(" {}-{} ", &code.get(..3).unwrap(), &code.get(3..).unwrap());
            let passed = trio.code(&id, &spaced, Some("short")).await;
            let session = token(&passed, "refused", &name);
            assert_eq!(passed.1.pointer("/messages/0/id"), Some(&json!(4_000_032)), "{name}: {}", passed.1);
            assert!(text(&passed.1, "/session_expires_at").ends_with('Z'), "{name}");
            assert_eq!(trio.code(&id, &code, None).await, passed, "{name}: a repeat");
            let answer = trio.password(&id, &session, "short").await;
            refused(&answer, 422, "password_policy", &name);
            assert_eq!(answer.1.pointer("/error/details/messages/0/id"), Some(&json!(4_000_032)), "{name}");
            let answer = trio.password(&id, &session, NEW).await;
            assert_eq!(answer, (200, json!({"password": "set"})), "{name}");
            assert!(trio.log_in("u@example.org", NEW).await.is_some(), "{name}");
            assert!(trio.log_in("u@example.org", OLD).await.is_none(), "{name}");
            refused(&trio.password(&id, "ory_st_none", NEW).await, 401, "session_inactive", &name);
        }
        trio.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_s_own_recovery_leads_to_a_new_password() {
    for binary in binaries() {
        let trio = Trio::start(&binary, &Value::Null).await;
        let name = trio.name().to_owned();
        trio.account("u@example.org").await;
        let begun = trio.public("/recoveries", &json!({"identifier": "U@Example.org"})).await;
        if name.contains("v1.0") {
            refused(&begun, 502, "kratos_misconfigured", &name);
            trio.stop().await;
            continue;
        }
        assert_eq!(begun.0, 202, "{name}: {}", begun.1);
        let id = text(&begun.1, "/recovery_id").to_owned();
        let first = trio.mailed("u@example.org", 1).await;
        let (status, answer) = trio.public(&format!("/recoveries/{id}/resend"), &Value::Null).await;
        assert_eq!(status, 202, "{name}: {answer}");
        let code = trio.mailed("u@example.org", 2).await;
        if first != code {
            refused(&trio.code(&id, &first, None).await, 400, "recovery_code_invalid", &name);
        }
        token(&trio.code(&id, &code, Some(NEW)).await, "set", &name);
        assert!(trio.log_in("u@example.org", NEW).await.is_some(), "{name}");
        // Nobody: the same answer, and no mail.
        let begun = trio.public("/recoveries", &json!({"identifier": "nobody@example.org"})).await;
        assert_eq!(begun.0, 202, "{name}: {}", begun.1);
        let id = text(&begun.1, "/recovery_id").to_owned();
        refused(&trio.code(&id, "123456", None).await, 400, "recovery_code_invalid", &name);
        let smtp = trio.smtp.mails();
        assert!(smtp.iter().all(|mail| mail.rcpt == ["u@example.org"]), "{name}");
        trio.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_that_lead_nowhere_say_why() {
    for binary in binaries() {
        let trio = Trio::start(&binary, &Value::Null).await;
        let name = trio.name().to_owned();
        if !trio.is_modern() {
            trio.stop().await;
            continue;
        }
        trio.account("often@example.org").await;
        let id = trio.issue("often@example.org", "15m").await;
        let code = trio.mailed("often@example.org", 1).await;
        for _ in 0..5 {
            refused(&trio.code(&id, &another(&code), None).await, 400, "recovery_code_invalid", &name);
        }
        refused(&trio.code(&id, &code, None).await, 410, "recovery_too_many_attempts", &name);

        trio.account("used@example.org").await;
        let id = trio.issue("used@example.org", "15m").await;
        let code = trio.mailed("used@example.org", 1).await;
        let answers = join_all((0..6).map(|_| trio.code(&id, &code, None))).await;
        let first = token(answers.first().unwrap(), "unset", &name);
        assert!(answers.iter().all(|answer| token(answer, "unset", &name) == first), "{name}: one winner, one token");
        let (_, standing) = trio.ask(Method::GET, &trio.url(&format!("/recoveries/{id}")), &Value::Null).await;
        assert_eq!(text(&standing, "/state"), "passed_challenge", "{name}");
        // As after the two minutes in which the answer is kept.
        trio.forget_answers();
        refused(&trio.code(&id, &code, None).await, 409, "recovery_code_used", &name);

        trio.account("late@example.org").await;
        let id = trio.issue("late@example.org", "1s").await;
        tokio::time::sleep(Duration::from_millis(1100)).await;
        refused(&trio.code(&id, "123456", None).await, 410, "recovery_expired", &name);

        let identity = trio.account("inactive@example.org").await;
        let id = trio.issue("inactive@example.org", "15m").await;
        let code = trio.mailed("inactive@example.org", 1).await;
        let body = json!({"schema_id": "default", "state": "inactive", "traits": {"email": "inactive@example.org"}});
        let url = format!("{}/identities/{identity}", trio.kratos.admin);
        assert_eq!(trio.ask(Method::PUT, &url, &body).await.0, 200, "{name}");
        refused(&trio.code(&id, &code, None).await, 403, "identity_disabled", &name);
        trio.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_shown_on_the_way() {
    for binary in binaries() {
        let more = json!({"selfservice": {"methods": {"totp": {"enabled": true, "config": {"issuer": "test"}}}}});
        let trio = Trio::start(&binary, &more).await;
        let name = trio.name().to_owned();
        if !trio.is_modern() {
            trio.stop().await;
            continue;
        }
        trio.account("u@example.org").await;
        let session = trio.log_in("u@example.org", OLD).await.unwrap();
        let settings = format!("{}/self-service/settings", trio.kratos.public);
        let (_, flow) = trio.ask(Method::GET, &format!("{settings}/api"), &json!({"session": session})).await;
        let nodes = flow.pointer("/ui/nodes").and_then(Value::as_array).unwrap();
        let is_secret = |node: &&Value| node.pointer("/attributes/id") == Some(&json!("totp_secret_key"));
        let secret = text(nodes.iter().find(is_secret).unwrap(), "/attributes/text/text").to_owned();
        let body = json!({"session": session, "method": "totp", "totp_code": totp::now(&secret)});
        let (status, answer) = trio.ask(Method::POST, &format!("{settings}?flow={}", text(&flow, "/id")), &body).await;
        assert_eq!(status, 200, "{name}: {answer}");

        let id = trio.issue("u@example.org", "15m").await;
        let code = trio.mailed("u@example.org", 1).await;
        let session = token(&trio.code(&id, &code, Some(NEW)).await, "aal2_required", &name);
        refused(&trio.password(&id, &session, NEW).await, 403, "session_aal2_required", &name);
        let login = format!("{}/self-service/login", trio.kratos.public);
        let (_, flow) = trio.ask(Method::GET, &format!("{login}/api?aal=aal2"), &json!({"session": session})).await;
        let body = json!({"session": session, "method": "totp", "totp_code": totp::now(&secret)});
        let (status, answer) = trio.ask(Method::POST, &format!("{login}?flow={}", text(&flow, "/id")), &body).await;
        assert_eq!(status, 200, "{name}: {answer}");
        assert_eq!(trio.password(&id, &session, NEW).await.0, 200, "{name}");
        assert!(trio.log_in("u@example.org", NEW).await.is_some(), "{name}");
        trio.stop().await;
    }
}

/// Without them Kratos would spend the code and give no token: it is seen before anybody is mailed.
#[tokio::test(flavor = "multi_thread")]
async fn transitions_that_are_off_are_named_before_a_mail_goes_out() {
    for binary in binaries() {
        let trio = Trio::start(&binary, &json!({"feature_flags": {"use_continue_with_transitions": false}})).await;
        let name = trio.name().to_owned();
        trio.account("u@example.org").await;
        let issue = trio.url_of_admin("/admin/recoveries");
        for answer in [
            trio.public("/recoveries", &json!({"identifier": "u@example.org"})).await,
            trio.ask(Method::POST, &issue, &json!({"identifier": "u@example.org"})).await,
        ] {
            refused(&answer, 502, "kratos_misconfigured", &name);
            let key = text(&answer.1, "/error/details/missing_key");
            assert_eq!(key, "feature_flags.use_continue_with_transitions", "{name}");
        }
        assert!(trio.kratos.statuses("u@example.org").await.is_empty(), "{name}");
        let smtp = trio.smtp.mails();
        trio.stop().await;
        assert!(smtp.is_empty(), "{name}");
    }
}

impl Trio {
    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.app.listeners().public.address)
    }

    fn url_of_admin(&self, path: &str) -> String {
        format!("http://{}{path}", self.app.admin())
    }

    fn forget_answers(&self) {
        let database = rusqlite::Connection::open(self.home.path().join("postrider.db")).unwrap();
        assert!(database.execute("DELETE FROM recovery_answers", []).unwrap() > 0);
    }
}

/// Another code of the same length.
pub(crate) fn another(code: &str) -> String {
    code.chars().map(|digit| if digit == '9' { '0' } else { '9' }).collect()
}
