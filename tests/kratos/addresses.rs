//! Which address a code goes to, against a real Kratos: one that the identity has, and the one that was
//! typed where Kratos asks for one of several.

use crate::binary::binaries;
use crate::trio::{NEW, each, each_of, refused, text, token};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn without_a_recovery_address_a_verified_one_gets_it_and_an_unverified_one_does_not() {
    each(&Value::Null, async |trio, name| {
        let issue = async |identity: &str| {
            let body = json!({"identity_id": identity, "expires_in": "15m", "flow": trio.flow()});
            trio.ask(Method::POST, &trio.url_of_admin("/admin/recoveries"), &body).await
        };
        let none = trio.account_with(&json!({"schema_id": "bare", "traits": {"email": "none@example.org"}})).await;
        refused(&issue(&none).await, 422, "identity_without_address", name);

        let verified = json!([{"value": "bare@example.org", "via": "email", "verified": true, "status": "completed"}]);
        let bare = json!({
            "schema_id": "bare", "traits": {"email": "bare@example.org"}, "verifiable_addresses": verified,
        });
        let bare = trio.account_with(&bare).await;
        let (status, answer) = issue(&bare).await;
        assert_eq!(status, 201, "{name}: {answer}");
        let code = trio.mailed("bare@example.org", 1).await;
        if trio.is_modern() {
            token(&trio.code(text(&answer, "/recovery_id"), &code, Some(NEW)).await, "set", name);
            assert!(trio.log_in("bare@example.org", NEW).await.is_some(), "{name}");
        }
        assert!(trio.smtp.mails().iter().all(|mail| mail.rcpt == ["bare@example.org"]), "{name}");
    })
    .await;
}

/// `feature_flags.choose_recovery_address`, which Kratos has from v25.4 on.
#[tokio::test(flavor = "multi_thread")]
async fn of_several_addresses_the_typed_one_gets_the_code() {
    let newer = binaries().into_iter().filter(|binary| !binary.to_string_lossy().contains("v1.")).collect();
    each_of(newer, &json!({"feature_flags": {"choose_recovery_address": true}}), async |trio, name| {
        let traits = json!({"email": "first@example.org", "second": "second@example.org"});
        trio.account_with(&json!({"traits": traits})).await;
        for address in ["second@example.org", "first@example.org"] {
            let (status, begun) = trio.public("/recoveries", &json!({"identifier": address})).await;
            assert_eq!(status, 202, "{name}: {begun}");
            let id = text(&begun, "/recovery_id").to_owned();
            trio.mailed(address, 1).await;
            let (status, again) = trio.public(&format!("/recoveries/{id}/resend"), &Value::Null).await;
            assert_eq!(status, 202, "{name}: {again}");
            let code = trio.mailed(address, 2).await;
            token(&trio.code(&id, &code, None).await, "unset", name);
        }
    })
    .await;
}
