//! An end user's way from a mail to a new password, over our routes and against a real Kratos.

use crate::trio::{NEW, OLD, another, each, each_modern, refused, text, token};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_s_code_leads_to_a_new_password() {
    each_modern(&Value::Null, async |trio, name| {
        let account = trio.account("u@example.org").await;
        let id = trio.issue("U@example.org", "15m").await;
        let code = trio.mailed("u@example.org", 1).await;
        refused(&trio.code(&id, &another(&code), None).await, 400, "recovery_code_invalid", name);
        let spaced = format!(" {}-{} ", &code.get(..3).unwrap(), &code.get(3..).unwrap());
        let passed = trio.code(&id, &spaced, Some("short")).await;
        let session = token(&passed, "refused", name);
        assert_eq!(passed.1.pointer("/messages/0/id"), Some(&json!(4_000_032)), "{name}: {}", passed.1);
        assert!(text(&passed.1, "/session_expires_at").ends_with('Z'), "{name}");
        assert_eq!(trio.code(&id, &code, None).await, passed, "{name}: a repeat");
        let answer = trio.password(&id, &session, "short").await;
        refused(&answer, 422, "password_policy", name);
        assert_eq!(answer.1.pointer("/error/details/messages/0/id"), Some(&json!(4_000_032)), "{name}");
        let answer = trio.password(&id, &session, NEW).await;
        assert_eq!(answer, (200, json!({"password": "set"})), "{name}");
        assert!(trio.log_in("u@example.org", NEW).await.is_some(), "{name}");
        assert!(trio.log_in("u@example.org", OLD).await.is_none(), "{name}");
        refused(&trio.password(&id, "ory_st_none", NEW).await, 401, "session_inactive", name);
        assert!(!trio.is_verified(&account).await, "{name}: an admin's recovery proves no address");
        // What Kratos does on its own after the first change of an account with an unproven address.
        trio.mailed("u@example.org", 2).await;
        assert_eq!(trio.newest_type("u@example.org").await, "verification_code_valid", "{name}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_s_own_recovery_leads_to_a_new_password() {
    each(&Value::Null, async |trio, name| {
        let account = trio.account("u@example.org").await;
        let begun = trio.public("/recoveries", &json!({"identifier": "U@Example.org"})).await;
        if name.contains("v1.0") {
            refused(&begun, 502, "kratos_misconfigured", name);
            return;
        }
        assert_eq!(begun.0, 202, "{name}: {}", begun.1);
        let id = text(&begun.1, "/recovery_id").to_owned();
        let first = trio.mailed("u@example.org", 1).await;
        let (status, answer) = trio.public(&format!("/recoveries/{id}/resend"), &Value::Null).await;
        assert_eq!(status, 202, "{name}: {answer}");
        let code = trio.mailed("u@example.org", 2).await;
        if first != code {
            refused(&trio.code(&id, &first, None).await, 400, "recovery_code_invalid", name);
        }
        token(&trio.code(&id, &code, Some(NEW)).await, "set", name);
        assert!(trio.log_in("u@example.org", NEW).await.is_some(), "{name}");
        assert!(trio.is_verified(&account).await, "{name}: a user's own proves it");
        // Nobody: the same answer, and no mail.
        let begun = trio.public("/recoveries", &json!({"identifier": "nobody@example.org"})).await;
        assert_eq!(begun.0, 202, "{name}: {}", begun.1);
        let id = text(&begun.1, "/recovery_id").to_owned();
        refused(&trio.code(&id, "123456", None).await, 400, "recovery_code_invalid", name);
        let smtp = trio.smtp.mails();
        assert!(smtp.iter().all(|mail| mail.rcpt == ["u@example.org"]), "{name}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_s_code_goes_on_with_the_address_alone_too() {
    each_modern(&Value::Null, async |trio, name| {
        trio.account("u@example.org").await;
        trio.issue("u@example.org", "15m").await;
        let code = trio.mailed("u@example.org", 1).await;
        let submit = async |address: &str, code: &str| {
            let body = json!({"identifier": address, "code": code, "password": NEW});
            trio.public("/recoveries/code", &body).await
        };
        // More than Kratos's five tries.
        for _ in 0..7 {
            refused(&submit("u@example.org", &another(&code)).await, 400, "recovery_code_invalid", name);
        }
        refused(&submit("other@example.org", &code).await, 400, "recovery_code_invalid", name);
        token(&submit("U@example.org", &code).await, "set", name);
        assert!(trio.log_in("u@example.org", NEW).await.is_some(), "{name}");
    })
    .await;
}
