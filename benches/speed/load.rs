//! Load on a server: so many connections, each posting as soon as its last post was answered, or
//! one connection at a pace.

use crate::client::Client;
use crate::posts::Posts;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// What was seen.
#[derive(Default)]
pub(crate) struct Seen {
    /// How long each answer took, sorted.
    pub(crate) latencies: Vec<Duration>,
    pub(crate) took: Duration,
}

impl Seen {
    pub(crate) fn of(mut latencies: Vec<Duration>, took: Duration) -> Self {
        latencies.sort_unstable();
        Self { latencies, took }
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.took.as_secs_f64()
    }

    /// A quantile, in milliseconds; 1.0 is the largest.
    pub(crate) fn quantile(&self, part: f64) -> f64 {
        let last = self.latencies.len() - 1;
        #[allow(clippy::cast_sign_loss, reason = "0 ..= last")]
        let index = (last as f64 * part).round() as usize;
        self.latencies[index].as_secs_f64() * 1e3
    }

    /// Adds what another round saw.
    pub(crate) fn join(self, other: Self) -> Self {
        Self::of([self.latencies, other.latencies].concat(), self.took + other.took)
    }
}

/// Posts on `connections` connections for `time`.
pub(crate) async fn closed(address: SocketAddr, posts: &Posts, connections: usize, time: Duration) -> Seen {
    let started = Instant::now();
    let tasks: Vec<_> =
        (0..connections).map(|_| tokio::spawn(one(address, posts.clone(), started + time, Duration::ZERO))).collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.unwrap());
    }
    Seen::of(latencies, started.elapsed())
}

/// Posts on one connection, `per_second` at most, for `time`.
pub(crate) fn paced(address: SocketAddr, posts: &Posts, per_second: f64, time: Duration) -> JoinHandle<Vec<Duration>> {
    tokio::spawn(one(address, posts.clone(), Instant::now() + time, Duration::from_secs_f64(1.0 / per_second)))
}

/// Posts so many, one after the other.
pub(crate) async fn some(address: SocketAddr, posts: &Posts, number: u64) {
    let (mut client, mut request) = (Client::new(address), Vec::new());
    for _ in 0..number {
        posts.next(&mut request);
        assert_eq!(client.ask(&request).await.unwrap(), 200, "a post was refused");
    }
}

async fn one(address: SocketAddr, posts: Posts, end: Instant, pause: Duration) -> Vec<Duration> {
    let mut client = Client::new(address);
    let (mut request, mut latencies) = (Vec::new(), Vec::new());
    let mut due = Instant::now();
    while Instant::now() < end {
        posts.next(&mut request);
        let asked = Instant::now();
        let status = client.ask(&request).await.unwrap();
        latencies.push(asked.elapsed());
        assert_eq!(status, 200, "a post was refused");
        if !pause.is_zero() {
            due += pause;
            // Tokio's timer counts in milliseconds: short waits are caught up with later.
            if due > Instant::now() + Duration::from_millis(1) {
                tokio::time::sleep_until(due.into()).await;
            }
        }
    }
    latencies
}
