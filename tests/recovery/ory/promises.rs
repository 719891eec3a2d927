//! What our own routes promise, on these: a token is never lost, one submission of a recovery goes at a
//! time, and what an admin withdrew is over.

use super::{READ, address, ory_token, right_code};
use crate::client::Request;
use crate::fake_kratos::{CODE, Reply};
use crate::scene::{SUBMIT, Scene, scene};
use crate::test_app::SOON;
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_code_gets_the_same_answer_for_two_minutes_also_after_a_restart() {
    let mut scene = scene("").await;
    let flow = scene.ory_flow().await;
    let first = scene.ory_code(&flow, CODE).await;
    ory_token(&first);
    scene.app.restart().await;
    scene.clock.advance(Duration::from_secs(119));
    // However the id is written, and whatever stands beside the code.
    let again = scene.ory_submit(&flow.to_uppercase(), &json!({"code": CODE, "transient_payload": {}})).await;
    assert_eq!((again.status, again.text()), (200, first.text()));
    let other = scene.ory_code(&flow, "999999").await;
    assert_eq!((other.status, &other.json()["ui"]["messages"][0]["id"]), (200, &json!(4_060_006)));
    assert_eq!(scene.codes(), 2);
    scene.clock.advance(Duration::from_secs(2));
    let late = scene.ory_code(&flow, CODE).await;
    assert_eq!(late.status, 400);
    assert_eq!(late.json()["error"]["reason"], "The code was already used. Please request another code.");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_hangs_up_too_early_gets_the_token_by_asking_again() {
    let scene = scene("").await;
    let flow = scene.ory_flow().await;
    let slow = Reply::recorded("v26.2.0", "submit.right-code").after(Duration::from_millis(400));
    let recorded: Value = serde_json::from_slice(&slow.body).unwrap();
    scene.kratos.next(SUBMIT, slow);
    let before = scene.codes();
    let request = Request::post(&format!("/self-service/recovery?flow={flow}")).json(&right_code());
    let mut connection = scene.connection().await;
    drop(tokio::time::timeout(Duration::from_millis(100), connection.try_ask(&request)).await);
    drop(connection);
    let token = ory_token(&scene.ory_code(&flow, CODE).await);
    assert_eq!(recorded["continue_with"][0]["ory_session_token"], token);
    assert_eq!(scene.codes(), before + 1, "Kratos was asked once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_right_codes_reach_kratos_once_and_share_one_token() {
    let scene = scene("").await;
    let issued = scene.issue(&json!({})).await;
    let id = issued["recovery_id"].as_str().unwrap();
    scene.get(&format!("/self-service/recovery/flows?id={id}")).await;
    let flow = scene.kratos.asked(READ).pop().unwrap().parameter("id").unwrap();
    // By our id and by Kratos's.
    let answers = join_all((0..8).map(|n| scene.ory_code(if n % 2 == 0 { id } else { &flow }, CODE))).await;
    let tokens: BTreeSet<_> = answers.iter().map(ory_token).collect();
    assert_eq!((tokens.len(), scene.codes()), (1, 1));
}

/// The two ways to submit do not run at the same time either.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_own_routes_wait_for_these_and_these_for_them() {
    let scene = scene("").await;
    let id = scene.begin().await;
    let answers =
        join_all((0..6).map(|n| {
            let (scene, id) = (&scene, id.clone());
            async move {
                if n % 2 == 0 { scene.code(&id, CODE).await.status } else { scene.ory_code(&id, CODE).await.status }
            }
        }))
        .await;
    // One way has the token and repeats it; for the other the code is used.
    let kinds: BTreeSet<_> = answers.into_iter().collect();
    assert!(kinds == BTreeSet::from([200, 409]) || kinds == BTreeSet::from([200, 400]), "{kinds:?}");
}

async fn withdraw(scene: &Scene, id: &str) {
    let request = Request::post(&format!("/admin/recoveries/{id}/withdraw")).bearer("support-token");
    assert_eq!(scene.app.ask(request).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawn_recovery_is_refused_in_kratos_s_words_by_whichever_id() {
    let scene = scene("").await;
    let issued = scene.issue(&json!({})).await;
    let id = issued["recovery_id"].as_str().unwrap();
    let flow =
        scene.get(&format!("/self-service/recovery/flows?id={id}")).await.json()["id"].as_str().unwrap().to_owned();
    withdraw(&scene, id).await;
    let asked = scene.kratos.asked("*").len();
    for id in [id, flow.as_str(), &flow.to_uppercase()] {
        for answer in
            [scene.ory_code(id, CODE).await, scene.get(&format!("/self-service/recovery/flows?id={id}")).await]
        {
            assert_eq!((answer.status, answer.error().as_str()), (410, "self_service_flow_expired"));
        }
    }
    assert_eq!(scene.kratos.asked("*").len(), asked);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_sees_what_became_of_a_recovery() {
    let scene = scene("").await;
    for by_kratos_s_id in [false, true] {
        let issued = scene.issue(&json!({})).await;
        let id = issued["recovery_id"].as_str().unwrap();
        let path = format!("/admin/recoveries/{}", issued["id"].as_str().unwrap());
        let state = || async {
            scene.app.ask(Request::get(&path).bearer("support-token")).await.json()["state"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let flow = scene.get(&format!("/self-service/recovery/flows?id={id}")).await.json()["id"].clone();
        let id = if by_kratos_s_id { flow.as_str().unwrap() } else { id };
        assert_eq!(scene.ory_code(id, "999999").await.status, 200);
        assert_eq!(state().await, "tried");
        // That would end the admin's code, also beside one; and a form without either spends no try.
        let both = json!({"method": "code", "email": "u@example.org", "code": CODE});
        let spent = scene.kratos.asked(SUBMIT).len();
        for body in [address(), both, json!({"method": "code"})] {
            let answer = scene.ory_submit(id, &body).await;
            assert_eq!((answer.status, answer.error().as_str()), (400, "request_malformed"));
        }
        assert_eq!(scene.kratos.asked(SUBMIT).len(), spent);
        ory_token(&scene.ory_code(id, CODE).await);
        assert_eq!(state().await, "used");
    }
    let flow = scene.ory_flow().await;
    ory_token(&scene.ory_code(&flow, CODE).await);
    for (flow, outcome, count) in
        [("admin_api", "passed", "2"), ("admin_api", "recovery_code_invalid", "2"), ("self_service", "passed", "1")]
    {
        let labels = [("flow", flow), ("outcome", outcome)];
        assert_eq!(scene.app.metric("postrider_recoveries_total", &labels).await.to_string(), count, "{labels:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_own_route_knows_that_no_try_is_left() {
    let scene = scene("").await;
    let issued = scene.issue(&json!({})).await;
    let id = issued["recovery_id"].as_str().unwrap();
    for _ in 0..5 {
        assert_eq!(scene.ory_code(id, "999999").await.status, 200);
    }
    assert_eq!(scene.state(id).await, "sent_email");
    assert_eq!(scene.ory_code(id, CODE).await.status, 400);
    assert_eq!(scene.state(id).await, "exhausted");
}

/// Kratos takes longer over an address that it knows; a second hides it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_answered_no_sooner_than_after_a_second() {
    let scene = scene("").await;
    scene.kratos.world(|world| world.stall = Duration::from_millis(300));
    for (email, code) in [("u@example.org", None), ("nobody@example.org", None), ("u@example.org", Some("1"))] {
        let flow = scene.ory_flow().await;
        let begin = Instant::now();
        let answer = scene.ory_submit(&flow, &json!({"method": "code", "email": email, "code": code})).await;
        assert_eq!((answer.status, &answer.json()["state"]), (200, &json!("sent_email")));
        assert!(begin.elapsed() >= Duration::from_secs(1), "{:?}", begin.elapsed());
    }
}

/// An address that our own route sends behind its answer: until it has settled nothing is seen of it here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_our_own_route_hides_does_not_show_here() {
    let scene = scene("").await;
    scene.kratos.world(|world| world.stall = Duration::from_millis(700));
    let mut seen = Vec::new();
    for identifier in ["u@example.org", "nobody@example.org"] {
        let begin = Instant::now();
        let answer = scene.post("/recoveries", &json!({"identifier": identifier})).await;
        let id = answer.json()["recovery_id"].as_str().unwrap().to_owned();
        let wrong = scene.ory_code(&id, "999999").await.json()["ui"]["messages"][0]["id"].clone();
        assert!(begin.elapsed() >= Duration::from_secs(2), "{identifier}: {:?}", begin.elapsed());
        seen.push(wrong);
    }
    assert_eq!(seen, [4_060_006, 4_060_006]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_taken_only_so_often_for_one_recovery() {
    let scene = scene("").await;
    let id = scene.begin().await;
    for _ in 0..9 {
        assert_eq!(scene.ask(Request::post(&format!("/recoveries/{id}/resend"))).await.status, 202);
    }
    assert_eq!(scene.ory_submit(&id, &address()).await.status, 200);
    let flow = scene.kratos.asked(SUBMIT).pop().unwrap().parameter("flow").unwrap();
    for id in [&id, &flow, &flow.to_uppercase()] {
        let answer = scene.ory_submit(id, &address()).await;
        assert_eq!((answer.status, answer.error().as_str()), (429, "rate_limited"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_not_lost_with_the_database() {
    let scene = scene("").await;
    let (own, issued) = (scene.ory_flow().await, scene.issue(&json!({})).await);
    let admin_s = issued["recovery_id"].as_str().unwrap();
    let blocked = scene.app.database();
    blocked.busy_timeout(SOON).unwrap();
    blocked.execute_batch("BEGIN IMMEDIATE").unwrap();
    ory_token(&scene.ory_code(&own, CODE).await);
    // An admin's counts its tries, so it waits, and nothing is spent.
    let spent = scene.codes();
    let answer = scene.ory_code(admin_s, CODE).await;
    assert_eq!((answer.status, answer.error().as_str(), scene.codes()), (503, "store_unavailable", spent));
    blocked.execute_batch("ROLLBACK").unwrap();
    ory_token(&scene.ory_code(admin_s, CODE).await);
}

/// Whoever asks for the flow while its address is at Kratos sees nothing by time or by state.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_sees_past_an_address_that_is_on_its_way() {
    let scene = scene("").await;
    scene.kratos.world(|world| world.stall = Duration::from_millis(900));
    for email in ["u@example.org", "nobody@example.org"] {
        let flow = scene.ory_flow().await;
        let address = json!({"method": "code", "email": email});
        let begun = Instant::now();
        let sending = scene.ory_submit(&flow, &address);
        let is_there = || scene.kratos.asked(SUBMIT).iter().any(|asked| asked.json()["email"] == email);
        let looking = async {
            while !is_there() {
                assert!(begun.elapsed() < SOON, "{email} is not asked about");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
            scene.clock.advance(Duration::from_millis(300));
            let path = format!("/self-service/recovery/flows?id={flow}");
            scene.get(&path).await;
            begun.elapsed()
        };
        let (sent, looked) = tokio::join!(sending, looking);
        assert_eq!(sent.status, 200, "{sent:?}");
        assert!(looked >= Duration::from_millis(2900), "{email}: {looked:?}");
        scene.clock.advance(Duration::from_secs(3));
    }
}
