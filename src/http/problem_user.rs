//! The statuses of refusals of end users' requests, and what goes along with them.

use super::problem_kratos;
use crate::kratos::Message;
use crate::recovery::UserError;
use actix_web::http::StatusCode;
use serde_json::{Value, json};

/// The whole of an error stays below 1 KiB.
const LARGEST: usize = 500;

pub(super) const fn status(error: &UserError) -> StatusCode {
    match error {
        UserError::IdentifierMalformed | UserError::NotResendable | UserError::CodeInvalid => StatusCode::BAD_REQUEST,
        UserError::SessionInactive => StatusCode::UNAUTHORIZED,
        UserError::IdentityDisabled | UserError::Aal2Required | UserError::RefreshRequired => StatusCode::FORBIDDEN,
        UserError::NotOffered | UserError::NotFound => StatusCode::NOT_FOUND,
        UserError::CodeUsed => StatusCode::CONFLICT,
        UserError::TooManyAttempts | UserError::Expired => StatusCode::GONE,
        UserError::TooManyAtOnce => StatusCode::TOO_MANY_REQUESTS,
        UserError::PasswordPolicy(_) => StatusCode::UNPROCESSABLE_ENTITY,
        UserError::Busy | UserError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        UserError::Kratos(error) => problem_kratos::status(error),
    }
}

/// Whether the same request may soon succeed.
pub(super) const fn is_transient(error: &UserError) -> bool {
    matches!(error, UserError::Busy | UserError::TooManyAtOnce | UserError::Unavailable)
}

/// `details.messages`: as many as there is room for, the first one cut if need be.
pub(super) fn messages(error: &UserError) -> Option<Value> {
    let UserError::PasswordPolicy(messages) = error else { return None };
    let mut room = LARGEST;
    let mut fit = Vec::new();
    for message in messages {
        let whole = json!(message);
        let written = whole.to_string().len();
        if written <= room {
            room -= written;
            fit.push(whole);
        } else if fit.is_empty() {
            let text = message.text.chars().take(100).collect();
            fit.push(json!(Message { text, context: Value::Null, ..message.clone() }));
            break;
        }
    }
    Some(fit.into())
}
