//! The dispatcher: has free workers filled with what is due in the store, and ends what has expired.
//! It sleeps until a message falls due or is stored without a worker, or a worker is
//! free for one that waits.

use super::fill::{After, fill, give_back, give_back_what_was_lost};
use super::following::Following;
use super::pace::Pace;
use super::settle::over;
use super::{Parts, Stage};
use crate::domain::{Lane, Status};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// The longest sleep, how often expired messages are ended, and how long a busy dispatcher may not know
/// which lanes wait.
const TICK: Duration = Duration::from_secs(1);
/// How soon to look again when a worker became free right after the look for one.
const AT_ONCE: Duration = Duration::from_millis(5);
/// How long to let a store rest that could not claim.
const REST: Duration = Duration::from_millis(200);
/// How often the database is asked what this node has in hand.
const MISSED: Duration = Duration::from_secs(2);
/// How many expired messages are ended in one commit.
const BATCH: usize = 500;

pub(super) async fn run(parts: &Parts) {
    let mut following = Following::new(&*parts.clock);
    let mut pace = Pace::default();
    let mut asked = parts.clock.elapsed();
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut ticked = true;
    while parts.stop.stage() == Stage::Running {
        // Both clocks are read once and together: should somebody set the wall clock in the middle
        // of a round, the round goes on with the time that its messages were stored by.
        let (wall, now) = following.follow(parts).await;
        if following.is_behind() {
            // By their old times, messages would look expired.
            tokio::select! {
                () = tokio::time::sleep(REST) => continue,
                () = parts.stop.reached(Stage::Stopping) => break,
            }
        }
        if ticked && following.may_judge(now) {
            expire(parts, wall.min(parts.clock.now())).await;
        }
        if now.saturating_sub(asked) >= MISSED {
            asked = now;
            give_back_what_was_lost(parts).await;
        }
        let after = fill(parts, &mut pace, wall, now, following.may_judge(now)).await;
        if ticked && after == After::Again {
            note_what_waits(parts).await;
        }
        let pause = until_due(parts, after).await;
        // After a rest as after a tick: what expired meanwhile is ended, not claimed.
        let rested = after == After::Rest;
        ticked = rested
            | tokio::select! {
                _ = ticks.tick() => true,
                () = parts.permits.changed() => false,
                () = parts.store.woken() => false,
                () = tokio::time::sleep(pause) => false,
                () = parts.stop.reached(Stage::Stopping) => false,
            };
    }
    give_back(parts).await;
}

/// Ends what has expired in the queue.
async fn expire(parts: &Parts, now: Timestamp) {
    loop {
        match parts.store.expire(now, BATCH).await {
            Ok(expired) => {
                for message in &expired {
                    let (id, template) = (message.id, message.template_type.as_str());
                    tracing::warn!(mail.id = %id, mail.template = template, mail.attempt = message.send_count, reason = "expired", "mail abandoned");
                    over(parts, message, Status::Abandoned, message.reason);
                }
                if expired.len() < BATCH {
                    return;
                }
            }
            Err(error) => return tracing::error!(%error, "expired messages cannot be ended"),
        }
    }
}

/// While there is always more of an urgent lane, what other nodes stored of the others, or what waited
/// before a start, is seen nowhere else.
async fn note_what_waits(parts: &Parts) {
    let now = parts.clock.now();
    let next = parts.store.next_due().await.unwrap_or_default();
    for (lane, _) in Lane::ALL.iter().zip(next).filter(|(_, due)| due.is_some_and(|due| due <= now)) {
        parts.permits.note_backlog(*lane);
    }
}

/// How long to sleep, unless somebody wakes us. Notes what is due and has no free worker.
async fn until_due(parts: &Parts, after: After) -> Duration {
    let now = parts.clock.now();
    let next = match after {
        After::Again => return AT_ONCE,
        After::Rest => return REST,
        After::Sleep => parts.store.next_due().await.unwrap_or_default(),
    };
    let free = parts.permits.free(parts.clock.elapsed());
    let mut pause = TICK.min(parts.permits.next_token().unwrap_or(TICK));
    for ((lane, due), free) in Lane::ALL.iter().zip(next).zip(free.lanes) {
        match due {
            Some(due) if due > now => {
                let left = due.duration_since(now).max(SignedDuration::from_millis(1));
                pause = pause.min(Duration::try_from(left).unwrap_or(TICK));
            }
            Some(_) if free > 0 => pause = AT_ONCE,
            Some(_) => parts.permits.note_backlog(*lane),
            None => {}
        }
    }
    pause
}
