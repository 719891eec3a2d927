//! Nothing but what is offered, in bounds.

use super::{TOKEN, ory_token, right_code};
use crate::client::Request;
use crate::fake_kratos::{CODE, LOOKUP, TOTP};
use crate::scene::{SUBMIT, scene};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_else_is_handed_on() {
    let scene = scene("").await;
    for (method, path, status) in [
        ("GET", "/self-service/recovery/browser", 404),
        ("GET", "/self-service/login/browser?aal=aal2", 404),
        ("GET", "/self-service/registration/api", 404),
        ("GET", "/self-service/verification/api", 404),
        ("GET", "/self-service/errors?id=x", 404),
        ("DELETE", "/self-service/logout/api", 404),
        ("GET", "/sessions", 404),
        ("GET", "/sessions/whoami/", 404),
        ("GET", "/schemas/default", 404),
        ("GET", "/.well-known/ory/webauthn.js", 404),
        ("POST", "/admin/recovery/code", 404),
        ("GET", "/admin/identities", 404),
        ("GET", "/self-service/recovery/api/../../admin/identities", 404),
        ("GET", "/self-service/recovery/%2e%2e/%2e%2e/admin/identities", 404),
        ("GET", "/self-service//recovery/api", 404),
        ("GET", "/self-service/recovery?flow=x", 405),
        ("POST", "/self-service/recovery/api", 405),
        ("DELETE", "/sessions/whoami", 405),
        ("GET", "/sources/default/self-service/registration/api", 404),
    ] {
        let answer = scene.ask(Request::get(path).method(method).header("X-Session-Token", TOKEN)).await;
        let error = if status == 404 { "not_found" } else { "method_not_allowed" };
        assert_eq!((answer.status, answer.error().as_str()), (status, error), "{method} {path}");
    }
    assert!(scene.kratos.asked("*").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_needs_a_session_is_not_asked_without_one() {
    let scene = scene("").await;
    for (method, path) in [
        ("GET", "/self-service/settings/api"),
        ("GET", "/self-service/settings/flows?id=x"),
        ("POST", "/self-service/settings?flow=x"),
        ("GET", "/sessions/whoami"),
        ("GET", "/self-service/login/api?aal=aal2"),
        ("GET", "/self-service/login/flows?id=x"),
        ("POST", "/self-service/login?flow=x"),
    ] {
        for header in [("Cookie", "ory_kratos_session=x"), ("X-Session-Token", " "), ("Authorization", "Basic x")] {
            let request = Request::get(path).method(method).header(header.0, header.1);
            let request = if method == "POST" { request.json(&json!({"method": "password"})) } else { request };
            let answer = scene.ask(request).await;
            assert_eq!((answer.status, answer.error().as_str()), (401, "session_inactive"), "{method} {path}");
        }
    }
    for query in ["", "aal=aal1", "refresh=false", "aal=aal2x"] {
        let answer = scene.with_session(Request::get(&format!("/self-service/login/api?{query}"))).await;
        assert_eq!((answer.status, answer.error().as_str()), (400, "request_malformed"), "{query}");
    }
    assert!(scene.kratos.asked("*").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_json_object_of_bounded_size_is_handed_on() {
    let scene = scene("").await;
    let flow = scene.ory_flow().await;
    let before = scene.kratos.asked("*").len();
    let path = format!("/self-service/recovery?flow={flow}");
    let post = |media_type: &str, body: &str| Request::post(&path).header("Content-Type", media_type).body(body);
    let large = json!({"email": "x".repeat(17 * 1024)}).to_string();
    let payload = json!({"email": "u@example.org", "transient_payload": {"x": "y".repeat(9000)}}).to_string();
    for (request, status, error) in [
        (post("application/x-www-form-urlencoded", "code=012345"), 415, "unsupported_media_type"),
        (post("application/json", "[]"), 400, "request_malformed"),
        (post("application/json", ""), 400, "request_malformed"),
        (post("application/json", "{"), 400, "request_malformed"),
        (post("application/json", &large), 413, "body_too_large"),
        (post("application/json", &payload), 400, "transient_payload_too_large"),
    ] {
        let answer = scene.ask(request).await;
        assert_eq!((answer.status, answer.error().as_str()), (status, error));
    }
    assert_eq!(scene.kratos.asked("*").len(), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_counted_like_all_others() {
    let scene = scene("limits: {client: {requests_per_hour: 2}}").await;
    scene.ory_flow().await;
    assert_eq!(scene.get("/sessions/whoami").await.status, 401);
    let answer = scene.get("/sources/default/self-service/recovery/api").await;
    assert_eq!((answer.status, answer.error().as_str()), (429, "rate_limited"));
    assert!(answer.header("retry-after").is_some());
}

/// A wrong code is a 200 at Kratos.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_codes_are_counted_although_kratos_says_200() {
    let scene = scene("limits: {client: {wrong_codes_per_hour: 2}}").await;
    for _ in 0..3 {
        let flow = scene.ory_flow().await;
        ory_token(&scene.ory_code(&flow, CODE).await);
    }
    let flow = scene.ory_flow().await;
    for _ in 0..2 {
        assert_eq!(scene.ory_code(&flow, "999999").await.status, 200);
    }
    let asked = scene.kratos.asked(SUBMIT).len();
    let answer = scene.ory_submit(&flow, &right_code()).await;
    assert_eq!((answer.status, answer.error().as_str()), (429, "rate_limited"));
    assert_eq!(scene.kratos.asked(SUBMIT).len(), asked);
    // They are the same ones that our own routes count.
    let id = scene.begin().await;
    assert_eq!(scene.code(&id, CODE).await.error(), "rate_limited");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_at_a_second_factor_and_at_a_password_are_counted_too() {
    for guess in [
        json!({"method": "totp", "totp_code": "000000"}),
        json!({"method": "lookup_secret", "lookup_secret": "00000000"}),
        json!({"method": "password", "identifier": "u@example.org", "password": "a guess"}),
    ] {
        let scene = scene("limits: {client: {wrong_codes_per_hour: 2}}").await;
        let post = |body| Request::post("/self-service/login?flow=6a4f1e2c-0000-4000-8000-00000000000a").json(&body);
        for right in [
            json!({"method": "totp", "totp_code": TOTP}),
            json!({"method": "lookup_secret", "lookup_secret": LOOKUP}),
            json!({"method": "password", "identifier": "u@example.org", "password": "the old password"}),
        ] {
            assert_eq!(scene.with_session(post(right)).await.status, 200);
        }
        // A form without its field, and one whose code is still to be sent, are no guesses.
        for _ in 0..3 {
            scene.with_session(post(json!({"method": "code"}))).await;
        }
        for _ in 0..2 {
            assert_eq!(scene.with_session(post(guess.clone())).await.status, 400);
        }
        let answer = scene.with_session(post(guess)).await;
        assert_eq!((answer.status, answer.error().as_str()), (429, "rate_limited"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_an_allowed_origin_may_call_and_nothing_of_it_reaches_kratos() {
    let origin = "https://app.example.org";
    let scene = scene(&format!("serve: {{public: {{cors: {{enabled: true, allowed_origins: ['{origin}']}}}}}}")).await;
    let preflight = Request::get("/self-service/settings?flow=x")
        .method("OPTIONS")
        .header("Origin", origin)
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "content-type,x-session-token");
    let answer = scene.connection().await.ask(&preflight).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, Some(origin)));
    let answer = scene.ask(Request::get("/self-service/recovery/api").header("Origin", origin)).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some(origin)));
    let begun = scene.kratos.asked("GET /self-service/recovery/api");
    assert!(begun.iter().all(|asked| asked.header("origin").is_none()));
}
