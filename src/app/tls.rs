//! The TLS of listeners, from PEM files: certificate, key, and the authority whose client
//! certificates are asked for.

use crate::config::{Config, ServerTls};
use anyhow::{Context as _, bail};
use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::{CertificateError, RootCertStore, ServerConfig};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The files of one listener.
#[derive(Clone, Copy)]
pub(super) struct PemFiles<'a> {
    pub(super) cert: Option<&'a Path>,
    pub(super) key: Option<&'a Path>,
    pub(super) client_ca: Option<&'a Path>,
}

impl<'a> PemFiles<'a> {
    pub(super) fn of(tls: &'a ServerTls) -> Self {
        Self { cert: tls.cert.as_deref(), key: tls.key.as_deref(), client_ca: tls.client_ca.as_deref() }
    }
}

/// TLS where certificate and key are configured. A client certificate is verified when it comes and
/// missed by the routes that want one: health is for everybody.
pub(super) fn load(section: &str, files: PemFiles<'_>) -> anyhow::Result<Option<ServerConfig>> {
    let (cert, private) = match (files.cert, files.key) {
        (None, None) if files.client_ca.is_none() => return Ok(None),
        (Some(cert), Some(private)) => (cert, private),
        _ => bail!("{section}.tls: cert and key belong together, and client_ca needs both; one of them is missing"),
    };
    let chain = certificates(&format!("{section}.tls.cert"), cert)?;
    let private = PrivateKeyDer::from_pem_file(private)
        .with_context(|| format!("{section}.tls.key: {} is no readable PEM key", private.display()))?;
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let builder = match files.client_ca {
        None => builder.with_no_client_auth(),
        Some(ca) => {
            let key = format!("{section}.tls.client_ca");
            let mut roots = RootCertStore::empty();
            for root in certificates(&key, ca)? {
                roots.add(root).with_context(|| format!("{key}: {} holds what is no authority", ca.display()))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            let verifier = verifier.allow_unauthenticated().build();
            builder.with_client_cert_verifier(verifier.with_context(|| format!("{key}: {}", ca.display()))?)
        }
    };
    let config = builder.with_single_cert(chain, private);
    Ok(Some(config.with_context(|| format!("{section}.tls: certificate and key do not belong together"))?))
}

/// The certificate chain of a listener.
pub struct Chain(Vec<CertificateDer<'static>>);

impl Chain {
    /// Whether its first certificate is valid at a time. Who signed it does not matter here.
    pub fn is_valid_at(&self, time: Timestamp) -> bool {
        let Some((own, others)) = self.0.split_first() else { return false };
        let mut roots = RootCertStore::empty();
        if roots.add(own.clone()).is_err() {
            return false;
        }
        let provider = Arc::new(ring::default_provider());
        let Ok(verifier) = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build() else {
            return false;
        };
        let seconds = u64::try_from(time.as_second()).unwrap_or_default();
        let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let name = ServerName::IpAddress(IpAddr::from([127, 0, 0, 1]).into());
        // The time is looked at before all else.
        !matches!(
            verifier.verify_server_cert(own, others, &name, &[], time),
            Err(rustls::Error::InvalidCertificate(
                CertificateError::Expired
                    | CertificateError::ExpiredContext { .. }
                    | CertificateError::NotValidYet
                    | CertificateError::NotValidYetContext { .. }
            ))
        )
    }
}

/// Of each listener with TLS: its section and its chain, once files and keys fit.
pub fn listener_certificates(config: &Config) -> Vec<(&'static str, anyhow::Result<Option<Chain>>)> {
    let serve = &config.serve;
    let public =
        PemFiles { cert: serve.public.tls.cert.as_deref(), key: serve.public.tls.key.as_deref(), client_ca: None };
    let listeners = [
        ("serve.public", public),
        ("serve.admin", PemFiles::of(&serve.admin.tls)),
        ("serve.inbound", PemFiles::of(&serve.inbound.tls)),
    ];
    let chain = |section: &str, files: PemFiles<'_>| {
        load(section, files)?;
        let read = |cert| certificates(&format!("{section}.tls.cert"), cert).map(Chain);
        files.cert.map(read).transpose()
    };
    listeners.map(|(section, files)| (section, chain(section, files))).into()
}

fn certificates(key: &str, file: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let found = read.with_context(|| format!("{key}: {} is no readable PEM certificate", file.display()))?;
    if found.is_empty() {
        bail!("{key}: {} holds no PEM certificate", file.display());
    }
    Ok(found)
}
