//! Each route, row by row: what goes to Kratos, and what comes back of its recorded answers.

use super::{BEGIN, READ, TOKEN, right_code};
use crate::client::{Answer, Request};
use crate::fake_kratos::{Reply, VERSIONS, recorded};
use crate::scene::{SETTINGS, SUBMIT, Scene, scene};
use serde_json::{Value, json};

const BASE: &str = "https://id.example.org/recover";
const FLOW: &str = "6a4f1e2c-0000-4000-8000-00000000000a";
const CONFIGURED: &str = "serve: {public: {base_url: 'https://id.example.org/recover/'}}
limits: {client: {requests_per_hour: 0, wrong_codes_per_hour: 0}}";

/// Asks once for each version that has the recorded answer, and compares.
async fn rows(scene: &Scene, route: &str, request: Request, names: &[&str]) {
    for name in names {
        let mut met = 0;
        for version in VERSIONS {
            let Some(exchange) = recorded(version, name) else { continue };
            // A code that was right in a flow has its answer kept: each has a flow of its own.
            scene.kratos.next(route, exchange.reply.clone());
            let answer = scene.ask(request.clone()).await;
            compare(&answer, &exchange.reply, &format!("{version} {name}"));
            met += 1;
        }
        assert!(met > 0, "{name} was never recorded");
    }
}

fn compare(answer: &Answer, reply: &Reply, place: &str) {
    assert_eq!(answer.status, reply.status, "{place}: {answer:?}");
    let mut expected: Value = serde_json::from_slice(&reply.body).unwrap();
    for pointer in ["/ui/action", "/request_url", "/error/details/api"] {
        if let Some(Value::String(link)) = expected.pointer_mut(pointer) {
            *link = link.replace("http://127.0.0.1:4433/", &format!("{BASE}/"));
        }
    }
    assert_eq!(answer.json(), expected, "{place}");
    assert_eq!(answer.header("content-type"), Some("application/json"), "{place}");
    // Those of Kratos's connection, cookies and caches stay behind.
    let own = ["content-type", "content-length", "cache-control", "x-request-id", "date"];
    let names = answer.headers.iter().map(|(name, _)| name.to_ascii_lowercase());
    assert_eq!(names.filter(|name| !own.contains(&name.as_str())).collect::<Vec<_>>(), Vec::<String>::new(), "{place}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recovery_is_begun() {
    let scene = scene(CONFIGURED).await;
    // Whether a right code will give a token is looked at first.
    scene.ory_flow().await;
    let request = Request::get("/self-service/recovery/api?return_to=https://evil.example&flow=x");
    rows(&scene, BEGIN, request, &["native.init", "v2.init", "recovery-off.init", "code-off.init", "use-link.init"])
        .await;
    let asked = scene.kratos.asked(BEGIN).pop().unwrap();
    assert_eq!((asked.query.as_str(), asked.body.len()), ("", 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recovery_is_read() {
    let scene = scene(CONFIGURED).await;
    let names = [
        "flow-get.admin-flow",
        "flow-get.admin-browser-flow",
        "flow-get.passed-flow",
        "flow-get.expired",
        "flow-get.expired-browser",
        "flow-get.unknown",
        "flow-get.replacement-after-expiry",
        "flow-get.replacement-after-limit",
        "recovery-off.flow-get",
        "v2.admin-flow-get",
    ];
    rows(&scene, READ, Request::get(&format!("/self-service/recovery/flows?id={FLOW}&x=y")), &names).await;
    assert_eq!(scene.kratos.asked(READ).pop().unwrap().query, format!("id={FLOW}"));
    // What can be no flow's id goes no further: Kratos says the same of none.
    for (id, name) in [("id=nonsense%2F..%2F", "flow-get.malformed"), ("", "flow-get.missing-id")] {
        rows(&scene, READ, Request::get(&format!("/self-service/recovery/flows?{id}")), &[name]).await;
        assert_eq!(scene.kratos.asked(READ).pop().unwrap().query, "");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_submitted() {
    let scene = scene(CONFIGURED).await;
    scene.ory_flow().await;
    let names = [
        "submit.right-code",
        "submit.no-address",
        "submit.wrong-code",
        "submit.wrong-code-after-success",
        "submit.limit-attempt-6-right-code",
        "submit.reused-code",
        "submit.expired-flow",
        "submit.unknown-flow",
        "submit.inactive-identity",
        "submit.after-hook-403-empty",
        "submit.after-hook-interrupts",
        "native.right-code",
        "native.wrong-code",
        "native.expired-code-in-live-flow",
        "v2.right-code",
        "v2.wrong-code",
        "aal2.submit-right-code",
    ];
    for version in VERSIONS {
        for name in names {
            let Some(exchange) = recorded(version, name).filter(|exchange| exchange.reply.status != 303) else {
                continue;
            };
            let flow = scene.ory_flow().await;
            scene.kratos.next(SUBMIT, exchange.reply.clone());
            let answer = scene.ory_submit(&flow, &right_code()).await;
            compare(&answer, &exchange.reply, &format!("{version} {name}"));
        }
    }
    let asked = scene.kratos.asked(SUBMIT).pop().unwrap();
    assert_eq!(asked.json(), right_code());
    assert_eq!(asked.header("content-type"), Some("application/json"));
    // Without a flow there is none whose turn it could be.
    let path = "/self-service/recovery?flow=x";
    rows(&scene, SUBMIT, Request::post(path).json(&right_code()), &["submit.malformed-flow"]).await;
    rows(&scene, SUBMIT, Request::post("/self-service/recovery").json(&right_code()), &["submit.missing-flow"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_submitted() {
    let scene = scene(CONFIGURED).await;
    let flow = scene.ory_flow().await;
    let body = json!({"method": "code", "email": "u@example.org", "transient_payload": {"theme": "dark"}});
    for name in ["native.submit-email", "native.bad-email", "native.unknown-method", "v2.submit-email"] {
        let reply = Reply::recorded("v25.4.0", name);
        scene.kratos.next(SUBMIT, reply.clone());
        compare(&scene.ory_submit(&flow, &body).await, &reply, name);
    }
    let asked = scene.kratos.asked(SUBMIT).pop().unwrap();
    assert_eq!((asked.json(), asked.query), (body, format!("flow={flow}")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_are_begun_read_and_submitted() {
    let scene = scene(CONFIGURED).await;
    let with_token = |request: Request| request.header("X-Session-Token", TOKEN);
    let begin = with_token(Request::get("/self-service/settings/api?organization=x"));
    rows(&scene, "GET /self-service/settings/api", begin, &["settings-init.ok"]).await;
    let read = with_token(Request::get(&format!("/self-service/settings/flows?id={FLOW}")));
    let names = [
        "settings-get.after-recovery",
        "settings-get.unknown",
        "settings-get.expired",
        "aal2.settings-get-before-step-up",
    ];
    rows(&scene, "GET /self-service/settings/flows", read, &names).await;
    let body = json!({"method": "password", "password": "a good password"});
    let submit = with_token(Request::post(&format!("/self-service/settings?flow={FLOW}")).json(&body));
    let names = [
        "settings.ok",
        "settings.too-short",
        "settings.same-as-old",
        "settings.over-72-bytes",
        "settings.missing-password",
        "settings.bad-token",
        "settings.refresh-required",
        "settings.unknown-flow",
        "settings.other-identity",
        "settings.browser-no-csrf",
        "settings.expired-flow",
        "settings.unknown-method",
        "password-off.settings",
        "aal2.settings-before-step-up",
        "aal2.settings-after-step-up",
        "aal2.totp-enabled",
        "aal2.lookup-enabled",
    ];
    rows(&scene, SETTINGS, submit, &names).await;
    let asked = scene.kratos.asked(SETTINGS).pop().unwrap();
    assert_eq!((asked.json(), asked.query.as_str()), (body, format!("flow={FLOW}").as_str()));
    for asked in scene.kratos.asked("*") {
        assert_eq!(asked.header("x-session-token"), Some(TOKEN));
        assert!(!asked.query.contains("organization"), "{asked:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_says_whose_it_is() {
    let scene = scene(CONFIGURED).await;
    let request = Request::get("/sessions/whoami?tokenize_as=jwt_1&x=y").header("X-Session-Token", TOKEN);
    rows(&scene, "GET /sessions/whoami", request, &["whoami.after-recovery", "aal2.whoami-before-step-up"]).await;
    let asked = scene.kratos.asked("GET /sessions/whoami").pop().unwrap();
    assert_eq!((asked.query.as_str(), asked.header("x-session-token")), ("tokenize_as=jwt_1", Some(TOKEN)));
    // Kratos takes a bearer token as well.
    rows(&scene, "GET /sessions/whoami", Request::get("/sessions/whoami").bearer(TOKEN), &["whoami.bearer"]).await;
    let asked = scene.kratos.asked("GET /sessions/whoami").pop().unwrap();
    assert_eq!((asked.header("authorization"), asked.header("x-session-token")), (None, Some(TOKEN)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_in_is_begun_read_and_submitted() {
    let scene = scene(CONFIGURED).await;
    let begin = |query: &str| {
        Request::get(&format!("/self-service/login/api?{query}&return_to=x")).header("X-Session-Token", TOKEN)
    };
    let route = "GET /self-service/login/api";
    rows(&scene, route, begin("aal=aal2&via=email"), &["aal2.login-init", "aal2.login-init-again"]).await;
    assert_eq!(scene.kratos.asked(route).pop().unwrap().query, "aal=aal2&via=email");
    rows(&scene, route, begin("refresh=true&aal=aal1"), &["login.refresh-init"]).await;
    assert_eq!(scene.kratos.asked(route).pop().unwrap().query, "aal=aal1&refresh=true");
    let read = Request::get(&format!("/self-service/login/flows?id={FLOW}")).header("X-Session-Token", TOKEN);
    let names = ["aal2.login-get", "login-get.refresh", "login-get.unknown", "login-get.expired"];
    rows(&scene, "GET /self-service/login/flows", read, &names).await;
    let body = json!({"method": "totp", "totp_code": "123456"});
    let submit = Request::post(&format!("/self-service/login?flow={FLOW}")).json(&body);
    let names = [
        "aal2.login-totp-ok",
        "aal2.login-wrong-totp",
        "aal2.login-lookup-ok",
        "aal2.login-wrong-lookup",
        "login.refresh-ok",
        "login.refresh-wrong",
        "login.unknown-flow",
        "login.expired-flow",
    ];
    rows(&scene, "POST /self-service/login", submit.header("X-Session-Token", TOKEN), &names).await;
    let asked = scene.kratos.asked("POST /self-service/login").pop().unwrap();
    assert_eq!((asked.json(), asked.query.as_str()), (body, format!("flow={FLOW}").as_str()));
    assert_eq!(asked.header("x-session-token"), Some(TOKEN));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_is_handed_on_and_nothing_that_kratos_should_not_see() {
    let scene = scene("serve: {public: {trusted_proxies: [127.0.0.1]}}").await;
    let flow = scene.ory_flow().await;
    let request = Request::post(&format!("/self-service/recovery?flow={flow}"))
        .header("Accept-Language", "de-CH")
        .header("User-Agent", "App/1")
        .header("X-Forwarded-For", "203.0.113.7")
        .header("Cookie", "ory_kratos_session=x; csrf_token=y")
        .header("Origin", "https://app.example.org")
        .header("Referer", "https://app.example.org/x")
        .header("X-Session-Token", TOKEN)
        .header("Authorization", "Bearer x")
        .header("X-Forwarded-Host", "evil.example")
        .header("Accept", "text/html")
        .header("Proxy-Authorization", "Basic x");
    scene.ask(request.json(&right_code())).await;
    let asked = scene.kratos.asked(SUBMIT).pop().unwrap();
    let mut names: Vec<_> = asked.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.sort();
    let expected = [
        "accept",
        "accept-language",
        "content-length",
        "content-type",
        "host",
        "true-client-ip",
        "user-agent",
        "x-forwarded-for",
    ];
    assert_eq!(names, expected);
    assert_eq!(asked.header("accept"), Some("application/json"));
    assert_eq!(asked.header("accept-language"), Some("de-CH"));
    assert_eq!(asked.header("user-agent"), Some("App/1"));
    assert_eq!(
        (asked.header("x-forwarded-for"), asked.header("true-client-ip")),
        (Some("203.0.113.7"), Some("203.0.113.7"))
    );
    // Kratos would refuse to begin one for who has a session: recovery is for who has none.
    assert!(scene.ask(Request::get("/self-service/recovery/api").header("X-Session-Token", TOKEN)).await.status == 200);
    assert_eq!(scene.kratos.asked(BEGIN).pop().unwrap().header("x-session-token"), None);
}
