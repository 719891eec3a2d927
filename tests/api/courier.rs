//! `POST /courier`: the table of design 3.1 and the order in which things are checked.

use crate::client::{Answer, Request};
use crate::log;
use crate::payloads::{code_mail, notice_mail, sms};
use crate::test_app::{COURIER, SOON, TestApp, plan};
use serde_json::json;

const LIMIT: usize = 2 * 1024 * 1024;

/// A good post, to be spoilt.
fn good() -> Request {
    Request::post("/courier").bearer(COURIER).json(&code_mail("u@example.org", "012345"))
}

/// A payload of exactly so many bytes.
fn of_size(size: usize, recipient: &str) -> String {
    let payload = |filler: usize| {
        let mut payload = code_mail(recipient, "012345");
        payload["template_data"]["transient_payload"] = json!({"filler": "x".repeat(filler)});
        payload.to_string()
    };
    let empty = payload(0).len();
    let text = payload(size - empty);
    assert_eq!(text.len(), size);
    text
}

/// Every 2xx has an empty body with a length, so that Kratos keeps the connection.
fn assert_stored(answer: &Answer) {
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-length"), Some("0"), "{answer:?}");
    assert_eq!(answer.header("content-type"), None, "{answer:?}");
    assert!(answer.header("transfer-encoding").is_none() && answer.body.is_empty(), "{answer:?}");
    let id: uuid::Uuid = answer.id().parse().unwrap();
    assert_eq!(id.get_version_num(), 7);
}

type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [u8], u16);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_is_stored_and_sent() {
    let mut app = TestApp::new().await;
    let answer = app.post("/courier", &code_mail("amelie@example.org", "012345")).await;
    assert_stored(&answer);
    assert_eq!((answer.outcome().as_str(), answer.header("postrider-reason")), ("queued", None));
    let message = app.await_status(&answer.id(), "sent").await;
    assert_eq!(message["send_count"], 1);
    let mails = app.smtp.await_mails(1, SOON).await;
    assert_eq!(mails[0].rcpt, ["amelie@example.org"]);
    assert_eq!(mails[0].envelope_from, "no-reply@sender.example");
    assert!(mails[0].text().contains("012345"));
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cannot_show_a_credential_is_told_401() {
    let mut app = TestApp::new().await;
    let payload = code_mail("u@example.org", "012345");
    let nobody = Request::post("/courier").json(&payload);
    let known = good();
    let wrong =
        ["Bearer courier-kez", "Bearer courier-key2", "Bearer", "bearer courier-key", "courier-key", "Basic Og=="];
    let wrong = wrong.map(|value| nobody.clone().header("Authorization", value));
    let admin = nobody.clone().bearer("admin-token");
    for request in wrong.into_iter().chain([nobody, admin]) {
        let answer = app.ask(request).await;
        assert_eq!((answer.status, answer.error().as_str()), (401, "unauthorized"));
        assert!(answer.header("www-authenticate").is_some());
    }
    // An unknown source looks the same as a wrong credential.
    let unknown = app.post("/courier/nowhere", &payload).await;
    assert_eq!((unknown.status, unknown.error().as_str()), (401, "unauthorized"));
    assert_stored(&app.ask(known).await);
    assert_stored(&app.post("/courier/default", &notice_mail("u@example.org")).await);
    let labels = [("source", "default"), ("credential", "none"), ("code", "401")];
    assert!(app.metric("postrider_courier_posts_total", &labels).await >= 8.0);
    let labels = [("source", "unknown"), ("credential", "none"), ("code", "401")];
    assert!((app.metric("postrider_courier_posts_total", &labels).await - 1.0).abs() < 0.1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_json_is_taken() {
    let app = TestApp::new().await;
    let payload = |n: usize| code_mail("u@example.org", &format!("{n:06}")).to_string();
    let with =
        |n: usize, kind: &str| Request::post("/courier").bearer(COURIER).header("Content-Type", kind).body(payload(n));
    let taken = ["application/json", "application/json; charset=utf-8", "Application/JSON ;charset=\"UTF-8\"; x=y"];
    for (n, kind) in taken.iter().enumerate() {
        assert_stored(&app.ask(with(n, kind)).await);
    }
    let refused =
        ["application/x-www-form-urlencoded", "text/plain", "application/jsonx", "application/problem+json", "*/*", ""];
    for kind in refused {
        let answer = app.ask(with(9, kind)).await;
        assert_eq!((answer.status, answer.error().as_str()), (415, "unsupported_media_type"), "{kind}");
    }
    let none = app.ask(Request::post("/courier").bearer(COURIER).body(payload(9))).await;
    assert_eq!((none.status, none.error().as_str()), (415, "unsupported_media_type"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_may_be_two_mebibytes_and_not_one_byte_more() {
    let app = TestApp::new().await;
    let post =
        |body: String| Request::post("/courier").bearer(COURIER).header("Content-Type", "application/json").body(body);
    assert_stored(&app.ask(post(of_size(LIMIT, "a@example.org"))).await);
    assert_stored(&app.ask(post(of_size(LIMIT, "b@example.org")).chunked()).await);
    for chunked in [false, true] {
        let request = post(of_size(LIMIT + 1, "c@example.org"));
        let answer = app.ask(if chunked { request.chunked() } else { request }).await;
        assert_eq!((answer.status, answer.error().as_str()), (413, "body_too_large"), "chunked: {chunked}");
    }
    assert_eq!(app.count("TRUE"), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_understood_is_refused_with_400_counted_and_logged_loudly() {
    let more = "sources: {loud: {auth: [{id: k2, type: api_key, config: {in: header, name: X-Key, value: k}}]}}";
    let mut app = plan(more).start().await;
    let deep = format!("{{\"recipient\":\"u@example.org\",\"x\":{}", "[".repeat(10_000));
    let bodies: [&[u8]; 10] = [
        b"",
        b" \r\n\t ",
        b"recipient=u%40example.org",
        b"[{\"recipient\":\"u@example.org\"}]",
        b"\"u@example.org\"",
        b"{}",
        b"{\"recipient\":\"\",\"template_type\":\"login_code_valid\"}",
        b"{\"recipient\":\"u@example.org\xff\"}",
        b"{\"recipient\":\"u@example.org\"",
        deep.as_bytes(),
    ];
    for body in bodies {
        let post = Request::post("/courier/loud").header("X-Key", "k").header("Content-Type", "application/json");
        let answer = app.ask(post.body(body)).await;
        assert_eq!((answer.status, answer.error().as_str()), (400, "payload_not_understood"), "{body:?}");
        assert!(!answer.text().contains("example.org"), "an error names no recipient: {}", answer.text());
    }
    let shouts = log::lines(&["ERROR", "source=\"loud\"", "was not understood and refused"]);
    assert_eq!(shouts.len(), bodies.len(), "{shouts:#?}");
    assert!(shouts[0].contains("the body is empty"), "{}", shouts[0]);
    let labels = [("source", "loud"), ("credential", "k2"), ("code", "400")];
    assert!((app.metric("postrider_courier_posts_total", &labels).await - 10.0).abs() < 0.1);
    assert_eq!(app.count("TRUE"), 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_levels_in_a_visitor_s_field_do_not_lose_the_mail() {
    let app = TestApp::new().await;
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let body = code_mail("u@example.org", "012345").to_string();
    let body = body.replacen("\"to\"", &format!("\"transient_payload\":{deep},\"to\""), 1);
    let answer = app.ask(good().body(body)).await;
    assert_stored(&answer);
    app.await_status(&answer.id(), "sent").await;
    assert!(app.smtp.mails()[0].text().contains("012345"));
}

/// 401 by headers, 415, 413, 401 by signature, 400: each fault hides those behind it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_checks_come_in_their_order() {
    let more = "sources: {signed: {auth: [{id: h1, type: hmac_sha256, config: {secret: s, header: X-Signature, prefix: '', encoding: hex}}]}}";
    let app = plan(more).start().await;
    let long = vec![b'x'; LIMIT + 1];
    let (json, text) = (("Content-Type", "application/json"), ("Content-Type", "text/plain"));
    let (key, signature) = (("Authorization", "Bearer courier-key"), ("X-Signature", "00"));
    let cases: [Case<'_>; 11] = [
        ("/courier", &[text], &long, 401),
        ("/courier", &[json], &long, 401),
        ("/courier", &[json], b"", 401),
        ("/courier", &[key, text], &long, 415),
        ("/courier", &[key, text], b"", 415),
        ("/courier", &[key, json], &long, 413),
        ("/courier", &[key, json], b"", 400),
        ("/courier/signed", &[text], &long, 401),
        ("/courier/signed", &[signature, text], &long, 415),
        ("/courier/signed", &[signature, json], &long, 413),
        ("/courier/signed", &[signature, json], b"", 401),
    ];
    for (path, headers, body, status) in cases {
        let request = Request::post(path).body(body);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let answer = app.ask(request).await;
        assert_eq!(answer.status, status, "{path} {headers:?} {} bytes: {answer:?}", body.len());
        answer.error();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_sms_waits_for_a_provider() {
    let mut app = TestApp::new().await;
    let answer = app.post("/courier", &sms("+12025550123", "012345")).await;
    assert_stored(&answer);
    assert_eq!(answer.outcome(), "queued");
    let id = answer.id();
    assert_eq!(log::lines(&["ERROR", &id, "an SMS has no provider"]).len(), 1);
    // Mails go past it.
    let mail = app.queue(&code_mail("u@example.org", "012345")).await;
    app.await_status(&mail, "sent").await;
    let message = app.message(&id).await;
    assert_eq!(
        (&message["status"], &message["type"], &message["recipient"]),
        (&json!("queued"), &json!("sms"), &json!("+***23"))
    );
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_request_id_is_taken_over_or_made_and_echoed() {
    let app = TestApp::new().await;
    let given = app.ask(good().header("X-Request-Id", "kratos-4711_a.b:c")).await;
    assert_eq!(given.header("x-request-id"), Some("kratos-4711_a.b:c"));
    let refused = app.ask(Request::post("/courier").header("X-Request-Id", "r-1")).await;
    assert_eq!((refused.error().as_str(), refused.header("x-request-id")), ("unauthorized", Some("r-1")));
    for odd in ["", "two words", "<script>", &"x".repeat(129)] {
        let answer = app.ask(good().header("X-Request-Id", odd)).await;
        let made: uuid::Uuid = answer.header("x-request-id").unwrap().parse().unwrap();
        assert!(!made.is_nil(), "{odd:?}");
    }
    let (one, other) = (app.ask(good()).await, app.ask(good()).await);
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_methods_and_paths_are_told_so_and_never_sent_elsewhere() {
    let app = TestApp::new().await;
    for method in ["GET", "PUT", "DELETE", "PATCH"] {
        let answer = app.ask(good().method(method)).await;
        assert_eq!((answer.status, answer.error().as_str()), (405, "method_not_allowed"), "{method}");
    }
    for path in ["/courier/", "//courier", "/courier/default/", "/courier/default/more", "/Courier", "/"] {
        let request = Request::post(path).bearer(COURIER).json(&code_mail("u@example.org", "012345"));
        let answer = app.ask(request).await;
        assert!([401, 404].contains(&answer.status), "{path} {answer:?}");
        answer.error();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_inbound_listener_takes_the_posts_away_from_the_admin_listener() {
    let mut app = plan("serve: {inbound: {enabled: true}}").start().await;
    let inbound = app.app().listeners().inbound.as_ref().expect("it listens").address;
    let public = app.app().listeners().public.address;
    let ask = async |address, request: &Request| crate::client::Connection::open(address).await.ask(request).await;
    assert_stored(&ask(inbound, &good()).await);
    for other in [app.admin(), public] {
        let answer = ask(other, &good()).await;
        assert_eq!((answer.status, answer.error().as_str()), (404, "not_found"));
    }
    for path in ["/health/alive", "/health/ready", "/version"] {
        for listener in [inbound, public, app.admin()] {
            assert_eq!(ask(listener, &Request::get(path)).await.status, 200, "{path}");
        }
    }
    for path in ["/admin/courier/messages", "/metrics/prometheus", "/ui/inbox"] {
        for listener in [inbound, public] {
            assert_eq!(ask(listener, &Request::get(path).bearer("admin-token")).await.status, 404, "{path}");
        }
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_listener_has_its_own_body_limit() {
    let more = "serve: {admin: {body_limit: 1KiB}, inbound: {enabled: true, body_limit: 4KiB}}";
    let app = plan(more).start().await;
    let inbound = app.app().listeners().inbound.as_ref().unwrap().address;
    for (size, status) in [(4096, 200), (4097, 413)] {
        let request = good().body(of_size(size, "u@example.org"));
        let answer = crate::client::Connection::open(inbound).await.ask(&request).await;
        assert_eq!(answer.status, status, "{size} bytes: {answer:?}");
    }
}
