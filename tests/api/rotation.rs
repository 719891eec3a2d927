//! `secrets.cipher` is rotated: what an old secret sealed still opens, `secrets rotate` seals it anew,
//! and no hash changes.

use crate::admin_recoveries::{issue, planned};
use crate::client::{Answer, Request};
use crate::fake_kratos::{ADDRESS, FakeKratos, IDENTITY};
use crate::fake_smtp::{Act, Step};
use crate::payloads::{code_mail, notice_mail};
use crate::test_app::{SOON, TestApp, plan};
use crate::upkeep::audit;
use serde_json::{Value, json};

const OLD: &str = "the-old-cipher-secret-of-32-characters";
const NEW: &str = "the-new-cipher-secret-of-32-characters";
const PATIENT: &str = "courier: {retry: {codes: [5m], links: [5m], notices: [5m]}}";

fn secrets(of: &[&str]) -> String {
    format!("secrets: {{cipher: [{}]}}", of.join(", "))
}

/// Restarts with these secrets in place of the others.
async fn restart_with(app: &mut TestApp, of: &[&str]) {
    let file = app.home.path().join("2.yml");
    let text = std::fs::read_to_string(&file).unwrap();
    let kept: Vec<_> = text.lines().filter(|line| !line.starts_with("secrets:")).collect();
    std::fs::write(&file, format!("{}\n{}\n", kept.join("\n"), secrets(of))).unwrap();
    app.restart().await;
}

async fn rotate(app: &TestApp, body: &Value) -> Answer {
    app.ask(Request::post("/admin/secrets/rotate").bearer("admin-token").json(body)).await
}

/// Which secrets seal something, by kind.
async fn in_use(app: &TestApp) -> Vec<(String, String)> {
    let answer = rotate(app, &json!({"dry_run": true})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let word = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    answer.json().as_array().unwrap().iter().map(|one| (word(one, "kind"), word(one, "secret"))).collect()
}

/// A mail that waits for its second attempt.
async fn waiting(app: &TestApp, mail: &Value) -> String {
    app.smtp.next(Step::Rcpt, Act::reply("450 4.2.1 later"));
    let id = app.queue(mail).await;
    app.await_dispatch(&id, "retry").await;
    id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_sealed_anew_and_no_hash_changes() {
    let kratos = FakeKratos::start().await;
    let mut app = planned(&kratos, &format!("{PATIENT}\n{}", secrets(&[OLD]))).in_a_file().start().await;
    let body = json!({"identifier": ADDRESS, "reason": "lost the phone"});
    let key = |app: &TestApp| {
        let request = Request::post("/admin/recoveries").bearer("support-token").header("Idempotency-Key", "k");
        let (request, admin) = (request.json(&body), app.admin());
        async move { crate::client::Connection::open(admin).await.ask(&request).await }
    };
    let issued = key(&app).await.json();
    app.await_status(issued["message"]["id"].as_str().unwrap(), "sent").await;
    let waits = waiting(&app, &code_mail("u@example.org", "444444")).await;
    app.smtp.next(Step::Rcpt, Act::reply("550 5.1.1 no such user"));
    let refused = app.queue(&notice_mail("u@example.org")).await;
    app.await_status(&refused, "abandoned").await;
    assert_eq!(rotate(&app, &json!({})).await.json()["contents"], 0, "one secret is nothing to rotate");

    restart_with(&mut app, &[NEW, OLD]).await;
    let young = waiting(&app, &code_mail("v@example.org", "555555")).await;
    let uses = in_use(&app).await;
    for kind in ["keys", "contents", "replies", "recoveries", "audit"] {
        assert!(uses.contains(&(kind.to_owned(), "older".to_owned())), "{kind}: {uses:?}");
    }
    assert!(uses.contains(&("contents".to_owned(), "first".to_owned())), "new ones by the first: {uses:?}");
    for (token, status) in [("operator-token", 403), ("viewer-token", 403)] {
        let answer = app.ask(Request::post("/admin/secrets/rotate").bearer(token)).await;
        assert_eq!(answer.status, status, "{token}");
    }
    let rotated = rotate(&app, &json!({})).await;
    assert_eq!(rotated.status, 200, "{rotated:?}");
    let rotated = rotated.json();
    for (kind, count) in [("contents", 2), ("replies", 2), ("recoveries", 1), ("audit", 2), ("broken", 0)] {
        assert_eq!(rotated[kind], count, "{kind}: {rotated}");
    }
    assert!(rotated["keys"].as_u64().unwrap() >= 4, "{rotated}");
    assert!(in_use(&app).await.iter().all(|(_, secret)| secret == "first"));

    // Without the old secret everything is as it was.
    restart_with(&mut app, &[NEW]).await;
    let found = app.get("/admin/courier/messages?recipient=u@example.org").await.json();
    assert_eq!(found.as_array().unwrap().len(), 3, "its hash is the same");
    let repeat = app.post("/courier", &code_mail("u@example.org", "444444")).await;
    assert_eq!((repeat.outcome().as_str(), repeat.id()), ("duplicate", waits.clone()));
    let again = key(&app).await.json();
    assert_eq!(again["recovery_id"], issued["recovery_id"], "the answer of the first request");
    assert_eq!(audit(&app).await.last().unwrap()["reason"], "lost the phone");
    for id in [&waits, &refused, &young] {
        let path = format!("/admin/courier/messages/{id}/retry");
        let retried = app.ask(Request::post(&path).bearer("support-token")).await;
        assert!([200, 409].contains(&retried.status), "{retried:?}");
    }
    app.database().execute("UPDATE messages SET due_at = created_at", []).unwrap();
    app.restart().await;
    app.smtp.await_mails(4, SOON).await;
    for id in [&waits, &refused, &young] {
        app.await_status(id, "sent").await;
    }
    app.stop().await;
}

/// A commit that was late, or a node that still seals with the old secret.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_old_secret_sealed_meanwhile_is_looked_for_again_or_told() {
    let mut app = plan(&format!("{PATIENT}\n{}", secrets(&[OLD]))).in_a_file().start().await;
    waiting(&app, &code_mail("u@example.org", "444444")).await;
    restart_with(&mut app, &[NEW, OLD]).await;
    let key = "(SELECT min(name) FROM keys)";
    let late = format!(
        "CREATE TABLE before AS SELECT sealed FROM keys WHERE name = {key};
         CREATE TRIGGER late AFTER UPDATE OF sealed ON contents
         BEGIN UPDATE keys SET sealed = (SELECT sealed FROM before) WHERE name = {key}; END"
    );
    app.database().execute_batch(&late).unwrap();
    let rotated = rotate(&app, &json!({})).await.json();
    assert_eq!((&rotated["contents"], &rotated["left"]), (&json!(1), &json!(0)), "{rotated}");
    assert!(in_use(&app).await.iter().all(|(_, secret)| secret == "first"));

    // somebody who does not give up
    let always = format!(
        "DROP TRIGGER late; UPDATE keys SET sealed = (SELECT sealed FROM before) WHERE name = {key};
         CREATE TRIGGER always AFTER UPDATE OF sealed ON keys
         BEGIN UPDATE keys SET sealed = (SELECT sealed FROM before) WHERE name = {key}; END"
    );
    app.database().execute_batch(&always).unwrap();
    let rotated = rotate(&app, &json!({})).await.json();
    assert_eq!(rotated["left"], 1, "{rotated}");
    app.database().execute_batch("DROP TRIGGER always; DROP TABLE before").unwrap();
    assert_eq!(rotate(&app, &json!({})).await.json()["left"], 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_key_is_named_and_nothing_is_touched() {
    let mut app = plan(&format!("{PATIENT}\n{}", secrets(&[OLD]))).in_a_file().start().await;
    let waits = waiting(&app, &code_mail("u@example.org", "444444")).await;
    app.stop().await;
    let sealed = |app: &TestApp| {
        let sql = "SELECT hex(sealed) FROM keys UNION ALL SELECT hex(sealed) FROM contents UNION ALL SELECT hex(sealed) FROM replies";
        let db = app.database();
        let mut statement = db.prepare(sql).unwrap();
        let all = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        all.map(Result::unwrap).collect::<Vec<_>>()
    };
    // One mail whose secret is gone for good.
    app.database().execute("UPDATE contents SET sealed = CAST(x'deadbeef' || substr(sealed, 5) AS BLOB)", []).unwrap();
    app.start().await;
    restart_with(&mut app, &[NEW, OLD]).await;
    let before = sealed(&app);
    let refused = rotate(&app, &json!({})).await;
    assert_eq!((refused.status, refused.error().as_str()), (409, "unknown_key"));
    let reason = refused.json()["error"]["reason"].as_str().unwrap().to_owned();
    assert!(
        reason.contains("deadbeef") && reason.contains("contents") && reason.contains("add the old secret"),
        "{reason}"
    );
    assert_eq!(sealed(&app), before, "nothing was changed");
    assert_eq!(app.message(&waits).await["status"], "queued", "it waits for its secret");
    let last = &audit(&app).await[0];
    assert_eq!((&last["action"], &last["outcome"]), (&json!("secrets.rotate"), &json!("unknown_key")));
    app.stop().await;
}

/// docs/keys.md: at each step some nodes still run with the configuration of the step before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_the_documented_order_every_node_opens_what_every_other_sealed() {
    let mut app = plan(&format!("{PATIENT}\n{}", secrets(&[OLD]))).in_a_file().start().await;
    let mut ids = Vec::new();
    let steps: [&[&str]; 4] = [&[OLD], &[OLD, NEW], &[NEW, OLD], &[NEW]];
    for (n, pair) in steps.windows(2).enumerate() {
        for (turn, of) in [pair[0], pair[1], pair[0], pair[1]].iter().enumerate() {
            restart_with(&mut app, of).await;
            let uses = in_use(&app).await;
            assert!(uses.iter().all(|(_, secret)| secret != "unknown"), "step {n}, turn {turn}: {uses:?}");
            ids.push(waiting(&app, &code_mail("u@example.org", &format!("{n}{turn}0000"))).await);
        }
        if pair[1] == [NEW, OLD] {
            assert_eq!(rotate(&app, &json!({})).await.status, 200);
        }
    }
    app.database().execute("UPDATE messages SET due_at = created_at", []).unwrap();
    app.restart().await;
    for id in &ids {
        app.await_status(id, "sent").await;
    }
    let found = app.get("/admin/courier/messages?page_size=50&recipient=u@example.org").await.json();
    assert_eq!(found.as_array().unwrap().len(), ids.len());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_the_secret_of_its_hash_keys_does_not_start() {
    let kratos = FakeKratos::start().await;
    let mut app = planned(&kratos, &secrets(&[OLD])).in_a_file().start().await;
    issue(&app, &json!({"identity_id": IDENTITY})).await;
    app.stop().await;
    let bytes = std::fs::read(app.file()).unwrap();
    let file = app.home.path().join("2.yml");
    let text = std::fs::read_to_string(&file).unwrap().replace(OLD, NEW);
    std::fs::write(&file, text).unwrap();
    let said = app.refuses_to_start().await;
    assert!(said.contains("secrets.cipher") && said.contains("recipient key"), "{said}");
    assert!(!said.contains(NEW));
    assert_eq!(std::fs::read(app.file()).unwrap().len(), bytes.len());
}
