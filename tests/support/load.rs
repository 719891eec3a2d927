//! Clients that ask one thing after another without pause, as Kratos's courier and users' apps do,
//! and write down how long they had to wait for each answer. Who gets none asks again.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "shared by test binaries, each of which uses its own part"
)]

use crate::server::{POST, SOON, body};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Between two requests of a client.
const PAUSE: Duration = Duration::from_millis(2);
/// Between two tries of a request that was not answered.
const AGAIN: Duration = Duration::from_millis(10);

/// What a client does.
#[derive(Clone, Copy)]
pub enum Client {
    /// Posts mails, all on one connection for as long as the server keeps it.
    Posting,
    /// Posts mails, each on a connection of its own.
    PostingAnew,
    /// Asks whether it is alive, each time on a connection of its own.
    Asking,
}

/// What the clients saw.
#[derive(Debug, Default)]
pub struct Seen {
    /// Requests that were answered with 200.
    pub answers: usize,
    /// Tries that were not, by what went wrong.
    pub failures: BTreeMap<String, usize>,
    /// The longest time from the first try of a request to its answer.
    pub longest: Duration,
    /// The ids of the messages that were accepted.
    pub accepted: BTreeSet<String>,
}

/// Clients at work.
pub struct Load {
    stop: Arc<AtomicBool>,
    next: Arc<AtomicU32>,
    clients: Vec<JoinHandle<Seen>>,
}

impl Load {
    /// Nobody yet.
    pub fn new() -> Self {
        Self { stop: Arc::default(), next: Arc::new(AtomicU32::new(1)), clients: Vec::new() }
    }

    /// One more client.
    pub fn with(mut self, client: Client, address: SocketAddr) -> Self {
        let (stop, next) = (Arc::clone(&self.stop), Arc::clone(&self.next));
        self.clients.push(std::thread::spawn(move || work(client, address, &stop, &next)));
        self
    }

    /// How many mails were begun to be posted.
    pub fn posts(&self) -> u32 {
        self.next.load(Ordering::Relaxed) - 1
    }

    /// Ends the clients, each after its answer.
    pub fn stop(self) -> Seen {
        self.stop.store(true, Ordering::Relaxed);
        self.clients.into_iter().fold(Seen::default(), |mut all, client| {
            let seen = client.join().unwrap();
            all.answers += seen.answers;
            all.longest = all.longest.max(seen.longest);
            all.accepted.extend(seen.accepted);
            for (what, times) in seen.failures {
                *all.failures.entry(what).or_default() += times;
            }
            all
        })
    }
}

fn work(client: Client, address: SocketAddr, stop: &AtomicBool, next: &AtomicU32) -> Seen {
    let mut seen = Seen::default();
    let mut kept: Option<BufReader<TcpStream>> = None;
    while !stop.load(Ordering::Relaxed) {
        let (head, body) = match client {
            Client::Posting | Client::PostingAnew => (POST, mail(next.fetch_add(1, Ordering::Relaxed))),
            Client::Asking => ("GET /health/alive HTTP/1.1", String::new()),
        };
        let started = Instant::now();
        let answer = loop {
            let kept = if matches!(client, Client::Posting) { Some(&mut kept) } else { None };
            match ask(address, kept, head, &body) {
                Ok(answer) if answer.starts_with("HTTP/1.1 200") => break answer,
                Ok(answer) => {
                    *seen.failures.entry(answer.lines().next().unwrap_or_default().to_owned()).or_default() += 1;
                }
                Err(error) => *seen.failures.entry(format!("{:?}", error.kind())).or_default() += 1,
            }
            assert!(started.elapsed() < SOON, "no answer: {seen:?}");
            std::thread::sleep(AGAIN);
        };
        seen.answers += 1;
        seen.longest = seen.longest.max(started.elapsed());
        seen.accepted.extend(value(&answer, "postrider-message-id").map(str::to_owned));
        std::thread::sleep(PAUSE);
    }
    seen
}

/// Of several domains, since one gets half of the connections only.
fn mail(n: u32) -> String {
    body(n).replace("example.org", &format!("{}.example.org", n % 5))
}

/// Asks on the kept connection, or on one of its own. The head of the answer.
fn ask(
    address: SocketAddr,
    kept: Option<&mut Option<BufReader<TcpStream>>>,
    head: &str,
    body: &str,
) -> std::io::Result<String> {
    let (mut own, keeps) = (None, kept.is_some());
    let place = kept.unwrap_or(&mut own);
    // On any fault it is dropped.
    let mut connection = match place.take() {
        Some(open) => open,
        None => BufReader::new(TcpStream::connect(address)?),
    };
    let stream = connection.get_mut();
    stream.set_read_timeout(Some(SOON))?;
    let (head, length) = (head.replace('\n', "\r\n"), body.len());
    let close = if keeps { "" } else { "Connection: close\r\n" };
    stream
        .write_all(format!("{head}\r\nHost: localhost\r\n{close}Content-Length: {length}\r\n\r\n{body}").as_bytes())?;
    let mut answer = String::new();
    while !answer.ends_with("\r\n\r\n") {
        if connection.read_line(&mut answer)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    let length = value(&answer, "content-length").map_or(0, |length| length.parse().unwrap());
    connection.read_exact(&mut vec![0; length])?;
    if value(&answer, "connection") != Some("close") {
        *place = Some(connection);
    }
    Ok(answer)
}

fn value<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = head.lines().filter_map(|line| line.split_once(": "));
    pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}
