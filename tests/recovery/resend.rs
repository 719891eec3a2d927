//! Having a code sent again.

use crate::client::Request;
use crate::fake_kratos::{ADDRESS, CODE, Reply};
use crate::scene::{SUBMIT, scene, token};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_locale_and_the_data_of_the_first_time_go_along_again() {
    let scene = scene("").await;
    let body = json!({"identifier": ADDRESS, "transient_payload": {"locale": "fr"}});
    let begun = scene.ask(Request::post("/recoveries").header("Accept-Language", "fr-CH").json(&body)).await;
    let id = begun.json()["recovery_id"].as_str().unwrap().to_owned();
    scene.await_sent(1.0).await;
    let again = scene.ask(Request::post(&format!("/recoveries/{id}/resend"))).await;
    assert_eq!((again.status, again.json()), (202, begun.json()));
    scene.await_sent(2.0).await;
    let asked = scene.kratos.asked(SUBMIT);
    let sent: Vec<_> = asked.iter().filter(|asked| asked.json()["email"].is_string()).collect();
    assert_eq!(sent.len(), 2);
    assert_eq!((sent[0].json(), sent[0].query.clone()), (sent[1].json(), sent[1].query.clone()));
    assert_eq!(sent[1].header("accept-language"), Some("fr-CH"));
    assert_eq!(sent[1].json()["transient_payload"], json!({"locale": "fr"}));
    token(&scene.code(&id, CODE).await);
}

/// What a link cannot hold is kept until the recovery ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_data_goes_along_again_too() {
    let mut scene = scene("").await;
    let payload = json!({"theme": "x".repeat(8000)});
    let begun = scene.post("/recoveries", &json!({"identifier": ADDRESS, "transient_payload": payload})).await;
    let id = begun.json()["recovery_id"].as_str().unwrap().to_owned();
    assert!(id.len() < 1000, "{} characters in a link", id.len());
    scene.await_sent(1.0).await;
    scene.app.restart().await;
    assert_eq!(scene.ask(Request::post(&format!("/recoveries/{id}/resend"))).await.status, 202);
    scene.await_sent(1.0).await;
    let asked = scene.kratos.asked(SUBMIT);
    let sent: Vec<_> = asked.iter().filter(|asked| asked.json()["email"].is_string()).collect();
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().all(|asked| asked.json()["transient_payload"] == payload));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_sent_again_is_refused() {
    let scene = scene("").await;
    let issued = scene.issue(&json!({})).await;
    let path = |id: &str| format!("/recoveries/{id}/resend");
    let admin = scene.ask(Request::post(&path(issued["recovery_id"].as_str().unwrap()))).await;
    assert_eq!((admin.status, admin.error().as_str()), (400, "request_malformed"));
    let id = scene.begin().await;
    token(&scene.code(&id, CODE).await);
    let passed = scene.ask(Request::post(&path(&id))).await;
    assert_eq!((passed.status, passed.error().as_str()), (409, "recovery_code_used"), "Kratos would panic");
    scene.kratos.next("GET /self-service/recovery/flows", Reply::recorded("v26.2.0", "flow-get.unknown"));
    let id = scene.begin().await;
    assert_eq!(scene.ask(Request::post(&path(&id))).await.error(), "recovery_not_found");
}

/// Who presses the button twice gets one code.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_is_on_its_way_at_a_time() {
    let scene = scene("").await;
    let id = scene.begin().await;
    let before = scene.kratos.asked(SUBMIT).len();
    let told = Arc::new(Notify::new());
    scene.kratos.next(SUBMIT, Reply::recorded("v26.2.0", "native.submit-email").when(&told));
    for _ in 0..3 {
        assert_eq!(scene.ask(Request::post(&format!("/recoveries/{id}/resend"))).await.status, 202);
    }
    told.notify_one();
    scene.await_sent(2.0).await;
    assert_eq!(scene.kratos.asked(SUBMIT).len(), before + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_did_not_arrive_is_told_to_the_operator() {
    let scene = scene("").await;
    let id = scene.begin().await;
    scene.kratos.next(SUBMIT, Reply::cut());
    assert_eq!(scene.ask(Request::post(&format!("/recoveries/{id}/resend"))).await.status, 202);
    let failed = [("flow", "self_service"), ("outcome", "kratos_unreachable")];
    while scene.app.metric("postrider_recoveries_total", &failed).await < 1.0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let lines = crate::log::lines(&["no code goes out until it is sent again"]);
    assert!(!lines.is_empty() && lines.iter().all(|line| !line.contains(ADDRESS)), "{lines:?}");
}
