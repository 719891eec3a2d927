//! What one caller, and what one recovery, may ask: 429 with the time to wait, and Kratos learns who
//! really calls.

use crate::client::{Answer, Connection, Request};
use crate::fake_kratos::{ADDRESS, CODE, Reply};
use crate::scene::{SUBMIT, Scene, scene, token};
use crate::test_app::SOON;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

fn wait(answer: &Answer) -> u64 {
    assert_eq!((answer.status, answer.error().as_str()), (429, "rate_limited"), "{answer:?}");
    let wait = answer.header("retry-after").unwrap().parse().unwrap();
    assert_eq!(answer.json()["error"]["details"]["retry_after"], wait);
    wait
}

/// One request to each route.
fn each_route(id: &str) -> Vec<Request> {
    let post = |path: &str| Request::post(path).json(&json!({"code": CODE, "password": "x", "identifier": ADDRESS}));
    vec![
        post("/recoveries"),
        post("/recoveries/code"),
        Request::get(&format!("/recoveries/{id}")),
        post(&format!("/recoveries/{id}/code")),
        post(&format!("/recoveries/{id}/password")),
        post(&format!("/recoveries/{id}/resend")),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_counts_and_every_route_is_refused() {
    let scene = scene("limits: {client: {requests_per_hour: 6}}").await;
    for request in each_route("none") {
        assert!([400, 404].contains(&scene.ask(request).await.status));
    }
    for request in each_route("none") {
        assert!(wait(&scene.ask(request).await) > 60);
    }
    assert!(scene.kratos.asked("*").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_trusted_proxy_each_caller_counts_and_kratos_learns_who_calls() {
    for (trusted, callers) in [("[127.0.0.1]", ["203.0.113.7", "198.51.100.1"]), ("[]", ["127.0.0.1", "127.0.0.1"])] {
        let more =
            format!("serve: {{public: {{trusted_proxies: {trusted}}}}}\nlimits: {{client: {{requests_per_hour: 1}}}}");
        let scene = scene(&more).await;
        let ask = async |forwarded: &str| {
            let request = Request::post("/recoveries").header("X-Forwarded-For", forwarded);
            scene.ask(request.header("True-Client-Ip", "192.0.2.99").json(&json!({"identifier": ADDRESS}))).await
        };
        assert_eq!(ask("192.0.2.1, 203.0.113.7").await.status, 202);
        let second = ask("198.51.100.1").await.status;
        assert_eq!(second, if trusted == "[]" { 429 } else { 202 }, "a header counts only from a trusted proxy");
        let begun = scene.kratos.asked("GET /self-service/recovery/api");
        // The first one of all looked whether tokens will come, for nobody.
        let heard: Vec<_> = begun.iter().filter_map(|asked| asked.header("true-client-ip")).collect();
        assert_eq!(heard, callers[..heard.len()]);
        assert_eq!(heard.len(), if trusted == "[]" { 1 } else { 2 });
        assert!(begun.iter().all(|asked| asked.header("x-forwarded-for") == asked.header("true-client-ip")));
    }
}

/// Whoever finds a link must not fill somebody's mailbox, nor end every code that arrives there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_sent_again_ten_times_an_hour() {
    let scene = scene("").await;
    let id = scene.begin().await;
    let resend = || Request::post(&format!("/recoveries/{id}/resend"));
    for count in 1..=10 {
        assert_eq!(scene.ask(resend()).await.status, 202);
        scene.await_sent(f64::from(count + 1)).await;
    }
    let seconds = wait(&scene.ask(resend()).await);
    let other = scene.begin().await;
    assert_eq!(scene.ask(Request::post(&format!("/recoveries/{other}/resend"))).await.status, 202);
    scene.kratos.world(|world| world.lifespan = Duration::from_hours(9));
    scene.clock.advance(Duration::from_secs(seconds));
    assert_eq!(scene.ask(resend()).await.error(), "recovery_expired", "no longer limited");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_recovery_cannot_take_all_places() {
    let scene = scene("").await;
    let id = scene.begin().await;
    let told = Arc::new(Notify::new());
    scene.kratos.next(SUBMIT, Reply::recorded("v26.2.0", "submit.right-code").when(&told));
    let mut asking: FuturesUnordered<_> = (0..24).map(|_| scene.code(&id, CODE)).collect();
    // Who gets a place waits for Kratos; nobody else does.
    let mut answers = vec![tokio::time::timeout(SOON, asking.next()).await.expect("a refusal").unwrap()];
    assert_eq!(answers[0].status, 429, "{answers:?}");
    told.notify_one();
    answers.extend(asking.collect::<Vec<_>>().await);
    let (right, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert!(!refused.is_empty() && refused.iter().all(|answer| wait(answer) == 1), "{refused:?}");
    assert!(right.len() >= 16 && right.iter().all(|answer| token(answer) == token(right[0])), "{right:?}");
    token(&scene.code(&id, CODE).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_larger_than_a_form_is_refused() {
    let scene = scene("").await;
    let body = |length: usize| json!({"identifier": ADDRESS, "transient_payload": {"x": "y".repeat(length)}});
    for (answer, status, error) in [
        (scene.post("/recoveries", &body(16 * 1024)).await, 413, "body_too_large"),
        (scene.post("/recoveries", &body(8 * 1024 - 7)).await, 400, "transient_payload_too_large"),
        (chunked(&scene, &body(16 * 1024)).await, 413, "body_too_large"),
        (scene.ask(Request::post("/recoveries").body("identifier=x")).await, 415, "unsupported_media_type"),
    ] {
        assert_eq!((answer.status, answer.error().as_str()), (status, error));
    }
    assert_eq!(scene.post("/recoveries", &body(8 * 1024 - 8)).await.status, 202);
}

async fn chunked(scene: &Scene, body: &serde_json::Value) -> Answer {
    Connection::open(scene.app.public()).await.ask(&Request::post("/recoveries").json(body).chunked()).await
}
