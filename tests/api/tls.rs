//! TLS of the listeners: `serve.*.tls`, and who must show a certificate.

use crate::test_app::{TestApp, VIEWER, plan};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;

const TLS: &str = "\
serve:
  public: {tls: {cert: '{home}/server.pem', key: '{home}/server.key'}}
  admin: {tls: {cert: '{home}/server.pem', key: '{home}/server.key', client_ca: '{home}/ca.pem'}}
";

/// A certificate for this machine, and one for a client, both of one authority.
fn write_certificates(home: &Path) {
    for authority in ["ca", "other"] {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        std::fs::write(home.join(format!("{authority}.pem")), ca.pem()).unwrap();
        for name in ["server", "client"] {
            let key = KeyPair::generate().unwrap();
            let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
            let file = if authority == "ca" { name.to_owned() } else { format!("{authority}-{name}") };
            std::fs::write(home.join(format!("{file}.pem")), params.signed_by(&key, &ca).unwrap().pem()).unwrap();
            std::fs::write(home.join(format!("{file}.key")), key.serialize_pem()).unwrap();
        }
    }
}

/// A caller that trusts our authority and shows this certificate.
fn caller(app: &TestApp, shows: Option<&str>) -> reqwest::Client {
    let file = |name: &str| app.home.path().join(name);
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(file("ca.pem")).unwrap()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match shows {
        None => builder.with_no_client_auth(),
        Some(name) => {
            let chain = vec![CertificateDer::from_pem_file(file(&format!("{name}.pem"))).unwrap()];
            let key = PrivateKeyDer::from_pem_file(file(&format!("{name}.key"))).unwrap();
            builder.with_client_auth_cert(chain, key).unwrap()
        }
    };
    reqwest::Client::builder().no_proxy().tls_backend_preconfigured(config).build().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn routes_want_a_certificate_of_the_authority_and_health_wants_none() {
    let app = plan(TLS).prepare(write_certificates).start().await;
    let messages = format!("https://{}/admin/courier/messages", app.admin());
    let get = |caller: reqwest::Client, url: String| async move {
        let answer = caller.get(url).bearer_auth(VIEWER).send().await?;
        Ok::<_, reqwest::Error>((answer.status().as_u16(), answer.text().await?))
    };
    assert_eq!(get(caller(&app, Some("client")), messages.clone()).await.unwrap().0, 200);
    let (status, body) = get(caller(&app, None), messages.clone()).await.unwrap();
    assert!(status == 401 && body.contains("client_certificate_required"), "{status} {body}");
    let (status, _) = get(caller(&app, None), format!("https://{}/health/ready", app.admin())).await.unwrap();
    assert_eq!(status, 200);
    assert!(get(caller(&app, Some("other-client")), messages).await.is_err(), "TLS refuses a stranger's certificate");
    let (status, _) = get(caller(&app, None), format!("https://{}/health/ready", app.public())).await.unwrap();
    assert_eq!(status, 200);
}
