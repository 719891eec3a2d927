//! Every scheme of design 3.1 through real HTTP.

use crate::client::{Answer, Request};
use crate::payloads::code_mail;
use crate::test_app::{TestApp, plan};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use postrider::domain::{Clock as _, SystemClock};
use serde_json::json;
use sha2::{Digest as _, Sha256};

const WEBHOOKS: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const MORE: &str = "\
sources:
  keys:
    auth:
      - {id: header, type: api_key, config: {in: header, name: X-Kratos-Key, value: k-header}}
      - {id: cookie, type: api_key, config: {in: cookie, name: kratos, value: k-cookie}}
      - {id: basic, type: basic_auth, config: {user: kratos, password: 'pass:with:colons'}}
  signed:
    auth:
      - {id: webhooks, type: standard_webhooks, config: {secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, tolerance: 5m}}
      - {id: hex, type: hmac_sha256, config: {secret: hmac-secret, header: X-Hub-Signature-256, prefix: 'sha256=', encoding: hex}}
      - {id: base, type: hmac_sha256, config: {secret: other-secret, header: X-Signature, prefix: '', encoding: base64}}
      - {id: envelope, type: envelope, config: {key: envelope-key}}
";

async fn start() -> TestApp {
    plan(MORE).start().await
}

fn to(source: &str, body: &str) -> Request {
    Request::post(&format!("/courier/{source}")).header("Content-Type", "application/json").body(body)
}

fn body(n: u32) -> String {
    code_mail("u@example.org", &format!("{n:06}")).to_string()
}

fn mac(key: &str, body: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|n| char::from_digit(n.into(), 16)).collect()
}

/// Signed as the official crate does, so many seconds from now.
fn webhook(id: &str, seconds: i64, body: &str) -> Request {
    let at = SystemClock::new().now().as_second() + seconds;
    let signature = standardwebhooks::Webhook::new(WEBHOOKS).unwrap().sign(id, at, body.as_bytes()).unwrap();
    let request = to("signed", body).header("webhook-id", id).header("webhook-timestamp", &at.to_string());
    request.header("webhook-signature", &signature)
}

async fn assert_in(app: &TestApp, request: Request, source: &str, credential: &str) -> Answer {
    let labels = [("source", source), ("credential", credential), ("code", "200")];
    let before = app.metric("postrider_courier_posts_total", &labels).await;
    let answer = app.ask(request).await;
    assert_eq!(answer.status, 200, "{credential}: {answer:?}");
    let after = app.metric("postrider_courier_posts_total", &labels).await;
    assert!(after - before > 0.5, "the one that matched is counted: {credential}");
    answer
}

async fn assert_out(app: &TestApp, request: Request, why: &str) {
    let answer = app.ask(request).await;
    assert_eq!((answer.status, answer.error().as_str()), (401, "unauthorized"), "{why}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_of_several_fixed_credentials_lets_a_post_in() {
    let app = start().await;
    let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
    assert_in(&app, to("keys", &body(1)).header("x-kratos-key", "k-header"), "keys", "header").await;
    let cookies = to("keys", &body(2)).header("Cookie", "theme=dark; kratos=k-cookie; a=b");
    assert_in(&app, cookies, "keys", "cookie").await;
    let pair = to("keys", &body(3)).header("Authorization", &basic("kratos:pass:with:colons"));
    assert_in(&app, pair, "keys", "basic").await;
    let one_right = to("keys", &body(4)).header("x-kratos-key", "wrong").header("Cookie", "kratos=k-cookie");
    assert_in(&app, one_right, "keys", "cookie").await;

    assert_out(&app, to("keys", &body(5)).header("x-kratos-key", "k-cookie"), "the value of another").await;
    assert_out(&app, to("keys", &body(5)).header("Cookie", "kratos2=k-cookie"), "another cookie").await;
    assert_out(&app, to("keys", &body(5)).header("Authorization", &basic("kratos:pass")), "half a password").await;
    let foreign = to("default", &body(5)).header("x-kratos-key", "k-header");
    assert_out(&app, foreign, "the key of another source").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standard_webhook_passes_within_its_tolerance() {
    let app = start().await;
    for (n, seconds) in [(1, 0), (2, -240), (3, 240)] {
        assert_in(&app, webhook(&format!("msg_{n}"), seconds, &body(n)), "signed", "webhooks").await;
    }
    for seconds in [-360, 360] {
        assert_out(&app, webhook("msg_9", seconds, &body(9)), "too old or too new").await;
    }
    assert_out(&app, webhook("msg_9", 0, &body(9)).body(body(8)), "another body").await;
    let no_id = to("signed", &body(9)).header("webhook-signature", "v1,AAAA");
    assert_out(&app, no_id, "no id, no time").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_id_stands_for_one_content() {
    let mut app = start().await;
    let first = assert_in(&app, webhook("msg_1", 0, &body(1)), "signed", "webhooks").await;
    let again = assert_in(&app, webhook("msg_1", 1, &body(1)), "signed", "webhooks").await;
    assert_eq!((again.id(), again.outcome().as_str()), (first.id(), "duplicate"));
    let other = app.ask(webhook("msg_1", 1, &body(2))).await;
    assert_eq!((other.status, other.error().as_str()), (401, "webhook_id_reused"));
    // It outlives the process.
    app.restart().await;
    let other = app.ask(webhook("msg_1", 1, &body(2))).await;
    assert_eq!((other.status, other.error().as_str()), (401, "webhook_id_reused"));
    assert_eq!(app.count("TRUE"), 1);
    // The content itself is good under an id of its own.
    let new = assert_in(&app, webhook("msg_2", 0, &body(2)), "signed", "webhooks").await;
    assert_eq!(new.outcome(), "queued");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_hmac_over_the_raw_body_passes() {
    let app = start().await;
    let signed = |n: u32| {
        let text = body(n);
        let signature = format!("sha256={}", hex(&mac("hmac-secret", &text)));
        to("signed", &text).header("X-Hub-Signature-256", &signature)
    };
    assert_in(&app, signed(1), "signed", "hex").await;
    let text = body(2);
    let base = STANDARD.encode(mac("other-secret", &text));
    assert_in(&app, to("signed", &text).header("X-Signature", &base), "signed", "base").await;
    // The bytes count, not the JSON they mean.
    let spaced = body(1).replacen(':', ": ", 1);
    assert_out(&app, signed(1).body(spaced), "the same JSON in other bytes").await;
    let swapped = to("signed", &text).header("X-Signature", &STANDARD.encode(mac("hmac-secret", &text)));
    assert_out(&app, swapped, "the secret of another header").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_envelope_signed_by_jsonnet_passes() {
    let mut app = start().await;
    let sealed = |key: &str, payload: &str| {
        let inner = hex(&Sha256::digest([key, payload].concat()));
        let mac = hex(&Sha256::digest([key, &inner].concat()));
        json!({"payload": payload, "mac": mac}).to_string()
    };
    let answer = assert_in(&app, to("signed", &sealed("envelope-key", &body(1))), "signed", "envelope").await;
    app.await_status(&answer.id(), "sent").await;
    assert_eq!(app.smtp.mails()[0].rcpt, ["u@example.org"]);
    assert_out(&app, to("signed", &sealed("another-key", &body(2))), "another key").await;
    let forged = sealed("envelope-key", &body(2)).replace("u@example.org", "v@example.org");
    assert_out(&app, to("signed", &forged), "another recipient").await;
    assert_out(&app, to("signed", &body(2)), "no envelope at all").await;
    app.stop().await;
}
