//! The whole way, as an app goes it.

use crate::client::Request;
use crate::fake_kratos::{ADDRESS, CODE, Reply};
use crate::scene::{SUBMIT, scene, token};
use serde_json::json;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_begins_mistypes_chooses_badly_and_ends_with_a_new_password() {
    let scene = scene("").await;
    let body = json!({"identifier": " U@Example.org ", "transient_payload": {"theme": "dark"}});
    let request = Request::post("/recoveries")
        .header("Accept-Language", "de-CH")
        .header("User-Agent", "App/1")
        .header("Cookie", "a=b")
        .header("Origin", "https://app.example.org")
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
    assert_eq!((asked.header("cookie"), asked.header("origin")), (None, None));
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
