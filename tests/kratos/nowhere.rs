//! Codes and configurations that lead nowhere, against a real Kratos: each says why.

use crate::trio::{another, each, each_modern, refused, text, token};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn codes_that_lead_nowhere_say_why() {
    each_modern(&Value::Null, async |trio, name| {
        trio.account("often@example.org").await;
        let id = trio.issue("often@example.org", "15m").await;
        let code = trio.mailed("often@example.org", 1).await;
        for _ in 0..5 {
            refused(&trio.code(&id, &another(&code), None).await, 400, "recovery_code_invalid", name);
        }
        refused(&trio.code(&id, &another(&code), None).await, 410, "recovery_too_many_attempts", name);
        refused(&trio.code(&id, &code, None).await, 410, "recovery_too_many_attempts", name);
        let (_, standing) = trio.ask(Method::GET, &trio.url(&format!("/recoveries/{id}")), &Value::Null).await;
        assert_eq!(text(&standing, "/state"), "exhausted", "{name}");

        trio.account("used@example.org").await;
        let id = trio.issue("used@example.org", "15m").await;
        let code = trio.mailed("used@example.org", 1).await;
        let answers = join_all((0..6).map(|_| trio.code(&id, &code, None))).await;
        let first = token(answers.first().unwrap(), "unset", name);
        assert!(answers.iter().all(|answer| token(answer, "unset", name) == first), "{name}: one winner, one token");
        let (_, standing) = trio.ask(Method::GET, &trio.url(&format!("/recoveries/{id}")), &Value::Null).await;
        assert_eq!(text(&standing, "/state"), "passed_challenge", "{name}");
        // As after the two minutes in which the answer is kept.
        trio.forget_answers();
        refused(&trio.code(&id, &code, None).await, 409, "recovery_code_used", name);

        trio.account("late@example.org").await;
        let id = trio.issue("late@example.org", "1s").await;
        tokio::time::sleep(Duration::from_millis(1100)).await;
        refused(&trio.code(&id, "123456", None).await, 410, "recovery_expired", name);

        let identity = trio.account("inactive@example.org").await;
        let id = trio.issue("inactive@example.org", "15m").await;
        let code = trio.mailed("inactive@example.org", 1).await;
        let body = json!({"schema_id": "default", "state": "inactive", "traits": {"email": "inactive@example.org"}});
        let url = format!("{}/identities/{identity}", trio.kratos.admin);
        assert_eq!(trio.ask(Method::PUT, &url, &body).await.0, 200, "{name}");
        refused(&trio.code(&id, &code, None).await, 403, "identity_disabled", name);
    })
    .await;
}

/// A code may live shorter than its flow. Since v26.2 Kratos does not tell such a one from a wrong one.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_over_for_kratos_says_what_kratos_says() {
    each(&json!({"selfservice": {"methods": {"code": {"config": {"lifespan": "1s"}}}}}), async |trio, name| {
        if !name.contains("v1.0") {
            trio.account("u@example.org").await;
            let (status, begun) = trio.public("/recoveries", &json!({"identifier": "u@example.org"})).await;
            assert_eq!(status, 202, "{name}: {begun}");
            let code = trio.mailed("u@example.org", 1).await;
            tokio::time::sleep(Duration::from_millis(1100)).await;
            let answer = trio.code(text(&begun, "/recovery_id"), &code, None).await;
            let newer = ["v26", "HEAD"].iter().any(|version| name.contains(version));
            let (status, id) = if newer { (400, "recovery_code_invalid") } else { (410, "recovery_expired") };
            refused(&answer, status, id, name);
        }
    })
    .await;
}

/// Without them Kratos would spend the code and give no token: it is seen before anybody is mailed.
#[tokio::test(flavor = "multi_thread")]
async fn transitions_that_are_off_are_named_before_a_mail_goes_out() {
    each(&json!({"feature_flags": {"use_continue_with_transitions": false}}), async |trio, name| {
        trio.account("u@example.org").await;
        let issue = trio.url_of_admin("/admin/recoveries");
        for answer in [
            trio.public("/recoveries", &json!({"identifier": "u@example.org"})).await,
            trio.ask(Method::POST, &issue, &json!({"identifier": "u@example.org"})).await,
        ] {
            refused(&answer, 502, "kratos_misconfigured", name);
            let key = text(&answer.1, "/error/details/missing_key");
            assert_eq!(key, "feature_flags.use_continue_with_transitions", "{name}");
        }
        assert!(trio.kratos.statuses("u@example.org").await.is_empty(), "{name}");
        assert!(trio.smtp.mails().is_empty(), "{name}");
    })
    .await;
}
