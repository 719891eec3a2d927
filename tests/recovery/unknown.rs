//! Nobody learns whether there is an account: neither by an answer, nor by its time, nor by how often
//! one may be wrong.

use crate::client::Request;
use crate::fake_kratos::{ADDRESS, CODE};
use crate::scene::{SETTLE, SUBMIT, Scene, scene, token};
use serde_json::json;
use std::time::{Duration, Instant};

const NOBODY: &str = "nobody@example.org";

/// Begins a recovery: its id, and the names of all that the answer holds.
async fn begun(scene: &Scene, address: &str) -> (String, Vec<String>) {
    let answer = scene.post("/recoveries", &json!({"identifier": address})).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let keys = answer.json().as_object().unwrap().keys().cloned().collect();
    (answer.json()["recovery_id"].as_str().unwrap().to_owned(), keys)
}

/// Kratos takes a minute over an address that it knows: the answer is there all the same, is that of
/// an unknown one, and what can be asked meanwhile does not differ either.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_waits_for_kratos_to_look_the_address_up() {
    let scene = scene("").await;
    scene.kratos.world(|world| world.stall = Duration::from_mins(1));
    let begin = Instant::now();
    let mut seen = Vec::new();
    for address in [ADDRESS, NOBODY] {
        let (id, keys) = begun(&scene, address).await;
        scene.clock.advance(SETTLE);
        let wrong = scene.code(&id, "999999").await.error();
        let again = scene.ask(Request::post(&format!("/recoveries/{id}/resend"))).await.status;
        seen.push((keys, wrong, scene.state(&id).await, again));
    }
    assert!(begin.elapsed() < Duration::from_secs(50), "Kratos was waited for");
    assert_eq!(seen[0], seen[1]);
    assert_eq!((seen[0].1.as_str(), seen[0].3), ("recovery_code_invalid", 202));
}

/// Kratos counts a try only once it has the address; for a known one that is later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kratos_that_stalls_over_known_addresses_tells_nobody() {
    let scene = scene("limits: {client: {wrong_codes_per_hour: 0}}").await;
    scene.kratos.world(|world| world.stall = Duration::from_secs(1));
    let mut seen = Vec::new();
    for address in [ADDRESS, NOBODY] {
        let begin = Instant::now();
        let (id, _) = begun(&scene, address).await;
        let first = scene.code(&id, "999999").await.error();
        assert!(begin.elapsed() > Duration::from_millis(2500), "{address}: {:?}", begin.elapsed());
        scene.clock.advance(SETTLE);
        let mut tries = vec![first];
        for _ in 0..5 {
            tries.push(scene.code(&id, "999999").await.error());
        }
        seen.push(tries);
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!((seen[0][4].as_str(), seen[0][5].as_str()), ("recovery_code_invalid", "recovery_too_many_attempts"));
}

/// Whoever has the right code has the mail: there is nothing to hide from them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_right_code_is_answered_as_soon_as_the_address_has_arrived() {
    let scene = scene("").await;
    scene.kratos.world(|world| world.stall = Duration::from_millis(300));
    let mut took = Vec::new();
    // The clock of the application stands still: it would wait for three seconds at least, each time. A machine that
    // is busy now and then is not meant.
    while took.last().is_none_or(|took| *took >= Duration::from_millis(2900)) {
        assert!(took.len() < 10, "{took:?}");
        let (id, _) = begun(&scene, ADDRESS).await;
        let begin = Instant::now();
        token(&scene.code(&id, CODE).await);
        took.push(begin.elapsed());
    }
    assert_eq!(scene.kratos.asked(SUBMIT).last().unwrap().json()["code"], CODE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_with_the_address_alone_learns_nothing_either() {
    let scene = scene("recovery: {by_identifier: true}\nlimits: {client: {wrong_codes_per_hour: 0}}").await;
    let database = scene.app.database();
    let commits = || database.query_row("PRAGMA data_version", [], |row| row.get::<_, i64>(0)).unwrap();
    let submit = async |identifier: &str, code: &str| {
        let before = commits();
        let answer = scene.post("/recoveries/code", &json!({"identifier": identifier, "code": code})).await;
        assert_ne!(commits(), before, "a write for everybody, so that time does not differ");
        let error = answer.json()["error"].clone();
        (answer.status, error["id"].clone(), error["reason"].clone(), error["details"].clone())
    };
    let none = submit(ADDRESS, CODE).await;
    scene.issue(&json!({})).await;
    let wrong = submit(ADDRESS, "999999").await;
    let other = submit(NOBODY, CODE).await;
    assert_eq!((none.0, &none.1), (400, &json!("recovery_code_invalid")));
    assert_eq!((&none, &none), (&wrong, &other));
    assert_eq!(scene.codes(), 0);
}
