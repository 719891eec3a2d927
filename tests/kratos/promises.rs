//! What Kratos's users are promised, on every Kratos that was named.

use crate::binary::{Kratos, binaries};
use crate::fake_smtp::{FakeSmtp, Mail};
use crate::mail;
use crate::own::{self, BEARER, by_key, courier_url};
use crate::proxy::Proxy;
use crate::rest::{self, Kind};
use crate::shipped;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// Patience with slow machines; nobody waits this long on others.
const LIMIT: Duration = Duration::from_mins(4);

#[tokio::test(flavor = "multi_thread")]
async fn codes_arrive_by_mail_and_kratos_takes_them() {
    for binary in binaries() {
        let (home, smtp) = (tempfile::tempdir().unwrap(), FakeSmtp::start().await);
        let app = own::start(home.path(), 0, &smtp, &by_key()).await;
        let kratos = Kratos::start(&binary, &shipped::courier(&courier_url(app.admin()), BEARER)).await;
        for (number, kind) in [(1, Kind::Recovery), (2, Kind::Verification)] {
            let address = format!("u{number}@example.org");
            kratos.create(&address).await;
            let flow = kratos.begin(kind, &address, None).await;
            let mails = smtp.await_mails(number, LIMIT).await;
            let mail = mails.last().unwrap();
            assert_eq!(mail.rcpt, [address.as_str()], "{}", kratos.name);
            assert_eq!(mail.envelope_from, "no-reply@example.org");
            let code = mail::code(mail);
            let (status, answer) = kratos.submit(&flow, &another(&code)).await;
            assert!(!accepted(kind, status, &answer), "{}: a wrong code: {answer}", kratos.name);
            let links = opened(mail).await;
            assert_eq!(links, usize::from(matches!(kind, Kind::Verification)), "{}", kratos.name);
            let (status, answer) = kratos.submit(&flow, &code).await;
            assert!(accepted(kind, status, &answer), "{}: {status} {answer}", kratos.name);
            kratos.await_sent(&[address], LIMIT).await;
        }
        app.stop().await.unwrap();
        assert_eq!(smtp.mails().len(), 2, "{}", kratos.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_mails_come_over_one_connection() {
    for binary in binaries() {
        let (home, smtp) = (tempfile::tempdir().unwrap(), FakeSmtp::start().await);
        let app = own::start(home.path(), 0, &smtp, &by_key()).await;
        let proxy = Proxy::to(app.admin()).await;
        let kratos = Kratos::start(&binary, &shipped::courier(&courier_url(proxy.address), BEARER)).await;
        let addresses = addresses("u", 30);
        recover_all(&kratos, &addresses).await;
        let mails = smtp.await_mails(30, LIMIT).await;
        kratos.await_sent(&addresses, LIMIT).await;
        one_each(&binary, &addresses, &mails);
        assert_eq!(proxy.connections(), 1, "{}", kratos.name);
        drop(kratos);
        app.stop().await.unwrap();
    }
}

/// On v25.4 and later the jsonnet process of Kratos dies of it, and Kratos posts empty bodies, for
/// innocent mails too; older ones refuse the mail or, before v1.2, never see the payload.
#[tokio::test(flavor = "multi_thread")]
async fn an_oversized_transient_payload_costs_no_other_mail() {
    for binary in binaries() {
        let (home, smtp) = (tempfile::tempdir().unwrap(), FakeSmtp::start().await);
        let app = own::start(home.path(), 0, &smtp, &by_key()).await;
        let kratos = Kratos::start(&binary, &shipped::courier(&courier_url(app.admin()), BEARER)).await;
        let (ordinary, oversized) = (addresses("u", 24), addresses("big", 6));
        for address in ordinary.iter().chain(&oversized) {
            kratos.create(address).await;
        }
        for (batch, big) in ordinary.chunks(4).zip(&oversized) {
            let payload = json!({"filler": "x".repeat(80 << 10)});
            kratos.begin(Kind::Recovery, big, Some(payload)).await;
            for address in batch {
                kratos.begin(Kind::Recovery, address, None).await;
            }
        }
        kratos.await_sent(&ordinary, LIMIT).await;
        let mut lost = Vec::new();
        for address in &oversized {
            let arrived = || smtp.mails().iter().any(|mail| mail.rcpt == [address.as_str()]);
            if kratos.statuses(address).await == ["sent"] && !arrived() {
                lost.push(address);
            }
        }
        drop(kratos);
        app.stop().await.unwrap();
        assert!(lost.is_empty(), "{}: sent, says Kratos, but nobody got {lost:?}", binary.display());
        let mut mails = smtp.mails();
        mails.retain(|mail| ordinary.contains(&mail.rcpt.concat()));
        one_each(&binary, &ordinary, &mails);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_while_postrider_is_away() {
    for binary in binaries() {
        let (home, smtp) = (tempfile::tempdir().unwrap(), FakeSmtp::start().await);
        let app = own::start(home.path(), 0, &smtp, &by_key()).await;
        let address = app.admin();
        let kratos = Kratos::start(&binary, &shipped::courier(&courier_url(address), BEARER)).await;
        let (before, meanwhile) = (addresses("before", 10), addresses("meanwhile", 10));
        recover_all(&kratos, &before).await;
        app.stop().await.unwrap();
        recover_all(&kratos, &meanwhile).await;
        // Kratos's own patience of six seconds would be over by now.
        tokio::time::sleep(Duration::from_secs(10)).await;
        let app = own::start(home.path(), address.port(), &smtp, &by_key()).await;
        let all = [before, meanwhile].concat();
        kratos.await_sent(&all, LIMIT).await;
        let mails = smtp.await_mails(all.len(), LIMIT).await;
        one_each(&binary, &all, &mails);
        drop(kratos);
        app.stop().await.unwrap();
        assert_eq!(smtp.mails().len(), all.len(), "nothing twice");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kratos_signs_with_our_jsonnet() {
    for binary in binaries() {
        let (home, smtp) = (tempfile::tempdir().unwrap(), FakeSmtp::start().await);
        let key = "b3f1d0c95a7e";
        let envelope = json!({"id": "kratos", "type": "envelope", "config": {"key": key}});
        let app = own::start(home.path(), 0, &smtp, &envelope).await;
        let mut courier = shipped::courier(&courier_url(app.admin()), "");
        let request = courier.pointer_mut("/http/request_config").and_then(Value::as_object_mut).unwrap();
        request.remove("auth");
        request.insert("body".to_owned(), shipped::signing_body(key).into());
        let kratos = Kratos::start(&binary, &courier).await;
        let address = "u@example.org".to_owned();
        kratos.create(&address).await;
        let flow = kratos.begin(Kind::Recovery, &address, None).await;
        if knows_sha256(&kratos, &address).await {
            let mails = smtp.await_mails(1, LIMIT).await;
            let (status, answer) = kratos.submit(&flow, &mail::code(&mails[0])).await;
            assert!(accepted(Kind::Recovery, status, &answer), "{}: {status} {answer}", kratos.name);
            kratos.await_sent(&[address], LIMIT).await;
        } else {
            assert!(smtp.mails().is_empty());
        }
        drop(kratos);
        app.stop().await.unwrap();
    }
}

/// False up to v1.3, whose jsonnet has no `std.sha256`: the one reason for which a mail may stay.
async fn knows_sha256(kratos: &Kratos, address: &str) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < LIMIT {
        if kratos.statuses(address).await == ["sent"] {
            return true;
        }
        let failures = kratos.failures(address).await;
        if failures.contains("sha256") {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("{}: neither sent nor without sha256\n{}", kratos.name, kratos.log());
}

fn addresses(name: &str, count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("{name}{number}@example.org")).collect()
}

async fn recover_all(kratos: &Kratos, addresses: &[String]) {
    for address in addresses {
        kratos.create(address).await;
        kratos.begin(Kind::Recovery, address, None).await;
    }
}

/// Each address has one mail, with a code in it.
fn one_each(binary: &Path, addresses: &[String], mails: &[Mail]) {
    let mut count = BTreeMap::new();
    for mail in mails {
        assert_eq!(mail::code(mail).len(), 6);
        *count.entry(mail.rcpt.concat()).or_insert(0) += 1;
    }
    let wanted: BTreeMap<String, i32> = addresses.iter().map(|address| (address.clone(), 1)).collect();
    assert_eq!(count, wanted, "{}", binary.display());
}

/// Opens every link of a mail twice, as scanners of mail do; tells how many there are. A link beside a
/// code must not spend it.
async fn opened(mail: &Mail) -> usize {
    let text = mail::text(mail);
    let links: Vec<&str> = text.split_whitespace().filter(|word| word.starts_with("http")).collect();
    for link in links.iter().chain(&links) {
        let answer = rest::client().get(*link).header("Accept", "text/html").send().await.unwrap();
        assert!(answer.status().is_redirection() || answer.status().is_success(), "{}", answer.status());
    }
    links.len()
}

/// Another code than this.
fn another(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

/// Whether Kratos took a code. A wrong one is a 200 too, so the status alone says nothing. v1.0
/// knows recovery in browsers only and answers a right code by 422.
fn accepted(kind: Kind, status: StatusCode, answer: &Value) -> bool {
    let text = |pointer: &str| answer.pointer(pointer).and_then(Value::as_str);
    match kind {
        Kind::Verification => status == StatusCode::OK && text("/state") == Some("passed_challenge"),
        Kind::Recovery if status == StatusCode::UNPROCESSABLE_ENTITY => {
            text("/redirect_browser_to").is_some_and(|url| url.contains("/settings"))
        }
        Kind::Recovery => {
            let items = answer.get("continue_with").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let holds_token = |item: &Value| item.get("ory_session_token").is_some_and(Value::is_string);
            status == StatusCode::OK && items.iter().any(holds_token)
        }
    }
}
