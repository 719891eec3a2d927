//! Every row of the answers, with its status: what went wrong, and what the app can do.

use crate::client::Request;
use crate::fake_kratos::{ADDRESS, CODE, FakeKratos, Reply};
use crate::scene::{SETTINGS, SUBMIT, Scene, configured, scene, token};
use serde_json::json;
use std::time::Duration;

const NEW: &str = "a good password";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_code_spends_no_try() {
    let scene = scene("").await;
    let id = scene.begin().await;
    for typed in ["123", "12345a", "1234567890123", "١٢٣٤٥٦", "- -  -"] {
        let answer = scene.code(&id, typed).await;
        assert_eq!((answer.status, answer.error().as_str()), (400, "recovery_code_invalid"), "{typed}");
    }
    assert_eq!(scene.codes(), 0);
    token(&scene.code(&id, CODE).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sixth_try_is_refused_even_if_right() {
    let scene = scene("").await;
    let id = scene.begin().await;
    for _ in 0..5 {
        assert_eq!(scene.code(&id, "999999").await.error(), "recovery_code_invalid");
    }
    assert_eq!(scene.state(&id).await, "sent_email", "Kratos does not tell");
    let answer = scene.code(&id, CODE).await;
    assert_eq!((answer.status, answer.error().as_str()), (410, "recovery_too_many_attempts"));
    assert_eq!(scene.state(&id).await, "exhausted");
    let again = scene.ask(Request::post(&format!("/recoveries/{id}/resend"))).await;
    assert_eq!(again.error(), "recovery_too_many_attempts", "a new code would be refused too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_recovery_is_refused_without_asking_kratos() {
    let scene = scene("").await;
    let id = scene.begin().await;
    scene.clock.advance(Duration::from_mins(16));
    let answer = scene.code(&id, CODE).await;
    assert_eq!((answer.status, answer.error().as_str()), (410, "recovery_expired"));
    assert_eq!((scene.codes(), scene.state(&id).await.as_str()), (0, "expired"));
    assert_eq!(scene.ask(Request::post(&format!("/recoveries/{id}/resend"))).await.error(), "recovery_expired");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kratos_s_own_words_have_their_rows() {
    let cases = [
        ("submit.expired-flow", 410, "recovery_expired"),
        ("submit.unknown-flow", 404, "recovery_not_found"),
        ("submit.reused-code", 409, "recovery_code_used"),
        ("submit.inactive-identity", 403, "identity_disabled"),
        ("submit.wrong-code-after-success", 400, "recovery_code_invalid"),
        ("submit.after-hook-403-empty", 503, "kratos_unreachable"),
        ("submit.after-hook-interrupts", 503, "kratos_unreachable"),
        ("no-transitions.submit.right-code", 502, "kratos_misconfigured"),
    ];
    let scene = scene("").await;
    for version in ["v1.2.0", "v1.3.1", "v25.4.0", "v26.2.0", "HEAD"] {
        for (name, status, error) in cases {
            let id = scene.begin().await;
            // That transitions are on is known by now.
            scene.kratos.next(SUBMIT, Reply::recorded(version, name));
            let answer = scene.code(&id, CODE).await;
            assert_eq!((answer.status, answer.error().as_str()), (status, error), "{version} {name}");
            assert_eq!(answer.header("retry-after").is_some(), status == 503, "{answer:?}");
        }
    }
    // Looking spends no try, and says the same.
    let id = scene.begin().await;
    for (name, expected) in
        [("flow-get.unknown", "recovery_not_found"), ("recovery-off.flow-get", "kratos_misconfigured")]
    {
        scene.kratos.next("GET /self-service/recovery/flows", Reply::recorded("v26.2.0", name));
        assert_eq!(scene.get(&format!("/recoveries/{id}")).await.error(), expected);
    }
    scene.kratos.next("GET /self-service/recovery/flows", Reply::recorded("v26.2.0", "flow-get.expired"));
    assert_eq!(scene.state(&id).await, "expired");
    scene.kratos.next(SUBMIT, Reply::json(418, &json!({"error": {"code": 418, "id": "teapot"}})));
    let answer = scene.code(&id, CODE).await;
    assert_eq!((answer.status, answer.error().as_str()), (502, "kratos_unexpected"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_session_cannot_do_has_its_rows() {
    let scene = scene("").await;
    let id = scene.begin().await;
    let token = token(&scene.code(&id, CODE).await);
    scene.kratos.next(SETTINGS, Reply::recorded("v26.2.0", "settings.refresh-required"));
    let answer = scene.password(&id, &token, NEW).await;
    assert_eq!((answer.status, answer.error().as_str()), (403, "session_refresh_required"));
    let answer = scene.password(&id, "ory_st_other", NEW).await;
    assert_eq!((answer.status, answer.error().as_str()), (401, "session_inactive"));
    let answer = scene.post(&format!("/recoveries/{id}/password"), &json!({"password": NEW})).await;
    assert_eq!((answer.status, answer.error().as_str()), (401, "session_inactive"));
    scene.kratos.next("GET /self-service/settings/api", Reply::recorded("v1.3.1", "aal2.settings-get-before-step-up"));
    assert_eq!(scene.password(&id, &token, NEW).await.error(), "session_aal2_required");
    scene.kratos.next(SETTINGS, Reply::recorded("v26.2.0", "password-off.settings"));
    let answer = scene.password(&id, &token, NEW).await;
    assert_eq!((answer.status, answer.error().as_str()), (502, "kratos_misconfigured"));
    assert_eq!(answer.json()["error"]["details"]["missing_key"], "selfservice.methods.password.enabled");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_that_came_with_a_code_never_costs_the_token() {
    for (reply, state) in [
        (Reply::cut(), "unknown"),
        (Reply::text(500, "PANIC: runtime error"), "unknown"),
        (Reply::redirect("http://127.0.0.1:1/"), "unknown"),
        (Reply::recorded("v26.2.0", "settings.refresh-required"), "refresh_required"),
        (Reply::recorded("v26.2.0", "aal2.settings-before-step-up"), "aal2_required"),
        (Reply::recorded("v26.2.0", "settings.too-short"), "refused"),
    ] {
        let scene = scene("").await;
        let id = scene.begin().await;
        scene.kratos.always(SETTINGS, reply);
        // Neither does a session that cannot be looked at.
        scene.kratos.always("GET /sessions/whoami", Reply::cut());
        let answer = scene.code_and_password(&id, CODE, NEW).await;
        token(&answer);
        assert_eq!(answer.json()["password"], state);
        assert_eq!(answer.json()["messages"].is_array(), state == "refused");
        assert!(answer.json()["session_expires_at"].is_null());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn misconfigured_kratos_is_named_before_anything_is_promised() {
    for (setup, key) in [
        ("recovery-off.init", "selfservice.flows.recovery.enabled"),
        ("code-off.init", "selfservice.methods.code.enabled"),
        ("use-link.init", "selfservice.flows.recovery.use"),
        ("init.on-admin-port", "kratos.public_url"),
    ] {
        for version in ["v1.0.0", "v1.1.0", "v1.2.0", "v1.3.1", "v25.4.0", "v26.2.0"] {
            let scene = scene("").await;
            scene.kratos.always("GET /self-service/recovery/api", Reply::recorded(version, setup));
            let answer = scene.post("/recoveries", &json!({"identifier": ADDRESS})).await;
            assert_eq!((answer.status, answer.error().as_str()), (502, "kratos_misconfigured"), "{version} {setup}");
            assert_eq!(answer.json()["error"]["details"]["missing_key"], key);
        }
    }
    let scene = scene("").await;
    scene.kratos.world(|world| world.transitions = false);
    let answer = scene.post("/recoveries", &json!({"identifier": ADDRESS})).await;
    let key = "feature_flags.use_continue_with_transitions";
    assert_eq!((answer.status, &answer.json()["error"]["details"]["missing_key"]), (502, &json!(key)));
    assert_eq!(scene.kratos.asked(SUBMIT).len(), 1, "nobody was mailed");
    scene.kratos.world(|world| world.transitions = true);
    scene.begin().await;
}

/// A code that is right once must not be spent where no token can come of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_s_code_is_not_spent_on_a_kratos_that_gives_no_token() {
    let scene = scene("").await;
    let issued = scene.issue(&json!({})).await;
    let id = issued["recovery_id"].as_str().unwrap();
    scene.kratos.next("GET /self-service/recovery/flows", Reply::recorded("v1.1.0", "flow-get.admin-flow"));
    let answer = scene.code(id, CODE).await;
    assert_eq!((answer.status, answer.error().as_str()), (502, "kratos_misconfigured"));
    assert_eq!(answer.json()["error"]["details"]["missing_key"], "recovery.flow");
    scene.kratos.world(|world| world.transitions = false);
    let mut scene = scene;
    scene.app.restart().await;
    assert_eq!(scene.code(id, CODE).await.error(), "kratos_misconfigured");
    assert_eq!(scene.codes(), 0);
    scene.kratos.world(|world| world.transitions = true);
    token(&scene.code(id, CODE).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kratos_away_is_503_and_nothing_is_lost() {
    let kratos = FakeKratos::start().await;
    let place = kratos.url().trim_start_matches("http://").trim_end_matches('/').to_owned();
    let plan = configured(&kratos, "");
    let mut scene = Scene::of(kratos, plan).await;
    let id = scene.begin().await;
    let flows = scene.kratos.world(|world| world.flows.clone());
    let away = FakeKratos::start().await;
    drop(std::mem::replace(&mut scene.kratos, away));
    // Its connections are gone too, once the server's task has ended.
    for answer in [
        scene.post("/recoveries", &json!({"identifier": ADDRESS})).await,
        scene.code(&id, CODE).await,
        scene.get(&format!("/recoveries/{id}")).await,
        scene.password(&id, "ory_st_x", NEW).await,
        scene.ask(Request::post(&format!("/recoveries/{id}/resend"))).await,
    ] {
        assert_eq!((answer.status, answer.error().as_str()), (503, "kratos_unreachable"));
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
    scene.kratos = FakeKratos::start_at(&place).await;
    scene.kratos.world(|world| world.flows = flows);
    token(&scene.code(&id, CODE).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_app_should_send_is_refused_with_its_cure() {
    let scene = scene("").await;
    let id = scene.begin().await;
    let code = format!("/recoveries/{id}/code");
    let password = format!("/recoveries/{id}/password");
    for (path, body, says) in [
        ("/recoveries", json!({}), "identifier is missing"),
        ("/recoveries", json!({"identifier": "nobody"}), "identifier is neither an address"),
        ("/recoveries", json!({"identifier": 5}), "identifier must be a text"),
        (
            "/recoveries",
            json!({"identifier": ADDRESS, "transient_payload": "x"}),
            "transient_payload must be an object",
        ),
        ("/recoveries", json!({"identifier": ADDRESS, "payload": {}}), "does not know"),
        (&code, json!({}), "code is missing"),
        (&code, json!({"code": 12345}), "code must be a text"),
        (&code, json!({"code": CODE, "passwort": NEW}), "does not know"),
        (&password, json!({}), "password is missing"),
    ] {
        let answer = scene.post(path, &body).await;
        assert_eq!((answer.status, answer.error().as_str()), (400, "request_malformed"), "{body}");
        let reason = answer.json()["error"]["reason"].as_str().unwrap().to_owned();
        assert!(reason.contains(says), "{body}: {reason}");
    }
    assert_eq!(scene.codes(), 0);
    let large = json!({"identifier": ADDRESS, "transient_payload": {"x": "y".repeat(9000)}});
    let answer = scene.post("/recoveries", &large).await;
    assert_eq!((answer.status, answer.error().as_str()), (400, "transient_payload_too_large"));
    for id in ["x", "AAAA", "code", id.trim_end_matches(char::is_alphanumeric)] {
        let answer = scene.post(&format!("/recoveries/{id}/code"), &json!({"code": CODE})).await;
        assert_eq!((answer.status, answer.error().as_str()), (404, "recovery_not_found"), "{id}");
    }
    assert_eq!(scene.get(&code).await.status, 405);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_wrong_too_often_waits_and_who_is_right_does_not() {
    let scene = scene("limits: {client: {wrong_codes_per_hour: 2}}").await;
    let id = scene.begin().await;
    assert_eq!(scene.code(&id, "no code").await.error(), "recovery_code_invalid", "nobody looked at it");
    for _ in 0..2 {
        assert_eq!(scene.code(&id, "999999").await.error(), "recovery_code_invalid");
    }
    let answer = scene.code(&id, CODE).await;
    assert_eq!((answer.status, answer.error().as_str()), (429, "rate_limited"));
    assert!(answer.header("retry-after").unwrap().parse::<u64>().unwrap() > 60);
    let scene = self::scene("limits: {client: {wrong_codes_per_hour: 1}}").await;
    for _ in 0..3 {
        let id = scene.begin().await;
        token(&scene.code(&id, CODE).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawn_recovery_is_refused() {
    let scene = scene("").await;
    let issued = scene.issue(&json!({})).await;
    let id = issued["recovery_id"].as_str().unwrap();
    let withdraw = Request::post(&format!("/admin/recoveries/{id}/withdraw")).bearer("support-token");
    assert_eq!(scene.app.ask(withdraw).await.status, 200);
    let answer = scene.code(id, CODE).await;
    assert_eq!((answer.status, answer.error().as_str()), (410, "recovery_expired"));
    assert_eq!((scene.codes(), scene.state(id).await.as_str()), (0, "expired"));
}
