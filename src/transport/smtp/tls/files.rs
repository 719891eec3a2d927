//! The PEM files of a provider.

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Where they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsFiles {
    /// Authorities to trust besides those of the platform.
    pub authorities: Option<PathBuf>,
    /// A client certificate with its chain.
    pub certificate: Option<PathBuf>,
    /// Its key.
    pub key: Option<PathBuf>,
}

/// When a file was changed and how long it is; nothing if it cannot be told.
pub(super) type Stamp = Option<(SystemTime, u64)>;

impl TlsFiles {
    /// Changes whenever a file does.
    pub(super) fn stamps(&self) -> Vec<Stamp> {
        let stamp = |path: &PathBuf| {
            let about = std::fs::metadata(path).ok()?;
            Some((about.modified().ok()?, about.len()))
        };
        [&self.authorities, &self.certificate, &self.key].into_iter().flatten().map(stamp).collect()
    }

    pub(super) fn authorities(&self) -> Result<Vec<CertificateDer<'static>>, String> {
        self.authorities.as_deref().map_or_else(|| Ok(Vec::new()), certificates)
    }

    pub(super) fn client(&self) -> Result<Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>, String> {
        let (Some(certificate), Some(key)) = (&self.certificate, &self.key) else { return Ok(None) };
        let chain = certificates(certificate)?;
        let key = PrivateKeyDer::from_pem_file(key)
            .map_err(|error| format!("{} is no readable PEM key: {error}", key.display()))?;
        Ok(Some((chain, key)))
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let unreadable = |why: &str| format!("{} is no readable PEM certificate: {why}", path.display());
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(found) if found.is_empty() => Err(unreadable("there is none in it")),
        Ok(found) => Ok(found),
        Err(error) => Err(unreadable(&error.to_string())),
    }
}
