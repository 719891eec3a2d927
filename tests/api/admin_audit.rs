//! The audit log: who did what, for which identity, when, why, from where, with which outcome; and
//! never a code.

use crate::admin_recoveries::{CODE_ROUTE, ISSUE, await_mail, before, issue};
use crate::canary::Canaries;
use crate::client::{Answer, Request};
use crate::fake_kratos::{FakeKratos, IDENTITY, Reply};
use crate::fake_smtp::{Act, Step};
use crate::log;
use crate::payloads::code_mail;
use crate::test_app::{TestApp, plan};
use serde_json::{Value, json};

async fn audit(app: &TestApp, query: &str) -> Vec<Value> {
    let answer = app.ask(Request::get(&format!("/admin/audit?{query}")).bearer("admin-token")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json().as_array().unwrap().clone()
}

/// Time for the next line to have a later id.
async fn tick() {
    tokio::time::sleep(std::time::Duration::from_millis(3)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_act_leaves_a_line_with_its_outcome() {
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "").await;
    let as_ada = |request: Request| request.header("Postrider-Actor", "Ada Löwe <ada@support.example>");
    let body = json!({"identity_id": IDENTITY, "reason": "called from her desk", "expires_in": "15m"});
    let issued = app.ask(as_ada(Request::post(ISSUE).bearer("support-token").json(&body))).await.json();
    await_mail(&app).await;
    tick().await;
    kratos.next(CODE_ROUTE, Reply::cut());
    app.ask(Request::post(ISSUE).bearer("operator-token").json(&json!({"identifier": "u@example.org"}))).await;
    tick().await;
    let withdraw = format!("{ISSUE}/{}/withdraw", issued["id"].as_str().unwrap());
    app.ask(Request::post(&withdraw).bearer("support-token").json(&json!({"reason": "mistaken"}))).await;
    tick().await;
    app.smtp.next(Step::Rcpt, Act::reply("550 5.1.1 no"));
    let refused = app.queue(&code_mail("u@example.org", "012345")).await;
    app.await_status(&refused, "abandoned").await;
    app.ask(Request::post(&format!("/admin/courier/messages/{refused}/retry")).bearer("support-token")).await;
    app.await_status(&refused, "sent").await;
    app.restart().await;

    let lines = audit(&app, "page_size=10").await;
    let of = |line: &Value| ["action", "outcome", "token"].map(|key| line[key].as_str().unwrap().to_owned()).join(" ");
    assert_eq!(
        lines.iter().map(of).collect::<Vec<_>>(),
        [
            "message.retry queued support",
            "recovery.withdraw withdrawn support",
            "recovery.issue kratos_unreachable operator",
            "recovery.issue issued support",
        ]
    );
    let [retry, withdrawn, failed, first] = &lines[..] else { panic!("four lines") };
    assert_eq!(first["actor"], "Ada Löwe <ada@support.example>");
    assert_eq!((&first["reason"], &first["identity_id"]), (&json!("called from her desk"), &json!(IDENTITY)));
    assert_eq!((&first["recovery_id"], &first["message_id"]), (&issued["id"], &issued["message"]["id"]));
    assert_eq!((&first["client_address"], &first["source"]), (&json!("127.0.0.1"), &json!("default")));
    assert_eq!((&first["code_returned"], &first["identifier"]), (&json!(false), &Value::Null));
    first["at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert_eq!((&failed["identity_id"], &failed["identifier"]), (&json!(IDENTITY), &json!("u***@e***.org")));
    assert_eq!((&failed["actor"], &failed["recovery_id"]), (&Value::Null, &Value::Null));
    assert_eq!((&withdrawn["reason"], &withdrawn["identity_id"]), (&json!("mistaken"), &json!(IDENTITY)));
    assert_eq!((&retry["message_id"], &retry["identity_id"]), (&json!(refused), &Value::Null));

    let count = async |query: &str| audit(&app, query).await.len();
    assert_eq!(count("action=recovery.issue").await, 2);
    assert_eq!(count("token=operator").await, 1);
    assert_eq!(count(&format!("identity_id={IDENTITY}")).await, 3);
    assert_eq!(count("since=2099-01-01T00:00:00Z").await, 0);
    let first = app.ask(Request::get("/admin/audit?page_size=3").bearer("admin-token")).await;
    let next = first.headers.iter().find(|(_, value)| value.ends_with("rel=\"next\"")).unwrap().1.clone();
    let next = next.split_once("page_token=").unwrap().1.split_once('>').unwrap().0.to_owned();
    let second = audit(&app, &format!("page_size=3&page_token={next}")).await;
    assert_eq!(second.iter().map(of).collect::<Vec<_>>(), ["recovery.issue issued support"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_for_role_admin_and_says_when_a_code_was_shown() {
    let kratos = FakeKratos::start().await;
    let app = before(&kratos, "").await;
    for role in ["viewer", "support", "operator"] {
        let answer = app.ask(Request::get("/admin/audit").bearer(&format!("{role}-token"))).await;
        assert_eq!((answer.status, answer.error().as_str()), (403, "forbidden"), "{role}");
    }
    let forbidden = json!({"identity_id": IDENTITY, "return_code": true});
    app.ask(Request::post(ISSUE).bearer("support-token").json(&forbidden)).await;
    tick().await;
    app.ask(Request::post(ISSUE).bearer("admin-token").json(&forbidden)).await;
    let lines = audit(&app, "").await;
    let told: Vec<_> = lines.iter().map(|line| (line["outcome"].as_str().unwrap(), &line["code_returned"])).collect();
    assert_eq!(told, [("issued", &json!(true)), ("forbidden", &json!(false))]);
    let answer = app.ask(Request::get("/admin/audit?since=yesterday").bearer("admin-token")).await;
    assert_eq!((answer.status, answer.error().as_str()), (400, "request_malformed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shared_token_can_be_made_to_name_the_person_behind_it() {
    let app = plan("admin: {tokens: [{id: desk, role: support, actor: required, value: desk-token}]}").start().await;
    let ask = async |actor: Option<&str>| {
        let request = Request::get("/admin/recoveries").bearer("desk-token");
        app.ask(match actor {
            Some(actor) => request.header("Postrider-Actor", actor),
            None => request,
        })
        .await
    };
    for nobody in [None, Some(""), Some("   ")] {
        let answer = ask(nobody).await;
        assert_eq!((answer.status, answer.error().as_str()), (403, "actor_required"));
    }
    assert_eq!(ask(Some("Zoë")).await.status, 200);
    assert_eq!(ask(Some(&"x".repeat(4000))).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_an_admin_or_kratos_said_is_left_lying_about() {
    let canaries = Canaries(vec![
        ("code", "57291846".to_owned()),
        ("address", "canary.audit-5Rk@secret-audit.example".to_owned()),
        ("actor", "Canary Actor 8Lm".to_owned()),
        ("reason", "canary reason 2Xv".to_owned()),
        ("transient payload", "canary transient 6Bn".to_owned()),
        ("flow", "canary-flow-3Hd".to_owned()),
        ("trait", "canary trait 9Wc".to_owned()),
        ("idempotency key", "canary-key-1Yt".to_owned()),
    ]);
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "recovery: {flow: browser, by_identifier: true}").await;
    let address = json!({"value": "canary.audit-5Rk@secret-audit.example", "via": "email"});
    let identity = json!({
        "id": IDENTITY, "traits": {"name": {"first": "canary trait 9Wc"}}, "recovery_addresses": [address],
    });
    kratos.always("GET /admin/identities", Reply::json(200, &json!([identity])));
    let code = json!({
        "recovery_link": "http://ui.example/?flow=canary-flow-3Hd", "recovery_code": "57291846",
        "expires_at": "2099-01-01T00:00:00Z",
    });
    kratos.always(CODE_ROUTE, Reply::json(201, &code));
    app.smtp.next(Step::Rcpt, Act::reply("450 4.2.1 later"));
    let body = json!({
        "identifier": "canary.audit-5Rk@secret-audit.example", "reason": "canary reason 2Xv",
        "transient_payload": {"x": "canary transient 6Bn"},
    });
    let said = |request: Request| {
        let request = request.header("Postrider-Actor", "Canary Actor 8Lm");
        request.header("Idempotency-Key", "canary-key-1Yt")
    };
    let post = || Request::post(ISSUE).bearer("support-token");
    let mut answers: Vec<Answer> =
        vec![app.ask(said(post().json(&body))).await, app.ask(said(post().json(&body))).await];
    assert_eq!(answers[0].status, 201, "{answers:?}");
    let link = answers[0].json()["recovery_link"].clone();
    assert_eq!(link, "http://ui.example/?flow=canary-flow-3Hd", "told to the caller alone");
    canaries.absent_from_database(&app);
    await_mail(&app).await;
    // What fails tells no more.
    answers.clear();
    kratos.next(CODE_ROUTE, Reply::text(500, "canary trait 9Wc 57291846"));
    kratos.next(CODE_ROUTE, Reply::json(404, &json!({"error": {"message": "57291846", "reason": "canary trait 9Wc"}})));
    let wrong = json!({"identifier": "canary.audit-5Rk@secret-audit.example", "address": "canary.audit-5Rk@x.example"});
    for body in [&body, &body, &wrong, &json!({"identity_id": "canary.audit-5Rk@secret-audit.example"})] {
        answers.push(app.ask(post().json(body)).await);
    }
    answers.push(app.get("/metrics/prometheus").await);
    for answer in &answers {
        assert_ne!(answer.status, 201);
        canaries.absent_from("an answer", &answer.body);
    }
    app.restart().await;
    canaries.absent_from_database(&app);
    app.stop().await;
    canaries.absent_from_database(&app);
    canaries.absent_from("the log", log::so_far().as_bytes());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_is_only_ours_to_mail_stays_out_of_the_list() {
    let kratos = FakeKratos::start().await;
    let app = before(&kratos, "").await;
    issue(&app, &json!({"identity_id": IDENTITY})).await;
    for path in [ISSUE, "/admin/audit", "/admin/courier/messages"] {
        let answer = app.ask(Request::get(path).bearer("admin-token")).await;
        assert!(answer.status == 200 && !answer.text().contains(crate::fake_kratos::CODE), "{path}");
    }
}
