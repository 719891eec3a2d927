//! Pages of other origins: `serve.public.cors`.

use crate::client::{Answer, Connection, Request};
use crate::test_app::{TestApp, plan};

const CORS: &str = "\
serve: {public: {cors: {enabled: true, allowed_origins: ['https://app.example.org', 'https://*.example.com']}}}
limits: {client: {requests_per_hour: 1}}
";

async fn ask(app: &TestApp, request: Request) -> Answer {
    Connection::open(app.public()).await.ask(&request).await
}

fn preflight(origin: &str, headers: &str) -> Request {
    Request::get("/recoveries")
        .method("OPTIONS")
        .header("Origin", origin)
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", headers)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preflight_is_answered_without_being_counted() {
    let app = plan(CORS).start().await;
    for origin in ["https://app.example.org", "https://deep.sub.example.com"] {
        let answer = ask(&app, preflight(origin, "content-type,x-session-token")).await;
        assert_eq!(answer.status, 204);
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
        assert_eq!(answer.header("access-control-allow-methods"), Some("GET, POST"));
        assert_eq!(answer.header("access-control-allow-headers"), Some("content-type,x-session-token"));
        assert_eq!(answer.header("access-control-max-age"), Some("300"));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
        let vary: Vec<_> = answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("vary")).collect();
        assert_eq!(vary.len(), 3, "{answer:?}");
    }
    for (origin, headers) in [("https://evil.example.net", "content-type"), ("https://app.example.org", "x-evil")] {
        let answer = ask(&app, preflight(origin, headers)).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, None));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_may_read_refusals_too() {
    let app = plan(CORS).start().await;
    for status in [404, 429] {
        let answer = ask(&app, Request::get("/nothing").header("Origin", "https://app.example.org")).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example.org"));
        assert_eq!(answer.header("access-control-expose-headers"), Some("Retry-After, X-Request-Id"));
        assert_eq!(answer.header("vary"), Some("Origin"));
        assert!(answer.header("x-request-id").is_some());
    }
    let stranger = ask(&app, Request::get("/nothing").header("Origin", "https://evil.example.net")).await;
    assert_eq!((stranger.header("access-control-allow-origin"), stranger.header("vary")), (None, Some("Origin")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_configuration_no_page_may_call() {
    let app = TestApp::new().await;
    let answer = ask(&app, preflight("https://app.example.org", "content-type")).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (405, None));
    let admin = app.ask(Request::get("/health/alive").header("Origin", "https://app.example.org")).await;
    assert_eq!((admin.status, admin.header("vary")), (200, None));
}
