//! The table of errors in docs/recovery.md: each row is answered by the public listener, with that
//! status, and nothing else that this suite knows of.

use crate::client::{Answer, Request};
use crate::fake_kratos::{ADDRESS, CODE, Reply};
use crate::scene::{SETTINGS, SUBMIT, Scene, scene, token};
use crate::test_app::SOON;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

const NEW: &str = "a good password";

/// The rows of the page: id and status.
fn documented() -> BTreeMap<String, u16> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/recovery.md");
    let page = std::fs::read_to_string(page).unwrap();
    let table = page.split("<!-- errors -->").nth(1).unwrap().split("<!-- end of errors -->").next().unwrap();
    let row = |line: &str| {
        let mut cells = line.split('|').map(str::trim).skip(1);
        let (id, status, cure) = (cells.next()?, cells.next()?, cells.next()?);
        assert!(!cure.is_empty(), "{line}");
        Some((id.strip_prefix('`')?.strip_suffix('`')?.to_owned(), status.parse().ok()?))
    };
    table.lines().filter_map(row).collect()
}

/// What was answered so far.
#[derive(Default)]
struct Seen(BTreeMap<String, u16>);

impl Seen {
    fn see(&mut self, answer: &Answer) {
        let error = answer.json()["error"].clone();
        assert_eq!(error["code"], answer.status, "{error}");
        for key in ["id", "status", "reason", "message", "request"] {
            assert!(!error[key].as_str().unwrap().is_empty(), "{error}");
        }
        assert_eq!(answer.header("x-request-id"), error["request"].as_str());
        assert!(answer.body.len() < 1024);
        let before = self.0.insert(answer.error(), answer.status);
        assert!(before.is_none_or(|status| status == answer.status), "{error}: once {before:?}");
    }
}

async fn code_gets(scene: &Scene, recorded: &str) -> Answer {
    let id = scene.begin().await;
    scene.kratos.next(SUBMIT, Reply::recorded("v26.2.0", recorded));
    scene.code(&id, CODE).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_row_of_the_page_is_answered_and_no_other() {
    let mut seen = Seen::default();
    let scene = scene("").await;
    for recorded in [
        "submit.wrong-code",
        "submit.limit-attempt-6-right-code",
        "submit.reused-code",
        "submit.expired-flow",
        "submit.unknown-flow",
        "submit.inactive-identity",
        "no-transitions.submit.right-code",
        "submit.after-hook-interrupts",
    ] {
        seen.see(&code_gets(&scene, recorded).await);
    }
    let id = scene.begin().await;
    scene.kratos.next(SUBMIT, Reply::json(500, &json!({})));
    seen.see(&scene.code(&id, CODE).await);
    scene.kratos.next(SUBMIT, Reply::json(418, &json!({})));
    seen.see(&scene.code(&id, CODE).await);

    let session = token(&scene.code(&id, CODE).await);
    seen.see(&scene.password(&id, &session, "short").await);
    seen.see(&scene.password(&id, "ory_st_other", NEW).await);
    for recorded in ["settings.refresh-required", "aal2.settings-before-step-up"] {
        scene.kratos.next(SETTINGS, Reply::recorded("v26.2.0", recorded));
        seen.see(&scene.password(&id, &session, NEW).await);
    }

    let payload = |length: usize| json!({"identifier": ADDRESS, "transient_payload": {"x": "y".repeat(length)}});
    seen.see(&scene.post("/recoveries", &payload(9000)).await);
    seen.see(&scene.post("/recoveries", &payload(20_000)).await);
    seen.see(&scene.post("/recoveries", &json!({})).await);
    seen.see(&scene.ask(Request::post("/recoveries").body("{}")).await);
    seen.see(&scene.ask(Request::get("/recoveries/code/code")).await);
    seen.see(&scene.post("/recoveries/code", &json!({"identifier": ADDRESS, "code": CODE})).await);
    seen.see(&limited().await);
    seen.see(&store_away().await);
    assert_eq!(seen.0, documented());
}

async fn limited() -> Answer {
    let scene = scene("limits: {client: {requests_per_hour: 1}}").await;
    scene.get("/recoveries/x").await;
    scene.get("/recoveries/x").await
}

async fn store_away() -> Answer {
    let scene = scene("").await;
    let issued = scene.issue(&json!({})).await;
    let blocked = scene.app.database();
    blocked.busy_timeout(SOON).unwrap();
    blocked.execute_batch("BEGIN IMMEDIATE").unwrap();
    scene.code(issued["recovery_id"].as_str().unwrap(), CODE).await
}

/// Whatever else goes along stands in `details`, and only there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_program_needs_beyond_the_id_stands_in_details() {
    let scene = scene("").await;
    let details = |answer: &Answer| answer.json()["error"]["details"].clone();
    let misconfigured = code_gets(&scene, "no-transitions.submit.right-code").await;
    assert_eq!(details(&misconfigured), json!({"missing_key": "feature_flags.use_continue_with_transitions"}));
    let id = scene.begin().await;
    scene.kratos.next(SUBMIT, Reply::json(500, &json!({})));
    assert_eq!(details(&scene.code(&id, CODE).await), json!({"retry_after": 1}));
    assert_eq!(details(&code_gets(&scene, "submit.wrong-code").await), Value::Null);
    let id = scene.begin().await;
    let session = token(&scene.code(&id, CODE).await);
    let refused = details(&scene.password(&id, &session, "short").await);
    assert_eq!((refused["messages"][0]["id"].as_i64(), refused.as_object().unwrap().len()), (Some(4_000_032), 1));
}
