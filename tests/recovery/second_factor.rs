//! An account with a second factor: the code alone sets no password.

use crate::client::{Answer, Connection, Request};
use crate::fake_kratos::{CODE, FakeKratos, LOOKUP, TOTP};
use crate::scene::{scene, token};
use serde_json::{Value, json};

const NEW: &str = "a good password";

/// What Kratos's login routes do with a session.
async fn step_up(kratos: &FakeKratos, token: &str, body: &Value) -> Answer {
    let address = kratos.url().trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
    let request = Request::post("/self-service/login?flow=f").header("X-Session-Token", token);
    Connection::open(address).await.ask(&request.json(body)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_shown_before_the_password_is_set() {
    for (wrong, right) in [
        (json!({"method": "totp", "totp_code": "000000"}), json!({"method": "totp", "totp_code": TOTP})),
        (
            json!({"method": "lookup_secret", "lookup_secret": "none"}),
            json!({"method": "lookup_secret", "lookup_secret": LOOKUP}),
        ),
    ] {
        let scene = scene("").await;
        scene.kratos.world(|world| world.second_factor = true);
        let id = scene.begin().await;
        let passed = scene.code_and_password(&id, CODE, NEW).await;
        let token = token(&passed);
        assert_eq!(passed.json()["password"], "aal2_required");
        assert!(passed.json()["session_expires_at"].is_null(), "Kratos does not tell it before");
        let required = scene.password(&id, &token, NEW).await;
        assert_eq!((required.status, required.error().as_str()), (403, "session_aal2_required"));
        let reason = required.json()["error"]["reason"].as_str().unwrap().to_owned();
        assert!(reason.contains("selfservice.flows.settings.required_aal"), "{reason}");
        assert_eq!(step_up(&scene.kratos, &token, &wrong).await.status, 400);
        assert_eq!(scene.password(&id, &token, NEW).await.error(), "session_aal2_required");
        assert_eq!(step_up(&scene.kratos, &token, &right).await.status, 200);
        assert_eq!(scene.password(&id, &token, NEW).await.json(), json!({"password": "set"}));
    }
}

/// Whoever repeats the code after that needs no further call.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_code_again_sets_the_password_once_it_was_shown() {
    let scene = scene("").await;
    scene.kratos.world(|world| world.second_factor = true);
    let id = scene.begin().await;
    let token = token(&scene.code_and_password(&id, CODE, NEW).await);
    step_up(&scene.kratos, &token, &json!({"method": "totp", "totp_code": TOTP})).await;
    let again = scene.code_and_password(&id, CODE, NEW).await;
    assert_eq!((&again.json()["session_token"], &again.json()["password"]), (&json!(token), &json!("set")));
    assert_eq!(scene.codes(), 1);
}
