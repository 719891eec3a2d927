//! A code of an admin's with the address alone: only the right one reaches Kratos, and nothing
//! tells whether there is one.

use crate::client::Answer;
use crate::fake_kratos::{ADDRESS, CODE};
use crate::scene::{Scene, scene, token};
use serde_json::json;

async fn on() -> Scene {
    scene("recovery: {by_identifier: true}\nlimits: {client: {wrong_codes_per_hour: 0}}").await
}

async fn submit(scene: &Scene, identifier: &str, code: &str) -> Answer {
    scene
        .post("/recoveries/code", &json!({"identifier": identifier, "code": code, "password": "a good password"}))
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_off_unless_configured() {
    let scene = scene("").await;
    scene.issue(&json!({})).await;
    let answer = submit(&scene, ADDRESS, CODE).await;
    assert_eq!((answer.status, answer.error().as_str()), (404, "not_found"));
    assert_eq!(scene.codes(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_right_code_reaches_kratos_and_its_answer_can_be_had_again() {
    let scene = on().await;
    scene.issue(&json!({})).await;
    for _ in 0..8 {
        assert_eq!(submit(&scene, ADDRESS, "999999").await.error(), "recovery_code_invalid");
    }
    assert_eq!(scene.codes(), 0, "strangers cannot burn Kratos's five tries");
    let answer = submit(&scene, " U@EXAMPLE.org", CODE).await;
    token(&answer);
    assert_eq!(answer.json()["password"], "set");
    assert_eq!(submit(&scene, ADDRESS, CODE).await.json(), answer.json());
    assert_eq!(scene.codes(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_no_open_recovery_looks_like_whoever_is_wrong() {
    let scene = on().await;
    let none = submit(&scene, ADDRESS, CODE).await;
    scene.issue(&json!({})).await;
    let wrong = submit(&scene, ADDRESS, "999999").await;
    let other = submit(&scene, "other@example.org", CODE).await;
    for answer in [&none, &wrong, &other] {
        assert_eq!((answer.status, answer.error().as_str()), (400, "recovery_code_invalid"));
        assert_eq!(answer.json()["error"]["reason"], none.json()["error"]["reason"]);
    }
    // Begun by the user: no admin's.
    scene.begin().await;
    assert_eq!(submit(&scene, "nobody@example.org", CODE).await.error(), "recovery_code_invalid");
    assert_eq!(scene.codes(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_twenty_tries_the_right_code_is_refused_too_but_the_link_still_works() {
    let scene = on().await;
    let issued = scene.issue(&json!({})).await;
    for _ in 0..20 {
        assert_eq!(submit(&scene, ADDRESS, "999999").await.error(), "recovery_code_invalid");
    }
    assert_eq!(submit(&scene, ADDRESS, CODE).await.error(), "recovery_code_invalid");
    assert_eq!(scene.codes(), 0);
    token(&scene.code(issued["recovery_id"].as_str().unwrap(), CODE).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newest_recovery_counts_and_a_withdrawn_one_does_not() {
    let scene = on().await;
    let issued = scene.issue(&json!({})).await;
    let path = format!("/admin/recoveries/{}/withdraw", issued["id"].as_str().unwrap());
    let withdraw = crate::client::Request::post(&path).bearer("support-token");
    assert_eq!(scene.app.ask(withdraw).await.status, 200);
    assert_eq!(submit(&scene, ADDRESS, CODE).await.error(), "recovery_code_invalid");
    scene.issue(&json!({})).await;
    token(&submit(&scene, ADDRESS, CODE).await);
}
