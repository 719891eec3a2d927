//! The pack of actions as shipped, in a real Kratos: what users do is told to them, once and in their
//! language, and nothing that they do waits for postrider.

use crate::binary::binaries;
use crate::own::BEARER;
use crate::rest::client;
use crate::trio::{NEW, OLD, Trio, text};
use crate::{mail, shipped, totp};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_mins(2);
/// What is told beyond what should be would be there by then.
const QUIET: Duration = Duration::from_secs(3);
const OWN: &str = "u@example.org";
const MOVED: &str = "moved@example.org";
const PHONE: &str =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Version/19.1 Safari/604.1";
const DESK: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0";

/// A Kratos with the pack and what its users need to do all that.
async fn trio(binary: &Path) -> Trio {
    let (_, own) = shipped::actions("", "");
    let more = |address: &str| {
        let (mut pack, _) = shipped::actions(address, BEARER);
        if binary.ends_with("kratos-HEAD") {
            // This one can tell the old address by itself.
            let hooks = pack.pointer_mut("/selfservice/flows/settings/after/profile/hooks").unwrap();
            hooks.as_array_mut().unwrap().push(json!({"hook": "notify_previous_addresses"}));
        }
        let methods = json!({
            "totp": {"enabled": true, "config": {"issuer": "test"}},
            "code": {"enabled": true},
            // It asks the Internet, and v1.0 hangs up while it waits.
            "password": {"enabled": true, "config": {"haveibeenpwned_enabled": false}},
        });
        let selfservice = pack.get_mut("selfservice").and_then(Value::as_object_mut).unwrap();
        selfservice.insert("methods".to_owned(), methods);
        pack
    };
    Trio::start_told(binary, more, &own).await
}

impl Trio {
    /// An account whose owner reads German and has proved the address.
    async fn german(&self) {
        let proven = json!([{"value": OWN, "via": "email", "verified": true, "status": "completed"}]);
        let more = json!({"traits": {"email": OWN, "locale": "de"}, "verifiable_addresses": proven});
        self.account_with(&more).await;
    }

    /// Does something at Kratos as a browser or app of this name.
    async fn as_device(&self, agent: &str, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let mut last = (0, Value::Null);
        for _ in 0..20 {
            let mut request = client().request(method.clone(), format!("{}{path}", self.kratos.public));
            request = request.header("Accept", "application/json").header("User-Agent", agent);
            if let Some(token) = body.get("session").and_then(Value::as_str) {
                request = request.header("X-Session-Token", token);
            }
            if method == Method::POST {
                let mut body = body.clone();
                body.as_object_mut().unwrap().remove("session");
                request = request.json(&body);
            }
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            let text = answer.text().await.unwrap();
            last = (status, serde_json::from_str(&text).unwrap_or(Value::String(text)));
            // Kratos's database was busy
            if last.1.pointer("/error/code").and_then(Value::as_u64).is_none_or(|code| code < 500) {
                return last;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{}: {path} answers {last:?}\n{}", self.name(), self.kratos.log());
    }

    /// Logs in: the session's token.
    async fn log_in_from(&self, agent: &str, password: &str) -> String {
        let (_, flow) = self.as_device(agent, Method::GET, "/self-service/login/api", &json!({})).await;
        let body = json!({"method": "password", "identifier": OWN, "password": password});
        let path = format!("/self-service/login?flow={}", text(&flow, "/id"));
        let (status, answer) = self.as_device(agent, Method::POST, &path, &body).await;
        assert_eq!(status, 200, "{}: {answer}\n{}", self.name(), self.kratos.log());
        text(&answer, "/session_token").to_owned()
    }

    /// Begins to change settings: the flow.
    async fn settings(&self, session: &str) -> Value {
        let path = "/self-service/settings/api";
        let (status, flow) = self.as_device(PHONE, Method::GET, path, &json!({"session": session})).await;
        assert_eq!(status, 200, "{}: {flow}", self.name());
        flow
    }

    /// Changes some.
    async fn change(&self, session: &str, flow: &Value, mut body: Value) {
        body.as_object_mut().unwrap().insert("session".to_owned(), session.into());
        let path = format!("/self-service/settings?flow={}", text(flow, "/id"));
        let (status, answer) = self.as_device(PHONE, Method::POST, &path, &body).await;
        assert_eq!(status, 200, "{}: {answer}\n{}", self.name(), self.kratos.log());
        assert_eq!(text(&answer, "/state"), "success", "{}: {answer}", self.name());
    }

    /// A flow of recovery or verification whose code is on its way.
    async fn ask_code(&self, kind: &str, address: &str) -> String {
        let (_, flow) = self.as_device(DESK, Method::GET, &format!("/self-service/{kind}/api"), &json!({})).await;
        let path = format!("/self-service/{kind}?flow={}", text(&flow, "/id"));
        let (_, answer) = self.as_device(DESK, Method::POST, &path, &json!({"method": "code", "email": address})).await;
        assert_eq!(text(&answer, "/state"), "sent_email", "{}: {answer}", self.name());
        path
    }

    async fn hand_in(&self, path: &str, code: &str) -> bool {
        let (status, answer) = self.as_device(DESK, Method::POST, path, &json!({"method": "code", "code": code})).await;
        let is_wrong = |text: &str| text.contains("4060006") || text.contains("4070006");
        assert!(matches!(status, 200 | 303 | 422), "{}: {status} {answer}\n{}", self.name(), self.kratos.log());
        // v1.0 and v1.1 go on by a redirect, for native apps too
        status != 200 || text(&answer, "/state") == "passed_challenge" && !is_wrong(&answer.to_string())
    }

    /// Hands in the codes that were mailed to an address, until it was the right one: Kratos also mails some
    /// by itself.
    async fn hand_in_mailed(&self, path: &str, address: &str) {
        let (begin, mut tried) = (Instant::now(), Vec::new());
        loop {
            let mails = self.smtp.mails();
            let codes = mails.iter().rev().filter(|mail| mail.rcpt == [address] && is_code(mail)).map(mail::code);
            if let Some(code) = codes.into_iter().find(|code| !tried.contains(code)) {
                if self.hand_in(path, &code).await {
                    return;
                }
                tried.push(code);
            }
            assert!(begin.elapsed() < LIMIT, "{}: no code to {address}\n{}", self.name(), self.kratos.log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The code of the newest mail, once one of this type was sent.
    async fn newest_code(&self, template: &str) -> String {
        let begin = Instant::now();
        while !self.sent(OWN).await.contains_key(template) {
            assert!(begin.elapsed() < LIMIT, "{}: no {template}\n{}", self.name(), self.kratos.log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let mails = self.smtp.mails();
        mail::code(mails.iter().rev().find(|mail| mail.rcpt == [OWN] && is_code(mail)).unwrap())
    }

    /// How many mails of each type went to an address, all in German.
    async fn sent(&self, address: &str) -> BTreeMap<String, usize> {
        let url = self.url_of_admin(&format!("/admin/courier/messages?page_size=100&recipient={address}"));
        let (_, list) = self.ask(Method::GET, &url, &Value::Null).await;
        let mut found = BTreeMap::new();
        for message in list.as_array().unwrap() {
            assert_eq!(text(message, "/locale"), "de", "{}: {message}", self.name());
            if text(message, "/status") == "sent" {
                *found.entry(text(message, "/postrider_template_type").to_owned()).or_default() += 1;
            }
        }
        found
    }

    /// The notices to an address, once all of these are there.
    async fn notices(&self, address: &str, expected: &[(&str, usize)]) -> BTreeMap<String, usize> {
        let wanted: BTreeMap<String, usize> = expected.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
        let begin = Instant::now();
        loop {
            let mut found = self.sent(address).await;
            found.retain(|name, _| !name.ends_with("_valid") && name != "admin_recovery_code");
            // Of the two about one change either may be first.
            if let Some(sent) = found.remove("verifiable_address_changed") {
                *found.entry("address_changed".to_owned()).or_default() += sent;
            }
            let all = wanted.iter().all(|(name, count)| found.get(name).is_some_and(|sent| sent >= count));
            if all || begin.elapsed() > LIMIT {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

fn is_code(found: &crate::fake_smtp::Mail) -> bool {
    let text = mail::text(found);
    text.split(|c: char| !c.is_ascii_digit()).any(|word| word.len() == 6)
}

/// Password, second factor, logins.
async fn live(trio: &Trio) -> String {
    trio.log_in_from(PHONE, OLD).await;
    let session = trio.log_in_from(PHONE, OLD).await;
    let flow = trio.settings(&session).await;
    trio.change(&session, &flow, json!({"method": "password", "password": NEW})).await;
    let flow = trio.settings(&session).await;
    let secret = node(&flow, "totp_secret_key").to_owned();
    trio.change(&session, &flow, json!({"method": "totp", "totp_code": totp::now(&secret)})).await;
    // The hook is called in the background, and compares with what the one before it told.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let flow = trio.settings(&session).await;
    trio.change(&session, &flow, json!({"method": "totp", "totp_unlink": true})).await;
    trio.log_in_from(DESK, NEW).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    trio.log_in_from(DESK, NEW).await;
    session
}

fn node<'a>(flow: &'a Value, id: &str) -> &'a str {
    let nodes = flow.pointer("/ui/nodes").and_then(Value::as_array).unwrap();
    let is_it = |node: &&Value| node.pointer("/attributes/id") == Some(&json!(id));
    text(nodes.iter().find(is_it).unwrap_or_else(|| panic!("no {id} in {flow}")), "/attributes/text/text")
}

async fn move_away(trio: &Trio, session: &str) {
    let flow = trio.settings(session).await;
    trio.change(session, &flow, json!({"method": "profile", "traits": {"email": MOVED, "locale": "de"}})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_users_do_is_told_to_them_once_and_in_their_language() {
    for binary in binaries() {
        let trio = trio(&binary).await;
        let name = trio.name();
        trio.german().await;
        let session = live(&trio).await;
        let path = trio.ask_code("recovery", OWN).await;
        trio.hand_in_mailed(&path, OWN).await;
        let mut recovered = 1;
        // Over postrider's own routes, of which Kratos's hook tells, too.
        if trio.is_modern() {
            let id = trio.issue(OWN, "15m").await;
            let code = trio.newest_code("admin_recovery_code").await;
            assert_eq!(trio.code(&id, &code, None).await.0, 200, "{name}");
            recovered += 1;
        }
        move_away(&trio, &session).await;
        let expected = [
            ("password_changed", 1),
            ("two_factor_enabled", 1),
            ("two_factor_disabled", 1),
            ("new_login", 1),
            ("recovery_used", recovered),
            ("address_changed", 1),
        ];
        trio.notices(OWN, &expected).await;
        tokio::time::sleep(QUIET).await;
        let told = trio.notices(OWN, &expected).await;
        assert_eq!(
            told,
            expected.map(|(name, count)| (name.to_owned(), count)).into(),
            "{name}\n{}",
            trio.kratos.log()
        );
        // Whoever proves an address for the first time is welcome.
        let path = trio.ask_code("verification", MOVED).await;
        trio.hand_in_mailed(&path, MOVED).await;
        // v1.0 and v1.1 tell their hook of the address as it was before.
        let welcome: &[_] = if trio.is_modern() { &[("welcome", 1)] } else { &[] };
        let told = trio.notices(MOVED, welcome).await;
        assert_eq!(told, welcome.iter().map(|(notice, count)| ((*notice).to_owned(), *count)).collect(), "{name}");
        let mails = trio.smtp.mails();
        let has = |word: &str| mails.iter().filter(|found| mail::text(found).contains(word)).count();
        assert_eq!(has("Das Passwort Ihres Kontos wurde geändert."), 1, "{name}");
        assert_eq!(has("Firefox, Windows"), 1 + 1, "{name}: the login and the recovery");
        trio.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_flow_succeeds_the_same_while_postrider_is_stopped() {
    for binary in binaries() {
        let mut trio = trio(&binary).await;
        trio.german().await;
        // Its mail is the last thing that postrider does.
        let path = trio.ask_code("recovery", OWN).await;
        let code = trio.newest_code("recovery_code_valid").await;
        let before = trio.smtp.mails().len();
        trio.stop_postrider().await;
        let session = live(&trio).await;
        assert!(trio.hand_in(&path, &code).await, "{}", trio.name());
        move_away(&trio, &session).await;
        assert_eq!(trio.smtp.mails().len(), before, "{}", trio.name());
    }
}
