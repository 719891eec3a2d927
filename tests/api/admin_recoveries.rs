//! An admin issues a recovery: what Kratos is asked, what is mailed, what is told (design 3.3).

use crate::client::{Answer, Request};
use crate::fake_kratos::{ADDRESS, CODE, FakeKratos, IDENTITY, Reply};
use crate::fake_smtp::Mail;
use crate::test_app::{Plan, SOON, TestApp, plan};
use mail_parser::MessageParser;
use postrider::domain::{Clock as _, SystemClock};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Notify;

pub(crate) const ISSUE: &str = "/admin/recoveries";
pub(crate) const CODE_ROUTE: &str = "POST /admin/recovery/code";
const IDENTITY_ROUTE: &str = "GET /admin/identities/";

/// postrider before this Kratos; `more` is YAML on lines of its own.
pub(crate) async fn before(kratos: &FakeKratos, more: &str) -> TestApp {
    planned(kratos, more).start().await
}

/// The same, not started yet.
pub(crate) fn planned(kratos: &FakeKratos, more: &str) -> Plan {
    let url = kratos.url();
    let page = "recovery: {ui_url: 'https://app.example.org/recover?lang=de'}";
    let page = if more.contains("recovery: {flow") { "" } else { page };
    plan(&format!("kratos: {{public_url: '{url}', admin_url: '{url}'}}\n{page}\n{more}"))
}

pub(crate) fn request(body: &Value) -> Request {
    Request::post(ISSUE).bearer("support-token").json(body)
}

pub(crate) async fn issue(app: &TestApp, body: &Value) -> Value {
    let answer = app.ask(request(body)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

fn refused(answer: &Answer) -> (u16, String) {
    (answer.status, answer.error())
}

pub(crate) fn text(mail: &Mail) -> String {
    MessageParser::default().parse(&mail.data).unwrap().body_text(0).unwrap().into_owned()
}

pub(crate) async fn await_mail(app: &TestApp) -> Mail {
    app.smtp.await_mails(1, SOON).await.pop().unwrap()
}

/// An identity with these addresses.
fn identity(recovery: &[(&str, &str)], verifiable: &[(&str, bool)]) -> Reply {
    let recovery: Vec<_> = recovery.iter().map(|(value, via)| json!({"value": value, "via": via})).collect();
    let verifiable: Vec<_> =
        verifiable.iter().map(|(value, is)| json!({"value": value, "via": "email", "verified": is})).collect();
    let name = json!({"first": "Ada"});
    Reply::json(
        200,
        &json!({
            "id": IDENTITY, "state": "active", "traits": {"email": ADDRESS, "name": name},
            "recovery_addresses": recovery, "verifiable_addresses": verifiable,
        }),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recovery_is_one_call_and_the_code_is_mailed() {
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "templates: {brand: {name: Acme, support_address: help@acme.example}}").await;
    let wanted = json!({"identity_id": IDENTITY, "expires_in": "15m", "reason": "lost the phone"});
    let answer = issue(&app, &wanted).await;
    assert_eq!(answer["identity_id"], IDENTITY);
    assert_eq!(answer["message"]["recipient"], "u***@e***.org");
    assert_eq!((&answer["message"]["status"], &answer["flow"]), (&json!("queued"), &json!("api")));
    assert!(answer.get("recovery_code").is_none(), "nobody asked for it");
    let left = answer["expires_at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap() - SystemClock::new().now();
    assert!((1..=15 * 60).contains(&left.get_seconds()), "{left}");

    let asked = kratos.asked(CODE_ROUTE);
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].json(), json!({"identity_id": IDENTITY, "expires_in": "900s", "flow_type": "api"}));

    let mail = await_mail(&app).await;
    assert_eq!(mail.rcpt, [ADDRESS]);
    let (text, link) = (text(&mail), answer["recovery_link"].as_str().unwrap());
    let recovery_id = answer["recovery_id"].as_str().unwrap();
    assert_eq!(link, format!("https://app.example.org/recover?lang=de&recovery_id={recovery_id}"));
    assert!(!link.contains(CODE), "a link alone lets nobody in");
    assert!(text.lines().any(|line| line.trim_end() == CODE) && text.contains(link), "{text}");
    assert!(text.contains("valid for 15 minutes") && text.contains("help@acme.example"), "{text}");

    let message = app.await_status(answer["message"]["id"].as_str().unwrap(), "sent").await;
    assert_eq!(message["postrider_template_type"], "admin_recovery_code");
    assert_eq!((&message["expires_at"], &message["lane"]), (&answer["expires_at"], &json!("codes")));
    let issued = app.metric("postrider_recoveries_total", &[("flow", "admin_api"), ("outcome", "issued")]).await;
    let asked = app.metric("postrider_kratos_requests_total", &[("operation", "issue_code"), ("outcome", "ok")]).await;
    assert!((issued - 1.0).abs() < 0.1 && (asked - 1.0).abs() < 0.1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_link_is_as_configured_or_as_asked_for() {
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "").await;
    let browser = issue(&app, &json!({"identity_id": IDENTITY, "flow": "browser", "template": "invite"})).await;
    assert!(browser["recovery_link"].as_str().unwrap().starts_with("http://127.0.0.1:4455/recovery?flow="));
    // No lifetime: Kratos's own counts.
    assert_eq!(kratos.asked(CODE_ROUTE)[0].json(), json!({"identity_id": IDENTITY, "flow_type": "browser"}));
    let mail = await_mail(&app).await;
    assert!(text(&mail).contains(browser["recovery_link"].as_str().unwrap()), "{}", text(&mail));
    assert!(mail.text().contains("Subject: Use code 012345 to set up your account"), "{}", mail.text());
    app.stop().await;

    let url = kratos.url();
    let yml = format!("kratos: {{public_url: '{url}', admin_url: '{url}'}}");
    let mut app = plan(&yml).start().await;
    let answer = issue(&app, &json!({"identity_id": IDENTITY})).await;
    assert_eq!(answer["recovery_link"], Value::Null, "recovery.ui_url is not set");
    let text = text(&await_mail(&app).await);
    assert!(text.contains(CODE) && !text.contains("http"), "{text}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_found_by_what_they_log_in_with() {
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "").await;
    let by = |identifier: &str| request(&json!({"identifier": identifier, "dry_run": true}));
    let answer = app.ask(by(" U@Example.ORG ")).await;
    assert_eq!((answer.status, &answer.json()["identity_id"]), (200, &json!(IDENTITY)));
    assert_eq!(refused(&app.ask(by("nobody@example.org")).await), (404, "identity_not_found".to_owned()));
    let two = Reply::json(200, &json!([{"id": IDENTITY}, {"id": "another"}]));
    kratos.next("GET /admin/identities", two);
    assert_eq!(refused(&app.ask(by(ADDRESS)).await), (409, "identity_ambiguous".to_owned()));
    let unknown = request(&json!({"identity_id": "00000000-0000-4000-8000-000000000000"}));
    assert_eq!(refused(&app.ask(unknown).await), (404, "identity_not_found".to_owned()));
    app.stop().await;
    assert!(kratos.asked(CODE_ROUTE).is_empty() && app.smtp.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_goes_to_an_address_of_the_identity_and_nowhere_else() {
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "").await;
    let to = async |address: Option<&str>, with: Reply| {
        kratos.next(IDENTITY_ROUTE, with);
        app.ask(request(&json!({"identity_id": IDENTITY, "address": address, "dry_run": true}))).await
    };
    let both =
        || identity(&[("+12025550123", "sms"), ("recovery@a.example", "email")], &[("verified@b.example", true)]);
    let chosen = |answer: Answer| answer.json()["message"]["recipient"].as_str().unwrap().to_owned();
    assert_eq!(chosen(to(None, both()).await), "r***@a***.example");
    assert_eq!(chosen(to(Some("Verified@B.example"), both()).await), "v***@b***.example");
    assert_eq!(
        chosen(to(None, identity(&[], &[("no@a.example", false), ("yes@b.example", true)])).await),
        "y***@b***.example"
    );
    let stranger = to(Some("stranger@c.example"), both()).await;
    assert_eq!(refused(&stranger), (422, "address_not_on_identity".to_owned()));
    let unverified = to(Some("no@a.example"), identity(&[], &[("no@a.example", false)])).await;
    assert_eq!(refused(&unverified), (422, "address_not_on_identity".to_owned()));
    let none = to(None, identity(&[("+12025550123", "sms")], &[("no@a.example", false)])).await;
    assert_eq!(refused(&none), (422, "identity_without_address".to_owned()));
    app.stop().await;
    assert!(kratos.asked(CODE_ROUTE).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_role_admin_sees_a_code() {
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "").await;
    let wanted = json!({"identity_id": IDENTITY, "return_code": true});
    for role in ["support", "operator"] {
        let answer = app.ask(Request::post(ISSUE).bearer(&format!("{role}-token")).json(&wanted)).await;
        assert_eq!(refused(&answer), (403, "forbidden".to_owned()));
    }
    let viewer = app.ask(Request::post(ISSUE).bearer("viewer-token").json(&wanted)).await;
    assert_eq!(refused(&viewer), (403, "forbidden".to_owned()));
    assert_eq!(refused(&app.ask(Request::post(ISSUE).json(&wanted)).await), (401, "unauthorized".to_owned()));
    assert!(kratos.asked(CODE_ROUTE).is_empty(), "refused before Kratos is asked");
    let answer = app.ask(Request::post(ISSUE).bearer("admin-token").json(&wanted)).await;
    assert_eq!((answer.status, &answer.json()["recovery_code"]), (201, &json!(CODE)));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ory_s_own_route_works_and_the_mail_goes_out() {
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "recovery: {flow: browser}").await;
    let post = |token: &str, body: Value| Request::post("/admin/recovery/code").bearer(token).json(&body);
    let wanted = json!({"identity_id": IDENTITY, "expires_in": "1h30m", "unknown_field": 1});
    let answer = app.ask(post("support-token", wanted)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let body = answer.json();
    assert_eq!(body["recovery_code"], "", "codes are for role admin");
    assert!(body["recovery_link"].as_str().unwrap().contains("?flow="));
    assert!(body["expires_at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    assert_eq!(body.as_object().unwrap().len(), 3, "Ory's answer and no more");
    let asked = kratos.asked(CODE_ROUTE);
    assert_eq!(asked[0].json(), json!({"identity_id": IDENTITY, "expires_in": "5400s", "flow_type": "browser"}));
    let admin = app.ask(post("admin-token", json!({"identity_id": IDENTITY, "flow_type": "api"}))).await.json();
    assert_eq!(admin["recovery_code"], CODE);
    assert_eq!(app.smtp.await_mails(2, SOON).await.len(), 2);
    let missing = app.ask(post("support-token", json!({}))).await;
    assert_eq!(refused(&missing), (400, "request_malformed".to_owned()));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_does_nothing() {
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "").await;
    let wanted = json!({"identity_id": IDENTITY, "dry_run": true, "template": "invite"});
    let answer = app.ask(request(&wanted).header("Idempotency-Key", "k")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(
        (&answer.json()["message"]["recipient"], &answer.json()["template"]),
        (&json!("u***@e***.org"), &json!("invite"))
    );
    assert!(kratos.asked(CODE_ROUTE).is_empty() && app.count("TRUE") == 0);
    for table in ["recoveries", "audit", "recovery_keys"] {
        assert_eq!(app.rows(table), 0, "{table}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_request_is_named() {
    let kratos = FakeKratos::start().await;
    let app = before(&kratos, "").await;
    for (body, names) in [
        (json!({}), "exactly one of identity_id and identifier"),
        (json!({"identity_id": IDENTITY, "identifier": ADDRESS}), "exactly one"),
        (json!({"identity_id": "../../x"}), "identity_id"),
        (json!({"identity_id": 7}), "identity_id"),
        (json!({"identity_id": IDENTITY, "expires_in": "0s"}), "expires_in"),
        (json!({"identity_id": IDENTITY, "expires_in": "15"}), "expires_in"),
        (json!({"identity_id": IDENTITY, "template": "login_code_valid"}), "template"),
        (json!({"identity_id": IDENTITY, "flow": "native"}), "flow"),
        (json!({"identity_id": IDENTITY, "locale": "de\r\n"}), "locale"),
        (json!({"identity_id": IDENTITY, "reason": "x".repeat(501)}), "reason"),
        (json!({"identity_id": IDENTITY, "transient_payload": []}), "transient_payload"),
        (json!({"identity_id": IDENTITY, "return_code": "yes"}), "return_code"),
        (json!({"identity_id": IDENTITY, "source": "elsewhere"}), "source"),
        (json!({"identity_id": IDENTITY, "expire_in": "1h"}), "does not know"),
    ] {
        let answer = app.ask(request(&body)).await;
        assert_eq!(refused(&answer), (400, "request_malformed".to_owned()), "{body}");
        let reason = answer.json()["error"]["reason"].as_str().unwrap().to_owned();
        assert!(reason.contains(names), "{body}: {reason}");
    }
    let large = json!({"identity_id": IDENTITY, "transient_payload": {"x": "y".repeat(9000)}});
    assert_eq!(refused(&app.ask(request(&large)).await), (400, "transient_payload_too_large".to_owned()));
    let form = Request::post(ISSUE).bearer("support-token").header("Content-Type", "text/plain").body("{}");
    assert_eq!(refused(&app.ask(form).await).0, 415);
    let key = request(&json!({"identity_id": IDENTITY})).header("Idempotency-Key", &"k".repeat(256));
    assert_eq!(refused(&app.ask(key).await), (400, "request_malformed".to_owned()));
    assert!(kratos.asked(CODE_ROUTE).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_has_its_own_kratos_and_its_own_way() {
    let (kratos, other) = (FakeKratos::start().await, FakeKratos::start().await);
    let url = other.url();
    let more = format!(
        "sources: {{other: {{auth: [{{id: k, type: api_key, config: {{name: X-Key, value: v}}}}],
  kratos: {{public_url: '{url}', admin_url: '{url}'}}, recovery: {{flow: browser}}, from_address: o@other.example}}}}"
    );
    let mut app = before(&kratos, &more).await;
    let answer = issue(&app, &json!({"identity_id": IDENTITY, "source": "other"})).await;
    assert_eq!((answer["flow"].as_str(), other.asked(CODE_ROUTE).len()), (Some("browser"), 1));
    assert!(await_mail(&app).await.text().contains("o@other.example"));
    // Of several, `default` is the one that need not be named.
    issue(&app, &json!({"identity_id": IDENTITY})).await;
    assert_eq!(kratos.asked(CODE_ROUTE).len(), 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_hangs_up_leaves_nothing_half_done() {
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "").await;
    let code = Reply::json(
        201,
        &json!({"recovery_link": "http://ui/?flow=f", "recovery_code": CODE, "expires_at": "2099-01-01T00:00:00Z"}),
    );
    let told = Arc::new(Notify::new());
    kratos.next(CODE_ROUTE, code.when(&told));
    let wanted = request(&json!({"identity_id": IDENTITY, "flow": "browser"}));
    tokio::select! {
        answer = app.ask(wanted) => panic!("Kratos is still thinking: {answer:?}"),
        _asked = kratos.await_asked(CODE_ROUTE, 1) => {}
    }
    told.notify_one();
    assert!(text(&await_mail(&app).await).contains(CODE));
    app.stop().await;
}
