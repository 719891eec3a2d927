//! A scriptable SMTP server for tests, as a real socket on 127.0.0.1. It keeps books of its own, so
//! that a test can compare what a client believes with what a server has.
//!
//! ```ignore
//! #[path = "support/fake_smtp.rs"]
//! mod fake_smtp;
//! use fake_smtp::{Act, FakeSmtp, Setup, Step};
//!
//! let server = FakeSmtp::start().await;                       // or FakeSmtp::with(Setup::starttls()…)
//! server.next(Step::Rcpt, Act::reply("450 4.2.1 later"));     // the next RCPT only
//! server.always(Step::Dot, Act::Delay(Duration::from_millis(5)));
//! // … deliver to server.port() …
//! let mails = server.await_mails(1, Duration::from_secs(5)).await;
//! assert_eq!(mails[0].rcpt, ["u@example.org"]);
//! assert_eq!((server.connections(), server.aborted().len()), (1, 0));
//! ```
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "shared by test binaries, each of which uses its own part"
)]

#[path = "fake_smtp_books.rs"]
mod books;
#[path = "fake_smtp_script.rs"]
mod script;
#[path = "fake_smtp_session.rs"]
mod session;

pub use books::{Aborted, Mail};
pub use script::{Act, Afterwards, Pipelined, Setup, Step, Tls};

use books::Books;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

pub(crate) struct Shared {
    setup: Setup,
    acceptor: TlsAcceptor,
    books: Mutex<Books>,
    changed: Notify,
}

impl Shared {
    /// Changes the books and wakes whoever waits for them.
    fn note<T>(&self, change: impl FnOnce(&mut Books) -> T) -> T {
        let result = change(&mut self.books.lock().unwrap());
        self.changed.notify_waiters();
        result
    }

    /// What to do at a step.
    fn act(&self, step: Step) -> Act {
        let mut books = self.books.lock().unwrap();
        let once = books.once.get_mut(&step).and_then(VecDeque::pop_front);
        once.or_else(|| books.always.get(&step).cloned()).unwrap_or(Act::Accept)
    }
}

/// The server. It ends, with all its connections, when it is dropped.
pub struct FakeSmtp {
    address: SocketAddr,
    certificate: CertificateDer<'static>,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl FakeSmtp {
    /// A server in clear that takes everything.
    pub async fn start() -> Self {
        Self::with(Setup::plain()).await
    }

    /// A server of this make.
    pub async fn with(setup: Setup) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), setup)
    }

    /// A server of this make on a socket that is bound already.
    pub fn on(listener: TcpListener, setup: Setup) -> Self {
        let made = rcgen::generate_simple_self_signed(setup.names.clone()).unwrap();
        let certificate = made.cert.der().clone();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = rustls::ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = match &setup.client {
            None => builder.with_no_client_auth(),
            Some(client) => {
                let mut roots = rustls::RootCertStore::empty();
                roots.add(client.clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let config = builder.with_single_cert(vec![certificate.clone()], key).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let shared = Arc::new(Shared { setup, acceptor, books: Mutex::default(), changed: Notify::new() });
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(listen(listener, shared.clone()));
        Self { address, certificate, shared, task }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Its self-signed certificate, for clients to trust.
    pub fn certificate(&self) -> CertificateDer<'static> {
        self.certificate.clone()
    }

    /// The same as a PEM file holds it.
    pub fn certificate_pem(&self) -> String {
        let text = STANDARD.encode(&self.certificate);
        let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    }

    /// Does this once, at the next such step that nothing was planned for yet.
    pub fn next(&self, step: Step, act: Act) {
        self.books().once.entry(step).or_default().push_back(act);
    }

    /// Does these one after another at the next such steps, then goes on as usual.
    pub fn script(&self, step: Step, acts: impl IntoIterator<Item = Act>) {
        self.books().once.entry(step).or_default().extend(acts);
    }

    /// Does this at each such step, unless [`FakeSmtp::next`] has something for it.
    pub fn always(&self, step: Step, act: Act) {
        self.books().always.insert(step, act);
    }

    /// Falls silent for good after so many bytes of answers, from now on.
    pub fn mute_after(&self, bytes: usize) {
        let mut books = self.books();
        books.mute_after = Some(books.said + bytes);
    }

    /// Waits until it has fallen silent.
    pub async fn await_muted(&self, limit: Duration) {
        let is_mute = |books: &Books| books.mute_after.is_some_and(|most| books.said >= most);
        self.await_that("silence", limit, |server| is_mute(&server.books())).await;
    }

    /// Forgets all plans.
    pub fn behave(&self) {
        let mut books = self.books();
        books.mute_after = None;
        books.once.clear();
        books.always.clear();
    }

    /// Every mail taken, in order.
    pub fn mails(&self) -> Vec<Mail> {
        self.books().mails.clone()
    }

    /// How many dots were answered by a refusal, or by nothing, so that the server has no mail.
    pub fn refused(&self) -> usize {
        self.books().refused
    }

    /// Every body without a dot.
    pub fn aborted(&self) -> Vec<Aborted> {
        self.books().aborted.clone()
    }

    /// Every mail that was refused in the midst of its body and kept after all.
    pub fn contradicted(&self) -> Vec<Mail> {
        self.books().contradicted.clone()
    }

    /// How many answers were given while the next command was here already.
    pub fn early(&self) -> usize {
        self.books().early
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.books().connections
    }

    /// How many connections there are.
    pub fn open_connections(&self) -> usize {
        self.books().open
    }

    /// Every command line with its connection's number; passwords as they came.
    pub fn commands(&self) -> Vec<(usize, String)> {
        self.books().commands.clone()
    }

    /// How many commands began with `verb`.
    pub fn count(&self, verb: &str) -> usize {
        self.books().commands.iter().filter(|(_, line)| line.starts_with(verb)).count()
    }

    /// Waits until there are `n` mails, and fails the test if they do not come.
    pub async fn await_mails(&self, n: usize, limit: Duration) -> Vec<Mail> {
        self.await_that(&format!("{n} mails"), limit, |server| server.mails().len() >= n).await;
        self.mails()
    }

    /// Waits until no connection is open, so that the books are complete.
    pub async fn await_idle(&self, limit: Duration) {
        self.await_that("the end of all connections", limit, |server| server.open_connections() == 0).await;
    }

    async fn await_that(&self, what: &str, limit: Duration, done: impl Fn(&Self) -> bool) {
        let waiting = async {
            loop {
                let changed = self.shared.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                if done(self) {
                    return;
                }
                changed.await;
            }
        };
        let came = tokio::time::timeout(limit, waiting).await;
        assert!(came.is_ok(), "waited {limit:?} in vain for {what}; {:?}", self.commands());
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.shared.books.lock().unwrap()
    }
}

impl Drop for FakeSmtp {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    let mut sessions = JoinSet::new();
    loop {
        let (tcp, _peer) = listener.accept().await.unwrap();
        tcp.set_nodelay(true).unwrap();
        while sessions.try_join_next().is_some() {}
        let number = shared.note(|books| {
            books.connections += 1;
            books.open += 1;
            books.connections
        });
        let shared = shared.clone();
        sessions.spawn(async move {
            session::run(tcp, number, &shared).await;
            shared.note(|books| books.open -= 1);
        });
    }
}
