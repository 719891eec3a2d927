//! Promise P6: no code, token, password, body, subject or full address in a log, metric, error,
//! panic message or in the database. Known secrets go through success and failure, then every
//! place is searched for them.

use crate::canary::Canaries;
use crate::client::{Answer, Request};
use crate::fake_smtp::{Act, FakeSmtp, Setup, Step};
use crate::log;
use crate::payloads::{code_mail, link_mail, notice_mail, sms};
use crate::postgres_support::Schema;
use crate::test_app::{COURIER, Plan, plan};
use postrider::auth::{Credential, Door, Scheme};
use postrider::domain::{CourierPayload, EmailAddress, MessageId, Outcome, Phase, Report, Secret};
use postrider::seal::{Purpose, Sealer};
use serde_json::{Value, json};

const MORE: &str = "\
secrets: {cipher: [canary-cipher-secret-kH4-of-many-characters]}
sources:
  canary:
    auth:
      - {id: key, type: api_key, config: {in: header, name: X-Key, value: canary-api-key-Zq8}}
      - {id: basic, type: basic_auth, config: {user: kratos, password: canary-basic-password-Wm2}}
      - {id: webhooks, type: standard_webhooks, config: {secret: whsec_Y2FuYXJ5LXdlYmhvb2stc2VjcmV0LTE=}}
      - {id: hmac, type: hmac_sha256, config: {secret: canary-hmac-secret-Pf7, header: X-Signature, prefix: '', encoding: hex}}
      - {id: envelope, type: envelope, config: {key: canary-envelope-key-Lb3}}
admin: {tokens: [{id: viewer, role: viewer, value: viewer-token}, {id: admin, role: admin, value: canary-admin-token-Xc5}]}
courier:
  smtp:
    connections: 1
    connection_uri: 'smtp://smtp-user:canary-smtp-password-Jd9@127.0.0.1:{port}/?disable_starttls=true'
";

fn canaries() -> Canaries {
    let of = |pairs: &[(&'static str, &str)]| {
        pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect::<Vec<_>>()
    };
    Canaries(of(&[
        ("address", "canary.address-7Gq@secret-domain.example"),
        ("local part", "canary.address-7Gq"),
        ("address that is none", "canary no address-8Hr"),
        ("phone number", "+12025558417"),
        ("code", "94817263"),
        ("second code", "60418293"),
        ("link", "token=canarylinktoken5Ty"),
        ("subject", "canary subject 3Nw"),
        ("body", "canary body 6Vs"),
        ("html", "canary html 1Ek"),
        ("trait", "canary trait 2Fl"),
        ("transient payload", "canary transient 4Gm"),
        ("user agent", "canary user agent 0Dj"),
        ("server's words", "canary server words 9Co"),
        ("cipher secret", "canary-cipher-secret-kH4-of-many-characters"),
        ("api key", "canary-api-key-Zq8"),
        ("wrong api key", "canary-wrong-key-Ab1"),
        ("basic password", "canary-basic-password-Wm2"),
        ("webhook secret", "canary-webhook-secret-1"),
        ("hmac secret", "canary-hmac-secret-Pf7"),
        ("envelope key", "canary-envelope-key-Lb3"),
        ("admin token", "canary-admin-token-Xc5"),
        ("smtp password", "canary-smtp-password-Jd9"),
    ]))
}

const ADDRESS: &str = "canary.address-7Gq@secret-domain.example";

/// A payload with a canary in every corner.
fn laden(mut payload: Value) -> Value {
    payload["subject"] = json!(format!("canary subject 3Nw {}", payload["subject"].as_str().unwrap()));
    payload["body"] = json!(format!("canary body 6Vs {}", payload["body"].as_str().unwrap()));
    payload["html_body"] = json!("<p>canary html 1Ek</p>");
    payload["template_data"]["identity"] =
        json!({"id": "x", "traits": {"email": ADDRESS, "name": {"first": "canary trait 2Fl"}}});
    payload["template_data"]["transient_payload"] = json!({"x": "canary transient 4Gm"});
    payload["request_headers"] = json!({"User-Agent": ["canary user agent 0Dj"]});
    payload
}

fn post(payload: &Value) -> Request {
    Request::post("/courier/canary").header("X-Key", "canary-api-key-Zq8").json(payload)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_left_lying_about() {
    nothing_is_left_by(plan(MORE)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_left_lying_about_in_postgres() {
    let Some(schema) = Schema::new("api").await else { return };
    nothing_is_left_by(plan(MORE).on(schema)).await;
}

async fn nothing_is_left_by(plan: Plan) {
    let canaries = canaries();
    let smtp = FakeSmtp::with(Setup::plain().auth("smtp-user", "canary-smtp-password-Jd9")).await;
    let words = format!("for <{ADDRESS}>: canary server words 9Co 94817263");
    let mut app = plan.smtp(smtp).start().await;
    let mut answers: Vec<Answer> = Vec::new();

    // Accepted and sent, after each kind of trouble.
    app.smtp.next(Step::Greeting, Act::reply(&format!("421 4.3.2 {words}")));
    app.smtp.script(Step::Rcpt, [Act::reply(&format!("450 4.2.1 {words}"))]);
    app.smtp.script(Step::Data, [Act::reply(&format!("451 4.2.1 {words}"))]);
    app.smtp.script(Step::Dot, [Act::reply(&format!("451 4.2.1 {words}")), Act::Garbage]);
    let code = app.ask(post(&laden(code_mail(ADDRESS, "94817263")))).await;
    app.await_dispatch(&code.id(), "ambiguous").await;
    let link = app.ask(post(&laden(link_mail(ADDRESS, "https://example.org/?token=canarylinktoken5Ty")))).await;
    app.await_status(&link.id(), "sent").await;
    // Refused, and kept for a retry; never to work; suppressed types; an SMS that waits.
    app.smtp.next(Step::Rcpt, Act::reply(&format!("550 5.1.1 {words}")));
    let refused = app.ask(post(&laden(code_mail(ADDRESS, "60418293")))).await;
    app.await_status(&refused.id(), "abandoned").await;
    app.smtp.next(Step::Rcpt, Act::reply(&format!("550 5.1.1 {words}")));
    let notice = app.ask(post(&laden(notice_mail(ADDRESS)))).await;
    app.await_status(&notice.id(), "abandoned").await;
    let never = app.ask(post(&laden(code_mail("canary no address-8Hr", "94817263")))).await;
    let unknown_type = json!({"recipient": ADDRESS, "template_type": "canary body 6Vs\u{1b}[31m", "body": "94817263"});
    let unknown = app.ask(post(&unknown_type)).await;
    app.await_status(&unknown.id(), "sent").await;
    let text = app.ask(post(&laden(sms("+12025558417", "94817263")))).await;
    let again = app.ask(post(&laden(code_mail(ADDRESS, "60418293")))).await;
    assert_eq!(again.outcome(), "duplicate");
    let ids = [&code, &link, &refused, &notice, &never, &unknown, &text].map(Answer::id);
    answers.extend([code, link, refused, notice, never, unknown, text, again]);

    // Not understood, not let in.
    let half = laden(code_mail(ADDRESS, "94817263")).to_string().replace("}}", "}");
    let no_recipient =
        json!({"to_whom": ADDRESS, "body": "canary body 6Vs", "template_data": {"login_code": "94817263"}});
    let mut bad = vec![
        post(&json!({})).body(half.clone()),
        post(&json!({})).body([half.as_bytes(), b"\xff"].concat()),
        post(&no_recipient),
        post(&json!([ADDRESS, "94817263"])),
        post(&json!(format!("canary body 6Vs {ADDRESS}"))),
        Request::post("/courier/canary").header("X-Key", "canary-wrong-key-Ab1").json(&no_recipient),
        Request::post("/courier/canary").bearer("canary-wrong-key-Ab1").json(&no_recipient),
        Request::post("/courier/canary").header("X-Signature", "canary-wrong-key-Ab1").json(&no_recipient),
        Request::post("/courier/canary%20subject%203Nw").bearer(COURIER).json(&no_recipient),
        post(&no_recipient).header("X-Request-Id", "canary body 6Vs"),
    ];
    for path in [
        format!("/admin/courier/messages?recipient={}", ADDRESS.replace('@', "%40")),
        format!("/admin/courier/messages?status={ADDRESS}"),
        format!("/admin/courier/messages?page_token={ADDRESS}"),
        format!("/admin/courier/messages/{ADDRESS}"),
        "/admin/courier/messages".to_owned(),
        format!("/nowhere/{ADDRESS}?code=94817263"),
    ] {
        bad.push(Request::get(&path).bearer("canary-admin-token-Xc5"));
        bad.push(Request::get(&path).bearer("canary-wrong-key-Ab1"));
    }
    for request in bad {
        answers.push(app.ask(request).await);
    }
    for id in &ids {
        answers.push(app.get(&format!("/admin/courier/messages/{id}")).await);
    }
    answers.push(app.get("/metrics/prometheus").await);
    for answer in &answers {
        // The links of a page repeat the query of whoever asked for it.
        let headers: Vec<_> = answer.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("link")).collect();
        canaries.absent_from("an answer", &[format!("{headers:?}").as_bytes(), &answer.body].concat());
    }

    // In clear nowhere, while messages wait, after a stop, and after the next start.
    canaries.absent_from_database(&app);
    app.restart().await;
    canaries.absent_from_database(&app);
    app.stop().await;
    canaries.absent_from_database(&app);
    canaries.absent_from("the log", log::so_far().as_bytes());
}

/// Sealed bytes of a message in its final state are gone too, from every file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sealed_is_erased_with_the_final_state() {
    let mut app = plan("").in_a_file().start().await;
    app.smtp.always(Step::Rcpt, Act::reply("450 4.2.1 later"));
    let id = app.queue(&laden(code_mail(ADDRESS, "94817263"))).await;
    app.await_dispatch(&id, "retry").await;
    let sealed = |app: &crate::test_app::TestApp| -> Vec<Vec<u8>> {
        let database = app.database();
        let mut statement =
            database.prepare("SELECT sealed FROM contents UNION ALL SELECT sealed FROM replies").unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let before = sealed(&app);
    assert!(before.len() >= 2, "content and a reply");
    let opened = Sealer::new(&app.config().secrets.cipher)
        .open(Purpose::Content, MessageId(id.parse().unwrap()).0.as_bytes(), &before[0])
        .expect("the first is the content");
    assert!(String::from_utf8_lossy(opened.expose()).contains("94817263"), "it really was there");
    app.smtp.behave();
    app.await_status(&id, "sent").await;
    assert_eq!(sealed(&app).len(), 0);
    app.stop().await;
    for (path, bytes) in crate::test_app::files(app.home.path()) {
        for blob in &before {
            // Long contents go over several pages: a stretch of it is enough to know it by.
            let mark = &blob[blob.len() - 48..];
            assert!(!bytes.windows(mark.len()).any(|window| window == mark), "sealed bytes in {}", path.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn debug_of_what_carries_secrets_shows_none() {
    let canaries = canaries();
    let app = plan(MORE).start().await;
    let config = app.config();
    canaries.absent_from("the configuration's Debug", format!("{config:?} {config:#?}").as_bytes());

    let payload = laden(code_mail(ADDRESS, "94817263")).to_string();
    let payload = CourierPayload::parse(payload.as_bytes()).unwrap();
    canaries.absent_from("a payload's Debug", format!("{payload:?}").as_bytes());
    let address = EmailAddress::parse(ADDRESS).unwrap();
    canaries.absent_from("an address's Debug", format!("{address:?} {address}").as_bytes());
    let reply = Some(Secret::from("canary server words 9Co"));
    let report = Report { reply, ..Report::of(Outcome::Retry, Phase::Rcpt) };
    canaries.absent_from("a report's Debug", format!("{report:?}").as_bytes());
    let scheme = Scheme::HmacSha256 {
        key: Secret::from("canary-hmac-secret-Pf7"),
        header: "x".to_owned(),
        prefix: String::new(),
        encoding: postrider::auth::Encoding::Hex,
    };
    let door = Door::new(vec![Credential { id: "k".to_owned(), scheme }]);
    canaries.absent_from("a door's Debug", format!("{door:?}").as_bytes());
    for body in ["", "{", "[\"94817263\"]", "{\"canary body 6Vs\": 1}", "{\"recipient\": 1e400, \"x\": \"94817263\"}"] {
        if let Err(error) = CourierPayload::parse(body.as_bytes()) {
            canaries.absent_from("a payload error", format!("{error} {error:?}").as_bytes());
        }
    }
}

#[test]
fn errors_of_the_configuration_quote_no_secret() {
    let canaries = canaries();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("postrider.yml");
    let broken = [
        (
            "smtp://smtp-user:canary-smtp-password-Jd9@127.0.0.1:{port}/?disable_starttls=true",
            "smtp://u:canary-smtp-password-Jd9@[x]/",
        ),
        ("role: admin", "role: canary-admin-token-Xc5"),
        ("value: canary-admin-token-Xc5", "valeu: canary-admin-token-Xc5"),
        ("value: canary-admin-token-Xc5", "value: 'canary-admin-token-Xc5 with blanks'"),
        ("whsec_Y2FuYXJ5", "canary-webhook-secret-1"),
        ("password: canary-basic-password-Wm2", "password: [canary-basic-password-Wm2]"),
        ("[canary-cipher-secret-kH4-of-many-characters]", "canary-cipher-secret-kH4-of-many-characters"),
        ("encoding: hex", "encoding: canary-hmac-secret-Pf7"),
        ("connections: 1", "from_name: \"canary-smtp-password-Jd9\\r\\n\""),
    ];
    for (good, bad) in broken {
        assert!(MORE.contains(good), "{good}");
        std::fs::write(&file, MORE.replace(good, bad).replace("{port}", "25")).unwrap();
        let loaded = postrider::config::Config::load(std::slice::from_ref(&file), std::iter::empty(), false);
        let error = loaded.expect_err(bad);
        canaries.absent_from(bad, format!("{error} {error:?}").as_bytes());
    }
}
