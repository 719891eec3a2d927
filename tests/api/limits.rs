//! `limits.client` on the public listener: counted by caller, not by connection, and not by what a caller
//! says of itself.

use crate::client::{Answer, Connection, Request};
use crate::test_app::{TestApp, plan};
use postrider::domain::ManualClock;
use std::time::Duration;

const LIMITS: &str = "limits: {client: {requests_per_hour: 3}}";

fn clock() -> ManualClock {
    ManualClock::new("2026-11-24T12:00:00Z".parse().unwrap())
}

async fn ask(app: &TestApp, forwarded: &str) -> Answer {
    let request = Request::get("/nothing").header("X-Forwarded-For", forwarded);
    Connection::open(app.public()).await.ask(&request).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_too_much_is_told_when_to_come_again() {
    let clock = clock();
    let app = plan(LIMITS).clock(&clock).start().await;
    for n in 0..3 {
        // Whatever it says of itself, without a trusted proxy it is one caller.
        assert_eq!(ask(&app, &format!("192.0.2.{n}")).await.status, 404);
    }
    let refused = ask(&app, "192.0.2.9").await;
    assert_eq!((refused.status, refused.error().as_str()), (429, "rate_limited"));
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert_eq!(refused.json()["error"]["details"]["retry_after"], wait);
    assert!((3595..=3601).contains(&wait), "{wait}");
    // Health is asked by machines that must not be refused.
    for _ in 0..5 {
        assert_eq!(Connection::open(app.public()).await.ask(&Request::get("/health/alive")).await.status, 200);
    }
    clock.advance(Duration::from_secs(wait));
    assert_eq!(ask(&app, "192.0.2.9").await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_trusted_proxy_each_caller_has_its_own_share() {
    let more = format!("{LIMITS}\nserve: {{public: {{trusted_proxies: [127.0.0.0/8]}}}}");
    let app = plan(&more).clock(&clock()).start().await;
    for _ in 0..3 {
        for caller in ["192.0.2.1", "198.51.100.7, 192.0.2.2", "2001:db8:0:1::1", "2001:db8:0:2::1"] {
            assert_eq!(ask(&app, caller).await.status, 404, "{caller}");
        }
    }
    for caller in ["192.0.2.1", "198.51.100.8, 192.0.2.2", "::ffff:192.0.2.1", "2001:db8:0:1:9::1"] {
        assert_eq!(ask(&app, caller).await.status, 429, "{caller}");
    }
    assert_eq!(ask(&app, "2001:db8:0:3::1").await.status, 404);
}
