//! Everything that can go wrong over HTTP, in Ory's error shape (herodot). The only place that
//! knows status codes. No variant can hold an address, a code or a body.

use super::limits::TooMuch;
use super::{problem_admin, problem_kratos, problem_user};
use crate::domain::PayloadError;
use crate::intake::IntakeError;
use crate::kratos::KratosError;
use crate::recovery::{AdminError, UserError};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, json};

/// A refusal with a stable id (`error.id`; new ones may come in a minor version).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Problem {
    /// No credential matched.
    #[error("no credential of this listener matches the request")]
    Unauthorized,
    /// The token's role does not suffice.
    #[error("the token's role does not allow this; it needs role {0}")]
    Forbidden(&'static str),
    /// The `Host` header names another machine than `--dev` serves.
    #[error("with --dev only requests to a loopback host are answered")]
    ForeignHost,
    /// Not JSON.
    #[error("the content type must be application/json")]
    UnsupportedMediaType,
    /// Larger than `body_limit`.
    #[error("the body is larger than this listener's body_limit of {0} bytes")]
    TooLarge(usize),
    /// The body did not come in time.
    #[error("the body did not arrive in time")]
    RequestTimeout,
    /// Somebody's jsonnet is wrong.
    #[error("{0}")]
    PayloadNotUnderstood(PayloadError),
    /// A `webhook-id` came twice with different content.
    #[error("this webhook-id was used before with another body")]
    WebhookReused,
    /// More of the caller's own data than Kratos can take.
    #[error("transient_payload is larger than {0} bytes of JSON")]
    TransientPayloadTooLarge(usize),
    /// No client certificate on a listener with `tls.client_ca`.
    #[error("this listener wants a client certificate of tls.client_ca on all routes but health")]
    CertificateRequired,
    /// Nothing can be stored now.
    #[error("the message cannot be stored now; try again")]
    Unavailable,
    /// A parameter is wrong.
    #[error("{0}")]
    BadRequest(&'static str),
    /// A field of the body is wrong.
    #[error("{0} {1}")]
    BadField(&'static str, &'static str),
    /// The token's calls must name the person behind them.
    #[error("this token's calls must name the person behind them in the header Postrider-Actor")]
    ActorRequired,
    /// An admin's request came to nothing.
    #[error(transparent)]
    Admin(AdminError),
    /// An end user's request came to nothing.
    #[error(transparent)]
    User(UserError),
    /// A flow of Kratos's is over, in Kratos's words.
    #[error("the self-service flow expired or was withdrawn, initialize a new one")]
    FlowExpired,
    /// Kratos did not do it.
    #[error(transparent)]
    Kratos(KratosError),
    /// No such message.
    #[error("there is no such message")]
    MessageNotFound,
    /// It is not abandoned.
    #[error("only an abandoned message can be retried")]
    MessageNotRetryable,
    /// Its code has expired.
    #[error("its code or link has expired or its content is erased; issue a new one")]
    CodeExpired,
    /// Something is sealed with a secret that is not configured.
    #[error("{0}")]
    UnknownKey(String),
    /// `limits.client` is used up.
    #[error("too much was asked from this address within an hour; wait and repeat")]
    RateLimited(TooMuch),
    /// No such route.
    #[error("there is no such route on this listener")]
    NotFound,
    /// The route knows other methods.
    #[error("this route does not know that method")]
    MethodNotAllowed,
    /// Our own fault; the log has more.
    #[error("an internal error; the log has more under this request id")]
    Internal,
}

impl Problem {
    /// The stable id.
    pub(super) const fn id(&self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Forbidden(_) => "forbidden",
            Self::ForeignHost => "foreign_host",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::TooLarge(_) => "body_too_large",
            Self::RequestTimeout => "request_timeout",
            Self::PayloadNotUnderstood(_) => "payload_not_understood",
            Self::WebhookReused => "webhook_id_reused",
            Self::TransientPayloadTooLarge(_) => "transient_payload_too_large",
            Self::CertificateRequired => "client_certificate_required",
            Self::Unavailable => "store_unavailable",
            Self::BadRequest(_) | Self::BadField(..) => "request_malformed",
            Self::ActorRequired => "actor_required",
            Self::Admin(error) => error.id(),
            Self::User(error) => error.id(),
            Self::FlowExpired => "self_service_flow_expired",
            Self::Kratos(error) => error.id(),
            Self::MessageNotFound => "message_not_found",
            Self::MessageNotRetryable => "message_not_retryable",
            Self::CodeExpired => "code_expired",
            Self::UnknownKey(_) => "unknown_key",
            Self::RateLimited(_) => "rate_limited",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Internal => "internal",
        }
    }

    /// When it is worth trying again, in whole seconds.
    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Unavailable | Self::Admin(AdminError::KeyInFlight | AdminError::Unavailable) => Some(1),
            Self::User(error) => problem_user::is_transient(error).then_some(1),
            Self::Kratos(error) => error.retry_after(),
            Self::RateLimited(too_much) => {
                let wait = too_much.retry_after;
                Some((wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1))
            }
            _ => None,
        }
    }

    /// The whole answer; `request` is its X-Request-Id.
    pub(super) fn answer(&self, request: &str) -> HttpResponse {
        let status = self.status_code();
        let mut builder = HttpResponse::build(status);
        builder.insert_header((CACHE_CONTROL, "no-store"));
        if *self == Self::Unauthorized {
            builder.insert_header((WWW_AUTHENTICATE, "Bearer, Basic realm=\"postrider\""));
        }
        let mut details = Map::new();
        if let Some(seconds) = self.retry_after() {
            builder.insert_header((RETRY_AFTER, seconds.to_string()));
            details.insert("retry_after".to_owned(), seconds.into());
        }
        if let Self::Kratos(KratosError::Misconfigured(missing)) = self {
            details.insert("missing_key".to_owned(), missing.key().into());
        }
        if let Self::User(error) = self
            && let Some(messages) = problem_user::messages(error)
        {
            details.insert("messages".to_owned(), messages);
        }
        let mut error = json!({
            "id": self.id(), "code": status.as_u16(), "status": status.canonical_reason().unwrap_or_default(),
            "reason": self.to_string(), "message": general(status), "request": request,
        });
        if let Some(fields) = error.as_object_mut().filter(|_| !details.is_empty()) {
            fields.insert("details".to_owned(), details.into());
        }
        builder.json(json!({ "error": error }))
    }
}

/// Ory's general sentence for a status (contract 3.3).
fn general(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "The request was malformed or contained invalid parameters",
        401 => "The request could not be authorized",
        403 => "The requested action was forbidden",
        404 => "The requested resource could not be found",
        429 => "Too many requests came from this client",
        410 => "The requested resource is no longer available",
        503 => "The service is not available now",
        _ => "The request could not be answered",
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Unauthorized | Self::CertificateRequired | Self::WebhookReused => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) | Self::ForeignHost | Self::ActorRequired => StatusCode::FORBIDDEN,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::PayloadNotUnderstood(_)
            | Self::BadRequest(_)
            | Self::BadField(..)
            | Self::TransientPayloadTooLarge(_) => StatusCode::BAD_REQUEST,
            Self::Admin(error) => problem_admin::status(error),
            Self::User(error) => problem_user::status(error),
            Self::Kratos(error) => problem_kratos::status(error),
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::MessageNotFound | Self::NotFound => StatusCode::NOT_FOUND,
            Self::MessageNotRetryable | Self::UnknownKey(_) => StatusCode::CONFLICT,
            Self::CodeExpired | Self::FlowExpired => StatusCode::GONE,
            Self::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        self.answer("")
    }
}

impl From<TooMuch> for Problem {
    fn from(error: TooMuch) -> Self {
        Self::RateLimited(error)
    }
}

impl From<UserError> for Problem {
    fn from(error: UserError) -> Self {
        match error {
            UserError::Kratos(error) => Self::Kratos(error),
            UserError::NotOffered => Self::NotFound,
            UserError::Unavailable => Self::Unavailable,
            other => Self::User(other),
        }
    }
}

impl From<AdminError> for Problem {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::Kratos(error) => Self::Kratos(error),
            other => Self::Admin(other),
        }
    }
}

impl From<IntakeError> for Problem {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Payload(why) => Self::PayloadNotUnderstood(why),
            IntakeError::WebhookReused => Self::WebhookReused,
            IntakeError::Unavailable(_) => Self::Unavailable,
        }
    }
}

#[cfg(test)]
#[path = "problem_tests.rs"]
mod tests;
