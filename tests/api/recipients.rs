//! Addresses of every kind: what can work is delivered, what never can is abandoned with a 200,
//! since a 4xx would make Kratos hold up its queue with it.

use crate::payloads::code_mail;
use crate::test_app::TestApp;
use postrider::config::Config;
use postrider::domain::{Clock as _, EmailAddress, Secret, SystemClock};
use postrider::seal::{KeyedHash, Purpose, Sealer};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_can_never_work_is_abandoned_with_a_200() {
    let mut app = TestApp::new().await;
    let long = format!("{}@example.org", "a".repeat(300));
    let long_domain = format!("u@{}.org", vec!["a".repeat(60); 5].join("."));
    let hostile = [
        "u@example.org\r\nBcc: victim@example.org",
        "u@example.org\nRCPT TO:<victim@example.org>",
        "\"a\"b\"@example.org",
        "\"open@example.org",
        "john doe@example.org",
        "<u@example.org>",
        "u@example.org, v@example.org",
        "nobody",
        "@example.org",
        "u@",
        "u\u{0}@example.org",
        "u@exa mple.org",
        &long,
        &long_domain,
    ];
    for (n, recipient) in hostile.iter().enumerate() {
        let answer = app.post("/courier", &code_mail(recipient, &format!("{n:06}"))).await;
        assert_eq!((answer.status, answer.outcome().as_str()), (200, "abandoned undeliverable"), "{recipient:?}");
        assert_eq!(answer.header("content-length"), Some("0"));
        let message = app.message(&answer.id()).await;
        assert_eq!((&message["status"], &message["reason"]), (&"abandoned".into(), &"undeliverable".into()));
        assert_eq!(message["send_count"], 0);
    }
    let labels = [("status", "abandoned"), ("reason", "undeliverable")];
    let counted = app.metric("postrider_messages_final_total", &labels).await;
    assert!((counted - 14.0).abs() < 0.1, "{counted}");
    app.stop().await;
    assert_eq!((app.smtp.connections(), app.smtp.mails().len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_addresses_that_can_work_are_delivered_as_they_must_be_written() {
    let mut app = TestApp::new().await;
    let odd = [
        ("amelie+news@Example.ORG", "amelie+news@example.org", ""),
        ("o'brien@example.org", "o'brien@example.org", ""),
        ("\"john doe\"@example.org", "\"john doe\"@example.org", ""),
        ("\"a@b\"@example.org", "\"a@b\"@example.org", ""),
        ("u@bücher.example", "u@xn--bcher-kva.example", ""),
        ("u@💌.example", "u@xn--rr8h.example", ""),
        ("ünï@bücher.example", "ünï@xn--bcher-kva.example", "SMTPUTF8"),
    ];
    for (n, (typed, written, parameter)) in odd.iter().enumerate() {
        let id = app.queue(&code_mail(typed, &format!("{n:06}"))).await;
        app.await_status(&id, "sent").await;
        let mail = app.smtp.mails().pop().unwrap();
        assert_eq!(mail.rcpt, [*written]);
        assert_eq!(mail.parameters.contains("SMTPUTF8"), !parameter.is_empty(), "{typed}: {}", mail.parameters);
        let message_id = format!("Message-ID: <{id}@sender.example>\r\n");
        assert!(mail.text().contains(&message_id), "{typed}: {}", mail.text());
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_suppressed_gets_none_and_kratos_a_200() {
    let mut app = TestApp::new().await;
    let config = app.config();
    let (until, store) = (SystemClock::new().now() + Duration::from_hours(1), app.app().store().clone());
    let suppressed = recipient_hash(&app, &config, "gone@example.org").await;
    store.suppress(suppressed, until).await.unwrap();

    // However it is written.
    for (n, recipient) in ["gone@example.org", "Gone@EXAMPLE.org"].iter().enumerate() {
        let answer = app.post("/courier", &code_mail(recipient, &format!("{n:06}"))).await;
        assert_eq!((answer.status, answer.outcome().as_str()), (200, "abandoned suppressed"), "{recipient}");
    }
    let labels = [("status", "abandoned"), ("reason", "suppressed"), ("template_type", "login_code_valid")];
    assert!((app.metric("postrider_messages_final_total", &labels).await - 2.0).abs() < 0.1);
    drop(store);
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), 0);
}

/// As intake hashes a recipient: with the random key that stands sealed in the store.
async fn recipient_hash(app: &TestApp, config: &Config, recipient: &str) -> [u8; 32] {
    let keys = app.app().store().keys().await.unwrap();
    let (name, sealed) = keys.iter().find(|(name, _)| name == "recipient").unwrap();
    let cipher = Sealer::new(&config.secrets.cipher);
    let key: Secret<_> = cipher.open(Purpose::HashKey, name.as_bytes(), sealed).unwrap();
    let address = EmailAddress::parse(recipient).unwrap();
    KeyedHash::new(&key).unwrap().of(&[&address.as_str().to_lowercase()])
}
