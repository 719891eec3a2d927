//! TLS: the platform's certificates, or Mozilla's where the platform has none (a `FROM scratch`
//! image), by rustls and ring.

use super::outcome::Fault;
use super::settings::Settings;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// What a configuration was made of.
type Made = (bool, Vec<CertificateDer<'static>>, Arc<ClientConfig>);

/// Keeps the last configuration: reading a CA bundle takes longer than a handshake.
#[derive(Debug, Clone, Default)]
pub(super) struct ConfigCache(Arc<Mutex<Option<Made>>>);

impl ConfigCache {
    fn get(&self, settings: &Settings) -> Option<Arc<ClientConfig>> {
        let made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (skip, roots, config) = made.as_ref()?;
        (*skip == settings.skip_ssl_verify && *roots == settings.extra_roots).then(|| config.clone())
    }

    fn put(&self, made: Made) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
    }
}

/// Shakes hands over `tcp`. The caller bounds it.
pub(super) async fn handshake(settings: &Settings, tcp: TcpStream) -> Result<TlsStream<TcpStream>, Fault> {
    let name = settings.server_name.as_deref().unwrap_or_else(|| settings.bare_host());
    let server_name = ServerName::try_from(name.to_owned())
        .map_err(|error| Fault::Setup(format!("{name:?} is no name that a certificate could hold: {error}")))?;
    let config = config(settings).await?;
    TlsConnector::from(config).connect(server_name, tcp).await.map_err(|error| explain(&error, name))
}

async fn config(settings: &Settings) -> Result<Arc<ClientConfig>, Fault> {
    if let Some(config) = settings.tls_cache.get(settings) {
        return Ok(config);
    }
    let (skip, roots) = (settings.skip_ssl_verify, settings.extra_roots.clone());
    let built = tokio::task::spawn_blocking(move || build(skip, &roots).map(|config| (skip, roots, Arc::new(config))));
    let failed = |error: &dyn std::fmt::Display| Fault::Setup(format!("TLS cannot be set up: {error}"));
    let made = built.await.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
    let config = made.2.clone();
    settings.tls_cache.put(made);
    Ok(config)
}

/// TLS for any other client of ours: the platform's roots, or webpki's where it has none.
pub fn client_tls() -> Result<ClientConfig, Error> {
    build(false, &[])
}

fn build(skip_verify: bool, extra_roots: &[CertificateDer<'static>]) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> =
        if skip_verify { Arc::new(AnyCertificate(provider.clone())) } else { verifier(extra_roots, &provider)? };
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

fn verifier(
    extra_roots: &[CertificateDer<'static>],
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    // With extra roots its constructor does not tell that the platform has none, so ask without.
    if let Ok(platform) = rustls_platform_verifier::Verifier::new(provider.clone()) {
        if extra_roots.is_empty() {
            return Ok(Arc::new(platform));
        }
        let extra = extra_roots.iter().cloned();
        return Ok(Arc::new(rustls_platform_verifier::Verifier::new_with_extra_roots(extra, provider.clone())?));
    }
    tracing::info!("the platform has no CA certificates: Mozilla's are used");
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for root in extra_roots {
        roots.add(root.clone())?;
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone());
    Ok(verifier.build().map_err(|error| Error::General(error.to_string()))?)
}

/// Says what is wrong with a server's TLS and what could be done.
fn explain(error: &std::io::Error, name: &str) -> Fault {
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
        other => format!("TLS with {name} failed: {other}"),
    };
    Fault::Setup(words)
}

/// `skip_ssl_verify`: any certificate will do, though the handshake's signatures must fit it.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::smtp::TlsMode;

    #[tokio::test]
    async fn a_clone_shares_the_configuration_until_it_is_changed() {
        let settings = Settings::new("mail.example.org", 465, TlsMode::Implicit);
        let first = config(&settings).await.unwrap();
        let mut clone = settings.clone();
        assert!(Arc::ptr_eq(&first, &config(&clone).await.unwrap()));
        clone.skip_ssl_verify = true;
        assert!(!Arc::ptr_eq(&first, &config(&clone).await.unwrap()));
    }
}
