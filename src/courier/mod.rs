//! The courier: takes what intake stored and brings it to a provider. `deliver = claim → open →
//! compose → send → settle`. Each provider has workers, each worker owns one connection; the
//! dispatcher fills workers from the store; intake hands new messages over in memory. Knows no
//! HTTP, no template, no file of configuration.
//!
//! - `dispatcher` with `fill`, `pace`, `room`, `seating` and `choice`: who gets what · `time_watch`
//! - `worker` with `attempt`, `exchange`, `line` and `warm`: one job, one connection
//! - `provider` with `health` and `keeper`: how a provider is
//! - `settle` with `verdict`: what follows · `settler` commits it
//! - `lease` with `node_watch`: that this node lives, and who does not
//! - `housekeeping`: what is over is cleared away

mod attempt;
mod choice;
mod dispatcher;
mod exchange;
mod fill;
mod following;
mod health;
mod housekeeping;
mod keeper;
mod lease;
mod line;
mod node_watch;
mod pace;
mod provider;
mod room;
mod seating;
mod settle;
mod settler;
mod stop;
mod time_watch;
mod verdict;
mod warm;
mod worker;

pub use health::{Health, Turn};
pub use lease::LEASE;
pub use line::Count;
pub use provider::{Carrier, From, Provider, Stirred, Warming};
pub use stop::{Stage, Stop, Stopper, stop};

use crate::domain::{Clock, Lane, NodeId, Reporter, RetryPolicy};
use crate::handover::{Gate, Hand, Permits, Routes};
use crate::mail::Pictures;
use crate::seal::Sealer;
use crate::store::{Limit, Store};
use crate::transport::smtp::Timeouts;
use room::Room;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// What the courier was told.
pub struct Settings {
    /// Waits after failed attempts, for codes, links and notices.
    pub retry: [RetryPolicy; 3],
    /// Phase timeouts for codes and links.
    pub timeouts: Timeouts,
    /// How long to wait for the reply to a notice's final dot.
    pub notices_dot: Duration,
    /// Whether delivery status notifications are asked for (`courier.bounce_address` is set).
    pub status_notifications: bool,
    /// The From of sources that have their own.
    pub senders: BTreeMap<String, From>,
    /// How long the content of an abandoned message without expiring code is kept.
    pub abandoned: Duration,
    /// How long a finished message is remembered.
    pub finished: Duration,
    /// How long a line of the audit log is kept.
    pub audit: Duration,
}

/// The wait after an unanswered dot, and of a mail that cannot be opened now.
const LONGEST_OF_OUR_OWN: Duration = Duration::from_mins(1);

/// How long outcomes are committed after a task died.
const LAST_COMMITS: Duration = Duration::from_secs(2);

/// Delivers what is stored, until it is stopped.
#[derive(Clone)]
pub struct Courier(Arc<Parts>);

struct Parts {
    store: Store,
    sealer: Arc<Sealer>,
    providers: Vec<Provider>,
    pictures: Arc<Pictures>,
    settings: Settings,
    clock: Arc<dyn Clock>,
    report: Reporter,
    node: NodeId,
    permits: Permits,
    gate: Arc<Gate>,
    hand: Hand,
    room: Mutex<Room>,
    stop: Stop,
}

impl Courier {
    /// A courier over its tools. `run` gives it life.
    #[expect(clippy::too_many_arguments, reason = "the tools of the verb, named once, in app")]
    pub fn new(
        store: Store,
        sealer: Arc<Sealer>,
        providers: Vec<Provider>,
        pictures: Arc<Pictures>,
        routes: Routes,
        settings: Settings,
        clock: Arc<dyn Clock>,
        report: Reporter,
        node: NodeId,
        stop: Stop,
    ) -> Self {
        let permits = Permits::new(routes, providers.iter().map(Provider::plan));
        let (gate, hand, room) = (Arc::new(Gate::default()), Hand::default(), Mutex::default());
        Self(Arc::new(Parts {
            store,
            sealer,
            providers,
            pictures,
            settings,
            clock,
            report,
            node,
            permits,
            gate,
            hand,
            room,
            stop,
        }))
    }

    /// The free workers, for intake to hand messages to.
    pub fn permits(&self) -> Permits {
        self.0.permits.clone()
    }

    /// The gate, for intake to refuse what could not be remembered.
    pub fn gate(&self) -> Arc<Gate> {
        Arc::clone(&self.0.gate)
    }

    /// What is in hand, for intake to add to.
    pub fn hand(&self) -> Hand {
        self.0.hand.clone()
    }

    /// Gives back what a post leased to a worker that had ended before its commit. For the very end, when
    /// no posts come any more.
    pub async fn give_back_the_rest(&self) {
        fill::give_back_what_was_lost(&self.0).await;
    }

    /// Works until [`Stage::Stopping`]: then every job in hand whose body has not begun is given
    /// back, and bodies already begun are waited for. If it ends before that, by a bug or because this
    /// future was dropped, the gate is shut for good: what it had in hand is the next start's.
    pub async fn run(self) {
        let _end = End(Arc::clone(&self.0));
        let places: usize = self.0.providers.iter().map(|provider| provider.connections.max(1)).sum();
        let (outcomes, to_commit) = mpsc::channel(places * settler::IN_FLIGHT);
        let (parts, lessee) = (Arc::clone(&self.0), Arc::clone(&self.0));
        let mut settling = tokio::spawn(async move { settler::run(&parts, to_commit).await });
        let working = async move {
            let mut workers = self.workers(&outcomes);
            tokio::select! {
                () = dispatcher::run(&self.0) => {}
                // Until a stop none ends but by a panic, and nobody knows what it had sent.
                Some(Err(_panicked)) = workers.join_next() => {
                    self.0.gate.forsake();
                    return tracing::error!("a task of the courier died: what it had in hand is the next start's");
                }
            }
            while workers.join_next().await.is_some() {}
            drop(outcomes);
            std::future::pending::<()>().await;
        };
        tokio::select! {
            // When nothing is left to commit.
            settled = &mut settling => if settled.is_err() {
                lessee.gate.forsake();
                tracing::error!("the settler died: what it had not committed is sent again by the next start");
            },
            // What was sent and can be committed is not sent again.
            () = working => drop(tokio::time::timeout(LAST_COMMITS, settling).await),
            () = lease::run(&lessee) => {}
        }
    }

    fn workers(&self, outcomes: &mpsc::Sender<settler::Outcome>) -> JoinSet<()> {
        let mut workers = JoinSet::new();
        for (desk, provider) in self.0.providers.iter().enumerate() {
            for _ in 0..provider.connections.max(1) {
                workers.spawn(worker::run(Arc::clone(&self.0), desk, outcomes.clone()));
            }
            let parts = Arc::clone(&self.0);
            workers.spawn(async move { keeper::run(&parts, desk).await });
        }
        let parts = Arc::clone(&self.0);
        workers.spawn(async move { housekeeping::run(&parts).await });
        workers
    }
}

/// Goes when the courier ends.
struct End(Arc<Parts>);

impl Drop for End {
    fn drop(&mut self) {
        if self.0.stop.stage() == Stage::Running {
            self.0.gate.forsake();
        }
    }
}

impl Parts {
    fn retry(&self, lane: Lane) -> &RetryPolicy {
        let [codes, links, notices] = &self.settings.retry;
        match lane {
            Lane::Codes => codes,
            Lane::Links => links,
            Lane::Notices => notices,
        }
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn timeouts(&self, lane: Lane) -> Timeouts {
        let mut timeouts = self.settings.timeouts;
        if lane == Lane::Notices {
            timeouts.dot = self.settings.notices_dot;
        }
        timeouts
    }

    fn longest_wait(&self) -> Duration {
        let scheduled = self.settings.retry.iter().map(RetryPolicy::longest).max().unwrap_or_default();
        scheduled.max(LONGEST_OF_OUR_OWN).max(Limit::TURN)
    }
}
