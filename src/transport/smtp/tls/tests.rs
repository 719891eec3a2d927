//! When the configuration is made anew, and what files do to it.

use super::*;
use crate::transport::smtp::TlsMode;
use std::path::Path;

fn settings() -> Settings {
    Settings::new("mail.example.org", 465, TlsMode::Implicit)
}

fn identity(folder: &Path, name: &str) -> TlsFiles {
    let made = rcgen::generate_simple_self_signed(["client.example.org".to_owned()]).unwrap();
    let (certificate, key) = (folder.join(format!("{name}.pem")), folder.join(format!("{name}.key")));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    TlsFiles { authorities: Some(certificate.clone()), certificate: Some(certificate), key: Some(key) }
}

#[tokio::test]
async fn a_clone_shares_the_configuration_until_it_is_changed() {
    let settings = settings();
    let first = config(&settings).await.unwrap();
    let mut clone = settings.clone();
    assert!(Arc::ptr_eq(&first, &config(&clone).await.unwrap()));
    clone.skip_ssl_verify = true;
    assert!(!Arc::ptr_eq(&first, &config(&clone).await.unwrap()));
}

#[tokio::test]
async fn files_are_read_again_when_they_change_and_bad_ones_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings();
    settings.files = identity(folder.path(), "one");
    let first = config(&settings).await.unwrap();
    assert_eq!(settings.check_files(), Ok(()));
    assert!(first.client_auth_cert_resolver.has_certs());
    assert!(Arc::ptr_eq(&first, &config(&settings).await.unwrap()));
    std::fs::write(folder.path().join("one.pem"), "no certificate at all").unwrap();
    assert!(Arc::ptr_eq(&first, &config(&settings).await.unwrap()), "the last good one");
    identity(folder.path(), "one");
    assert!(!Arc::ptr_eq(&first, &config(&settings).await.unwrap()));
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (identity(folder.path(), "one"), identity(folder.path(), "two"));
    std::fs::write(folder.path().join("empty"), "").unwrap();
    let (empty, absent) = (Some(folder.path().join("empty")), Some(folder.path().join("absent")));
    for (files, says) in [
        (TlsFiles { authorities: empty, ..TlsFiles::default() }, "empty is no readable PEM certificate"),
        (TlsFiles { authorities: absent.clone(), ..TlsFiles::default() }, "absent is no readable PEM certificate"),
        (TlsFiles { key: absent, ..one.clone() }, "absent is no readable PEM key"),
        (TlsFiles { key: two.key, ..one }, "do not belong together"),
    ] {
        let mut settings = settings();
        settings.files = files;
        let problem = settings.check_files().unwrap_err();
        assert!(problem.contains(says), "{problem}");
    }
}
