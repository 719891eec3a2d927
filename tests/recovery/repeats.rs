//! A response can be lost on its way: a repeat gets the same answer. Submissions of one recovery
//! go one at a time.

use crate::client::{Connection, Request};
use crate::fake_kratos::{CODE, Reply};
use crate::scene::{SETTINGS, SUBMIT, scene, token};
use futures_util::future::join_all;
use serde_json::json;
use std::time::Duration;

const NEW: &str = "a good password";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_hangs_up_too_early_gets_the_token_by_asking_again() {
    let scene = scene("").await;
    let id = scene.begin().await;
    // Kratos takes its time over the right code; the app does not wait for it.
    let slow = Reply::recorded("v26.2.0", "submit.right-code").after(Duration::from_millis(400));
    let recorded = serde_json::from_slice::<serde_json::Value>(&slow.body).unwrap();
    let expected = recorded["continue_with"][0]["ory_session_token"].as_str().unwrap().to_owned();
    scene.kratos.next(SUBMIT, slow);
    let before = scene.codes();
    let address = scene.app.app().listeners().public.address;
    let request = Request::post(&format!("/recoveries/{id}/code")).json(&json!({"code": CODE}));
    let hasty = async {
        let mut connection = Connection::open(address).await;
        drop(tokio::time::timeout(Duration::from_millis(100), connection.try_ask(&request)).await);
    };
    hasty.await;
    let repeated = scene.code(&id, CODE).await;
    assert_eq!(token(&repeated), expected);
    assert_eq!(scene.codes(), before + 1, "Kratos was asked once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_code_gets_the_same_answer_for_two_minutes_also_after_a_restart() {
    let mut scene = scene("").await;
    let id = scene.begin().await;
    let first = scene.code_and_password(&id, CODE, "short").await;
    token(&first);
    assert_eq!(scene.code(&id, "0-12345").await.json(), first.json());
    scene.app.restart().await;
    scene.clock.advance(Duration::from_secs(119));
    assert_eq!(scene.code(&id, CODE).await.json(), first.json());
    assert_eq!(scene.code(&id, "999999").await.error(), "recovery_code_invalid", "another code is another question");
    assert_eq!(scene.codes(), 2);
    scene.clock.advance(Duration::from_secs(2));
    let late = scene.code(&id, CODE).await;
    assert_eq!((late.status, late.error().as_str()), (409, "recovery_code_used"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_that_comes_with_the_repeat_is_tried() {
    let scene = scene("").await;
    let id = scene.begin().await;
    let first = scene.code(&id, CODE).await;
    assert_eq!(first.json()["password"], "unset");
    let second = scene.code_and_password(&id, CODE, "short").await;
    assert_eq!((token(&second), &second.json()["password"]), (token(&first), &json!("refused")));
    let third = scene.code_and_password(&id, CODE, NEW).await;
    assert_eq!((token(&third), &third.json()["password"]), (token(&first), &json!("set")));
    assert!(third.json()["messages"].is_null());
    // Once it is set, asking again changes nothing and asks nobody.
    let asked = scene.kratos.asked(SETTINGS).len();
    assert_eq!(scene.code_and_password(&id, CODE, NEW).await.json(), third.json());
    assert_eq!(scene.code(&id, CODE).await.json(), third.json());
    assert_eq!((scene.kratos.asked(SETTINGS).len(), scene.codes()), (asked, 1));
}

/// Kratos had set the password, but its answer was lost; since v25.4 it then calls the same
/// password a used one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_whose_answer_was_lost_is_known_as_set() {
    let scene = scene("").await;
    let id = scene.begin().await;
    scene.kratos.next(SETTINGS, Reply::cut());
    let first = scene.code_and_password(&id, CODE, NEW).await;
    assert_eq!(first.json()["password"], "unknown");
    scene.kratos.world(|world| NEW.clone_into(&mut world.password));
    let second = scene.code_and_password(&id, CODE, NEW).await;
    assert_eq!((token(&second), &second.json()["password"]), (token(&first), &json!("set")));
    // But a password that is really the old one is not a new one.
    let id = scene.begin().await;
    let refused = scene.code_and_password(&id, CODE, NEW).await;
    assert_eq!(
        (&refused.json()["password"], &refused.json()["messages"][0]["id"]),
        (&json!("refused"), &json!(4_000_039))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_right_codes_reach_kratos_once_and_share_one_token() {
    let scene = scene("").await;
    let id = scene.begin().await;
    let answers = join_all((0..12).map(|_| scene.code_and_password(&id, CODE, NEW))).await;
    let tokens: std::collections::BTreeSet<_> = answers.iter().map(token).collect();
    assert_eq!((tokens.len(), scene.codes(), scene.kratos.asked(SETTINGS).len()), (1, 1, 1));
    assert!(answers.iter().all(|answer| answer.json()["password"] == "set"), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_fate_of_a_code_is_told_and_the_repeat_is_asked() {
    let scene = scene("").await;
    let id = scene.begin().await;
    scene.kratos.next(SUBMIT, Reply::cut());
    let answer = scene.code(&id, CODE).await;
    assert_eq!((answer.status, answer.error().as_str()), (503, "kratos_unreachable"));
    token(&scene.code(&id, CODE).await);
    assert_eq!(scene.codes(), 2, "a submission is not repeated by itself");
}
