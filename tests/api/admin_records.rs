//! What became of recoveries: listing, reading, withdrawing.

use crate::admin_recoveries::{ISSUE, await_mail, before, issue, planned};
use crate::client::{Answer, Request};
use crate::fake_kratos::{FakeKratos, IDENTITY};
use crate::fake_smtp::{Act, Step};
use crate::test_app::TestApp;
use postrider::domain::{Clock as _, RecoveryId, SystemClock};
use serde_json::{Value, json};
use uuid::Uuid;

async fn get(app: &TestApp, path: &str) -> Answer {
    app.ask(Request::get(path).bearer("support-token")).await
}

async fn find(app: &TestApp, id: &Value) -> Value {
    let answer = get(app, &format!("{ISSUE}/{}", id.as_str().unwrap())).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

async fn withdraw(app: &TestApp, id: &Value) -> Answer {
    app.ask(Request::post(&format!("{ISSUE}/{}/withdraw", id.as_str().unwrap())).bearer("support-token")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recovery_is_read_by_either_id_and_tells_where_it_stands() {
    let kratos = FakeKratos::start().await;
    let mut app = planned(&kratos, "").in_a_file().start().await;
    app.smtp.always(Step::Rcpt, Act::reply("450 4.2.1 later"));
    let issued = issue(&app, &json!({"identity_id": IDENTITY, "expires_in": "15m"})).await;
    let row = find(&app, &issued["id"]).await;
    assert_eq!(row["id"], find(&app, &issued["recovery_id"]).await["id"]);
    assert_eq!((&row["state"], &row["tries"], &row["issued_by"]), (&json!("issued"), &json!(0), &json!("support")));
    assert_eq!((&row["identity_id"], &row["template"]), (&json!(IDENTITY), &json!("admin_recovery_code")));
    assert_eq!((&row["expires_at"], &row["message"]["id"]), (&issued["expires_at"], &issued["message"]["id"]));
    assert_eq!((&row["used_at"], &row["withdrawn_at"]), (&Value::Null, &Value::Null));
    app.smtp.behave();
    await_mail(&app).await;
    app.await_status(issued["message"]["id"].as_str().unwrap(), "sent").await;
    let row = find(&app, &issued["id"]).await;
    assert_eq!((&row["state"], &row["message"]["status"]), (&json!("mailed"), &json!("sent")));

    let id = RecoveryId(issued["id"].as_str().unwrap().parse::<Uuid>().unwrap());
    let store = app.app().store();
    store.recovery_tried(id).await.unwrap();
    assert_eq!(find(&app, &issued["id"]).await["state"], "tried");
    let expires = |at: &str| app.database().execute_batch(&format!("UPDATE recoveries SET expires_at = {at}")).unwrap();
    expires("1");
    assert_eq!(find(&app, &issued["id"]).await["state"], "expired");
    expires("issued_at + 900000000");
    store.recovery_used(id, SystemClock::new().now()).await.unwrap();
    assert_eq!(find(&app, &issued["id"]).await["state"], "used");
    let over = withdraw(&app, &issued["id"]).await;
    assert_eq!((over.status, over.error().as_str()), (409, "recovery_over"));

    for unknown in [Uuid::new_v4().to_string(), "not-one-of-ours".to_owned()] {
        let answer = get(&app, &format!("{ISSUE}/{unknown}")).await;
        assert_eq!((answer.status, answer.error().as_str()), (404, "recovery_not_found"));
        assert_eq!(withdraw(&app, &json!(unknown)).await.error(), "recovery_not_found");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawn_recovery_s_mail_is_not_sent_and_the_answer_says_what_lives_on() {
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "").await;
    app.smtp.always(Step::Rcpt, Act::reply("450 4.2.1 later"));
    let issued = issue(&app, &json!({"identity_id": IDENTITY, "expires_in": "15m"})).await;
    let message = issued["message"]["id"].as_str().unwrap();
    app.await_dispatch(message, "retry").await;
    let path = format!("{ISSUE}/{}/withdraw", issued["recovery_id"].as_str().unwrap());
    let reason = json!({"reason": "wrong person"});
    let withdrawn = app.ask(Request::post(&path).bearer("support-token").json(&reason)).await;
    assert_eq!(withdrawn.status, 200, "{withdrawn:?}");
    let withdrawn = withdrawn.json();
    assert_eq!((&withdrawn["state"], &withdrawn["id"]), (&json!("withdrawn"), &issued["id"]));
    assert_eq!(withdrawn["kratos_code_lives_until"], issued["expires_at"]);
    assert!(withdrawn["notice"].as_str().unwrap().contains("Kratos cannot take its code back"));
    // In hand at that moment it may have its attempt, and none after it.
    let stopped = app.await_status(message, "abandoned").await;
    let expected = if withdrawn["mail_stopped"] == true { "withdrawn" } else { "expired" };
    assert_eq!(stopped["reason"], expected);
    let again = withdraw(&app, &issued["id"]).await;
    assert_eq!((again.status, &again.json()["mail_stopped"]), (200, &withdrawn["mail_stopped"]));
    assert_eq!(again.json()["withdrawn_at"], withdrawn["withdrawn_at"]);
    app.smtp.behave();
    let retry = Request::post(&format!("/admin/courier/messages/{message}/retry")).bearer("support-token");
    assert_eq!(app.ask(retry).await.error(), "code_expired");
    app.stop().await;
    assert!(app.smtp.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recoveries_are_listed_newest_first_page_by_page() {
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "").await;
    let mut issued = Vec::new();
    for _ in 0..3 {
        issued.push(issue(&app, &json!({"identity_id": IDENTITY})).await["id"].clone());
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    }
    issued.reverse();
    let ids =
        |answer: &Answer| answer.json().as_array().unwrap().iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
    let all = get(&app, &format!("{ISSUE}?identity_id={IDENTITY}")).await;
    assert_eq!((all.status, ids(&all)), (200, issued.clone()));
    let first = get(&app, &format!("{ISSUE}?page_size=2")).await;
    assert_eq!(ids(&first), issued[..2]);
    let links: Vec<_> = first.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("link")).collect();
    let next = links.iter().find(|(_, link)| link.ends_with("rel=\"next\"")).unwrap();
    let next = next.1.split_once('<').unwrap().1.split_once('>').unwrap().0;
    let second = get(&app, next).await;
    assert_eq!(ids(&second), issued[2..]);
    assert!(second.headers.iter().all(|(_, value)| !value.ends_with("rel=\"next\"")));
    assert!(ids(&get(&app, &format!("{ISSUE}?identity_id=another")).await).is_empty());
    assert!(ids(&get(&app, &format!("{ISSUE}?source=another")).await).is_empty());
    assert_eq!(get(&app, &format!("{ISSUE}?page_token=x")).await.error(), "request_malformed");
    for path in [ISSUE.to_owned(), format!("{ISSUE}/{}", Uuid::new_v4())] {
        let viewer = app.ask(Request::get(&path).bearer("viewer-token")).await;
        assert_eq!((viewer.status, viewer.error().as_str()), (403, "forbidden"));
    }
    app.stop().await;
}
