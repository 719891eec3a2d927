//! From the queue to the provider, over servers that do not do as one would wish.

use crate::fake_smtp::{Act, FakeSmtp, Setup, Step};
use crate::payloads::{code_mail, link_mail, notice_mail};
use crate::test_app::{SOON, TestApp, plan};
use postrider::domain::{ManualClock, MessageId};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

fn clock() -> ManualClock {
    ManualClock::new("2026-11-24T12:00:00Z".parse().unwrap())
}

fn time(value: &Value) -> jiff::Timestamp {
    value.as_str().unwrap_or_else(|| panic!("a time, not {value}")).parse().unwrap()
}

fn outcomes(message: &Value) -> Vec<String> {
    let newest_first = message["dispatches"].as_array().unwrap();
    newest_first.iter().rev().map(|dispatch| dispatch["outcome"].as_str().unwrap().to_owned()).collect()
}

/// The content is erased (promise P6).
async fn assert_erased(app: &TestApp, id: &str) {
    let found = app.app().store().get(MessageId(id.parse().unwrap())).await.unwrap().unwrap();
    assert!(found.replies.is_empty());
    assert_eq!(app.rows("contents"), 0);
}

/// Waits until the server has heard such a command so often.
async fn await_command(smtp: &FakeSmtp, verb: &str, times: usize) {
    let deadline = Instant::now() + SOON;
    while smtp.count(verb) < times {
        assert!(Instant::now() < deadline, "no {verb}: {:?}", smtp.commands());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retry_brings_the_same_bytes_under_the_same_message_id() {
    let mut app = TestApp::new().await;
    // Kept by the server, though it says no: that is how one sees both attempts.
    let refusals = ["451 4.3.0 try later", "421 4.3.2 going down"];
    app.smtp.script(Step::Dot, refusals.map(|reply| Act::reply(reply).kept()));
    let id = app.queue(&code_mail("u@example.org", "012345")).await;
    let message = app.await_status(&id, "sent").await;
    assert_eq!(outcomes(&message), ["retry", "protocol_fault", "sent"]);
    assert_eq!(message["dispatches"][2]["reply_code"], 451);
    assert_eq!(message["dispatches"][2]["enhanced_code"], "4.3.0");
    assert_eq!(message["dispatches"][2]["error"]["message"], "dot 451 4.3.0 by provider smtp");
    assert_eq!(
        (&message["dispatches"][0]["status"], &message["dispatches"][0]["error"]),
        (&json!("success"), &json!(null))
    );
    let mails = app.smtp.await_mails(3, SOON).await;
    assert!(mails.iter().all(|mail| mail.data == mails[0].data), "the same bytes");
    assert!(mails[0].text().contains(&format!("Message-ID: <{id}@sender.example>")));
    assert_erased(&app, &id).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_4xx_at_each_step_is_tried_again() {
    let mut app = TestApp::new().await;
    for (n, step) in [Step::Greeting, Step::Ehlo, Step::Mail, Step::Rcpt, Step::Data, Step::Dot].into_iter().enumerate()
    {
        app.smtp.next(step, Act::reply("450 4.2.0 not now"));
        if matches!(step, Step::Greeting | Step::Ehlo) {
            // Only a new connection sees these.
            app.restart().await;
        }
        let id = app.queue(&code_mail("u@example.org", &format!("{n:06}"))).await;
        let message = app.await_status(&id, "sent").await;
        assert_eq!(outcomes(&message).len(), 2, "{step:?}: {message:#}");
    }
    assert_eq!(app.smtp.mails().len(), 6);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_recipient_is_over_and_the_next_mail_goes_over_the_same_connection() {
    let mut app = plan("courier: {smtp: {connections: 1}}").start().await;
    app.smtp.next(Step::Rcpt, Act::reply("550 5.1.1 no such user amelie@example.org"));
    let refused = app.queue(&code_mail("amelie@example.org", "012345")).await;
    let message = app.await_status(&refused, "abandoned").await;
    assert_eq!((&message["reason"], &message["next_attempt_at"]), (&json!("refused"), &json!(null)));
    assert_eq!(message["dispatches"][0]["enhanced_code"], "5.1.1");
    assert!(!message.to_string().contains("no such user"), "a server's words may quote addresses");
    let next = app.queue(&code_mail("v@example.org", "543210")).await;
    app.await_status(&next, "sent").await;
    assert_eq!(app.smtp.connections(), 1);
    assert_eq!(app.smtp.mails()[0].rcpt, ["v@example.org"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unanswered_dot_is_sent_once_more_and_not_before_a_minute() {
    let clock = clock();
    let mut app = plan("").clock(&clock).start().await;
    app.smtp.next(Step::Dot, Act::Drop.kept());
    let id = app.queue(&code_mail("u@example.org", "012345")).await;
    let message = app.await_dispatch(&id, "ambiguous").await;
    assert_eq!(message["status"], "queued");
    let waits = time(&message["next_attempt_at"]).duration_since(time(&message["created_at"]));
    assert!(waits.as_secs() >= 60, "{waits}");
    clock.advance(Duration::from_secs(59));
    let other = app.queue(&notice_mail("u@example.org")).await;
    app.await_status(&other, "sent").await;
    assert_eq!(app.smtp.mails().len(), 2, "not before its time");
    app.smtp.next(Step::Dot, Act::Half.kept());
    clock.advance(Duration::from_secs(2));
    let message = app.await_status(&id, "abandoned").await;
    assert_eq!(message["reason"], "unconfirmed");
    assert_eq!(outcomes(&message), ["ambiguous", "ambiguous"]);
    let mails = app.smtp.mails();
    assert_eq!((mails.len(), &mails[0].data), (3, &mails[2].data));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_log_in_pauses_the_provider_and_loses_nothing() {
    let clock = clock();
    let smtp = FakeSmtp::with(Setup::plain().auth("user", "password")).await;
    smtp.next(Step::Auth, Act::reply("535 5.7.8 bad credentials"));
    let uri = "courier: {smtp: {connections: 1, connection_uri: 'smtp://user:password@127.0.0.1:{port}/?disable_starttls=true'}}";
    let mut app = plan(uri).smtp(smtp).clock(&clock).start().await;
    let id = app.queue(&code_mail("u@example.org", "012345")).await;
    let message = app.await_dispatch(&id, "auth_fault").await;
    assert_eq!(message["status"], "queued");
    let paused = [("provider", "smtp")];
    assert!(app.metric("postrider_provider_breaker_open", &paused).await > 0.5);
    // Long after its next attempt was due, and with new mail, no further log-in was tried.
    clock.advance(Duration::from_secs(10));
    let other = app.queue(&link_mail("u@example.org", "https://example.org/?token=1")).await;
    let tick = app.message(&other).await;
    assert_eq!(tick["status"], "queued");
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(app.smtp.count("AUTH"), 1, "bad log-ins lock accounts");
    clock.advance(Duration::from_secs(25));
    app.await_status(&id, "sent").await;
    app.await_status(&other, "sent").await;
    assert!(app.metric("postrider_provider_breaker_open", &paused).await < 0.5);
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_expires_while_it_waits_is_never_begun() {
    let clock = clock();
    let mut app = plan("courier: {retry: {codes: [10m], links: [10m], notices: [10m]}}").clock(&clock).start().await;
    app.smtp.always(Step::Rcpt, Act::reply("450 4.2.0 not now"));
    let code = app.queue(&code_mail("u@example.org", "012345")).await;
    let link = app.queue(&link_mail("u@example.org", "https://example.org/?token=1")).await;
    let notice = app.queue(&notice_mail("u@example.org")).await;
    for id in [&code, &link, &notice] {
        app.await_dispatch(id, "retry").await;
    }
    app.smtp.behave();
    clock.advance(Duration::from_mins(16));
    for id in [&code, &link] {
        let message = app.await_status(id, "abandoned").await;
        assert_eq!(message["reason"], "expired");
    }
    app.await_status(&notice, "sent").await;
    assert_eq!((app.smtp.mails().len(), app.smtp.aborted().len()), (1, 0));
    assert_erased(&app, &code).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_expires_before_the_354_gets_no_byte_of_its_body_out() {
    let clock = clock();
    let mut app = plan("").clock(&clock).start().await;
    let told = Arc::new(Notify::new());
    app.smtp.next(Step::Data, Act::When(Arc::clone(&told)));
    let mut mail = code_mail("u@example.org", "012345");
    mail["template_data"]["expires_in_minutes"] = json!(1);
    let id = app.queue(&mail).await;
    await_command(&app.smtp, "DATA", 1).await;
    clock.advance(Duration::from_secs(61));
    told.notify_one();
    let message = app.await_status(&id, "abandoned").await;
    assert_eq!(message["reason"], "expired");
    app.stop().await;
    app.smtp.await_idle(SOON).await;
    assert_eq!(app.smtp.mails().len(), 0);
    assert!(app.smtp.aborted().iter().all(|body| body.bytes == 0), "{:?}", app.smtp.aborted());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_absent_gets_the_mail_when_it_is_there() {
    // Bound, but not listening: connections are refused, and nobody else can take the port.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let mut app = plan("").port(socket.local_addr().unwrap().port()).start().await;
    let id = app.queue(&code_mail("u@example.org", "012345")).await;
    let message = app.await_dispatch(&id, "provider_fault").await;
    assert_eq!(message["dispatches"][0]["phase"], "connect");
    let present = FakeSmtp::on(socket.listen(64).unwrap(), Setup::plain());
    app.await_status(&id, "sent").await;
    assert_eq!(present.await_mails(1, SOON).await.len(), 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_never_answers_costs_only_its_timeout() {
    let more = "courier: {smtp: {connections: 1}, timeouts: {greeting: 3s, command: 3s, block: 3s, dot: {codes: 3s, notices: 3s}}}";
    let mut app = plan(more).start().await;
    for (n, step) in [Step::Greeting, Step::Ehlo, Step::Mail, Step::Rcpt, Step::Data].into_iter().enumerate() {
        if matches!(step, Step::Greeting | Step::Ehlo) {
            app.restart().await;
        }
        app.smtp.next(step, Act::Stall);
        let id = app.queue(&code_mail("u@example.org", &format!("{n:06}"))).await;
        let message = app.await_status(&id, "sent").await;
        // At MAIL the only connection was a used one, so a new one is tried at once.
        let attempts = if step == Step::Mail { 1 } else { 2 };
        assert_eq!(outcomes(&message).len(), attempts, "{step:?}: {message:#}");
    }
    app.smtp.next(Step::Dot, Act::Stall);
    let id = app.queue(&notice_mail("u@example.org")).await;
    app.await_dispatch(&id, "ambiguous").await;
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stalled_mail_holds_up_no_other() {
    let mut app = TestApp::new().await;
    let told = Arc::new(Notify::new());
    app.smtp.next(Step::Rcpt, Act::When(Arc::clone(&told)));
    let slow = app.queue(&code_mail("slow@example.org", "000000")).await;
    await_command(&app.smtp, "RCPT", 1).await;
    for n in 1..20 {
        let id = app.queue(&code_mail("u@another.example", &format!("{n:06}"))).await;
        app.await_status(&id, "sent").await;
    }
    told.notify_one();
    app.await_status(&slow, "sent").await;
    assert_eq!(app.smtp.mails().len(), 20);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_go_before_notices() {
    let mut app = plan("courier: {smtp: {connections: 1}}").start().await;
    let told = Arc::new(Notify::new());
    app.smtp.next(Step::Rcpt, Act::When(Arc::clone(&told)));
    let first = app.queue(&notice_mail("first@example.org")).await;
    await_command(&app.smtp, "RCPT", 1).await;
    let mut ids = vec![first];
    for n in 0..3 {
        ids.push(app.queue(&notice_mail(&format!("notice{n}@example.org"))).await);
    }
    ids.push(app.queue(&link_mail("link@example.org", "https://example.org/?token=1")).await);
    ids.push(app.queue(&code_mail("code@example.org", "012345")).await);
    told.notify_one();
    for id in &ids {
        app.await_status(id, "sent").await;
    }
    let order: Vec<_> = app.smtp.mails().iter().map(|mail| mail.rcpt[0].clone()).collect();
    assert_eq!(order[..3], ["first@example.org", "code@example.org", "link@example.org"]);
    app.stop().await;
}
