//! TLS to the database, as libpq's `sslmode` means it.

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::sync::Arc;

/// How much of the server's certificate counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SslMode {
    Disable,
    /// TLS if the server has it, with any certificate.
    Prefer,
    /// TLS with any certificate; with `sslrootcert`, as `VerifyCa`.
    Require,
    /// The chain, not the name.
    VerifyCa,
    /// Chain and name.
    VerifyFull,
}

impl SslMode {
    pub(super) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "disable" => Self::Disable,
            "prefer" => Self::Prefer,
            "require" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            _ => return None,
        })
    }

    /// Whether TLS is asked for at all.
    pub(super) const fn on_the_wire(self) -> tokio_postgres::config::SslMode {
        match self {
            Self::Disable => tokio_postgres::config::SslMode::Disable,
            Self::Prefer => tokio_postgres::config::SslMode::Prefer,
            Self::Require | Self::VerifyCa | Self::VerifyFull => tokio_postgres::config::SslMode::Require,
        }
    }
}

/// PEM files, by the names of libpq's parameters.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) root_cert: Option<String>,
    pub(super) cert: Option<String>,
    pub(super) key: Option<String>,
}

/// What counts of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counts {
    Nothing,
    Chain,
    ChainAndName,
}

/// The client side of TLS. The error says which file cannot be used.
pub(super) fn client(mode: SslMode, files: &Files) -> Result<ClientConfig, String> {
    let provider = Arc::new(ring::default_provider());
    // libpq's word for the platform's authorities
    let root_cert = files.root_cert.as_deref().filter(|file| *file != "system");
    let counts = match mode {
        SslMode::Disable | SslMode::Prefer => Counts::Nothing,
        SslMode::Require if root_cert.is_none() => Counts::Nothing,
        SslMode::Require | SslMode::VerifyCa => Counts::Chain,
        SslMode::VerifyFull => Counts::ChainAndName,
    };
    let authority = match root_cert {
        _ if counts == Counts::Nothing => None,
        Some(file) => Some(of_file(file, &provider)?),
        None => Some(of_the_platform(&provider)?),
    };
    let verifier = Verifier { authority, counts, provider: Arc::clone(&provider) };
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| error.to_string())?.dangerous();
    let builder = builder.with_custom_certificate_verifier(Arc::new(verifier));
    match (&files.cert, &files.key) {
        (None, None) => Ok(builder.with_no_client_auth()),
        (Some(cert), Some(key)) => {
            let private = PrivateKeyDer::from_pem_file(key).map_err(|error| format!("sslkey {key}: {error}"))?;
            let config = builder.with_client_auth_cert(certificates("sslcert", cert)?, private);
            config.map_err(|error| format!("sslcert and sslkey do not belong together: {error}"))
        }
        _ => Err("sslcert and sslkey belong together; one of them is missing".to_owned()),
    }
}

type Authority = Arc<dyn ServerCertVerifier>;

fn of_file(file: &str, provider: &Arc<CryptoProvider>) -> Result<Authority, String> {
    let mut roots = RootCertStore::empty();
    for root in certificates("sslrootcert", file)? {
        roots.add(root).map_err(|error| format!("sslrootcert {file} holds what is no authority: {error}"))?;
    }
    of_roots(roots, provider).map_err(|error| format!("sslrootcert {file}: {error}"))
}

fn of_the_platform(provider: &Arc<CryptoProvider>) -> Result<Authority, String> {
    if let Ok(platform) = rustls_platform_verifier::Verifier::new(Arc::clone(provider)) {
        return Ok(Arc::new(platform));
    }
    let mozilla = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    of_roots(mozilla, provider)
}

fn of_roots(roots: RootCertStore, provider: &Arc<CryptoProvider>) -> Result<Authority, String> {
    let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    let verifier: Authority = builder.build().map_err(|error| error.to_string())?;
    Ok(verifier)
}

fn certificates(parameter: &str, file: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let read = read.map_err(|error| format!("{parameter} {file}: {error}"))?;
    if read.is_empty() { Err(format!("{parameter} {file} holds no certificate")) } else { Ok(read) }
}

/// Asks the authority as far as the mode wants it. The handshake's signatures must fit the
/// certificate in any case.
#[derive(Debug)]
struct Verifier {
    authority: Option<Authority>,
    counts: Counts,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(authority) = &self.authority else { return Ok(ServerCertVerified::assertion()) };
        match authority.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // the name is looked at last, when the chain was found to be good
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.counts == Counts::Chain => Ok(ServerCertVerified::assertion()),
            result => result,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
