//! The whole way, as an app goes it.

use crate::client::{Connection, Request};
use crate::fake_kratos::{ADDRESS, CODE, FakeKratos, Reply, TOTP};
use crate::scene::{SETTINGS, SUBMIT, Scene, configured, scene, token};
use serde_json::json;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_begins_mistypes_chooses_badly_and_ends_with_a_new_password() {
    let scene = scene("").await;
    let body = json!({"identifier": " U@Example.org ", "transient_payload": {"theme": "dark"}});
    let request = Request::post("/recoveries")
        .header("Accept-Language", "de-CH")
        .header("User-Agent", "App/1")
        .header("Cookie", "a=b")
        .header("X-Forwarded-For", "203.0.113.7");
    let begun = scene.ask(request.json(&body)).await;
    assert_eq!(begun.status, 202, "{begun:?}");
    let id = begun.json()["recovery_id"].as_str().unwrap().to_owned();
    assert!(begun.json()["expires_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(begun.json().as_object().unwrap().len(), 2, "{begun:?}");
    scene.await_sent(1.0).await;
    let asked = scene.kratos.asked(SUBMIT).pop().unwrap();
    let sent = json!({"method": "code", "email": "U@Example.org", "transient_payload": {"theme": "dark"}});
    assert_eq!(asked.json(), sent, "as typed");
    assert_eq!(asked.header("accept-language"), Some("de-CH"));
    assert_eq!(asked.header("user-agent"), Some("App/1"));
    assert_eq!(asked.header("cookie"), None);
    assert_eq!(asked.header("true-client-ip"), Some("127.0.0.1"), "nobody else's word for it is taken");
    assert_eq!(scene.state(&id).await, "sent_email");

    assert_eq!(scene.code(&id, "999999").await.error(), "recovery_code_invalid");
    let passed = scene.code_and_password(&id, " 012-345 ", "short").await;
    let token = token(&passed);
    assert_eq!(passed.json()["password"], "refused");
    assert_eq!(passed.json()["messages"][0]["id"], 4_000_032);
    assert!(passed.json()["session_expires_at"].is_string());
    assert_eq!(scene.state(&id).await, "passed_challenge");

    let refused = scene.password(&id, &token, "short").await;
    assert_eq!((refused.status, refused.error().as_str()), (422, "password_policy"));
    assert_eq!(refused.json()["error"]["details"]["messages"][0]["id"], 4_000_032);
    let accepted = scene.password(&id, &token, " a good password ").await;
    assert_eq!((accepted.status, accepted.json()), (200, json!({"password": "set"})));
    assert_eq!(scene.kratos.world(|world| world.password.clone()), " a good password ", "blanks count");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_s_code_goes_on_with_the_recovery_id_of_the_link() {
    let scene = scene("recovery: {ui_url: 'https://app.example.org/recover'}").await;
    let issued = scene.issue(&json!({})).await;
    let id = issued["recovery_id"].as_str().unwrap();
    assert_eq!(issued["recovery_link"], format!("https://app.example.org/recover?recovery_id={id}"));
    let mails = scene.app.smtp.await_mails(1, crate::test_app::SOON).await;
    assert_eq!(mails[0].rcpt, [ADDRESS]);
    assert!(mails[0].text().contains(CODE));
    assert_eq!(scene.code(id, "111111").await.error(), "recovery_code_invalid");
    let passed = scene.code_and_password(id, CODE, "a good password").await;
    token(&passed);
    assert_eq!(passed.json()["password"], "set");
    let path = format!("/admin/recoveries/{}", issued["id"].as_str().unwrap());
    let row = scene.app.ask(Request::get(&path).bearer("support-token")).await;
    assert_eq!(row.json()["state"], "used");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_factor_is_shown_before_the_password_is_set() {
    let scene = scene("").await;
    scene.kratos.world(|world| world.second_factor = true);
    let id = scene.begin().await;
    let passed = scene.code_and_password(&id, CODE, "a good password").await;
    let token = token(&passed);
    assert_eq!(passed.json()["password"], "aal2_required");
    let required = scene.password(&id, &token, "a good password").await;
    assert_eq!((required.status, required.error().as_str()), (403, "session_aal2_required"));
    // What the login routes do.
    assert_eq!(step_up(&scene.kratos, &token).await, 200);
    assert_eq!(scene.password(&id, &token, "a good password").await.status, 200);
}

async fn step_up(kratos: &FakeKratos, token: &str) -> u16 {
    let address = kratos.url().trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
    let request = Request::post("/self-service/login?flow=f").header("X-Session-Token", token);
    let body = json!({"method": "totp", "totp_code": TOTP});
    Connection::open(address).await.ask(&request.json(&body)).await.status
}

/// Kratos takes a minute for an address that it knows: the answer is there all the same, is that of
/// an unknown one, and what can be asked meanwhile does not differ either.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_answer_nor_time_tells_whether_an_account_exists() {
    let scene = scene("").await;
    scene.kratos.world(|world| world.stall = Duration::from_mins(1));
    let begin = Instant::now();
    let mut seen = Vec::new();
    for address in [ADDRESS, "nobody@example.org"] {
        let answer = scene.post("/recoveries", &json!({"identifier": address})).await;
        let id = answer.json()["recovery_id"].as_str().unwrap().to_owned();
        let wrong = scene.code(&id, "999999").await.error();
        let keys: Vec<_> = answer.json().as_object().unwrap().keys().cloned().collect();
        let again = scene.ask(Request::post(&format!("/recoveries/{id}/resend"))).await.status;
        seen.push((answer.status, keys, wrong, scene.state(&id).await, again));
    }
    assert!(begin.elapsed() < Duration::from_secs(50), "Kratos was waited for");
    assert_eq!(seen[0], seen[1]);
    assert_eq!((seen[0].0, seen[0].2.as_str(), seen[0].4), (202, "recovery_code_invalid", 202));
}

/// What was promised is kept although postrider stops.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_still_goes_to_kratos_when_postrider_stops() {
    let mut scene = scene("").await;
    scene.kratos.always(SUBMIT, Reply::recorded("v26.2.0", "native.submit-email").after(Duration::from_millis(700)));
    // Whether transitions are on is seen by a submission too, so the first one waits for that.
    let answer = scene.post("/recoveries", &json!({"identifier": ADDRESS})).await;
    assert_eq!(answer.status, 202);
    scene.kratos.await_asked(SUBMIT, 2).await;
    scene.app.stop().await;
    assert!(crate::log::lines(&["Kratos still works on codes"]).is_empty());
    assert_eq!(scene.kratos.asked(SUBMIT)[1].json()["email"], ADDRESS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kratos_is_asked_which_address_to_use_and_told_the_typed_one() {
    let scene = scene("").await;
    scene.kratos.world(|world| world.recovery_v2 = true);
    let id = scene.begin().await;
    let sent: Vec<_> = scene.kratos.asked(SUBMIT).iter().skip(1).map(crate::fake_kratos::Asked::json).collect();
    let chosen = json!({
        "method": "code", "recovery_address": ADDRESS,
        "recovery_select_address": "c6gQtkUw/32awpFqiiaho31pCv8KFBHChifYDIvz94A=",
    });
    assert_eq!(sent, [json!({"method": "code", "recovery_address": ADDRESS}), chosen]);
    assert_eq!(scene.ask(Request::post(&format!("/recoveries/{id}/resend"))).await.status, 202);
    scene.await_sent(2.0).await;
    let confirmed = json!({"method": "code", "recovery_address": ADDRESS, "recovery_confirm_address": ADDRESS});
    assert_eq!(scene.kratos.asked(SUBMIT).last().unwrap().json(), confirmed);
    token(&scene.code(&id, CODE).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_source_has_its_own_kratos_and_takes_only_its_own_recoveries() {
    let other = FakeKratos::start().await;
    let kratos = FakeKratos::start().await;
    let more = format!(
        "sources: {{other: {{auth: [{{id: k, type: api_key, config: {{name: X, value: y}}}}], \
         kratos: {{public_url: '{0}', admin_url: '{0}'}}}}}}",
        other.url()
    );
    let plan = configured(&kratos, &more);
    let scene = Scene::of(kratos, plan).await;
    let begun = scene.post("/sources/other/recoveries", &json!({"identifier": ADDRESS})).await;
    let id = begun.json()["recovery_id"].as_str().unwrap().to_owned();
    scene.await_sent(1.0).await;
    assert!(scene.kratos.asked("*").is_empty());
    let code = json!({"code": CODE});
    let elsewhere = scene.post(&format!("/sources/default/recoveries/{id}/code"), &code).await;
    assert_eq!((elsewhere.status, elsewhere.error().as_str()), (404, "recovery_not_found"));
    let unknown = scene.post("/sources/none/recoveries", &json!({"identifier": ADDRESS})).await;
    assert_eq!((unknown.status, unknown.error().as_str()), (404, "not_found"));
    token(&scene.post(&format!("/sources/other/recoveries/{id}/code"), &code).await);
    assert_eq!(scene.state(&id).await, "passed_challenge", "the recovery_id says whose it is");
    assert!(other.asked(SETTINGS).is_empty());
}
