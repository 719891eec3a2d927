//! TLS by rustls and ring. The configuration is kept, since reading a CA bundle takes longer than a
//! handshake, and made anew when a PEM file of it has changed.

mod explain;
mod files;
mod verifier;

pub use files::TlsFiles;

use super::outcome::Fault;
use super::settings::Settings;
use files::Stamp;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, Error};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use verifier::{AnyCertificate, verifier};

/// What a configuration is made of.
#[derive(Debug, Clone, PartialEq)]
struct Made {
    skip_verify: bool,
    roots: Vec<CertificateDer<'static>>,
    files: TlsFiles,
    stamps: Vec<Stamp>,
}

impl Made {
    /// Whether only the content of files makes the difference.
    fn differs_in_files_only(&self, other: &Self) -> bool {
        (self.skip_verify, &self.roots, &self.files) == (other.skip_verify, &other.roots, &other.files)
    }
}

/// A configuration with what it was made of.
type Config = (Made, Arc<ClientConfig>);

/// The last configuration.
#[derive(Debug, Clone, Default)]
pub(super) struct ConfigCache(Arc<Mutex<Option<Config>>>);

impl ConfigCache {
    fn get(&self) -> Option<Config> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, made: Made, config: Arc<ClientConfig>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((made, config));
    }
}

/// Shakes hands over `tcp`. The caller bounds it.
pub(super) async fn handshake(settings: &Settings, tcp: TcpStream) -> Result<TlsStream<TcpStream>, Fault> {
    let name = settings.server_name.as_deref().unwrap_or_else(|| settings.bare_host());
    let server_name = ServerName::try_from(name.to_owned())
        .map_err(|error| Fault::Setup(format!("{name:?} is no name that a certificate could hold: {error}")))?;
    let config = config(settings).await?;
    TlsConnector::from(config).connect(server_name, tcp).await.map_err(|error| explain::explain(&error, name))
}

/// The configuration for these settings. Files that went bad change nothing while the last good
/// ones are in use.
pub(super) async fn config(settings: &Settings) -> Result<Arc<ClientConfig>, Fault> {
    let (skip_verify, roots, files) = (settings.skip_ssl_verify, settings.extra_roots.clone(), settings.files.clone());
    let cached = settings.tls_cache.get();
    let work = move || {
        let made = Made { skip_verify, roots, stamps: files.stamps(), files };
        if let Some((last, config)) = &cached
            && *last == made
        {
            return Ok((made, Arc::clone(config)));
        }
        match (build(&made), cached) {
            (Ok(config), _) => Ok((made, Arc::new(config))),
            (Err(error), Some((last, config))) if last.differs_in_files_only(&made) => {
                tracing::error!(error, "TLS files have changed and cannot be used; the last good ones stay");
                Ok((made, config))
            }
            (Err(error), _) => Err(error),
        }
    };
    let done = if settings.files == TlsFiles::default() && settings.tls_cache.get().is_some() {
        work()
    } else {
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|panic| Err(panic.to_string()))
    };
    let (made, config) = done.map_err(|error| Fault::Setup(format!("TLS cannot be set up: {error}")))?;
    settings.tls_cache.put(made, Arc::clone(&config));
    Ok(config)
}

/// Whether these files can be used.
pub(super) fn check(files: &TlsFiles) -> Result<(), String> {
    build(&Made { skip_verify: true, roots: Vec::new(), files: files.clone(), stamps: Vec::new() }).map(drop)
}

/// TLS for any other client of ours: the platform's roots, or webpki's where it has none.
pub fn client_tls() -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = verifier(&[], &provider)?;
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

fn build(made: &Made) -> Result<ClientConfig, String> {
    let provider = Arc::new(ring::default_provider());
    let trusted = [made.roots.clone(), made.files.authorities()?].concat();
    let in_words = |error: Error| error.to_string();
    let verifier: Arc<dyn ServerCertVerifier> = if made.skip_verify {
        Arc::new(AnyCertificate(provider.clone()))
    } else {
        verifier(&trusted, &provider).map_err(in_words)?
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(in_words)?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    match made.files.client()? {
        None => Ok(builder.with_no_client_auth()),
        Some((chain, key)) => builder
            .with_client_auth_cert(chain, key)
            .map_err(|error| format!("client_cert_path and client_key_path do not belong together: {error}")),
    }
}

#[cfg(test)]
mod tests;
