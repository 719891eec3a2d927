//! Large work in small pieces: each is a read or a write of its own, with a rest behind it, so that no
//! other write waits long.

use super::StoreError;
use std::future::Future;
use std::time::Duration;
use tokio::time::Instant;

/// Rows of one piece.
pub(super) const BATCH: u32 = 100;
/// A piece is followed by a rest of twice its own length, within these bounds.
const REST: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(100)];

/// Repeats a piece until it has done less than a whole one. Returns how many rows all of them did.
pub(super) async fn in_batches<F>(mut piece: impl FnMut() -> F) -> Result<u64, StoreError>
where
    F: Future<Output = Result<u64, StoreError>>,
{
    let mut all = 0;
    loop {
        let begun = Instant::now();
        let rows = piece().await?;
        all += rows;
        if rows < u64::from(BATCH) {
            return Ok(all);
        }
        rest(begun).await;
    }
}

/// Does something with each of a list, in pieces. Returns how many rows all of them did.
pub(super) async fn each_batch<T, F>(list: Vec<T>, mut piece: impl FnMut(Vec<T>) -> F) -> Result<u64, StoreError>
where
    F: Future<Output = Result<u64, StoreError>>,
{
    let mut list = list.into_iter();
    let most = usize::try_from(BATCH).unwrap_or(usize::MAX);
    let mut all = 0;
    loop {
        let some: Vec<T> = list.by_ref().take(most).collect();
        if some.is_empty() {
            return Ok(all);
        }
        let begun = Instant::now();
        all += piece(some).await?;
        rest(begun).await;
    }
}

/// Does one piece of what somebody else repeats.
pub(super) async fn with_rest<T, E>(piece: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let begun = Instant::now();
    let done = piece.await?;
    rest(begun).await;
    Ok(done)
}

/// Leaves the disk and the writer to others after a piece that was begun then.
async fn rest(begun: Instant) {
    let [least, most] = REST;
    tokio::time::sleep((begun.elapsed() * 2).clamp(least, most)).await;
}
