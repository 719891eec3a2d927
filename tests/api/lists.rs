//! Lists of messages: page by page, and filtered.

use crate::client::Answer;
use crate::fake_smtp::{Act, Step};
use crate::payloads::{code_mail, notice_mail, sms};
use crate::reading::{LIST, ids};
use crate::test_app::{TestApp, plan};
use postrider::domain::ManualClock;
use std::time::Duration;

/// The path behind `rel="next"`.
fn next(answer: &Answer) -> Option<String> {
    let links = answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("link"));
    let next = links.map(|(_, value)| value).find(|value| value.ends_with("rel=\"next\""))?;
    Some(next.split_once('<').unwrap().1.split_once('>').unwrap().0.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_are_paged_newest_first_by_link() {
    let app = TestApp::new().await;
    let mut all = Vec::new();
    for n in 0..7 {
        all.insert(0, app.queue(&code_mail("u@example.org", &format!("{n:06}"))).await);
    }
    all.insert(0, app.queue(&notice_mail("u@example.org")).await);
    let mut path = Some(format!("{LIST}?page_size=3&template_type=login_code_valid"));
    let mut pages = Vec::new();
    while let Some(here) = path {
        let answer = app.get(&here).await;
        pages.push(ids(&answer));
        path = next(&answer);
        assert!(path.as_ref().is_none_or(|path| path.contains("template_type=login_code_valid")), "{path:?}");
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 1]);
    assert_eq!(pages.concat(), all[1..]);
    assert_eq!(ids(&app.get(LIST).await), all, "ten by default");
    for wrong in [
        "page_token=yesterday",
        "page_size=0",
        "page_size=501",
        "page_size=many",
        "status=lost",
        "reason=none",
        "since=yesterday",
    ] {
        let answer = app.get(&format!("{LIST}?{wrong}")).await;
        assert_eq!((answer.status, answer.error().as_str()), (400, "request_malformed"), "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_are_filtered() {
    let clock = ManualClock::new("2026-11-24T12:00:00Z".parse().unwrap());
    let more = "sources: {other: {auth: [{id: k1, type: api_key, config: {in: header, name: Authorization, value: Bearer courier-key}}]}}";
    let app = plan(more).clock(&clock).start().await;
    let sent = app.queue(&code_mail("u@example.org", "012345")).await;
    app.await_status(&sent, "sent").await;
    clock.advance(Duration::from_secs(10));
    app.smtp.next(Step::Rcpt, Act::reply("550 5.1.1 no"));
    let refused = app.queue(&code_mail("v@example.org", "012345")).await;
    app.await_status(&refused, "abandoned").await;
    let undeliverable = app.post("/courier/other", &notice_mail("nobody")).await.id();
    let text = app.queue(&sms("+12025550123", "012345")).await;
    for (query, found) in [
        ("status=sent", vec![&sent]),
        ("status=queued", vec![&text]),
        ("status=processing", vec![]),
        ("status=abandoned", vec![&undeliverable, &refused]),
        ("status=abandoned&reason=refused", vec![&refused]),
        ("source=other", vec![&undeliverable]),
        ("recipient=u%40example.org", vec![&sent]),
        ("recipient=U%40Example.ORG", vec![&sent]),
        ("recipient=%2B12025550123", vec![&text]),
        ("recipient=u%40example.or", vec![]),
        ("template_type=recovery_code_invalid", vec![&undeliverable]),
        ("since=2026-11-24T12:00:05Z", vec![&text, &undeliverable, &refused]),
        ("since=2026-11-24T12:00:05Z&status=abandoned&recipient=v%40example.org", vec![&refused]),
        ("status=", vec![&text, &undeliverable, &refused, &sent]),
    ] {
        let answer = app.get(&format!("{LIST}?{query}")).await;
        // Messages of one millisecond have no order.
        let (mut listed, mut found) = (ids(&answer), found);
        listed.sort_unstable();
        found.sort_unstable();
        assert_eq!(listed.iter().collect::<Vec<_>>(), found, "{query}");
    }
}
