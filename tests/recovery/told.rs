//! «Your account was recovered»: a recovery that went on over our routes is mailed once, and not again
//! when Kratos's own hook tells of it.

use crate::client::Request;
use crate::fake_kratos::{CODE, FakeKratos, IDENTITY, Reply};
use crate::postgres_support::Schema;
use crate::scene::{SUBMIT, Scene, configured, scene, token};
use crate::test_app::{COURIER, SOON, TestApp};
use serde_json::json;
use std::time::{Duration, Instant};

const HOOKS: &str = "\
hooks: {recovery-used: {notice: recovery_used}}
recovery: {ui_url: 'https://app.example.org/recover'}
";
/// Whose session the fake Kratos shows.
const OWNER: &str = "amelie+news@example.org";

/// Kratos's own call about a flow.
fn hook(flow: &str) -> Request {
    let address = json!({"value": OWNER, "verified": true, "via": "email"});
    let identity = json!({"id": IDENTITY, "traits": {"locale": "fr"}, "verifiable_addresses": [address]});
    let body = json!({"flow": {"id": flow}, "identity": identity, "request_headers": {"User-Agent": ["curl/8"]}});
    let trigger = format!("trigger-{flow}");
    Request::post("/hooks/recovery-used").bearer(COURIER).header("Ory-Webhook-Trigger-Id", &trigger).json(&body)
}

/// Kratos's id of the flow that was asked about last.
fn flow(kratos: &FakeKratos) -> String {
    kratos.asked(SUBMIT).pop().unwrap().parameter("flow").unwrap()
}

/// The notices of a recovery: language and status of each.
async fn notices(app: &TestApp) -> Vec<String> {
    let list = app.ask(Request::get("/admin/courier/messages?page_size=100").bearer("viewer-token")).await.json();
    let all = list.as_array().unwrap().clone();
    let ours = all.iter().filter(|message| message["postrider_template_type"] == "recovery_used");
    ours.map(|message| message["locale"].as_str().unwrap().to_owned()).collect()
}

async fn metric(app: &TestApp, name: &str) -> f64 {
    app.metric(name, &[("source", "default")]).await
}

/// A code that is right, by one of the ways.
async fn pass(scene: &Scene, by: &str) {
    match by {
        "ours" => drop(token(&scene.code(&scene.begin().await, CODE).await)),
        "ory" => assert_eq!(scene.ory_code(&scene.ory_flow().await, CODE).await.status, 200),
        "admin" => {
            let issued = scene.issue(&json!({})).await;
            token(&scene.code(issued["recovery_id"].as_str().unwrap(), CODE).await);
        }
        _ => {
            scene.issue(&json!({})).await;
            let body = json!({"identifier": crate::fake_kratos::ADDRESS, "code": CODE});
            token(&scene.ask(Request::post("/recoveries/code").json(&body)).await);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recovery_over_our_routes_is_told_once_in_the_owner_s_language() {
    for by in ["ours", "ory", "admin", "identifier"] {
        let mut scene = scene(&HOOKS.replace("recovery: {", "recovery: {by_identifier: true, ")).await;
        pass(&scene, by).await;
        assert_eq!(notices(&scene.app).await, ["fr"], "{by}");
        let flow = flow(&scene.kratos);
        assert_eq!(scene.app.call(hook(&flow)).await.status, 204, "{by}");
        scene.app.restart().await;
        assert_eq!(scene.app.call(hook(&flow)).await.status, 204, "{by}");
        assert_eq!(notices(&scene.app).await, ["fr"], "{by}");
        assert!(scene.app.lost_calls().await.abs() < 0.1, "{by}");
        // Another recovery is news again.
        pass(&scene, "ours").await;
        assert_eq!(notices(&scene.app).await.len(), 2, "{by}");
        let told = || scene.app.smtp.mails().into_iter().filter(|mail| mail.rcpt == [OWNER]).collect::<Vec<_>>();
        let since = Instant::now();
        while told().len() < 2 {
            assert!(since.elapsed() < SOON, "{by}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let told = told();
        assert!(told[0].text().contains("https://app.example.org/recover"), "{by}: {}", told[0].text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_kratos_s_hook_told_first_is_not_told_again() {
    for by in ["ours", "ory"] {
        let scene = scene(HOOKS).await;
        // Kratos calls its hook before it answers.
        let begun = if by == "ours" { scene.begin().await } else { scene.ory_flow().await };
        if by == "ory" {
            scene.get(&format!("/self-service/recovery/flows?id={begun}")).await;
        }
        let flow = if by == "ours" { flow(&scene.kratos) } else { begun.clone() };
        assert_eq!(scene.app.call(hook(&flow)).await.status, 204);
        assert_eq!(notices(&scene.app).await, ["fr"]);
        let passed = if by == "ours" { scene.code(&begun, CODE).await } else { scene.ory_code(&begun, CODE).await };
        assert_eq!(passed.status, 200, "{by}: {passed:?}");
        assert_eq!(notices(&scene.app).await, ["fr"], "{by}");
        assert!((metric(&scene.app, "postrider_messages_duplicate_total").await - 1.0).abs() < 0.1, "{by}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeat_of_the_code_is_no_other_recovery_and_a_wrong_code_is_none() {
    let scene = scene(HOOKS).await;
    let id = scene.begin().await;
    assert_eq!(scene.code(&id, "999999").await.error(), "recovery_code_invalid");
    assert_eq!(notices(&scene.app).await, [""; 0]);
    let first = scene.code(&id, CODE).await;
    assert_eq!(scene.code(&id, CODE).await.json(), first.json());
    assert_eq!(notices(&scene.app).await, ["fr"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_told_where_no_hook_asks_for_this_notice() {
    let scene = scene("hooks: {x: {notice: password_changed}}").await;
    pass(&scene, "ours").await;
    pass(&scene, "ory").await;
    assert_eq!(notices(&scene.app).await, [""; 0]);
}

/// Kratos shows no session that lacks its second factor.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_with_a_second_factor_is_told_too() {
    let address = json!({"value": "proven@example.org", "verified": true, "via": "email"});
    let identity = json!({"id": IDENTITY, "traits": {"lang": "de"}, "verifiable_addresses": [address]});
    for by in ["ours", "admin"] {
        let scene = scene(HOOKS).await;
        scene.kratos.world(|world| world.second_factor = true);
        scene.kratos.always("GET /admin/identities/", Reply::json(200, &identity));
        scene.kratos.always("GET /admin/identities", Reply::json(200, &json!([identity])));
        pass(&scene, by).await;
        assert_eq!(notices(&scene.app).await, ["de"], "{by}");
    }
    // Over Ory's routes nothing tells whose it is: that is counted.
    let scene = scene(HOOKS).await;
    scene.kratos.world(|world| world.second_factor = true);
    pass(&scene, "ory").await;
    assert_eq!(notices(&scene.app).await, [""; 0]);
    assert!((metric(&scene.app, "postrider_hooks_lost_total").await - 1.0).abs() < 0.1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_the_store_nor_kratos_costs_the_token() {
    let scene = scene(HOOKS).await;
    let id = scene.begin().await;
    scene.kratos.always("GET /sessions/whoami", Reply::json(500, &json!({})));
    scene.kratos.always("GET /admin/identities", Reply::json(500, &json!({})));
    let blocked = scene.app.database();
    blocked.busy_timeout(SOON).unwrap();
    blocked.execute_batch("BEGIN IMMEDIATE").unwrap();
    token(&scene.code(&id, CODE).await);
    blocked.execute_batch("ROLLBACK").unwrap();
    assert!((metric(&scene.app, "postrider_hooks_lost_total").await - 1.0).abs() < 0.1);
    assert!(!crate::log::lines(&["nobody is notified that a recovery was used"]).is_empty());
}

/// Kratos's call at one node and the code at another, at the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_two_nodes_it_is_told_once() {
    let Some(schema) = Schema::new("told").await else { return };
    let kratos = FakeKratos::start().await;
    let plan = || configured(&kratos, &format!("{HOOKS}dsn: '{}'", schema.dsn())).start();
    let (one, other) = (plan().await, plan().await);
    let ask =
        async |app: &TestApp, request: Request| crate::client::Connection::open(app.public()).await.ask(&request).await;
    for round in 1..=3 {
        let begun = ask(&one, Request::post("/recoveries").json(&json!({"identifier": "u@example.org"}))).await;
        let id = begun.json()["recovery_id"].as_str().unwrap().to_owned();
        let since = Instant::now();
        while kratos.asked(SUBMIT).iter().filter(|asked| asked.json()["email"].is_string()).count() < round {
            assert!(since.elapsed() < SOON);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let flow = flow(&kratos);
        let code = Request::post(&format!("/recoveries/{id}/code")).json(&json!({"code": CODE}));
        let (passed, told) = tokio::join!(ask(&one, code), other.ask(hook(&flow)));
        assert_eq!((passed.status, told.status), (200, 204), "{passed:?}");
        let since = Instant::now();
        while notices(&other).await.len() < round {
            assert!(since.elapsed() < SOON);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(notices(&one).await.len(), round);
    }
}
