//! Row 5: what a claim costs when a million messages wait, or a million are finished, beside a
//! thousand that wait. What is claimed goes back behind all others, so that the claims walk through
//! the whole queue. In short turns, so that a machine that is busy for a while is so for all, and by
//! the median: a commit waits for the disk, and now and then for long.

use crate::load::Seen;
use crate::machine::{Process, Watch};
use crate::queue::{Amount, Queue, began};
use crate::report::{Goal, Report};
use jiff::{SignedDuration, Timestamp};
use postrider::domain::NodeId;
use postrider::store::{Settled, Settlement, Store, Wanted};
use std::time::{Duration, Instant};

const FEW: Amount = Amount { queued: 1_000, finished: 0 };
const MANY_QUEUED: Amount = Amount { queued: 1_000_000, finished: 0 };
const MANY_FINISHED: Amount = Amount { queued: 1_000, finished: 1_000_000 };
/// As many as a provider has connections.
const WANTED: usize = 8;
const WARM: Duration = Duration::from_secs(1);
const ROUNDS: usize = 40;
const SLICE: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_hours(4);

/// Some store under measurement.
struct Claimer {
    name: &'static str,
    queue: Queue,
    node: NodeId,
    /// Grows, so that what goes back stands behind all others.
    now: Timestamp,
    seen: Seen,
}

pub(crate) async fn run(report: &mut Report) {
    let (mut sqlite, mut postgres) = (Vec::new(), Vec::new());
    let amounts = [("1 k queued", FEW), ("1 M queued", MANY_QUEUED), ("1 M finished", MANY_FINISHED)];
    for (name, amount) in amounts {
        sqlite.push(Claimer::new(name, Queue::in_sqlite(amount).await));
    }
    measure("SQLite", sqlite, report).await;
    for (name, amount) in amounts {
        postgres.extend(Queue::in_postgres(amount).await.map(|queue| Claimer::new(name, queue)));
    }
    if !postgres.is_empty() {
        measure("Postgres", postgres, report).await;
    }
}

async fn measure(database: &str, mut claimers: Vec<Claimer>, report: &mut Report) {
    for claimer in &mut claimers {
        claimer.work(WARM).await;
        claimer.seen = Seen::default();
    }
    let watch = Watch::start(Process(0));
    for _round in 0..ROUNDS {
        for claimer in &mut claimers {
            claimer.work(SLICE).await;
        }
    }
    let table = report.section(&format!("5 · claims of {WANTED} messages, {database} (ms)"), watch.stop());
    for claimer in &claimers {
        table.line(claimer.name, &claimer.seen, &format!("{:.0} messages/s", claimer.per_second()));
    }
    let (few, others) = claimers.split_first().unwrap();
    for other in others {
        let name = format!("claims with {}, of those with 1 k queued, {database}", other.name);
        report.goal(&name, other.per_second() / few.per_second(), Goal::AtLeast(0.9));
    }
}

impl Claimer {
    fn new(name: &'static str, queue: Queue) -> Self {
        let now = began() + SignedDuration::from_mins(1);
        Self { name, queue, node: NodeId::draw(), now, seen: Seen::default() }
    }

    fn store(&self) -> &Store {
        &self.queue.store
    }

    /// How many messages are claimed in a second of claims that take as long as the median.
    fn per_second(&self) -> f64 {
        WANTED as f64 / self.seen.quantile(0.5) * 1e3
    }

    async fn work(&mut self, time: Duration) {
        let (started, mut latencies) = (Instant::now(), Vec::new());
        while started.elapsed() < time {
            self.now += SignedDuration::from_millis(1);
            let begun = Instant::now();
            let claimed = self.store().claim(self.node, self.now, LONGEST_WAIT, Wanted::any(WANTED)).await.unwrap();
            latencies.push(begun.elapsed());
            assert_eq!(claimed.len(), WANTED);
            let back = claimed.iter().map(|one| Settlement {
                id: one.message.id,
                send_count: one.message.send_count,
                now: self.now,
                settled: Settled::Retry { due_at: self.now, counted: true },
                dispatch: None,
                sealed_reply: None,
                inbox: None,
            });
            let settled = self.store().settle_all(back.collect()).await.unwrap();
            assert!(settled.iter().all(|settled| *settled));
        }
        self.seen = std::mem::take(&mut self.seen).join(Seen::of(latencies, started.elapsed()));
    }
}
