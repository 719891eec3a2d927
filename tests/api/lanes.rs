//! Codes before links before notices, and yet each of them goes on (promise P5).

use crate::fake_smtp::{Act, Step};
use crate::payloads::code_mail;
use crate::test_app::{SOON, TestApp, plan};
use futures_util::future::join_all;
use postrider::domain::{
    Channel, Clock as _, Envelope, Lane, Message, MessageId, Rendered, Status, StoredMail, SystemClock,
};
use postrider::seal::{Purpose, Sealer};
use postrider::store::{Enqueued, NewMessage};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// A mail that waits in the store, as intake would have stored it. `n` makes it one of its own.
fn waiting(sealer: &Sealer, lane: Lane, n: u32, domain: &str) -> NewMessage {
    let now = SystemClock::new().now();
    let id = MessageId::new(now);
    let to = format!("u{n}@{domain}");
    let text = format!("{lane} {n}");
    let mail = StoredMail {
        envelope: Envelope { from: "no-reply@sender.example".to_owned(), to },
        from_address: "no-reply@sender.example".to_owned(),
        from_name: String::new(),
        message_id: format!("{id}@sender.example"),
        date: "Tue, 24 Nov 2026 12:00:00 +0000".to_owned(),
        boundary: "b".to_owned(),
        logo: None,
        rendered: Rendered { subject: text.clone(), text, html: None },
    };
    let mut key = [0; 32];
    key[..4].copy_from_slice(&n.to_be_bytes());
    key[4] = lane.rank().try_into().unwrap();
    NewMessage {
        sealed: Some(sealer.seal(Purpose::Content, id.0.as_bytes(), &serde_json::to_vec(&mail).unwrap()).unwrap()),
        message: Message {
            id,
            source: "default".to_owned(),
            channel: Channel::Email,
            status: Status::Queued,
            reason: None,
            lane,
            template_type: format!("test_{lane}"),
            locale: "en".to_owned(),
            locale_reason: "default".to_owned(),
            template_source: "built-in".to_owned(),
            recipient_masked: "u***".to_owned(),
            recipient_hash: key,
            domain: domain.to_owned(),
            provider: None,
            send_count: 0,
            attempts: 0,
            created_at: now,
            updated_at: now,
            due_at: now,
            expires_at: now + Duration::from_hours(1),
            dispatches: Vec::new(),
        },
        lease: None,
        idempotency_key: key,
        twin: None,
        idempotent_until: now,
        webhook: None,
        limit: None,
        learnt: Vec::new(),
    }
}

/// Puts so many of a lane into the store, each to a domain of `domains` by turns.
async fn fill(app: &TestApp, lane: Lane, many: u32, domains: &[&str]) {
    let sealer = Sealer::new(&app.config().secrets.cipher);
    let store = app.app().store();
    let put = |n: u32| {
        let domain = domains[usize::try_from(n).unwrap() % domains.len()];
        store.enqueue(waiting(&sealer, lane, n, domain), |_| ())
    };
    for chunk in (0..many).collect::<Vec<_>>().chunks(500) {
        for answer in join_all(chunk.iter().map(|n| put(*n))).await {
            assert_eq!(answer.unwrap(), Enqueued::Stored(Status::Queued));
        }
    }
}

async fn until(what: &str, is: impl Fn() -> bool) {
    let deadline = Instant::now() + SOON;
    while !is() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// How many other mails the server gets between the post of a code and the code.
async fn others_before_a_code(app: &TestApp, n: u32) -> usize {
    let to = format!("c{n}@quick.example");
    let before = app.smtp.mails().len();
    app.queue(&code_mail(&to, &format!("{n:06}"))).await;
    let at = || app.smtp.mails()[before..].iter().position(|mail| mail.rcpt == [to.clone()]);
    until("the code", || at().is_some()).await;
    at().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_notices_and_a_stalled_domain_delay_a_code_by_less_than_a_second_s_worth_of_them() {
    let mut app = plan("courier: {shutdown: 100ms, smtp: {connections: 8}}").start().await;
    // Each mail takes its time, and nothing ever comes back for the first ones, to stalled.example.
    app.smtp.always(Step::Dot, Act::Delay(Duration::from_millis(20)));
    app.smtp.script(Step::Rcpt, [Act::Stall, Act::Stall, Act::Stall]);
    fill(&app, Lane::Notices, 3, &["stalled.example"]).await;
    until("the stalled ones", || app.smtp.count("RCPT TO:<u") == 3).await;
    fill(&app, Lane::Notices, 10_000, &["stalled.example", "quick.example", "a.example", "b.example"]).await;
    let mut passed = Vec::new();
    for n in 0..21 {
        passed.push(others_before_a_code(&app, 900_000 + n).await);
    }
    assert!(app.count("lane = 'notices' AND status <> 'sent'") > 5000, "notices wait all the while");
    assert!(app.count("lane = 'notices' AND status = 'sent'") > 21, "and they go on");
    passed.sort_unstable();
    // In a second go out as many as there are connections, every 20 ms.
    assert!(passed[passed.len() / 2] < 400, "{passed:?}");
    // A post can be late now and then on a busy machine; whoever waits for notices would wait for thousands of them.
    assert!(passed[passed.len() - 2] < 2000, "{passed:?}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn notices_that_hang_leave_a_connection_to_codes() {
    for connections in [2, 8] {
        let more = format!("courier: {{shutdown: 100ms, smtp: {{connections: {connections}}}}}");
        let mut app = plan(&more).start().await;
        app.smtp.script(Step::Dot, std::iter::repeat_n(Act::Stall, connections - 1));
        let domains = ["a.example", "b.example", "c.example", "d.example", "e.example", "f.example", "g.example"];
        fill(&app, Lane::Notices, 20, &domains).await;
        until("all that may hang", || app.smtp.count("DATA") == connections - 1).await;
        // However long those take.
        for n in 0..5 {
            others_before_a_code(&app, n).await;
        }
        assert_eq!(app.smtp.count("RCPT TO:<u"), connections - 1, "notices");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_codes_leaves_a_share_to_links_and_notices() {
    for connections in [1, 4] {
        let more = format!("courier: {{shutdown: 100ms, smtp: {{connections: {connections}}}}}");
        let mut app = plan(&more).start().await;
        // Nothing goes out before all of it is there, and then about 200 a second: what waits in the
        // store is noticed within one.
        let all_there: Vec<_> = std::iter::repeat_with(Arc::<Notify>::default).take(connections).collect();
        app.smtp.always(Step::Data, Act::Delay(Duration::from_millis(5 * u64::try_from(connections).unwrap())));
        app.smtp.script(Step::Dot, all_there.iter().cloned().map(Act::When));
        fill(&app, Lane::Codes, 1200, &["a.example", "b.example", "c.example"]).await;
        for lane in [Lane::Links, Lane::Notices] {
            fill(&app, lane, 10, &["a.example", "b.example", "c.example"]).await;
        }
        for told in &all_there {
            told.notify_one();
        }
        let mails = app.smtp.await_mails(1220, SOON).await;
        let order: String =
            mails.iter().map(|mail| mail.text().split("Subject: ").nth(1).unwrap().chars().next().unwrap()).collect();
        // c odes, l inks, n otices; the last of them are among the first half.
        for lane in ['l', 'n'] {
            let last = order.rfind(lane).unwrap();
            assert!(last < 610, "{connections}: {order}");
        }
        let first = order.find(['l', 'n']).unwrap();
        assert!(first > 0, "codes go first, {connections}: {order}");
        app.stop().await;
    }
}
