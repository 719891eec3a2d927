//! Group commit: a few tasks that take what has queued up and give it one transaction. While one
//! waits for its commit, the next batch gathers for another.

use super::fault::Fault;
use crate::store::StoreError;
use crate::store::caller::{Caller, closed, hand_over};
use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinSet;

/// How many pieces of work may wait, and how many share one commit.
const QUEUE: usize = 4096;
const TURN: usize = 256;

/// What follows a commit.
pub(super) type OnCommit<T> = Box<dyn FnOnce(&T) + Send>;

/// A piece of work with the one who waits for it.
pub(super) struct Item<I, T> {
    pub(super) work: I,
    pub(super) caller: Caller<T, OnCommit<T>>,
}

/// The way to the tasks.
pub(super) struct Batches<I, T>(mpsc::Sender<Item<I, T>>);

impl<I: Send + 'static, T: Send + 'static> Batches<I, T> {
    /// Starts so many tasks. They end once `closing` is true and nothing waits any more.
    pub(super) fn start<W, F>(tasks: &mut JoinSet<()>, count: usize, closing: &watch::Receiver<bool>, work: W) -> Self
    where
        W: Fn(Vec<Item<I, T>>) -> F + Clone + Send + 'static,
        F: Future<Output = ()> + Send,
    {
        let (sender, receiver) = mpsc::channel::<Item<I, T>>(QUEUE);
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..count {
            let (receiver, closing, work) = (Arc::clone(&receiver), closing.clone(), work.clone());
            tasks.spawn(async move {
                while let Some(mut batch) = next(&receiver, closing.clone()).await {
                    batch.retain(|item| item.caller.takes_turn());
                    if !batch.is_empty() {
                        work(batch).await;
                    }
                }
            });
        }
        Self(sender)
    }

    /// Queues work and waits for its commit.
    pub(super) async fn submit(&self, work: I, on_commit: OnCommit<T>) -> Result<T, StoreError> {
        hand_over(&self.0, on_commit, |caller| Item { work, caller }).await
    }

    /// Whether somebody still takes work.
    pub(super) fn alive(&self) -> Result<(), StoreError> {
        if self.0.is_closed() { Err(closed()) } else { Ok(()) }
    }
}

/// What waits; none once the store is closed and everything was taken.
async fn next<M>(receiver: &Mutex<mpsc::Receiver<M>>, mut closing: watch::Receiver<bool>) -> Option<Vec<M>> {
    let mut receiver = receiver.lock().await;
    let mut batch = Vec::new();
    let taken = tokio::select! {
        biased;
        taken = receiver.recv_many(&mut batch, TURN) => Some(taken),
        // also when whoever could close it is gone
        _ = closing.wait_for(|closed| *closed) => None,
    };
    if taken.is_none() {
        receiver.close();
        receiver.recv_many(&mut batch, TURN).await;
    }
    (!batch.is_empty()).then_some(batch)
}

/// What two pieces of work that may not share a transaction have in common.
pub(super) type Mark = Vec<u8>;

/// Runs a batch in as few transactions as its marks allow, each in the order of the first marks, so
/// that two nodes with the same work wait for each other in one direction only. If the server
/// refuses a value, only the one that brought it fails.
pub(super) async fn in_rounds<I, T, R, F>(batch: Vec<Item<I, T>>, marks: fn(&I) -> Vec<Mark>, run: R)
where
    R: Fn(Vec<Arc<I>>) -> F,
    F: Future<Output = Result<Vec<T>, Fault>>,
{
    let mut rest: Vec<_> = batch.into_iter().map(|Item { work, caller }| (Arc::new(work), caller)).collect();
    while !rest.is_empty() {
        let (mut round, later) = together(rest, |(work, _)| marks(work));
        rest = later;
        round.sort_by_cached_key(|(work, _)| marks(work).into_iter().next());
        match run(works(&round)).await {
            Err(fault) if fault.is_about_a_value() && round.len() > 1 => {
                for one in round {
                    let result = run(works(std::slice::from_ref(&one))).await;
                    tell(vec![one], result);
                }
            }
            result => tell(round, result),
        }
    }
}

type Waiting<I, T> = (Arc<I>, Caller<T, OnCommit<T>>);

fn works<I, T>(round: &[Waiting<I, T>]) -> Vec<Arc<I>> {
    round.iter().map(|(work, _)| Arc::clone(work)).collect()
}

fn tell<I, T>(round: Vec<Waiting<I, T>>, result: Result<Vec<T>, Fault>) {
    match result {
        Ok(answers) => {
            for ((_, caller), answer) in round.into_iter().zip(answers) {
                caller.hears(Ok(answer));
            }
        }
        Err(fault) => {
            if fault.is_cut() {
                tracing::error!(%fault, writes = round.len(), "the connection broke: whether the commit was made is not known");
            } else {
                tracing::error!(%fault, writes = round.len(), "a commit failed, nothing of it was kept");
            }
            let error = StoreError::from(fault);
            for (_, caller) in round {
                caller.hears(Err(error.clone()));
            }
        }
    }
}

/// Splits off what can be worked on together: those in which no two have a mark in common. The rest
/// keeps its order.
fn together<I>(items: Vec<I>, marks: impl Fn(&I) -> Vec<Mark>) -> (Vec<I>, Vec<I>) {
    let mut seen = HashSet::new();
    let mut later = HashSet::new();
    items.into_iter().partition(|item| {
        let marks = marks(item);
        // what waits for a later round holds up what shares a mark with it
        let is_free = marks.iter().all(|mark| !seen.contains(mark) && !later.contains(mark));
        if is_free { &mut seen } else { &mut later }.extend(marks);
        is_free
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_holds_no_mark_twice_and_keeps_the_order() {
        let marks = |item: &(&'static str, u8)| vec![item.0.as_bytes().to_vec(), vec![item.1]];
        let items = vec![("a", 1), ("b", 2), ("a", 3), ("c", 3), ("d", 4), ("b", 5)];
        let (first, rest) = together(items, marks);
        assert_eq!(first, [("a", 1), ("b", 2), ("d", 4)]);
        assert_eq!(rest, [("a", 3), ("c", 3), ("b", 5)]);
        let (second, rest) = together(rest, marks);
        assert_eq!((second.as_slice(), rest.as_slice()), ([("a", 3), ("b", 5)].as_slice(), [("c", 3)].as_slice()));
    }
}
