//! A database that takes no writes: the token that Kratos gave is handed over all the same. And what is
//! kept for repeats does not stay.

use crate::client::Request;
use crate::fake_kratos::CODE;
use crate::scene::{Scene, scene, token};
use crate::test_app::SOON;
use serde_json::json;
use std::time::{Duration, Instant};

fn kept(scene: &Scene) -> i64 {
    scene.app.database().query_row("SELECT count(*) FROM recovery_answers", [], |row| row.get(0)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_not_lost_with_the_database() {
    let scene = scene("").await;
    let id = scene.begin().await;
    let blocked = scene.app.database();
    blocked.busy_timeout(SOON).unwrap();
    blocked.execute_batch("BEGIN IMMEDIATE").unwrap();
    let begin = Instant::now();
    let passed = scene.code_and_password(&id, CODE, "a good password").await;
    token(&passed);
    assert_eq!(passed.json()["password"], "set");
    // The store itself waits for 5 s for each write, of which there are two.
    assert!(begin.elapsed() < Duration::from_secs(9), "{:?}", begin.elapsed());
    assert!(!crate::log::lines(&["the answer to a right code, for a repeat"]).is_empty());
    // Until the store has given up.
    tokio::time::sleep(Duration::from_secs(4)).await;
    blocked.execute_batch("ROLLBACK").unwrap();
    // It could not be kept for a repeat, which hears the truth.
    assert_eq!(kept(&scene), 0);
    let repeated = scene.code_and_password(&id, CODE, "a good password").await;
    assert_eq!((repeated.status, repeated.error().as_str()), (409, "recovery_code_used"));
}

/// An admin's recovery counts its tries, so it waits for the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_s_code_is_not_spent_while_nothing_can_be_noted() {
    let scene = scene("").await;
    let issued = scene.issue(&json!({})).await;
    let id = issued["recovery_id"].as_str().unwrap();
    let blocked = scene.app.database();
    blocked.busy_timeout(SOON).unwrap();
    blocked.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answer = scene.code(id, CODE).await;
    assert_eq!((answer.status, answer.error().as_str()), (503, "store_unavailable"));
    assert_eq!((answer.header("retry-after"), scene.codes()), (Some("1"), 0));
    blocked.execute_batch("ROLLBACK").unwrap();
    token(&scene.code(id, CODE).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_kept_is_erased_when_its_time_is_over() {
    let mut scene = scene("recovery: {by_identifier: true}").await;
    let large = json!({"identifier": crate::fake_kratos::ADDRESS, "transient_payload": {"x": "y".repeat(2000)}});
    assert_eq!(scene.post("/recoveries", &large).await.status, 202);
    scene.issue(&json!({})).await;
    let body = json!({"identifier": crate::fake_kratos::ADDRESS, "code": CODE});
    let passed = scene.ask(Request::post("/recoveries/code").json(&body)).await;
    let token = token(&passed);
    assert_eq!(kept(&scene), 4, "the payload, whose flow the admin's is, and the answer for each way to ask again");
    scene.clock.advance(Duration::from_secs(121));
    let deadline = Instant::now() + SOON;
    while kept(&scene) != 2 {
        assert!(Instant::now() < deadline, "{} are still kept", kept(&scene));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    scene.clock.advance(Duration::from_mins(15));
    while kept(&scene) != 0 {
        assert!(Instant::now() < deadline, "payload or flow are still kept");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    scene.app.stop().await;
    crate::canary::Canaries(vec![("session token", token)]).absent_from_database(&scene.app);
}
