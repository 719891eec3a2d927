//! A client of postrider's for the fake Kratos.

use crate::fake_kratos::FakeKratos;
use postrider::domain::Event;
use postrider::kratos::{AdminAuth, Kratos, Options, Timeouts};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

/// What it counted.
pub(crate) type Counted = Arc<Mutex<Vec<(&'static str, &'static str)>>>;

/// With bounds that a test can wait for.
pub(crate) fn timeouts() -> Timeouts {
    let patience = Duration::from_secs(20);
    Timeouts { connect: patience, read: patience, write: patience }
}

pub(crate) fn client(kratos: &FakeKratos) -> Kratos {
    with(&kratos.url(), timeouts(), None).0
}

pub(crate) fn with(url: &str, timeouts: Timeouts, admin_auth: Option<AdminAuth>) -> (Kratos, Counted) {
    static TLS: LazyLock<rustls::ClientConfig> = LazyLock::new(|| {
        drop(rustls::crypto::ring::default_provider().install_default());
        postrider::transport::smtp::client_tls().unwrap()
    });
    let counted = Counted::default();
    let books = Arc::clone(&counted);
    let report = Arc::new(move |event| {
        if let Event::KratosAsked { operation, outcome } = event {
            books.lock().unwrap().push((operation, outcome));
        }
    });
    let (public_url, admin_url) = (url.to_owned(), url.to_owned());
    (Kratos::new(Options { public_url, admin_url, admin_auth, timeouts, tls: TLS.clone(), report }).unwrap(), counted)
}
