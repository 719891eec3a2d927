//! Whatever becomes of a request on its way to Kratos: an error of ours in Ory's shape, and never a page,
//! a stack or a redirect.

use super::{BEGIN, READ, address, ory_token, right_code};
use crate::client::Request;
use crate::fake_kratos::{CODE, FakeKratos, Reply, VERSIONS, recorded};
use crate::scene::{SETTINGS, SUBMIT, Scene, scene};
use serde_json::{Value, json};

const TRANSITIONS: &str = "feature_flags.use_continue_with_transitions";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_answer_of_kratos_s_is_told_as_ours() {
    let scene = scene("").await;
    scene.ory_flow().await;
    let panic = "PANIC: runtime error: invalid memory address\ngoroutine 7 [running]:\n/home/ory/secret.go:7";
    let page =
        Reply { headers: vec![("Content-Type".to_owned(), "text/html".to_owned())], ..Reply::text(200, "<html>") };
    let large = Reply::json(200, &json!({"id": "x".repeat(1024 * 1024)}));
    for (reply, status, error) in [
        (Reply::cut(), 503, "kratos_unreachable"),
        (Reply::text(500, panic), 503, "kratos_unreachable"),
        (Reply::text(502, "<html>Bad Gateway</html>"), 503, "kratos_unreachable"),
        (large, 503, "kratos_unreachable"),
        (page, 502, "kratos_misconfigured"),
        (Reply::text(404, "404 page not found\n"), 502, "kratos_misconfigured"),
        (Reply { status: 307, ..Reply::redirect("https://auth.example.org/") }, 502, "kratos_misconfigured"),
        (Reply { status: 301, ..Reply::redirect("https://auth.example.org/") }, 502, "kratos_misconfigured"),
        (Reply::text(400, "Bad Request"), 502, "kratos_unexpected"),
        (Reply::json(200, &json!(["no object"])), 502, "kratos_misconfigured"),
    ] {
        for route in [BEGIN, READ, SUBMIT, SETTINGS, "GET /sessions/whoami", "POST /self-service/login"] {
            let (method, path) = route.split_once(' ').unwrap();
            let flow = scene.kratos.world(|world| world.flows.keys().next().unwrap().clone());
            let request = Request::get(&format!("{path}?flow={flow}&id={flow}"));
            let request = if method == "POST" { request.method("POST").json(&right_code()) } else { request };
            // What may be repeated is.
            for _ in 0..3 {
                scene.kratos.next(route, reply.clone());
            }
            let answer = scene.with_session(request).await;
            assert_eq!((answer.status, answer.error().as_str()), (status, error), "{route}: {reply:?}");
            assert!(!answer.text().contains("secret.go") && !answer.text().contains("html"), "{answer:?}");
            assert_eq!(answer.header("retry-after"), (status == 503).then_some("1"));
            scene.kratos.behave();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kratos_away_is_503_and_its_own_refusals_come_with_their_time() {
    let mut scene = scene("").await;
    let busy = Reply::json(429, &json!({"error": {"code": 429, "message": "rate limit"}}));
    let busy =
        Reply { headers: [busy.headers.clone(), vec![("Retry-After".to_owned(), "17".to_owned())]].concat(), ..busy };
    scene.kratos.next("GET /sessions/whoami", busy);
    let answer = scene.with_session(Request::get("/sessions/whoami")).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, Some("17")));
    assert_eq!(answer.json()["error"]["message"], "rate limit");
    let flow = scene.ory_flow().await;
    let away = FakeKratos::start().await;
    drop(std::mem::replace(&mut scene.kratos, away));
    for answer in [
        scene.get("/self-service/recovery/api").await,
        scene.ory_code(&flow, CODE).await,
        scene.ory_submit(&flow, &address()).await,
        scene.with_session(Request::get("/sessions/whoami")).await,
    ] {
        assert_eq!((answer.status, answer.error().as_str()), (503, "kratos_unreachable"));
    }
}

/// A redirect, and what Kratos says of the flow before and of the one that took its place.
async fn redirected(scene: &Scene, body: &Value, old: Reply, new: Reply) -> (u16, Value) {
    let flow = scene.ory_flow().await;
    let id = "5aa77f39-21fa-4c3e-98a3-766539568266";
    let place = format!("http://127.0.0.1:4433/self-service/recovery/flows?id={id}");
    scene.kratos.next(SUBMIT, Reply { status: 303, ..Reply::redirect(&place) });
    if body["code"].is_string() {
        scene.kratos.next(READ, Reply::recorded("v26.2.0", "flow-get.admin-flow"));
    }
    scene.kratos.next(READ, old);
    scene.kratos.next(READ, new);
    let answer = scene.ory_submit(&flow, body).await;
    let reads = scene.kratos.asked(READ);
    assert!(reads.iter().rev().take(2).any(|asked| asked.query == format!("id={flow}")), "{reads:?}");
    scene.kratos.behave();
    assert!(answer.header("location").is_none());
    assert_eq!(answer.json()["error"]["code"], answer.status);
    (answer.status, answer.json())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_is_the_json_error_that_it_stands_for() {
    let scene = scene("").await;
    let open = || Reply::recorded("v26.2.0", "flow-get.admin-flow");
    let (limit, used) = (
        "The request was submitted too often. Please request another code.",
        "The code was already used. Please request another code.",
    );
    for body in [right_code(), address()] {
        let expired = Reply::recorded("v1.3.1", "flow-get.expired");
        let (status, json) = redirected(&scene, &body, expired, open()).await;
        assert_eq!((status, &json["error"]["id"]), (410, &json!("self_service_flow_expired")));
        assert_eq!(json["error"]["details"]["api"], "http://127.0.0.1/self-service/recovery/api");
        let replacement = Reply::recorded("v26.2.0", "no-transitions.flow-get.replacement-after-limit");
        let (status, json) = redirected(&scene, &body, open(), replacement.clone()).await;
        // To the letter what Kratos says where it does not redirect.
        let mut with_transitions: Value =
            serde_json::from_slice(&Reply::recorded("v26.2.0", "submit.limit-attempt-6-right-code").body).unwrap();
        with_transitions["error"]["details"]["continue_with"][0]["flow"]["id"] =
            json!("5aa77f39-21fa-4c3e-98a3-766539568266");
        assert_eq!((status, json), (400, with_transitions));
        let after_use = String::from_utf8(replacement.body.clone()).unwrap().replace(limit, used);
        let after_use = Reply { body: after_use.into_bytes(), ..replacement };
        let (status, json) = redirected(&scene, &body, open(), after_use).await;
        assert_eq!((status, &json["error"]["reason"]), (400, &json!(used)));
        // A browser's, which an app cannot read.
        let foreign = Reply::recorded("v26.2.0", "flow-get.replacement-after-expiry");
        let (status, json) = redirected(&scene, &body, open(), foreign).await;
        assert_eq!((status, &json["error"]["id"]), (410, &json!("self_service_flow_replaced")));
        assert!(json["use_flow_id"].is_null(), "{json}");
        let unknown = Reply::recorded("v26.2.0", "flow-get.unknown");
        let (_, json) = redirected(&scene, &body, unknown, open()).await;
        assert_eq!(json["use_flow_id"], "5aa77f39-21fa-4c3e-98a3-766539568266");
    }
    let page = "https://app.example.org/login?x=y";
    for (status, route, request) in [
        (302, "GET /sessions/whoami", Request::get("/sessions/whoami")),
        (303, SETTINGS, Request::post("/self-service/settings").json(&json!({"method": "oidc", "link": "x"}))),
    ] {
        scene.kratos.next(route, Reply { status, ..Reply::redirect(page) });
        let answer = scene.with_session(request).await;
        let json = answer.json();
        assert_eq!((answer.status, &json["error"]["id"]), (422, &json!("browser_location_change_required")));
        assert_eq!(
            (&json["redirect_browser_to"], &json["error"]["status"]),
            (&json!(page), &json!("Unprocessable Entity"))
        );
        assert!(answer.header("location").is_none());
    }
    scene.kratos.next(
        SETTINGS,
        Reply::redirect("http://k/self-service/settings/flows?id=5aa77f39-21fa-4c3e-98a3-766539568266"),
    );
    let answer = scene.with_session(Request::post("/self-service/settings").json(&json!({"method": "profile"}))).await;
    assert_eq!((answer.status, &answer.json()["use_flow_id"]), (410, &json!("5aa77f39-21fa-4c3e-98a3-766539568266")));
}

/// Each redirect that was ever recorded, of every version.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_recorded_redirect_reaches_the_app() {
    let scene = scene("").await;
    scene.ory_flow().await;
    let mut met = 0;
    for version in VERSIONS {
        for name in crate::fake_kratos::names(version) {
            let exchange = recorded(version, name).unwrap();
            let is_code = exchange.path.starts_with("/self-service/recovery?") && exchange.body["code"].is_string();
            if exchange.reply.status != 303 || !is_code || exchange.method != "POST" {
                continue;
            }
            let flow = scene.ory_flow().await;
            scene.kratos.next(SUBMIT, exchange.reply.clone());
            let answer = scene.ory_code(&flow, CODE).await;
            assert!(matches!(answer.status, 410 | 422), "{version} {name}: {answer:?}");
            assert!(answer.json()["error"]["id"].is_string(), "{version} {name}");
            met += 1;
        }
    }
    assert!(met > 40, "{met}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_code_is_spent_where_no_token_can_come_of_it() {
    let scene = scene("").await;
    scene.kratos.world(|world| world.transitions = false);
    let answer = scene.get("/self-service/recovery/api").await;
    assert_eq!((answer.status, answer.error().as_str()), (502, "kratos_misconfigured"));
    assert_eq!(answer.json()["error"]["details"]["missing_key"], TRANSITIONS);
    let flow = scene.kratos.world(|world| world.flows.keys().next().unwrap().clone());
    let answer = scene.ory_code(&flow, CODE).await;
    assert_eq!(answer.json()["error"]["details"]["missing_key"], TRANSITIONS);
    assert_eq!(scene.codes(), 0);
    scene.kratos.world(|world| world.transitions = true);
    // A browser's flow gives a cookie, which goes nowhere here.
    scene.kratos.next(READ, Reply::recorded("v26.2.0", "flow-get.admin-browser-flow"));
    let answer = scene.ory_code(&flow, CODE).await;
    assert_eq!(answer.json()["error"]["details"]["missing_key"], "recovery.flow");
    assert_eq!(scene.codes(), 0);
    ory_token(&scene.ory_code(&flow, CODE).await);
    // Switched off meanwhile: this one is lost and told in Kratos's words, the next one is warned.
    let flow = scene.ory_flow().await;
    scene.kratos.world(|world| world.transitions = false);
    let answer = scene.ory_code(&flow, CODE).await;
    assert_eq!((answer.status, &answer.json()["error"]["id"]), (422, &json!("browser_location_change_required")));
    assert_eq!(scene.get("/self-service/recovery/api").await.error(), "kratos_misconfigured");
}

/// Kratos breaks down over it: v26.2 hangs up, later ones show their stack.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_for_a_flow_that_was_passed_is_told_so() {
    let scene = scene("").await;
    let flow = scene.ory_flow().await;
    ory_token(&scene.ory_code(&flow, CODE).await);
    for version in ["v26.2.0", "HEAD"] {
        scene.kratos.next(SUBMIT, Reply::recorded(version, "submit.email-to-passed-flow"));
        let answer = scene.ory_submit(&flow, &address()).await;
        assert_eq!((answer.status, answer.error().as_str()), (409, "recovery_code_used"), "{version}");
    }
}
