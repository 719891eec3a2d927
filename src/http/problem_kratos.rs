//! What went wrong with Kratos, as HTTP: 503 where the same request may soon succeed, 502 where
//! somebody must do something.

use crate::kratos::KratosError;
use actix_web::http::StatusCode;

pub(super) const fn status(error: &KratosError) -> StatusCode {
    match error {
        KratosError::Unreachable(..) | KratosError::Failed(_) => StatusCode::SERVICE_UNAVAILABLE,
        KratosError::Misconfigured(_) | KratosError::Unexpected(_) => StatusCode::BAD_GATEWAY,
    }
}
