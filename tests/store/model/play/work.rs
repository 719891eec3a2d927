//! What nodes do: claim, settle, expire.

use super::super::books::Content;
use super::super::steps::Settles;
use super::{Game, Outcome, same, seconds};
use crate::helpers::{LONGEST_WAIT, after, dispatch};
use postrider::domain::{Lane, MessageId, Reason, Status};
use postrider::store::{Settled, Settlement, Wanted};

impl Game {
    pub(super) async fn claim(&mut self, node: usize, wanted: Wanted) -> Outcome {
        let claimed = self.store().claim(self.nodes[node], self.time(), LONGEST_WAIT, wanted).await.unwrap();
        let mut left = wanted.total;
        let mut should = Vec::new();
        for (lane, most) in Lane::ALL.iter().zip(wanted.lanes) {
            let mut due = self.books.claimable(*lane);
            due.truncate(most.min(left));
            left -= due.len();
            should.extend(due.into_iter().map(|due| (*lane, due)));
        }
        let is: Vec<_> = claimed.iter().map(|one| (one.message.lane, seconds(one.message.due_at))).collect();
        same("a claim", is, should)?;
        for one in claimed {
            let (id, now) = (one.message.id, self.books.now);
            let known = self.books.known(id);
            same("claimed", (known.status, known.sms), (Status::Queued, false))?;
            same("its content", one.sealed.is_some(), known.content != Content::Erased)?;
            known.is_now(Status::Processing, None, now);
            (known.node, known.send_count) = (Some(node), known.send_count + 1);
            let token = (id, known.send_count);
            same("its token", one.message.send_count, token.1)?;
            self.books.claims.push(token);
        }
        Ok(())
    }

    pub(super) async fn settle(&mut self, claims: &[(usize, Settles)]) -> Outcome {
        let (at, count) = (self.time(), self.books.claims.len());
        if count == 0 {
            return Ok(());
        }
        let mut settlements: Vec<Settlement> = Vec::new();
        let mut should = Vec::new();
        for (back, settles) in claims {
            let (id, send_count) = self.books.claims[count - 1 - back % count];
            // Of two words about one message at the same moment, either may come first.
            if settlements.iter().any(|settlement| settlement.id == id) {
                continue;
            }
            let (settled, reply) = self.settles(settles);
            should.push(self.note(id, send_count, &settled, reply));
            let sealed_reply = reply.then(|| vec![1, 2, 3]);
            let dispatch = (settled != Settled::Released).then(|| dispatch(send_count));
            settlements.push(Settlement { id, send_count, now: at, settled, dispatch, sealed_reply, inbox: None });
        }
        let settled = self.store().settle_all(settlements).await.unwrap();
        same("settled", settled, should)
    }

    fn settles(&self, settles: &Settles) -> (Settled, bool) {
        let then = |seconds: i64| after(self.books.now + seconds);
        match *settles {
            Settles::Sent { reply } => (Settled::Sent, reply),
            Settles::Retry { wait, counted, reply } => (Settled::Retry { due_at: then(wait), counted }, reply),
            Settles::Abandoned { kept, reply } => {
                (Settled::Abandoned { reason: Reason::Refused, content_until: then(kept) }, reply)
            }
            Settles::Released => (Settled::Released, false),
        }
    }

    /// Whether this settles anything, noted.
    fn note(&mut self, id: MessageId, token: u32, settled: &Settled, reply: bool) -> bool {
        let now = self.books.now;
        let known = self.books.known(id);
        let in_hand = known.status == Status::Processing && known.send_count == token;
        let counts = if *settled == Settled::Sent { known.status != Status::Sent } else { in_hand };
        if known.forgotten || !counts {
            return false;
        }
        known.lines += usize::from(*settled != Settled::Released);
        known.replies += usize::from(reply);
        match settled {
            Settled::Sent => {
                known.is_now(Status::Sent, None, now);
                known.erase();
            }
            Settled::Retry { due_at, counted } => {
                known.is_now(Status::Queued, None, now);
                (known.due, known.attempts) = (seconds(*due_at), known.attempts + u32::from(*counted));
            }
            Settled::Abandoned { reason, content_until } => {
                known.is_now(Status::Abandoned, Some(*reason), now);
                match seconds(*content_until) {
                    until if until <= now => known.erase(),
                    until if known.content != Content::Erased => known.content = Content::Until(until),
                    _ => {}
                }
            }
            Settled::Released => known.is_now(Status::Queued, None, now),
        }
        true
    }

    pub(super) async fn expire(&mut self, limit: usize) -> Outcome {
        let expired = self.store().expire(self.time(), limit).await.unwrap();
        let mut should = self.books.expired();
        should.truncate(limit);
        let mut is: Vec<_> = expired.iter().map(|message| seconds(message.expires_at)).collect();
        is.sort_unstable();
        same("expired", is, should)?;
        for message in expired {
            same("it is", (message.status, message.reason), (Status::Abandoned, Some(Reason::Expired)))?;
            let now = self.books.now;
            let known = self.books.known(message.id);
            same("it was", known.status, Status::Queued)?;
            known.is_now(Status::Abandoned, Some(Reason::Expired), now);
            known.erase();
        }
        Ok(())
    }
}
