//! Several providers: failover, breaker, routes, shares, rates.

use crate::fake_smtp::{Act, FakeSmtp, Setup, Step};
use crate::payloads::{code_mail, link_mail, notice_mail};
use crate::test_app::{Plan, SOON, TestApp, plan};
use postrider::domain::ManualClock;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Retries that no test waits for.
const RARELY: &str = "retry: {codes: [5m], links: [5m], notices: [5m]}";

/// `courier.smtp` at the usual server and a provider `second` at this one.
pub(crate) fn two(second: &FakeSmtp, courier: &str) -> Plan {
    let uri = format!("smtp://127.0.0.1:{}/?disable_starttls=true", second.port());
    plan(&format!(
        "courier: {{providers: [{{id: second, type: smtp, connections: 2, connection_uri: '{uri}'}}], {courier}}}"
    ))
}

/// A port that refuses connections for as long as this lives.
fn closed() -> (tokio::net::TcpSocket, u16) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = socket.local_addr().unwrap().port();
    (socket, port)
}

pub(crate) fn history(message: &Value) -> Vec<(String, String)> {
    let word = |line: &Value, key: &str| line[key].as_str().unwrap().to_owned();
    let lines = message["dispatches"].as_array().unwrap().iter().rev();
    lines.map(|line| (word(line, "provider"), word(line, "outcome"))).collect()
}

pub(crate) fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(provider, outcome)| ((*provider).to_owned(), (*outcome).to_owned())).collect()
}

async fn breaker(app: &TestApp, provider: &str) -> bool {
    app.metric("postrider_provider_breaker_open", &[("provider", provider)]).await > 0.5
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_goes_to_the_next_provider_at_once_and_a_notice_waits() {
    let (second, (_socket, port)) = (FakeSmtp::start().await, closed());
    let clock = ManualClock::new("2026-11-24T12:00:00Z".parse().unwrap());
    let mut app = two(&second, RARELY).port(port).clock(&clock).start().await;
    for (mail, sent) in [
        (notice_mail("n@example.org"), false),
        (code_mail("c@example.org", "012345"), true),
        (link_mail("l@example.org", "https://example.org/?token=1"), true),
    ] {
        let id = app.queue(&mail).await;
        if sent {
            let message = app.await_status(&id, "sent").await;
            assert_eq!(history(&message)[..2], pairs(&[("smtp", "provider_fault"), ("second", "sent")]));
            assert_eq!(message["provider"], "second");
        } else {
            let message = app.await_dispatch(&id, "provider_fault").await;
            assert_eq!(message["status"], "queued");
        }
    }
    assert_eq!(second.mails().len(), 2);
    clock.advance(Duration::from_mins(7));
    second.await_mails(3, SOON).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_fails_rests_and_is_tried_again_without_a_mail() {
    let (second, (socket, port)) = (FakeSmtp::start().await, closed());
    let mut app = two(&second, RARELY).port(port).start().await;
    for n in 0..5 {
        let id = app.queue(&code_mail("u@example.org", &format!("{n:06}"))).await;
        app.await_status(&id, "sent").await;
    }
    assert!(breaker(&app, "smtp").await && !breaker(&app, "second").await);
    let spared = app.queue(&code_mail("u@example.org", "999999")).await;
    let spared = app.await_status(&spared, "sent").await;
    assert_eq!(history(&spared), pairs(&[("second", "sent")]), "not asked while it rests");
    let first = FakeSmtp::on(socket.listen(64).unwrap(), Setup::plain());
    let deadline = Instant::now() + SOON;
    while first.mails().is_empty() {
        assert!(Instant::now() < deadline, "{:?}", first.commands());
        let id = app.queue(&code_mail("u@example.org", &format!("{:?}", Instant::now()))).await;
        app.await_status(&id, "sent").await;
    }
    assert!(first.connections() > first.mails().last().unwrap().connection.min(1), "a connection tried it first");
    assert_eq!(first.commands()[1].1, "QUIT");
    let deadline = Instant::now() + SOON;
    while breaker(&app, "smtp").await {
        assert!(Instant::now() < deadline, "it works again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_provider_s_policy_is_against_is_tried_by_the_next_one_once() {
    let second = FakeSmtp::start().await;
    let mut app = two(&second, RARELY).start().await;
    app.smtp.always(Step::Rcpt, Act::reply("554 5.7.1 sender not verified"));
    let id = app.queue(&notice_mail("u@example.org")).await;
    let message = app.await_status(&id, "sent").await;
    assert_eq!(history(&message), pairs(&[("smtp", "denied"), ("second", "sent")]));
    second.always(Step::Dot, Act::reply("550 5.7.26 unauthenticated"));
    let id = app.queue(&code_mail("u@example.org", "012345")).await;
    let message = app.await_status(&id, "abandoned").await;
    assert_eq!(history(&message), pairs(&[("smtp", "denied"), ("second", "denied")]));
    assert_eq!(message["reason"], "refused");
    second.behave();
    second.next(Step::Rcpt, Act::reply("550 5.1.1 no such user"));
    app.smtp.behave();
    app.smtp.next(Step::Rcpt, Act::reply("550 5.1.1 no such user"));
    let id = app.queue(&code_mail("u@example.org", "543210")).await;
    let message = app.await_status(&id, "abandoned").await;
    assert_eq!(history(&message), pairs(&[("smtp", "refused")]), "no other server would know the user");
    assert!(!breaker(&app, "smtp").await, "never for a refused recipient");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unanswered_dot_is_repeated_to_the_same_provider_only() {
    let second = FakeSmtp::start().await;
    let clock = ManualClock::new("2026-11-24T12:00:00Z".parse().unwrap());
    let mut app = two(&second, RARELY).clock(&clock).start().await;
    app.smtp.next(Step::Dot, Act::Drop.kept());
    let id = app.queue(&code_mail("u@example.org", "012345")).await;
    app.await_dispatch(&id, "ambiguous").await;
    clock.advance(Duration::from_secs(61));
    let message = app.await_status(&id, "sent").await;
    assert_eq!(history(&message), pairs(&[("smtp", "ambiguous"), ("smtp", "sent")]));
    assert_eq!((app.smtp.mails().len(), second.mails().len()), (2, 0));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn routes_choose_by_source_lane_and_domain_and_a_provider_has_its_own_from() {
    let second = FakeSmtp::start().await;
    let more = format!(
        "
sources:
  shop: {{auth: [{{id: k1, type: api_key, config: {{in: header, name: Authorization, value: Bearer courier-key}}}}]}}
  bank: {{from_address: bank@sender.example, auth: [{{id: k1, type: api_key, config: {{in: header, name: Authorization, value: Bearer courier-key}}}}]}}
courier:
  providers:
    - {{id: second, type: smtp, connection_uri: 'smtp://127.0.0.1:{}/?disable_starttls=true', from_address: second@sender.example, from_name: Second}}
  routes:
    - {{source: shop, providers: [second, smtp]}}
    - {{source: bank, lane: notices, providers: [second]}}
    - {{domain: BÜCHER.example, providers: [second]}}
",
        second.port()
    );
    let mut app = plan(&more).start().await;
    for (source, mail, by_second, from) in [
        ("default", code_mail("a@example.org", "000001"), false, "no-reply@sender.example"),
        ("shop", code_mail("b@example.org", "000002"), true, "second@sender.example"),
        ("bank", code_mail("c@example.org", "000003"), false, "bank@sender.example"),
        ("bank", notice_mail("d@example.org"), true, "bank@sender.example"),
        ("default", notice_mail("e@bücher.example"), true, "second@sender.example"),
    ] {
        let answer = app.post(&format!("/courier/{source}"), &mail).await;
        assert_eq!(answer.status, 200);
        let message = app.await_status(&answer.id(), "sent").await;
        assert_eq!(message["provider"], if by_second { "second" } else { "smtp" }, "{mail}");
        let mails = if by_second { second.mails() } else { app.smtp.mails() };
        let last = mails.last().unwrap();
        let header = format!("<{from}>");
        let line = last.text().lines().find(|line| line.starts_with("From:")).unwrap().to_owned();
        assert!(line.contains(from) && last.envelope_from == from, "{line}, {header}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stalled_domain_leaves_half_of_the_connections_to_the_others() {
    let mut app = plan("courier: {smtp: {connections: 4}}").start().await;
    app.smtp.script(Step::Rcpt, [Act::Stall, Act::Stall]);
    for n in 0..40 {
        app.queue(&notice_mail(&format!("u{n}@slow.example"))).await;
    }
    let deadline = Instant::now() + SOON;
    while app.smtp.count("RCPT") < 2 {
        assert!(Instant::now() < deadline, "{:?}", app.smtp.commands());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for n in 0..20 {
        let id = app.queue(&notice_mail(&format!("u{n}@quick.example"))).await;
        app.await_status(&id, "sent").await;
    }
    assert_eq!(app.smtp.mails().len(), 20, "none of the slow domain's");
    app.stop().await;
    assert_eq!(app.count("status = 'queued'"), 40);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rate_is_kept() {
    let mut app = plan("courier: {smtp: {rate: 5}}").start().await;
    let posted = Instant::now();
    let mut ids = Vec::new();
    for n in 0..15 {
        ids.push(app.queue(&notice_mail(&format!("u{n}@{n}.example"))).await);
    }
    for id in &ids {
        app.await_status(id, "sent").await;
    }
    assert!(
        posted.elapsed() >= Duration::from_millis(1900),
        "five at once, then five a second: {:?}",
        posted.elapsed()
    );
    assert_eq!(app.smtp.mails().len(), 15);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_queue_for_a_provider_that_rests_does_not_hide_what_others_can_take() {
    let (second, (socket, port)) = (FakeSmtp::start().await, closed());
    let routes = "routes: [{lane: notices, domain: away.example, providers: [smtp]}, {providers: [second]}]";
    let mut app = two(&second, routes).port(port).start().await;
    let mut away = Vec::new();
    for n in 0..300 {
        away.push(app.queue(&notice_mail(&format!("u{n}@away.example"))).await);
    }
    for n in 0..10 {
        let id = app.queue(&notice_mail(&format!("u{n}@here.example"))).await;
        app.await_status(&id, "sent").await;
    }
    let first = FakeSmtp::on(socket.listen(64).unwrap(), Setup::plain());
    first.await_mails(300, SOON * 4).await;
    for id in &away {
        app.await_status(id, "sent").await;
    }
    app.stop().await;
    assert_eq!((first.mails().len(), second.mails().len()), (300, 10), "each once");
}
