//! Several Kratos projects: each has its own routes, below `/sources/{source}` too, and takes only its
//! own recoveries.

use crate::client::Request;
use crate::fake_kratos::{ADDRESS, CODE, FakeKratos};
use crate::scene::{SETTINGS, SETTLE, Scene, configured, token};
use serde_json::json;

/// `default` and `other` with this laid over, and the Kratos of the latter.
pub(crate) async fn two(more: &str) -> (Scene, FakeKratos) {
    let (kratos, other) = (FakeKratos::start().await, FakeKratos::start().await);
    let sources = format!(
        "sources: {{other: {{auth: [{{id: k, type: api_key, config: {{name: X, value: y}}}}], \
         kratos: {{public_url: '{0}', admin_url: '{0}'}}, recovery: {{by_identifier: true}}}}}}\n",
        other.url()
    );
    let plan = configured(&kratos, &(sources + more));
    (Scene::of(kratos, plan).await, other)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_way_goes_below_a_source_too() {
    let (scene, other) = two("").await;
    let begun = scene.post("/sources/other/recoveries", &json!({"identifier": ADDRESS})).await;
    let id = begun.json()["recovery_id"].as_str().unwrap().to_owned();
    scene.await_sent(1.0).await;
    scene.clock.advance(SETTLE);
    let path = |rest: &str| format!("/sources/other/recoveries/{id}{rest}");
    assert_eq!(scene.ask(Request::post(&path("/resend"))).await.status, 202);
    scene.await_sent(2.0).await;
    scene.clock.advance(SETTLE);
    assert_eq!(scene.get(&path("")).await.json()["state"], "sent_email");
    let passed = scene.post(&path("/code"), &json!({"code": CODE})).await;
    let session = token(&passed);
    let set = Request::post(&path("/password")).header("X-Session-Token", &session);
    assert_eq!(scene.ask(set.json(&json!({"password": "a good password"}))).await.status, 200);
    assert_eq!(scene.state(&id).await, "passed_challenge", "the recovery_id says whose it is");
    assert!(!other.asked(SETTINGS).is_empty());
    assert!(scene.kratos.asked("*").is_empty());

    scene.issue(&json!({"source": "other"})).await;
    let body = json!({"identifier": ADDRESS, "code": CODE});
    token(&scene.post("/sources/other/recoveries/code", &body).await);
    for path in ["/sources/default/recoveries/code", "/recoveries/code"] {
        let off = scene.post(path, &body).await;
        assert_eq!((off.status, off.error().as_str()), (404, "not_found"), "{path}: it is the other one's");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_source_takes_another_one_s_recovery() {
    let (scene, _other) = two("").await;
    let begun = scene.post("/sources/other/recoveries", &json!({"identifier": ADDRESS})).await;
    let id = begun.json()["recovery_id"].as_str().unwrap().to_owned();
    let path = |rest: &str| format!("/sources/default/recoveries/{id}{rest}");
    let session = |request: Request| request.header("X-Session-Token", "ory_st_x");
    for request in [
        Request::get(&path("")),
        Request::post(&path("/code")).json(&json!({"code": CODE})),
        session(Request::post(&path("/password"))).json(&json!({"password": "a good password"})),
        Request::post(&path("/resend")),
    ] {
        let answer = scene.ask(request).await;
        assert_eq!((answer.status, answer.error().as_str()), (404, "recovery_not_found"));
    }
    let unknown = scene.post("/sources/none/recoveries", &json!({"identifier": ADDRESS})).await;
    assert_eq!((unknown.status, unknown.error().as_str()), (404, "not_found"));
    assert!(scene.kratos.asked("*").is_empty());
}
