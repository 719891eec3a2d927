//! What is wrong with a server's TLS, in the operator's words.

use crate::transport::smtp::outcome::Fault;
use rustls::{AlertDescription, CertificateError, Error};

/// Says what is wrong with a server's TLS and what could be done.
pub(super) fn explain(error: &std::io::Error, name: &str) -> Fault {
    let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
        return Fault::Setup(format!("the TLS handshake with {name} broke off: {}", error.kind()));
    };
    let words = match tls {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            format!("the certificate of {name} is unknown: no trusted authority has signed it")
        }
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => {
            format!("the certificate is for another name than {name} (server_name can say which one to expect)")
        }
        Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            format!("the certificate of {name} has expired")
        }
        Error::InvalidMessage(_) => {
            format!("{name} does not speak TLS on this port: perhaps it wants STARTTLS (smtp://, not smtps://)")
        }
        Error::AlertReceived(AlertDescription::CertificateRequired | AlertDescription::HandshakeFailure) => {
            format!("{name} refused the handshake: perhaps it wants a client certificate (client_cert_path)")
        }
        other => format!("TLS with {name} failed: {other}"),
    };
    Fault::Setup(words)
}
