//! A scriptable Kratos for tests, as a real socket on 127.0.0.1: public and admin API in one, as
//! on Ory Network. Left alone it behaves as v26.2.0 with recorded bodies; told otherwise it
//! answers what it is told.
//!
//! ```ignore
//! let kratos = FakeKratos::start().await;
//! kratos.next("POST /self-service/recovery", Reply::cut());              // the next one only
//! kratos.always("GET /sessions/whoami", Reply::json(500, &json!({})).after(Duration::from_secs(2)));
//! kratos.next("GET /sessions/whoami", Reply::recorded("v1.3.1", "whoami.bearer"));
//! // … ask kratos.url() …
//! assert_eq!(kratos.asked("POST /self-service/recovery").len(), 1);
//! ```
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::struct_excessive_bools,
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "shared by test binaries, each of which uses its own part"
)]

#[path = "fake_kratos_http.rs"]
mod http;
#[path = "fake_kratos_record.rs"]
mod record;
#[path = "fake_kratos_world.rs"]
mod world;

pub use http::{Asked, Reply};
pub use record::{Exchange, VERSIONS, names, recorded};
pub use world::{ADDRESS, CODE, Flow, IDENTITY, LOOKUP, TOTP, World};

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use tokio::io::BufReader;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

#[derive(Default)]
struct Books {
    world: World,
    once: HashMap<String, VecDeque<Reply>>,
    always: HashMap<String, Reply>,
    asked: Vec<Asked>,
    connections: usize,
}

/// The server. It ends, with all its connections, when it is dropped.
pub struct FakeKratos {
    address: SocketAddr,
    books: Arc<Mutex<Books>>,
    running: JoinHandle<()>,
}

impl FakeKratos {
    /// Starts one on a free port.
    pub async fn start() -> Self {
        Self::start_at("127.0.0.1:0").await
    }

    /// Starts one here.
    pub async fn start_at(place: &str) -> Self {
        let listener = TcpListener::bind(place).await.unwrap();
        let address = listener.local_addr().unwrap();
        let books = Arc::new(Mutex::new(Books::default()));
        let running = tokio::spawn(accept(listener, Arc::clone(&books)));
        Self { address, books, running }
    }

    /// Base of both its APIs.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// What it knows and has done.
    pub fn world<T>(&self, with: impl FnOnce(&mut World) -> T) -> T {
        with(&mut self.lock().world)
    }

    /// Answers the next request to a route, such as `GET /sessions/whoami`, with this.
    pub fn next(&self, route: &str, reply: Reply) {
        self.lock().once.entry(route.to_owned()).or_default().push_back(reply);
    }

    /// Answers every request to a route with this.
    pub fn always(&self, route: &str, reply: Reply) {
        self.lock().always.insert(route.to_owned(), reply);
    }

    /// Behaves again.
    pub fn behave(&self) {
        let mut books = self.lock();
        books.once.clear();
        books.always.clear();
    }

    /// What it was asked on a route, in order; a route ending in `*` is a prefix.
    pub fn asked(&self, route: &str) -> Vec<Asked> {
        let fits = |asked: &&Asked| match route.strip_suffix('*') {
            Some(prefix) => asked.route().starts_with(prefix),
            None => asked.route() == route,
        };
        self.lock().asked.iter().filter(fits).cloned().collect()
    }

    /// Waits until it was asked so often.
    pub async fn await_asked(&self, route: &str, count: usize) -> Vec<Asked> {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let asked = self.asked(route);
            if asked.len() >= count {
                return asked;
            }
            assert!(Instant::now() < deadline, "{route} was asked {} times, not {count}", asked.len());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Connections so far.
    pub fn connections(&self) -> usize {
        self.lock().connections
    }

    fn lock(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }
}

impl Drop for FakeKratos {
    fn drop(&mut self) {
        self.running.abort();
    }
}

async fn accept(listener: TcpListener, books: Arc<Mutex<Books>>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        books.lock().unwrap().connections += 1;
        connections.spawn(serve(stream, Arc::clone(&books)));
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, books: Arc<Mutex<Books>>) {
    let mut stream = BufReader::new(stream);
    while let Some(asked) = http::read(&mut stream).await {
        let reply = {
            let mut books = books.lock().unwrap();
            books.asked.push(asked.clone());
            let once = books.once.get_mut(&asked.route()).and_then(VecDeque::pop_front);
            let told = once.or_else(|| books.always.get(&asked.route()).cloned());
            told.unwrap_or_else(|| books.world.answer(&asked))
        };
        tokio::time::sleep(reply.delay).await;
        if let Some(told) = &reply.told {
            told.notified().await;
        }
        if reply.cut || !http::write(&mut stream, &reply).await {
            return;
        }
    }
}
