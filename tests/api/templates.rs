//! Templates while the server runs: changed files, brands and logos, and the admin's routes.

use crate::client::Request;
use crate::fake_smtp::{Act, Step};
use crate::log;
use crate::payloads::code_mail;
use crate::test_app::{SOON, TestApp, VIEWER, plan};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const LOGO: &[u8] = include_bytes!("../fixtures/logo.png");
const SUBJECT: &str = "mine/mails/login_code_valid/subject.hbs";

fn write(home: &Path, path: &str, bytes: impl AsRef<[u8]>) {
    let place = home.join(path);
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(place, bytes).unwrap();
}

async fn await_metric(app: &TestApp, name: &str, labels: &[(&str, &str)], value: f64) {
    let deadline = Instant::now() + SOON;
    while (app.metric(name, labels).await - value).abs() > 0.1 {
        assert!(Instant::now() < deadline, "{name} never became {value}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The last mail's subject after one more was sent.
async fn subject(app: &TestApp, n: usize) -> String {
    app.queue(&code_mail("u@example.org", &format!("10000{n}"))).await;
    let mails = app.smtp.await_mails(n, SOON).await;
    let text = mails[n - 1].text();
    text.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changed_files_are_used_if_they_pass_and_told_of_if_not() {
    let app = plan("templates: {directory: '{home}/mine'}")
        .prepare(|home| write(home, SUBJECT, "First {{code}}\n"))
        .start()
        .await;
    let reloads = "postrider_template_reloads_total";
    assert_eq!(subject(&app, 1).await, "First 100001");

    write(app.home.path(), SUBJECT, "Second {{code}}\n");
    await_metric(&app, reloads, &[("outcome", "taken")], 1.0).await;
    assert_eq!(subject(&app, 2).await, "Second 100002");

    write(app.home.path(), SUBJECT, "Third {{kode}}\n");
    await_metric(&app, reloads, &[("outcome", "refused")], 1.0).await;
    assert_eq!(app.metric("postrider_templates_stale", &[]).await.to_string(), "1");
    assert_eq!(subject(&app, 3).await, "Second 100003", "the last set that passed stays in use");
    let ready = app.ask(Request::get("/health/ready")).await;
    assert_eq!(ready.status, 200, "posts are still welcome");
    let body = ready.json();
    assert_eq!(body["status"], "ok");
    assert!(body["templates"].as_str().unwrap().contains("`postrider templates check` says why"), "{body}");
    let place = "mails/login_code_valid/subject.hbs:1:7: kode is missing";
    assert!(!log::lines(&["changed templates do not pass"]).is_empty() && !log::lines(&[place]).is_empty());
    let listed = app.get("/admin/templates").await.json();
    let problem = &listed["problems"][0];
    assert_eq!(problem["file"], "mails/login_code_valid/subject.hbs", "{problem}");
    assert!(listed["refused_at"].is_string() && problem["line"] == 1 && problem["column"] == 7, "{problem}");

    write(app.home.path(), SUBJECT, "Fourth {{code}}\n");
    await_metric(&app, reloads, &[("outcome", "taken")], 2.0).await;
    assert_eq!(app.metric("postrider_templates_stale", &[]).await.to_string(), "0");
    assert_eq!(subject(&app, 4).await, "Fourth 100004");
    assert_eq!(app.ask(Request::get("/health/ready")).await.json(), json!({"status": "ok"}));
}

const BRANDED: &str = "\
templates:
  brand: {name: Example Shop, logo_file: '{home}/logo.png', colour: '#0f766e'}
  clients: {app-1: {name: Example App, colour: '#7c3aed'}}
sources:
  other: {auth: [{id: o, type: api_key, config: {in: header, name: Authorization, value: Bearer courier-key}}], brand: {name: Other Shop}}
";

/// The logo as base64 in lines of 76, as it stands in a mail.
fn encoded(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3).take(19) {
        let word = chunk.iter().fold(0_u32, |word, byte| (word << 8) | u32::from(*byte));
        let places = [18, 12, 6, 0].map(|shift| char::from(ALPHABET[usize::try_from((word >> shift) & 63).unwrap()]));
        text.extend(places);
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logo_goes_along_and_every_attempt_has_the_same() {
    let app = plan(BRANDED).prepare(|home| write(home, "logo.png", LOGO)).start().await;
    let later = || Act::reply("451 4.3.0 not now").kept();
    let id_of = |mail: &str| mail.split_once("Content-ID: <").unwrap().1.split_once('>').unwrap().0.to_owned();
    // While a mail waits for its next attempt the file changes; what was begun stays the same.
    app.smtp.next(Step::Dot, later());
    app.smtp.always(Step::Mail, Act::reply("451 4.3.0 not now"));
    app.smtp.next(Step::Mail, Act::Accept);
    let first = app.queue(&code_mail("u@example.org", "012345")).await;
    app.await_dispatch(&first, "retry").await;
    write(app.home.path(), "logo.png", [LOGO, b"more"].concat());
    await_metric(&app, "postrider_template_reloads_total", &[("outcome", "taken")], 1.0).await;
    app.smtp.behave();
    app.await_status(&first, "sent").await;
    app.queue(&code_mail("u@example.org", "999999")).await;
    let mails = app.smtp.await_mails(3, SOON).await;
    let (one, other, next) = (mails[0].text(), mails[1].text(), mails[2].text());
    assert!(one.contains("Content-Type: multipart/related") && one.contains(&encoded(LOGO)), "{one}");
    assert!(one.replace("=\r\n", "").contains(&format!("cid:{}", id_of(&one))), "the HTML refers to it");
    assert_eq!(mails[0].data, mails[1].data, "both attempts have the same bytes");
    assert!(id_of(&next) != id_of(&other), "a new mail has the new logo");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sealed_holds_no_logo() {
    let app = plan(BRANDED).in_a_file().prepare(|home| write(home, "logo.png", LOGO)).start().await;
    app.smtp.always(Step::Dot, Act::reply("451 4.3.0 not now").kept());
    let id = app.queue(&code_mail("u@example.org", "012345")).await;
    app.await_dispatch(&id, "retry").await;
    let sql = "SELECT max(length(sealed)) FROM contents";
    let longest: i64 = app.database().query_row(sql, [], |row| row.get(0)).unwrap();
    let html = app.ask(preview(&json!({"template_type": "login_code_valid"}))).await.json()["html"].clone();
    let without = html.as_str().unwrap().split("data:image/png").next().unwrap().len();
    assert!(longest > 4000 && without > 2000, "{longest} {without}");
    assert!(longest < 16_000, "{longest} bytes are sealed for a mail with a logo of {}", LOGO.len());
}

fn preview(body: &Value) -> Request {
    Request::post("/admin/templates/preview").bearer(VIEWER).json(body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_and_a_client_have_brands_of_their_own() {
    let app = plan(BRANDED).prepare(|home| write(home, "logo.png", LOGO)).start().await;
    let named = |client_id: &str| {
        let mut body = code_mail("u@example.org", "012345");
        let client = json!({"client_id": client_id, "client_name": "Evil <b>https://evil.example</b>", "logo_uri": "https://evil.example/x.png"});
        body["template_data"]["oauth2_login_request"] = json!({"client": client});
        body
    };
    let text = async |source: &str, body: &Value| {
        let answer =
            app.ask(preview(&json!({"template_type": "login_code_valid", "source": source, "body": body}))).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        (answer.json()["text"].as_str().unwrap().to_owned(), answer.json()["html"].as_str().unwrap().to_owned())
    };
    let plain = code_mail("u@example.org", "012345");
    assert!(text("default", &plain).await.0.contains("from Example Shop."));
    assert!(text("other", &plain).await.0.contains("from Other Shop."));
    let (own, html) = text("other", &named("app-1")).await;
    assert!(own.contains("from Example App.") && html.contains("from Example App."), "{own}");
    let (foreign, html) = text("default", &named("app-2")).await;
    assert!(foreign.contains("from Example Shop.") && foreign.contains("Requested for: Evil"), "{foreign}");
    assert!(!foreign.contains("evil.example") && !html.contains("evil.example") && !html.contains("<b>"), "{foreign}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_lists_templates_and_looks_at_one() {
    let app = TestApp::new().await;
    assert_eq!(app.ask(Request::get("/admin/templates")).await.status, 401);
    let listed = app.get("/admin/templates").await.json();
    assert_eq!((listed["problems"].clone(), listed["refused_at"].clone()), (json!([]), Value::Null));
    let rows = listed["templates"].as_array().unwrap();
    let login = |row: &&Value| row["template_type"] == "login_code_valid" && row["channel"] == "sms";
    let login = rows.iter().find(login).unwrap();
    assert_eq!((login["template_source"].as_str(), login["locales"].as_array().unwrap().len()), (Some("built-in"), 12));

    let shown = app.ask(preview(&json!({"template_type": "recovery_code_valid", "locale": "de-CH"}))).await;
    assert_eq!(shown.status, 200, "{shown:?}");
    let shown = shown.json();
    assert_eq!(shown["subject"], "Code 012345 zum Wiederherstellen Ihres Kontos");
    assert_eq!(
        (shown["locale"].as_str(), shown["locale_reason"].as_str()),
        (Some("de"), Some("transient_payload.locale: de-CH"))
    );
    assert!(shown["html"].as_str().unwrap().contains("<html lang=\"de\""));
    let text = app.ask(preview(&json!({"template_type": "login_code_valid", "channel": "sms"}))).await.json();
    assert!(text["text"].as_str().unwrap().starts_with("012345 is your") && text["html"].is_null(), "{text}");
    for wrong in [
        json!({}),
        json!({"template_type": "no_such"}),
        json!({"template_type": "stub", "sample": "none"}),
        json!({"template_type": "stub", "channel": "fax"}),
        json!({"template_type": "stub", "body": {"x": 1}}),
        json!({"template_type": "stub", "colour": "red"}),
    ] {
        let answer = app.ask(preview(&wrong)).await;
        assert_eq!((answer.status, answer.error().as_str()), (400, "request_malformed"), "{wrong}");
    }
    assert_eq!(app.ask(Request::post("/admin/templates/preview").json(&json!({}))).await.status, 401);
}
