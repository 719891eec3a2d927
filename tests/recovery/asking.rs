//! How we ask: headers, bounds, repeats, and what an error tells.

use crate::fake_kratos::{FakeKratos, Reply};
use crate::kratos::{client, timeouts, with};
use postrider::domain::{RecoveryCode, RecoveryFlow, Secret};
use postrider::kratos::{AdminAuth, Broken, Caller, CodeOutcome, KratosError, Missing, Timeouts};
use serde_json::json;
use std::time::Duration;
use tokio::net::TcpListener;

const SUBMIT: &str = "POST /self-service/recovery";

#[tokio::test]
async fn each_request_has_the_exact_headers_and_no_cookie_or_origin() {
    let fake = FakeKratos::start().await;
    let auth = AdminAuth::Header("Authorization".to_owned(), Secret::from("Bearer ory_pat_x"));
    let (client, counted) = with(&format!("{}base/", fake.url()), timeouts(), Some(auth));
    let caller = Caller {
        accept_language: Some("de-CH, de;q=0.9".to_owned()),
        user_agent: Some("App/1 (iPhone)".to_owned()),
        client_address: Some("203.0.113.7".to_owned()),
    };
    let code = RecoveryCode::parse("012345").unwrap();
    drop(client.create_recovery_flow(&caller).await);
    drop(client.submit_recovery_code("a flow&x=1", &code, Some(&json!({"a": 1})), &caller).await);
    drop(client.set_password(Some("f"), &Secret::from("ory_st_x"), &Secret::from("pass word"), &caller).await);
    drop(client.create_recovery_code("i", Some(Duration::from_mins(15)), RecoveryFlow::Api).await);
    let all = fake.asked("*");
    assert!(all.len() >= 4);
    for asked in &all {
        assert!(asked.path.starts_with("/base/"), "{asked:?}");
        assert_eq!(asked.header("content-type"), Some("application/json"));
        assert_eq!(asked.header("accept"), Some("application/json"));
        for absent in ["cookie", "origin", "referer"] {
            assert_eq!(asked.header(absent), None, "{asked:?}");
        }
        let admin = asked.path.starts_with("/base/admin/");
        assert_eq!(asked.header("authorization"), admin.then_some("Bearer ory_pat_x"), "{asked:?}");
        assert_eq!(asked.header("accept-language"), (!admin).then_some("de-CH, de;q=0.9"));
        assert_eq!(asked.header("true-client-ip"), (!admin).then_some("203.0.113.7"));
        assert_eq!(asked.header("x-forwarded-for"), (!admin).then_some("203.0.113.7"));
        let agent = asked.header("user-agent").unwrap();
        assert!(if admin { agent.starts_with("postrider/") } else { agent == "App/1 (iPhone)" }, "{agent}");
    }
    let submitted = &fake.asked("POST /base/self-service/recovery")[0];
    assert_eq!(submitted.parameter("flow").as_deref(), Some("a flow&x=1"));
    assert_eq!(submitted.json(), json!({"method": "code", "code": "012345", "transient_payload": {"a": 1}}));
    let set = &fake.asked("POST /base/self-service/settings")[0];
    assert_eq!(set.header("x-session-token"), Some("ory_st_x"));
    assert_eq!(set.json(), json!({"method": "password", "password": "pass word"}));
    let issued = &fake.asked("POST /base/admin/recovery/code")[0];
    assert_eq!(issued.json(), json!({"identity_id": "i", "expires_in": "900s", "flow_type": "api"}));
    assert_eq!(counted.lock().unwrap()[0], ("begin_recovery", "refused"));
}

#[tokio::test]
async fn cookies_that_kratos_sets_are_not_sent_back() {
    let fake = FakeKratos::start().await;
    let client = client(&fake);
    let mut reply = Reply::recorded("v26.2.0", "flow-get.admin-flow");
    reply.headers.push(("Set-Cookie".to_owned(), "csrf_token_x=y; Path=/".to_owned()));
    fake.always("GET /self-service/recovery/flows", reply);
    client.recovery_flow("f").await.unwrap();
    client.recovery_flow("f").await.unwrap();
    assert_eq!(fake.asked("*")[1].header("cookie"), None);
    assert_eq!(fake.connections(), 1, "the connection is kept");
}

#[tokio::test]
async fn admin_credentials_come_in_three_kinds() {
    for (auth, name, value) in [
        (AdminAuth::Header("X-Key".to_owned(), Secret::from("k")), "x-key", "k"),
        (AdminAuth::Cookie("sid".to_owned(), Secret::from("abc")), "cookie", "sid=abc"),
        (AdminAuth::Basic("u".to_owned(), Secret::from("p")), "authorization", "Basic dTpw"),
    ] {
        let fake = FakeKratos::start().await;
        let client = with(&fake.url(), timeouts(), Some(auth)).0;
        assert_eq!(client.version().await.unwrap(), "master");
        assert_eq!(fake.asked("*")[0].header(name), Some(value));
    }
    for status in [401, 403] {
        let fake = FakeKratos::start().await;
        fake.always("GET /admin/version", Reply::json(status, &json!({"error": {"code": status, "message": "no"}})));
        let refused = client(&fake).version().await.unwrap_err();
        assert_eq!(refused, KratosError::Misconfigured(Missing::AdminAuth));
    }
}

#[tokio::test]
async fn reads_are_repeated_and_nothing_else_is() {
    let fake = FakeKratos::start().await;
    let client = client(&fake);
    for reply in [Reply::cut(), Reply::text(502, "bad gateway")] {
        fake.next("GET /self-service/recovery/flows", reply.clone());
        fake.next(SUBMIT, reply);
    }
    assert!(client.recovery_flow("f").await.is_ok());
    assert_eq!(fake.asked("GET /self-service/recovery/flows").len(), 3);
    let code = RecoveryCode::parse("012345").unwrap();
    let caller = Caller::default();
    let submit = || client.submit_recovery_code("f", &code, None, &caller);
    assert!(matches!(submit().await, Err(KratosError::Unreachable(_, Broken::Cut))));
    assert!(matches!(submit().await, Err(KratosError::Failed(_))));
    assert!(matches!(submit().await, Ok(CodeOutcome::NotFound)));
    assert_eq!(fake.asked(SUBMIT).len(), 3);
    fake.always("GET /sessions/whoami", Reply::text(503, "no"));
    assert!(client.whoami(&Secret::from("t"), &Caller::default()).await.unwrap_err().is_transient());
    assert_eq!(fake.asked("GET /sessions/whoami").len(), 3, "not for ever");
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let fake = FakeKratos::start().await;
    let elsewhere = FakeKratos::start().await;
    fake.always(SUBMIT, Reply::redirect(&format!("{}self-service/recovery/flows?id=new", elsewhere.url())));
    let code = RecoveryCode::parse("012345").unwrap();
    let error = client(&fake).submit_recovery_code("f", &code, None, &Caller::default()).await.unwrap_err();
    assert_eq!(error, KratosError::Misconfigured(Missing::Transitions));
    assert!(elsewhere.asked("*").is_empty());
}

#[tokio::test]
async fn every_wait_and_every_body_has_a_bound() {
    let fake = FakeKratos::start().await;
    let short = Duration::from_millis(150);
    let client = with(&fake.url(), Timeouts { read: short, write: short, ..timeouts() }, None).0;
    fake.always("GET /admin/version", Reply::json(200, &json!({})).after(Duration::from_mins(1)));
    assert!(matches!(client.version().await, Err(KratosError::Unreachable(_, Broken::Timeout))));
    fake.always("GET /admin/health/ready", Reply::text(200, &"x".repeat(1024 * 1024 + 1)));
    let client = crate::kratos::client(&fake);
    assert!(matches!(client.ready().await, Err(KratosError::Unreachable(_, Broken::TooLarge))));
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let client = with(&format!("http://{free}"), timeouts(), None).0;
    assert!(matches!(client.ready().await, Err(KratosError::Unreachable(_, Broken::NoConnection))));
}

#[tokio::test]
async fn whether_a_token_will_come_is_asked_once_and_mails_nobody() {
    let fake = FakeKratos::start().await;
    let client = client(&fake);
    for _ in 0..3 {
        client.ensure_transitions().await.unwrap();
    }
    let probes = fake.asked(SUBMIT);
    assert_eq!((probes.len(), probes[0].json()), (1, json!({"method": "code"})), "no address goes along");
    let off = FakeKratos::start().await;
    off.world(|world| world.transitions = false);
    let client = crate::kratos::client(&off);
    for _ in 0..2 {
        let error = client.ensure_transitions().await.unwrap_err();
        assert!(error.to_string().contains("feature_flags.use_continue_with_transitions: set it to true"), "{error}");
    }
    off.world(|world| world.transitions = true);
    client.ensure_transitions().await.unwrap();
}

#[tokio::test]
async fn an_unknown_answer_is_told_by_route_status_and_ids_alone() {
    let fake = FakeKratos::start().await;
    let quoted =
        json!({"error": {"id": "teapot", "code": 418, "reason": "no tea for u@example.org, 012345, ory_st_x"}});
    fake.always(SUBMIT, Reply::json(418, &quoted));
    let code = RecoveryCode::parse("012345").unwrap();
    let error = client(&fake).submit_recovery_code("f", &code, None, &Caller::default()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Kratos gave an answer that postrider does not know: POST /self-service/recovery gave 418, error teapot"
    );
    assert!(!error.is_transient());
    let debug = format!("{error:?}");
    assert!(!debug.contains("example") && !debug.contains("012345") && !debug.contains("ory_st"), "{debug}");
}

/// A caller who learns an id must not reach another route of the admin API by it.
#[tokio::test]
async fn an_identity_s_id_is_one_part_of_the_path() {
    let fake = FakeKratos::start().await;
    drop(client(&fake).identity("../sessions?x=1#y").await);
    let asked = fake.asked("*").remove(0);
    assert_eq!((asked.path.as_str(), asked.query.as_str()), ("/admin/identities/___sessions_x_1_y", ""));
}
