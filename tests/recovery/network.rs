//! A Kratos that is Ory Network: one URL for both APIs, an API key for the admin's, and rate limits.

use crate::client::Request;
use crate::fake_kratos::{ADDRESS, CODE, FakeKratos, IDENTITY, Reply};
use crate::scene::{Scene, token};
use crate::test_app::plan;
use serde_json::json;

async fn network() -> Scene {
    let kratos = FakeKratos::start().await;
    let key = "{type: api_key, config: {in: header, name: Authorization, value: Bearer ory_pat_x}}";
    let project = format!("kratos: {{public_url: '{0}', admin_url: '{0}', admin_auth: {key}}}", kratos.url());
    Scene::of(kratos, plan(&project)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_api_key_is_shown_to_the_admin_api_alone() {
    let scene = network().await;
    let issued = scene.issue(&json!({})).await;
    token(&scene.code_and_password(issued["recovery_id"].as_str().unwrap(), CODE, "a good password").await);
    let id = scene.begin().await;
    token(&scene.code_and_password(&id, CODE, "another good password").await);
    let asked = scene.kratos.asked("*");
    let with_key = |asked: &&crate::fake_kratos::Asked| asked.header("authorization") == Some("Bearer ory_pat_x");
    let (admin, public): (Vec<_>, Vec<_>) = asked.iter().partition(|asked| asked.path.starts_with("/admin/"));
    assert!(admin.len() >= 2 && admin.iter().all(with_key));
    assert!(public.len() >= 8 && public.iter().all(|asked| asked.header("authorization").is_none()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_refused_is_named() {
    let scene = network().await;
    let refusal =
        json!({"error": {"code": 401, "status": "Unauthorized", "message": "Access credentials are invalid"}});
    scene.kratos.always("GET /admin/identities/", Reply::json(401, &refusal));
    let request = Request::post("/admin/recoveries").bearer("support-token").json(&json!({"identity_id": IDENTITY}));
    let answer = scene.app.ask(request).await;
    assert_eq!((answer.status, answer.error().as_str()), (502, "kratos_misconfigured"));
    assert_eq!(answer.json()["error"]["details"]["missing_key"], "kratos.admin_auth");
}

/// Over its limits it says when to come again, and that is handed on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rate_limit_of_the_project_is_told_with_its_time() {
    let scene = network().await;
    for (header, value, seconds) in [
        ("Retry-After", "7", "7"),
        ("x-ratelimit-reset", "42", "42"),
        ("Retry-After", "86400", "3600"),
        ("Retry-After", "tomorrow", "1"),
        ("X-Other", "9", "1"),
    ] {
        let mut limited = Reply::json(429, &json!({"error": {"code": 429, "message": "too many requests"}}));
        limited.headers.push((header.to_owned(), value.to_owned()));
        let before = scene.kratos.asked("GET /self-service/recovery/api").len();
        scene.kratos.next("GET /self-service/recovery/api", limited);
        let answer = scene.post("/recoveries", &json!({"identifier": ADDRESS})).await;
        assert_eq!((answer.status, answer.error().as_str()), (503, "kratos_unreachable"));
        assert_eq!(
            (answer.header("retry-after"), answer.json()["error"]["details"]["retry_after"].to_string()),
            (Some(seconds), seconds.to_owned())
        );
        assert_eq!(scene.kratos.asked("GET /self-service/recovery/api").len(), before + 1, "not asked again at once");
    }
}
