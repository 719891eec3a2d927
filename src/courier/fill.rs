//! Filling free workers: claims what is due, a little ahead of them, opens it, and places it with a
//! provider. What finds no worker at the moment waits in the room, or goes back to the store for a
//! while.

use super::pace::Pace;
use super::room::{Guest, Room, Tried};
use super::{Parts, choice};
use crate::domain::{Lane, Message, MessageId};
use crate::handover::{Free, Job, Permits};
use crate::seal::Purpose;
use crate::store::{Claimed, Settled, Settlement, Wanted};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// A message that cannot be opened rests so long; an operator may bring the secret back.
const UNOPENED: Duration = super::LONGEST_OF_OUR_OWN;
/// So long rests what seems expired and may not be.
const UNJUDGED: Duration = Duration::from_secs(2);
/// How soon somebody who was sent away from the room may come back.
const SOON: Duration = Duration::from_millis(500);
/// How often one filling may claim, before the dispatcher looks after other things.
const ROUNDS: usize = 16;

/// What the dispatcher does after a filling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// Look at once: there may be more.
    Again,
    /// The store cannot claim, or the gate is shut.
    Rest,
    /// Sleep until something is due.
    Sleep,
}

/// One filling, at one moment by both clocks.
struct Filling<'a> {
    parts: &'a Parts,
    pace: &'a mut Pace,
    wall: Timestamp,
    now: Duration,
    /// Whether what seems expired is: for a while after the clock was set nobody knows.
    may_judge: bool,
    /// What goes back to the store, with its commit still to come.
    back: Vec<Settlement>,
}

pub(super) async fn fill(parts: &Parts, pace: &mut Pace, wall: Timestamp, now: Duration, may_judge: bool) -> After {
    let mut filling = Filling { parts, pace, wall, now, may_judge, back: Vec::new() };
    filling.reseat();
    let mut after = After::Again;
    for _ in 0..ROUNDS {
        after = filling.round().await;
        filling.commit().await;
        if after != After::Again {
            break;
        }
    }
    parts.permits.note_held(!parts.room().is_empty());
    after
}

/// Gives back what the database says this node has in hand and nobody here knows of: a claim or an
/// enqueue whose answer was lost, or what could not be put back. Nothing may be claimed meanwhile.
pub(super) async fn give_back_what_was_lost(parts: &Parts) {
    let leased = match parts.store.in_hand(parts.node).await {
        Ok(leased) => leased,
        Err(error) => return tracing::warn!(%error, "it cannot be told what is in hand"),
    };
    // What is known now and was leased a moment ago is in hand. What is no longer known was settled,
    // and its token is of no use any more.
    let lost: Vec<_> = leased.into_iter().filter(|(id, _)| !parts.hand.holds(*id)).collect();
    if lost.is_empty() {
        return;
    }
    tracing::warn!(messages = lost.len(), "leased to this node and not in its hands: they are queued again");
    let now = parts.clock.now();
    settle_all(parts, lost.into_iter().map(|(id, token)| released(id, token, now)).collect()).await;
}

/// Gives everything back as it was.
pub(super) async fn give_back(parts: &Parts) {
    let (now, jobs) = (parts.clock.now(), parts.room().empty());
    settle_all(parts, jobs.iter().map(|job| unattempted(&job.message, Settled::Released, now)).collect()).await;
}

impl Filling<'_> {
    /// Those who waited come first.
    fn reseat(&mut self) {
        let parts = self.parts;
        let mut room = parts.room();
        for job in room.leaving(self.now) {
            if job.deadline <= self.now {
                // Back in the queue it is ended as expired.
                self.back.push(unattempted(&job.message, Settled::Released, self.wall));
            } else {
                self.send_away(&mut room, &job, SOON);
            }
        }
        let mut nowhere = Vec::new();
        room.try_all(parts.permits.turns(), |guest| match parts.try_guest(guest, self.now) {
            Tried::Nowhere(guest) => {
                nowhere.push(guest);
                Tried::SentAway
            }
            tried => tried,
        });
        for guest in nowhere {
            self.nowhere_now(&mut room, &guest);
        }
    }

    async fn round(&mut self) -> After {
        let parts = self.parts;
        if !parts.gate.is_open(parts.clock.elapsed()) {
            return After::Rest;
        }
        let free = parts.permits.free(self.now);
        let in_turn = self.wanted_in_turn(free);
        let wanted = in_turn.unwrap_or_else(|| self.wanted(free));
        if wanted.lanes == [0; 3] {
            return After::Sleep;
        }
        let claimed = match parts.store.claim(parts.node, self.wall, parts.longest_wait(), wanted).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::error!(%error, "no message can be claimed");
                return After::Rest;
            }
        };
        // Set back since the round began, the clock may have given messages an earlier expiry.
        self.wall = self.wall.min(parts.clock.now());
        let mut came = [0; 3];
        for one in &claimed {
            came.iter_mut().skip(one.message.lane.rank()).take(1).for_each(|came| *came += 1);
        }
        for claimed in claimed {
            if let Some(job) = self.open(claimed) {
                self.place(job);
            }
        }
        let all = note_what_is_empty(parts, wanted, came);
        if all && in_turn.is_none() { After::Sleep } else { After::Again }
    }

    /// One of each lane that has its turn before more urgent ones. A lane that cannot go now loses it.
    fn wanted_in_turn(&self, free: Free) -> Option<Wanted> {
        let permits = &self.parts.permits;
        let mut wanted = Wanted { total: 0, lanes: [0; 3] };
        let lanes = Lane::ALL.iter().zip(permits.turns()).zip(&mut wanted.lanes);
        let lanes = lanes.zip(free.lanes.into_iter().zip(self.parts.room().space()));
        for (((lane, _), most), (free_of_it, space)) in lanes.filter(|(((_, has_turn), _), _)| *has_turn) {
            if wanted.total < free.total {
                permits.use_turn(*lane);
                *most = free_of_it.min(space).min(1);
                wanted.total += *most;
            }
        }
        (wanted.total > 0).then_some(wanted)
    }

    /// As many as could be handed over, and some ahead, of the lanes that could go out, and no more
    /// of each than the room could seat. A lane whose seats are all taken sends some away, so that
    /// those behind are seen. Of those who sit, one of eight is of each lane that waits, for its turns.
    fn wanted(&mut self, free: Free) -> Wanted {
        let mut room = self.parts.room();
        room.ahead = self.pace.ahead(room.seen_off(), self.now);
        let backlog = self.parts.permits.backlog();
        let mut wanted = Wanted { total: free.total, lanes: room.space() };
        let lanes = Lane::ALL.iter().zip(&mut wanted.lanes).zip(free.lanes.into_iter().zip(free.open).zip(backlog));
        for ((lane, most), ((free_of_it, open), waits)) in lanes {
            if free_of_it > 0 && *most == 0 {
                let leaving = room.make_space(lane.rank());
                *most = leaving.len();
                for job in leaving {
                    self.send_away(&mut room, &job, SOON);
                }
            }
            let ahead = if open { room.ahead.saturating_sub(room.up_to(*lane)) } else { 0 };
            let its_part = if open && waits && *lane != Lane::Codes { room.ahead.div_ceil(Permits::SHARE) } else { 0 };
            let its_part = its_part.saturating_sub(room.of(*lane));
            *most = (*most).min(free_of_it + ahead.max(its_part));
            wanted.total = wanted.total.max(free.total + ahead) + its_part;
        }
        wanted
    }

    /// Hands a job to a worker, gives it a seat, or sends it away if all its providers rest.
    fn place(&mut self, job: Job) {
        let parts = self.parts;
        let mut room = parts.room();
        let guest = parts.guest(job, self.now);
        match parts.try_guest(guest, self.now) {
            Tried::SeenOff => room.see_off(),
            Tried::SentAway | Tried::CalledBack => {}
            Tried::Stays(guest) | Tried::AllBusy(guest) => room.seat(guest),
            Tried::Nowhere(guest) => self.nowhere_now(&mut room, &guest),
        }
    }

    /// All its providers rest: it comes back when the first of them may be tried again.
    fn nowhere_now(&mut self, room: &mut Room, guest: &Guest) {
        let rests = guest.order.iter().filter_map(|desk| self.parts.providers.get(*desk)?.health.rests_for(self.now));
        let rest = rests.min().unwrap_or(SOON).max(SOON);
        self.send_away(room, &guest.job, rest.min(super::LONGEST_OF_OUR_OWN));
    }

    /// Back to the store, due again after `rest` at the earliest.
    fn send_away(&mut self, room: &mut Room, job: &Job, rest: Duration) {
        let rest = room.comes_back_after(job.message.lane, rest, self.now);
        let due_at = self.wall + SignedDuration::try_from(rest).unwrap_or_default();
        self.back.push(unattempted(&job.message, Settled::Retry { due_at, counted: false }, self.wall));
    }

    /// Opens a claimed message. One that does not open is put back: it is not lost, the secret that
    /// sealed it is missing.
    fn open(&mut self, claimed: Claimed) -> Option<Job> {
        let (parts, message) = (self.parts, claimed.message);
        if !self.may_judge && message.expires_at <= self.wall {
            // Accepted by a node that had not heard of the new time; it moves this one's along.
            let settled = Settled::Retry { due_at: self.wall + UNJUDGED, counted: false };
            self.back.push(unattempted(&message, settled, self.wall));
            return None;
        }
        let sealed = claimed.sealed.unwrap_or_default();
        let opened = parts.sealer.open(Purpose::Content, message.id.0.as_bytes(), &sealed);
        let mail = opened.map_err(|error| error.to_string()).and_then(|plain| {
            serde_json::from_slice(plain.expose()).map_err(|error| format!("unknown form ({:?})", error.classify()))
        });
        match mail {
            Ok(mail) => {
                let left = message.expires_at.duration_since(self.wall);
                let deadline = self.now + Duration::try_from(left).unwrap_or_default();
                let hold = parts.hand.hold(message.id);
                Some(Job { message, mail, deadline, hold })
            }
            Err(error) => {
                tracing::error!(mail.id = %message.id, error, "a stored mail cannot be opened; it waits");
                let settled = Settled::Retry { due_at: self.wall + UNOPENED, counted: false };
                self.back.push(unattempted(&message, settled, self.wall));
                None
            }
        }
    }

    async fn commit(&mut self) {
        settle_all(self.parts, std::mem::take(&mut self.back)).await;
    }
}

impl Parts {
    /// The providers for a message, in the order in which they should be tried now.
    pub(super) fn order(&self, message: &Message) -> Vec<usize> {
        choice::order(&self.permits.desks(message), &self.ids(), message)
    }

    fn ids(&self) -> Vec<&str> {
        self.providers.iter().map(|provider| provider.id.as_str()).collect()
    }
}

/// A lane that gave less than it could is empty. Returns whether all lanes that were asked are.
fn note_what_is_empty(parts: &Parts, wanted: Wanted, came: [usize; 3]) -> bool {
    let mut left = wanted.total;
    let mut all = true;
    for ((lane, most), came) in Lane::ALL.iter().zip(wanted.lanes).zip(came) {
        let empty = came < most.min(left);
        // Those who wait in the room were first, too.
        if empty && parts.room().of(*lane) == 0 {
            parts.permits.note_empty(*lane);
        }
        all &= empty || most == 0;
        left = left.saturating_sub(came);
    }
    all
}

async fn settle_all(parts: &Parts, settlements: Vec<Settlement>) {
    if settlements.is_empty() {
        return;
    }
    if let Err(error) = parts.store.settle_all(settlements).await {
        tracing::error!(%error, "messages could not be put back; they are once they are missed");
    }
}

/// A message that goes back without an attempt.
fn unattempted(message: &Message, settled: Settled, now: Timestamp) -> Settlement {
    Settlement { settled, ..released(message.id, message.send_count, now) }
}

fn released(id: MessageId, send_count: u32, now: Timestamp) -> Settlement {
    Settlement { id, send_count, now, settled: Settled::Released, dispatch: None, sealed_reply: None, inbox: None }
}
