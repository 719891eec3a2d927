//! Promise P6 for recoveries: no code, token, password or address in any log at `trace`, nor in
//! metrics, errors or the database.

use crate::canary::Canaries;
use crate::client::{Answer, Request};
use crate::fake_kratos::{CODE, FakeKratos, Reply};
use crate::log;
use crate::scene::{SETTINGS, SUBMIT, Scene, token};
use crate::test_app::plan;
use serde_json::json;

const ADDRESS: &str = "canary.address-4Qz@secret-domain.example";
const PASSWORD: &str = "canary password 8Kv";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_end_users_send_is_found_nowhere() {
    let kratos = FakeKratos::start().await;
    let key = "{type: api_key, config: {in: header, name: Authorization, value: Bearer canary-pat-3Hs}}";
    let more = format!(
        "kratos: {{public_url: '{0}', admin_url: '{0}', admin_auth: {key}}}\nrecovery: {{by_identifier: true}}",
        kratos.url()
    );
    let mut scene = Scene::of(kratos, plan(&more)).await;
    let mut answers = Vec::new();
    let mut tokens = Vec::new();
    let body = json!({"identifier": ADDRESS, "transient_payload": {"x": "canary transient 9Gd"}});
    let begun = scene.ask(Request::post("/recoveries").header("User-Agent", "canary agent 1Lp").json(&body)).await;
    let id = begun.json()["recovery_id"].as_str().unwrap().to_owned();
    scene.await_sent(1.0).await;
    answers.push(begun);
    answers.push(scene.code(&id, "77440011").await);
    let passed = scene.code_and_password(&id, CODE, PASSWORD).await;
    tokens.push(token(&passed));
    answers.push(scene.password(&id, &tokens[0], "short").await);
    answers.push(scene.password(&id, "ory_st_canaryForeignToken", PASSWORD).await);
    answers.push(
        scene.post("/recoveries/code", &json!({"identifier": ADDRESS, "code": "77440011", "password": PASSWORD})).await,
    );
    // Whatever Kratos quotes in its anger.
    let angry = json!({"error": {"id": ADDRESS, "code": 418, "reason": format!("{ADDRESS} 77440011 {PASSWORD}")},
        "ui": {"messages": [{"id": 1, "type": "error", "text": PASSWORD}]}, "state": "ory_st_canaryQuoted"});
    for reply in [
        Reply::json(418, &angry),
        Reply::json(500, &angry),
        Reply::text(500, &format!("PANIC: {ADDRESS} {PASSWORD}")),
        Reply::cut(),
        Reply::redirect(&format!("http://127.0.0.1:1/?x={ADDRESS}")),
    ] {
        scene.kratos.next(SUBMIT, reply.clone());
        scene.kratos.next(SETTINGS, reply.clone());
        answers.push(scene.code(&id, "77440011").await);
        answers.push(scene.password(&id, &tokens[0], PASSWORD).await);
        let begun = scene.post("/recoveries", &json!({"identifier": ADDRESS})).await;
        scene.kratos.next(SUBMIT, reply);
        let other = begun.json()["recovery_id"].as_str().unwrap_or_default().to_owned();
        drop(scene.ask(Request::post(&format!("/recoveries/{other}/resend"))).await);
    }
    let issued = scene.issue(&json!({})).await;
    let issued_id = issued["recovery_id"].as_str().unwrap();
    tokens.push(token(&scene.code_and_password(issued_id, CODE, "canary second password").await));
    scene.kratos.behave();
    let metrics = scene.app.metrics().await;
    scene.app.stop().await;

    let mut all = vec![
        ("address", ADDRESS.to_owned()),
        ("local part", "canary.address-4Qz".to_owned()),
        ("wrong code", "77440011".to_owned()),
        ("password", PASSWORD.to_owned()),
        ("second password", "canary second password".to_owned()),
        ("transient payload", "canary transient 9Gd".to_owned()),
        ("user agent", "canary agent 1Lp".to_owned()),
        ("foreign token", "ory_st_canaryForeignToken".to_owned()),
        ("quoted token", "ory_st_canaryQuoted".to_owned()),
        ("API key", "canary-pat-3Hs".to_owned()),
    ];
    all.extend(tokens.into_iter().map(|token| ("session token", token)));
    let canaries = Canaries(all);
    for answer in answers.iter().filter(|answer: &&Answer| answer.status >= 400) {
        // A policy's messages are for the one who chose the password.
        if answer.error() != "password_policy" {
            canaries.absent_from("an error", &answer.body);
        }
    }
    canaries.absent_from("metrics", metrics.as_bytes());
    canaries.absent_from_database(&scene.app);
    assert!(!log::lines(&["WARN", "Kratos"]).is_empty(), "what went wrong is logged");
    canaries.absent_from("the log", log::so_far().as_bytes());
}
