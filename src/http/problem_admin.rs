//! The statuses of refusals of admins' requests.

use super::problem_kratos;
use crate::recovery::AdminError;
use actix_web::http::StatusCode;

pub(super) const fn status(error: &AdminError) -> StatusCode {
    match error {
        AdminError::UnknownSource | AdminError::ExpiryRefused => StatusCode::BAD_REQUEST,
        AdminError::CodeForbidden => StatusCode::FORBIDDEN,
        AdminError::IdentityNotFound | AdminError::NotFound => StatusCode::NOT_FOUND,
        AdminError::IdentityAmbiguous | AdminError::KeyConflict | AdminError::KeyInFlight | AdminError::Over => {
            StatusCode::CONFLICT
        }
        AdminError::IdentityDisabled | AdminError::IdentityWithoutAddress | AdminError::AddressNotOnIdentity => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        AdminError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        AdminError::Kratos(error) => problem_kratos::status(error),
    }
}
