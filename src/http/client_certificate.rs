//! `serve.*.tls.client_ca`: routes want a certificate of that authority. TLS itself lets callers in
//! without one, since health is for everybody.

use super::problem::Problem;
use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::rt::net::TcpStream;
use std::any::Any;

/// The listener wants to see certificates.
#[derive(Clone, Copy)]
pub(super) struct Required;

/// A connection whose certificate TLS has verified.
struct Shown;

/// Notes on a new connection whether a certificate came with it. TLS has refused false ones.
pub(super) fn note(connection: &dyn Any, data: &mut Extensions) {
    let session = connection.downcast_ref::<TlsStream<TcpStream>>().map(|stream| stream.get_ref().1);
    if session.and_then(|session| session.peer_certificates()).is_some_and(|chain| !chain.is_empty()) {
        data.insert(Shown);
    }
}

/// The middleware.
pub(super) async fn around(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let wanted = request.app_data::<Required>().is_some() && !request.path().starts_with("/health/");
    if wanted && request.conn_data::<Shown>().is_none() {
        return Ok(request.error_response(Problem::CertificateRequired));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}
