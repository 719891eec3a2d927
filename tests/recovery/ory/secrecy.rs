//! No code, token, password or address in any log at `trace`, in metrics, in errors of ours or in the
//! database.

use super::address;
use crate::canary::Canaries;
use crate::client::Request;
use crate::fake_kratos::{CODE, Reply};
use crate::log;
use crate::scene::{SETTINGS, SUBMIT, scene};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_through_is_found_nowhere() {
    let mut scene = scene("").await;
    let (email, wrong, password) = ("ory.canary-2Wd@secret-domain.example", "66330022", "ory canary password 5Tn");
    let flow = scene.ory_flow().await;
    let mut answers = vec![scene.ory_submit(&flow, &json!({"method": "code", "email": email})).await];
    let passed = scene.ory_code(&flow, CODE).await;
    let token = super::ory_token(&passed);
    answers.push(scene.ory_code(&flow, wrong).await);
    let settings = |body: serde_json::Value| {
        Request::post(&format!("/self-service/settings?flow={flow}")).header("X-Session-Token", &token).json(&body)
    };
    answers.push(scene.ask(settings(json!({"method": "password", "password": password}))).await);
    let angry = json!(format!("{email} {wrong} {password} ory_st_quotedCanary"));
    for reply in [
        Reply::text(500, &angry.to_string()),
        Reply::text(404, &angry.to_string()),
        Reply::json(200, &json!([angry])),
        Reply::cut(),
        Reply { status: 307, ..Reply::redirect(&format!("http://127.0.0.1:1/?x={email}")) },
    ] {
        let flow = scene.ory_flow().await;
        scene.kratos.next(SUBMIT, reply.clone());
        scene.kratos.next(SETTINGS, reply.clone());
        answers.push(scene.ory_code(&flow, wrong).await);
        answers.push(scene.ask(settings(json!({"method": "password", "password": password}))).await);
        scene.kratos.next(SUBMIT, reply);
        answers.push(scene.ory_submit(&flow, &address()).await);
        let guess = Request::post("/self-service/login").header("X-Session-Token", "ory_st_foreignCanary");
        answers.push(scene.ask(guess.json(&json!({"method": "totp", "totp_code": wrong}))).await);
    }
    let via = format!("/self-service/login/api?aal=aal2&via={email}");
    scene.ask(Request::get(&via).header("X-Session-Token", &token)).await;
    let metrics = scene.app.metrics().await;
    scene.app.stop().await;
    let canaries = Canaries(vec![
        ("address", email.to_owned()),
        ("wrong code", wrong.to_owned()),
        ("password", password.to_owned()),
        ("session token", token),
        ("foreign token", "ory_st_foreignCanary".to_owned()),
        ("quoted token", "ory_st_quotedCanary".to_owned()),
    ]);
    for answer in answers.iter().filter(|answer| answer.status >= 500) {
        canaries.absent_from("an error", &answer.body);
    }
    canaries.absent_from("metrics", metrics.as_bytes());
    canaries.absent_from_database(&scene.app);
    canaries.absent_from("the log", log::so_far().as_bytes());
}
