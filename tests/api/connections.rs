//! Connections of Kratos, of which it should need one.

use crate::client::{Connection, Request};
use crate::payloads::code_mail;
use crate::test_app::{COURIER, SOON, TestApp};

fn post(n: usize) -> Request {
    Request::post("/courier").bearer(COURIER).json(&code_mail("u@example.org", &format!("{n:06}")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_mails_come_over_one_connection() {
    let mut app = TestApp::new().await;
    let mut connection = Connection::open(app.admin()).await;
    for n in 0..30 {
        let answer = connection.ask(&post(n)).await;
        assert_eq!((answer.status, answer.outcome().as_str()), (200, "queued"));
        assert_eq!(answer.header("connection"), None, "it is kept");
    }
    // Refusals do not cost the connection either.
    let refused = connection.ask(&Request::post("/courier").header("Content-Type", "application/json").body("")).await;
    assert_eq!(refused.status, 401);
    let empty = Request::post("/courier").bearer(COURIER).header("Content-Type", "application/json");
    assert_eq!(connection.ask(&empty).await.status, 400);
    assert_eq!(connection.ask(&post(30)).await.status, 200);
    app.smtp.await_mails(31, SOON).await;
    drop(connection);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_thousandth_answer_closes_the_connection() {
    let app = TestApp::new().await;
    let mut connection = Connection::open(app.admin()).await;
    for n in 1..=1000 {
        let answer = connection.ask(&Request::get("/health/alive")).await;
        let closes = answer.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        assert_eq!(closes, n == 1000, "answer {n}");
    }
    assert!(connection.is_closed().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_draining_each_answer_closes_its_connection() {
    let app = TestApp::new().await;
    let mut connection = Connection::open(app.admin()).await;
    assert_eq!(connection.ask(&post(1)).await.header("connection"), None);
    app.app().drain();
    let answer = connection.ask(&post(2)).await;
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
    assert!(connection.is_closed().await);
}
