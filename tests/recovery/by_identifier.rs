//! A code of an admin's with the address alone: only the right one reaches Kratos, and nothing
//! tells whether there is one.

use crate::client::{Answer, Request};
use crate::fake_kratos::{ADDRESS, CODE};
use crate::scene::{Scene, scene, token};
use serde_json::json;
use std::time::Duration;

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
async fn a_recovery_that_its_user_began_is_none_of_these() {
    let scene = on().await;
    scene.begin().await;
    assert_eq!(submit(&scene, ADDRESS, CODE).await.error(), "recovery_code_invalid");
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
async fn the_newest_open_recovery_counts() {
    let scene = on().await;
    scene.kratos.world(|world| world.code = "111111");
    scene.issue(&json!({})).await;
    scene.clock.advance(Duration::from_secs(1));
    scene.kratos.world(|world| world.code = "222222");
    let newest = scene.issue(&json!({})).await;
    assert_eq!(submit(&scene, ADDRESS, "111111").await.error(), "recovery_code_invalid");
    let withdraw = format!("/admin/recoveries/{}/withdraw", newest["id"].as_str().unwrap());
    assert_eq!(scene.app.ask(Request::post(&withdraw).bearer("support-token")).await.status, 200);
    assert_eq!(submit(&scene, ADDRESS, "222222").await.error(), "recovery_code_invalid", "it is withdrawn");
    token(&submit(&scene, ADDRESS, "111111").await);
    // Used up, and its two minutes are over.
    scene.clock.advance(Duration::from_secs(121));
    assert_eq!(submit(&scene, ADDRESS, "111111").await.error(), "recovery_code_invalid");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_one_looks_like_none() {
    let scene = on().await;
    scene.issue(&json!({})).await;
    scene.clock.advance(Duration::from_mins(16));
    assert_eq!(submit(&scene, ADDRESS, CODE).await.error(), "recovery_code_invalid");
}
