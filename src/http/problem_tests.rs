use super::*;
use crate::kratos::{Broken, Message, Missing, Operation};
use actix_web::body::MessageBody;

fn long(length: usize) -> Message {
    Message { id: 4_000_034, text: "x".repeat(length), kind: "error".to_owned(), context: json!({ "a": 1 }) }
}

#[test]
fn every_problem_has_ory_s_shape_in_less_than_a_kibibyte() {
    let all = [
        Problem::Unauthorized,
        Problem::Forbidden("admin"),
        Problem::ForeignHost,
        Problem::UnsupportedMediaType,
        Problem::TooLarge(2 << 20),
        Problem::RequestTimeout,
        Problem::PayloadNotUnderstood(PayloadError::Empty),
        Problem::PayloadNotUnderstood(PayloadError::NotAnObject),
        Problem::PayloadNotUnderstood(PayloadError::NoRecipient),
        Problem::WebhookReused,
        Problem::TransientPayloadTooLarge(8192),
        Problem::CertificateRequired,
        Problem::Unavailable,
        Problem::ListTooSlow,
        Problem::BadRequest("page_size must be 1 … 500"),
        Problem::BadField("expires_in", "is a stretch of time"),
        Problem::ActorRequired,
        Problem::Admin(AdminError::IdentityNotFound),
        Problem::Admin(AdminError::KeyInFlight),
        Problem::Admin(AdminError::Unavailable),
        Problem::User(UserError::CodeInvalid),
        Problem::User(UserError::CodeUsed),
        Problem::User(UserError::TooManyAttempts),
        Problem::User(UserError::NotResendable),
        Problem::User(UserError::SessionInactive),
        Problem::User(UserError::Aal2Required),
        Problem::User(UserError::Busy),
        Problem::User(UserError::PasswordPolicy(vec![long(100), long(100), long(100), long(100)])),
        Problem::User(UserError::PasswordPolicy(vec![long(4000)])),
        Problem::Kratos(KratosError::Misconfigured(Missing::ApiFlow)),
        Problem::Kratos(KratosError::Unreachable(Operation::IssueCode, Broken::Timeout)),
        Problem::MessageNotFound,
        Problem::MessageNotRetryable,
        Problem::CodeExpired,
        Problem::RateLimited(TooMuch { retry_after: std::time::Duration::from_millis(1) }),
        Problem::NotFound,
        Problem::MethodNotAllowed,
        Problem::Internal,
    ];
    for problem in all {
        let answer = problem.answer(&"r".repeat(128));
        let status = answer.status().as_u16();
        let bytes = answer.into_body().try_into_bytes().unwrap();
        assert!(bytes.len() < 1024, "{problem:?}: Kratos logs 1024 bytes");
        let body: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(body["error"]["code"], status);
        assert_eq!(body["error"]["id"], problem.id());
        for key in ["status", "reason", "message", "request"] {
            assert!(!body["error"][key].as_str().unwrap().is_empty(), "{problem:?} {key}");
        }
    }
}
