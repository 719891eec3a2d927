//! An admin issues recoveries against a real Kratos, and the code is mailed.

use crate::binary::{Kratos, binaries};
use crate::fake_smtp::FakeSmtp;
use crate::mail;
use crate::own::{self, TOKEN, by_key};
use crate::rest::client;
use crate::shipped;
use postrider::app::App;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

const LIMIT: Duration = Duration::from_mins(4);
const PAGE: &str = "https://app.example.org/recover";

/// A Kratos with one account, and postrider beside it. Kratos itself mails nothing here.
async fn start(binary: &Path, home: &Path, smtp: &FakeSmtp) -> (Kratos, App) {
    let kratos = Kratos::start(binary, &shipped::courier("http://127.0.0.1:9/courier", "none")).await;
    kratos.create("u@example.org").await;
    let admin_url = kratos.admin.trim_end_matches("/admin");
    let sections = json!({
        "kratos": {"public_url": kratos.public, "admin_url": admin_url}, "recovery": {"ui_url": PAGE},
    });
    let app = own::start_with(home, 0, smtp, &by_key(), &sections).await;
    (kratos, app)
}

async fn issue(app: &App, body: &Value, key: &str) -> (u16, Value) {
    let request = client().post(format!("http://{}/admin/recoveries", app.admin())).bearer_auth(TOKEN);
    let answer = request.header("Idempotency-Key", key).json(body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {value}"))
}

/// Versions whose admins' flows are always a browser's, with the key that says so.
fn lacks(name: &str) -> Option<&'static str> {
    if name.contains("v1.0") {
        Some("feature_flags.use_continue_with_transitions")
    } else if name.contains("v1.1") {
        Some("recovery.flow")
    } else {
        None
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issued_code_arrives_with_its_link() {
    for binary in binaries() {
        let (home, smtp) = (tempfile::tempdir().unwrap(), FakeSmtp::start().await);
        let (kratos, app) = start(&binary, home.path(), &smtp).await;
        let name = kratos.name.clone();
        let wanted = json!({
            "identifier": "U@example.org", "expires_in": "15m", "reason": "lost the phone", "return_code": true,
        });
        let (status, answer) = issue(&app, &wanted, "api").await;
        if let Some(key) = lacks(&name) {
            assert_eq!((status, text(&answer, "/error/id")), (502, "kratos_misconfigured"), "{name}: {answer}");
            assert_eq!(text(&answer, "/error/details/missing_key"), key, "{name}");
        } else {
            assert_eq!(status, 201, "{name}: {answer}\n{}", kratos.log());
            let mails = smtp.await_mails(1, LIMIT).await;
            let mail = mails.first().unwrap();
            assert_eq!(mail.rcpt, ["u@example.org"], "{name}");
            assert_eq!(mail::code(mail), text(&answer, "/recovery_code"), "{name}");
            let link = format!("{PAGE}?recovery_id={}", text(&answer, "/recovery_id"));
            assert_eq!(text(&answer, "/recovery_link"), link, "{name}");
            assert!(mail::text(mail).contains(&link) && mail::text(mail).contains("15 minutes"), "{name}");
            let (status, again) = issue(&app, &wanted, "api").await;
            assert_eq!((status, again.get("id"), again.get("recovery_code")), (201, answer.get("id"), None), "{name}");
        }

        let before = smtp.mails().len();
        let browser = json!({"identity_id": identity(&kratos).await, "flow": "browser", "return_code": true});
        let (status, answer) = issue(&app, &browser, "browser").await;
        assert_eq!(status, 201, "{name}: {answer}\n{}", kratos.log());
        let mail = smtp.await_mails(before + 1, LIMIT).await.pop().unwrap();
        let link = text(&answer, "/recovery_link");
        assert!(link.starts_with("http://127.0.0.1:4455/recovery?flow="), "{name}: {link}");
        assert!(mail::text(&mail).contains(link), "{name}");
        assert_eq!(mail::code(&mail), text(&answer, "/recovery_code"), "{name}");
        // Kratos's own lifetime: a quarter of an hour in this configuration.
        assert!(mail::text(&mail).contains("15 minutes"), "{name}: {}", mail::text(&mail));
        app.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_kratos_does_not_know_or_cannot_say_is_told_as_such() {
    for binary in binaries() {
        let (home, smtp) = (tempfile::tempdir().unwrap(), FakeSmtp::start().await);
        let (kratos, app) = start(&binary, home.path(), &smtp).await;
        let name = kratos.name.clone();
        let known = json!({"identifier": "u@example.org", "flow": "browser"});
        for (body, id) in [
            (json!({"identifier": "nobody@example.org", "flow": "browser"}), "identity_not_found"),
            (json!({"identity_id": "00000000-0000-4000-8000-000000000000", "flow": "browser"}), "identity_not_found"),
            (
                json!({"identifier": "u@example.org", "address": "x@example.org", "flow": "browser"}),
                "address_not_on_identity",
            ),
        ] {
            let (_, answer) = issue(&app, &body, "k").await;
            assert_eq!(text(&answer, "/error/id"), id, "{name}: {body}");
        }
        drop(kratos);
        let (status, answer) = issue(&app, &known, "k").await;
        assert_eq!((status, text(&answer, "/error/id")), (503, "kratos_unreachable"), "{name}");
        app.stop().await.unwrap();
        assert!(smtp.mails().is_empty(), "{name}");
    }
}

async fn identity(kratos: &Kratos) -> String {
    let url = format!("{}/identities?credentials_identifier=u%40example.org", kratos.admin);
    let list: Value = client().get(url).send().await.unwrap().json().await.unwrap();
    text(&list, "/0/id").to_owned()
}
