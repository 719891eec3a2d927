//! A store that cannot be written to: posts are held, and refused only when it lasts.

use crate::client::Request;
use crate::payloads::code_mail;
use crate::test_app::{COURIER, SOON, TestApp, plan};
use std::time::{Duration, Instant};

/// Keeps every other connection from writing.
fn block(app: &TestApp) -> rusqlite::Connection {
    let database = app.database();
    database.busy_timeout(SOON).unwrap();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    database
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_is_held_while_the_store_is_away_and_stored_when_it_is_back() {
    let mut app = plan("").in_a_file().start().await;
    let mut held = None;
    // A machine that is busy for longer than a post is held does not count.
    for n in 0..5 {
        let blocked = block(&app);
        let mail = code_mail("u@example.org", &format!("{n:06}"));
        let posting = app.post("/courier", &mail);
        let back = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            blocked.execute_batch("ROLLBACK").unwrap();
        };
        let (answer, ()) = tokio::join!(posting, back);
        if answer.status == 200 {
            held = Some(answer);
            break;
        }
    }
    let answer = held.expect("a post that is held until the store is back");
    assert_eq!(answer.outcome(), "queued");
    app.await_status(&answer.id(), "sent").await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_store_stays_away_the_answer_is_503_and_kratos_s_next_post_is_good() {
    let mut app = plan("").in_a_file().start().await;
    let payload = code_mail("u@example.org", "012345");
    let blocked = block(&app);
    let started = Instant::now();
    let answer = app.ask(Request::post("/courier").bearer(COURIER).json(&payload)).await;
    let held = started.elapsed();
    assert_eq!((answer.status, answer.error().as_str()), (503, "store_unavailable"));
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.json()["error"]["details"]["retry_after"], 1);
    assert!(held >= Duration::from_secs(3), "it was held, but only {held:?}");
    assert!(held <= SOON, "it was held too long: {held:?}");
    blocked.execute_batch("ROLLBACK").unwrap();
    drop(blocked);
    let again = app.post("/courier", &payload).await;
    // The try that was cut off may have been committed at the last moment: then this is its repeat.
    assert_eq!(again.status, 200);
    assert!(["queued", "duplicate"].contains(&again.outcome().as_str()), "{}", again.outcome());
    app.await_status(&again.id(), "sent").await;
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), 1);
}
