//! Where an app finds its way on: links to these routes, ids of ours, and several sources.

use super::{BEGIN, READ, ory_token};
use crate::client::Request;
use crate::fake_kratos::{ADDRESS, CODE, FakeKratos};
use crate::scene::{SUBMIT, Scene, scene};
use crate::sources;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_base_url_links_lead_to_the_host_that_was_asked() {
    let scene = scene("").await;
    let begun = scene.get("/self-service/recovery/api").await.json();
    let id = begun["id"].as_str().unwrap();
    assert_eq!(begun["ui"]["action"], format!("http://127.0.0.1/self-service/recovery?flow={id}"));
    assert_eq!(begun["request_url"], "http://127.0.0.1/self-service/recovery/api");
    let request = Request::get("/self-service/recovery/api").header("Host", "id.example.org:8443");
    let request = request.header("X-Forwarded-Host", "evil.example").header("Forwarded", "host=evil.example");
    let action = scene.ask(request).await.json()["ui"]["action"].as_str().unwrap().to_owned();
    assert!(action.starts_with("http://id.example.org:8443/self-service/recovery?flow="), "{action}");
}

/// The whole way by following what answers say.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_that_follows_links_arrives() {
    let scene = scene("").await;
    let path = |json: &Value| json["ui"]["action"].as_str().unwrap().replace("http://127.0.0.1", "");
    let begun = scene.get("/self-service/recovery/api").await.json();
    let sent = scene.post(&path(&begun), &json!({"method": "code", "email": ADDRESS})).await.json();
    assert_eq!(sent["state"], "sent_email");
    let passed = scene.post(&path(&sent), &json!({"method": "code", "code": CODE})).await;
    let token = ory_token(&passed);
    let settings = scene.ask(Request::get("/self-service/settings/api").header("X-Session-Token", &token)).await.json();
    let body = json!({"method": "password", "password": "a good password"});
    let done = scene.ask(Request::post(&path(&settings)).header("X-Session-Token", &token).json(&body)).await;
    assert_eq!((done.status, &done.json()["state"]), (200, &json!("success")));
    assert_eq!(scene.kratos.world(|world| world.password.clone()), "a good password");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recovery_id_stands_for_its_flow() {
    let scene = scene("").await;
    let issued = scene.issue(&json!({})).await;
    let id = issued["recovery_id"].as_str().unwrap();
    let flow = scene.get(&format!("/self-service/recovery/flows?id={id}")).await;
    let kratos_id = scene.kratos.asked(READ).pop().unwrap().parameter("id").unwrap();
    assert_eq!((flow.status, flow.json()["id"].as_str()), (200, Some(kratos_id.as_str())));
    let passed = scene.ory_code(id, CODE).await;
    ory_token(&passed);
    assert_eq!(scene.kratos.asked(SUBMIT).pop().unwrap().query, format!("flow={kratos_id}"));
    // One that the app began by our own route, too.
    let id = scene.begin().await;
    assert_eq!(scene.ory_code(&id, "999999").await.json()["ui"]["messages"][0]["id"], 4_060_006);
    ory_token(&scene.ory_code(&id, CODE).await);
    // It is a recovery's: elsewhere it names nothing.
    scene.with_session(Request::get(&format!("/self-service/settings/flows?id={id}"))).await;
    assert_eq!(scene.kratos.asked("GET /self-service/settings/flows").pop().unwrap().query, "");
}

async fn two() -> (Scene, FakeKratos) {
    sources::two("serve: {public: {base_url: 'https://id.example.org'}}").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_source_has_routes_of_its_own() {
    let (scene, other) = two().await;
    let begun = scene.get("/sources/other/self-service/recovery/api").await.json();
    let flow = begun["id"].as_str().unwrap();
    let base = "https://id.example.org/sources/other/self-service";
    assert_eq!(begun["ui"]["action"], format!("{base}/recovery?flow={flow}"));
    let passed = scene.post(&format!("/sources/other/self-service/recovery?flow={flow}"), &json!({"code": CODE})).await;
    let token = ory_token(&passed);
    for path in ["/sessions/whoami", "/self-service/settings/api", "/self-service/login/api?refresh=true"] {
        let request = Request::get(&format!("/sources/other{path}")).header("X-Session-Token", &token);
        assert_eq!(scene.ask(request.clone()).await.status, 200, "{path}");
        let request = Request::get(path).header("X-Session-Token", &token);
        let elsewhere = scene.ask(request).await;
        assert!(path.contains("login") || elsewhere.status == 401, "another Kratos does not know it: {elsewhere:?}");
    }
    let begun = scene.get("/self-service/recovery/api").await.json();
    assert!(begun["ui"]["action"].as_str().unwrap().starts_with("https://id.example.org/self-service/"));
    let begun = scene.get("/sources/default/self-service/recovery/api").await.json();
    assert!(
        begun["ui"]["action"].as_str().unwrap().starts_with("https://id.example.org/sources/default/self-service/")
    );
    let unknown = scene.get("/sources/none/self-service/recovery/api").await;
    assert_eq!((unknown.status, unknown.error().as_str()), (404, "not_found"));
    assert!(!other.asked(BEGIN).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recovery_id_says_whose_it_is_and_is_no_other_s() {
    let (scene, other) = two().await;
    let issued = scene.issue(&json!({"source": "other"})).await;
    let id = issued["recovery_id"].as_str().unwrap();
    let flow = scene.get(&format!("/self-service/recovery/flows?id={id}")).await.json();
    assert!(flow["ui"]["action"].as_str().unwrap().starts_with("https://id.example.org/sources/other/"), "{flow}");
    let elsewhere = scene.get(&format!("/sources/default/self-service/recovery/flows?id={id}")).await;
    assert_eq!(elsewhere.status, 404);
    assert_eq!(scene.kratos.asked(READ).pop().unwrap().query, "", "as if there were none");
    ory_token(&scene.ory_code(id, CODE).await);
    assert!(scene.kratos.asked(SUBMIT).is_empty() && !other.asked(SUBMIT).is_empty());
}
