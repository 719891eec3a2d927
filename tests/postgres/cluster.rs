//! Nodes on one database, each with a mail server of its own, and the posts that they take.

use crate::fake_smtp::FakeSmtp;
use crate::postgres_server::PostgresServer;
use crate::server::{Answer, Server, config, message_id, post, until};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use tempfile::TempDir;

/// A real postrider with its mail server.
pub(crate) struct Node {
    pub(crate) server: Server,
    pub(crate) smtp: FakeSmtp,
    _home: TempDir,
}

impl Node {
    /// One on this server.
    pub(crate) async fn on(postgres: &PostgresServer) -> Self {
        Self::at(&postgres.url()).await
    }

    /// One on the database with this URI.
    pub(crate) async fn at(dsn: &str) -> Self {
        let smtp = FakeSmtp::start().await;
        let home = tempfile::tempdir().unwrap();
        let timeouts = "  timeouts: {command: 5m}\n";
        let config = config(smtp.port()).replace("sqlite://postrider.db", dsn) + timeouts;
        std::fs::write(home.path().join("postrider.yml"), config).unwrap();
        Self { server: Server::start(home.path()), smtp, _home: home }
    }

    pub(crate) fn admin(&self) -> &str {
        &self.server.admin
    }

    pub(crate) fn post(&self, n: u32) -> Option<Answer> {
        post(self.admin(), n)
    }

    /// Whether it says that it is ready.
    pub(crate) fn is_ready(&self) -> bool {
        crate::server::get(self.admin(), "/health/ready").is_some_and(|answer| answer.status == 200)
    }
}

/// Threads that post to nodes, one after the other, until they are told to stop.
pub(crate) struct Posters {
    stop: Arc<AtomicBool>,
    accepted: Arc<Mutex<BTreeSet<String>>>,
    refused: Arc<AtomicU32>,
    threads: Vec<JoinHandle<()>>,
}

impl Posters {
    /// So many on each node.
    pub(crate) fn start(nodes: &[&Node], each: usize) -> Self {
        let (stop, accepted) = (Arc::new(AtomicBool::new(false)), Arc::<Mutex<BTreeSet<String>>>::default());
        let (refused, next) = (Arc::<AtomicU32>::default(), Arc::new(AtomicU32::new(1)));
        let admins = nodes.iter().flat_map(|node| std::iter::repeat_n(node.admin().to_owned(), each));
        let threads = admins.map(|admin| {
            let (stop, accepted) = (Arc::clone(&stop), Arc::clone(&accepted));
            let (refused, next) = (Arc::clone(&refused), Arc::clone(&next));
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    match post(&admin, next.fetch_add(1, Ordering::Relaxed)) {
                        Some(answer) if answer.status == 200 => drop(accepted.lock().unwrap().insert(answer.id())),
                        _ => drop(refused.fetch_add(1, Ordering::Relaxed)),
                    }
                }
            })
        });
        let threads = threads.collect();
        Self { stop, accepted, refused, threads }
    }

    /// Waits until so many more were accepted.
    pub(crate) fn await_more(&self, many: usize) {
        let before = self.accepted();
        until("accepted posts", || (self.accepted() >= before + many).then_some(()));
    }

    pub(crate) fn accepted(&self) -> usize {
        self.accepted.lock().unwrap().len()
    }

    pub(crate) fn refused(&self) -> u32 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Ends them; the ids of what was accepted.
    pub(crate) fn stop(self) -> BTreeSet<String> {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().unwrap();
        }
        std::mem::take(&mut self.accepted.lock().unwrap())
    }
}

/// The copies of each mail that arrived anywhere, by its id.
pub(crate) fn arrived(nodes: &[&Node]) -> BTreeMap<String, Vec<Vec<u8>>> {
    let mut copies: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for mail in nodes.iter().flat_map(|node| node.smtp.mails()) {
        copies.entry(message_id(&mail.text())).or_default().push(mail.data.clone());
    }
    copies
}

/// Waits until each of these has arrived; how many copies came in excess, all of them equal.
pub(crate) fn await_arrival(nodes: &[&Node], accepted: &BTreeSet<String>) -> usize {
    let copies = until("all accepted mails", || {
        let copies = arrived(nodes);
        accepted.iter().all(|id| copies.contains_key(id)).then_some(copies)
    });
    assert!(copies.values().all(|same| same.iter().all(|mail| *mail == same[0])), "a copy differs");
    copies.values().map(|same| same.len() - 1).sum()
}
