//! TLS to the database, as `sslmode` means it.

use crate::postgres_server::PostgresServer;
use postrider::store::postgres::Settings;
use postrider::store::{Location, Options, Store, StoreError};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use std::time::Duration;

const OPTIONS: Options = Options { migrate: true, lock_patience: Duration::ZERO, read_only: false };

/// An authority and a certificate that it gave for a name.
fn certificates(name: &str) -> (String, String, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    (authority.pem(), certificate.pem(), key.serialize_pem())
}

async fn open(postgres: &PostgresServer, host: &str, parameters: &str) -> Result<Store, StoreError> {
    let dsn = format!("postgres://postgres@{host}:{}/postgres?{parameters}", postgres.port);
    let settings = Settings::parse(&dsn, None).unwrap();
    Store::open(&Location::Postgres(Box::new(settings)), OPTIONS).await
}

/// Whether the connections of the store are encrypted.
async fn is_encrypted(postgres: &PostgresServer) -> bool {
    let sql = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
        WHERE application_name = 'postrider'";
    postgres.client().await.query(sql, &[]).await.unwrap()[0].get(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_sslmode_trusts_what_libpq_would() {
    let Some(mut postgres) = PostgresServer::start("").await else { return };
    let (authority, certificate, key) = certificates("localhost");
    let (stranger, ..) = certificates("localhost");
    let home = tempfile::tempdir().unwrap();
    let file = |name: &str, pem: &str| {
        let path = home.path().join(name);
        std::fs::write(&path, pem).unwrap();
        path.display().to_string()
    };
    let (ours, theirs) = (file("ours.pem", &authority), file("theirs.pem", &stranger));
    // without TLS on the server
    open(&postgres, "localhost", "sslmode=prefer").await.unwrap().close().await.unwrap();
    let said = open(&postgres, "localhost", "sslmode=require").await.err().unwrap().to_string();
    assert!(said.contains("TLS"), "{said}");
    postgres.shut_down();
    postgres.put("server.crt", &certificate);
    postgres.put("server.key", &key);
    postgres.configure("ssl = on");
    postgres.up().await;
    for (host, parameters, works, encrypted) in [
        ("localhost", "sslmode=disable".to_owned(), true, false),
        ("localhost", "sslmode=prefer".to_owned(), true, true),
        ("127.0.0.1", "sslmode=require".to_owned(), true, true),
        ("127.0.0.1", format!("sslmode=require&sslrootcert={theirs}"), false, true),
        ("127.0.0.1", format!("sslmode=verify-ca&sslrootcert={ours}"), true, true),
        ("127.0.0.1", format!("sslmode=verify-ca&sslrootcert={theirs}"), false, true),
        ("localhost", format!("sslmode=verify-full&sslrootcert={ours}"), true, true),
        ("127.0.0.1", format!("sslmode=verify-full&sslrootcert={ours}"), false, true),
        ("localhost", format!("sslmode=verify-full&sslrootcert={theirs}"), false, true),
        ("localhost", "sslmode=verify-full".to_owned(), false, true),
    ] {
        match open(&postgres, host, &parameters).await {
            Ok(store) => {
                assert!(works, "{host} {parameters}");
                store.ping().await.unwrap();
                assert_eq!(is_encrypted(&postgres).await, encrypted, "{host} {parameters}");
                store.close().await.unwrap();
            }
            Err(error) => assert!(!works, "{host} {parameters}: {error}"),
        }
    }
}
