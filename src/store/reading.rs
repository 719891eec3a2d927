//! What a read is for, and its place: what the courier lives by never waits behind what operators
//! look at. The same for every database.

use super::StoreError;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long a read waits for its place.
const WAIT: Duration = Duration::from_secs(3);

/// What a read is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// The courier's own, and health: small, by an index of live rows.
    Courier,
    /// One thing by its key, or a few.
    Lookup,
    /// Lists, which may be long: ended after some seconds.
    List,
    /// What purges, forgets and rotates: long, and seldom.
    Upkeep,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoPlace {
    /// Too many wait.
    Crowded(Reading),
    /// The store was closed.
    Closed,
}

impl From<NoPlace> for StoreError {
    fn from(none: NoPlace) -> Self {
        match none {
            NoPlace::Crowded(Reading::List) => Self::TooSlow,
            NoPlace::Crowded(_) => Self::Unavailable("too many reads wait".to_owned()),
            NoPlace::Closed => super::caller::closed(),
        }
    }
}

/// How many of each run at once.
pub(super) struct Places([Arc<Semaphore>; 4]);

impl Places {
    /// Of so many connections that all reads and writes share.
    pub(super) fn of(connections: usize) -> Self {
        let lists = if connections < 5 { 1 } else { 2 };
        Self([2, 3, lists, 2].map(|most| Arc::new(Semaphore::new(most))))
    }

    /// Waits for a place, for some seconds at most.
    pub(super) async fn take(&self, reading: Reading) -> Result<OwnedSemaphorePermit, NoPlace> {
        let [courier, lookup, list, upkeep] = &self.0;
        let places = match reading {
            Reading::Courier => courier,
            Reading::Lookup => lookup,
            Reading::List => list,
            Reading::Upkeep => upkeep,
        };
        let place = timeout(WAIT, Arc::clone(places).acquire_owned()).await;
        place.map_err(|_elapsed| NoPlace::Crowded(reading))?.map_err(|_closed| NoPlace::Closed)
    }

    pub(super) fn close(&self) {
        self.0.iter().for_each(|places| places.close());
    }

    pub(super) fn is_closed(&self) -> bool {
        self.0.iter().any(|places| places.is_closed())
    }
}
