//! Ory's own SDK on its way to a new password, with postrider's base path and a real Kratos behind it.

use crate::binary::binaries;
use crate::trio::{NEW, OLD, Trio, another};
use crate::{ory_sdk, totp};
use serde_json::{Value, json};

const ADDRESS: &str = "u@example.org";

/// Somebody on the way.
struct Walker<'a> {
    trio: &'a Trio,
    /// Of an admin's recovery; a user's own is in the mail.
    code: Option<String>,
    /// Of the second factor.
    secret: Value,
}

impl Walker<'_> {
    async fn walk(&self, way: &str, flow: &str, token: &str) -> Value {
        let base = format!("http://{}", self.trio.app.listeners().public.address);
        let environment = [
            ("BASE", base.as_str()),
            ("KRATOS", &self.trio.kratos.public),
            ("ADDRESS", ADDRESS),
            ("PASSWORD", NEW),
            ("FLOW", flow),
            ("TOKEN", token),
            ("PATIENT", "1"),
        ];
        ory_sdk::walk(way, &environment, async |what| self.answer(what).await).await
    }

    async fn code(&self) -> String {
        match &self.code {
            Some(code) => code.clone(),
            None => self.trio.mailed(ADDRESS, 1).await,
        }
    }

    async fn answer(&self, what: &str) -> String {
        let known = |pointer: &str| self.secret.pointer(pointer).and_then(Value::as_str).unwrap().to_owned();
        match what {
            "code" => self.code().await,
            "wrong code" => another(&self.code().await),
            "lookup" => known("/lookup/0"),
            "totp" => totp::now(&known("/totp")),
            other => totp::now(other.strip_prefix("totp ").unwrap()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_recovers_with_ory_s_sdk() {
    for binary in binaries().into_iter().filter(|_| ory_sdk::is_there()) {
        let trio = Trio::start(&binary, &Value::Null).await;
        let name = trio.name().to_owned();
        if name.contains("v1.0") {
            // It has no transitions: no right code gives a token.
            let begin = format!("http://{}/self-service/recovery/api", trio.app.listeners().public.address);
            let answer = crate::rest::client().get(begin).send().await.unwrap();
            assert_eq!(answer.status(), 502, "{name}");
            assert!(answer.text().await.unwrap().contains("use_continue_with_transitions"), "{name}");
        } else {
            trio.account(ADDRESS).await;
            Walker { trio: &trio, code: None, secret: Value::Null }.walk("recover", "", "").await;
            assert!(trio.log_in(ADDRESS, NEW).await.is_some(), "{name}");
            assert!(trio.log_in(ADDRESS, OLD).await.is_none(), "{name}");
        }
        trio.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_s_code_goes_on_with_ory_s_sdk() {
    for binary in binaries().into_iter().filter(|_| ory_sdk::is_there()) {
        let trio = Trio::start(&binary, &Value::Null).await;
        if trio.is_modern() {
            trio.account(ADDRESS).await;
            let id = trio.issue(ADDRESS, "15m").await;
            Walker { trio: &trio, code: None, secret: Value::Null }.walk("issued", &id, "").await;
            assert!(trio.log_in(ADDRESS, NEW).await.is_some(), "{}", trio.name());
        }
        trio.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_set_up_and_shown_with_ory_s_sdk() {
    for binary in binaries().into_iter().filter(|_| ory_sdk::is_there()) {
        for way in ["totp", "lookup"] {
            let methods = json!({
                "totp": {"enabled": true, "config": {"issuer": "test"}},
                "lookup_secret": {"enabled": true},
            });
            let trio = Trio::start(&binary, &json!({"selfservice": {"methods": methods}})).await;
            if trio.is_modern() {
                trio.account(ADDRESS).await;
                let session = trio.log_in(ADDRESS, OLD).await.unwrap();
                let mut walker = Walker { trio: &trio, code: None, secret: Value::Null };
                walker.secret = walker.walk("enable", "", &session).await;
                // Kratos mails a code of its own meanwhile, to verify the address.
                let (id, code) = trio.issue_with_code(ADDRESS).await;
                walker.code = Some(code);
                let seen = walker.walk(way, &id, "").await;
                assert_eq!(seen["aal"], "aal2", "{}", trio.name());
                assert!(trio.log_in(ADDRESS, NEW).await.is_some(), "{}", trio.name());
            }
            trio.stop().await;
        }
    }
}
