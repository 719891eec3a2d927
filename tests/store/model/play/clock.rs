//! The clock is set, and nodes die.

use super::super::books::{Content, Known};
use super::super::steps::NODES;
use super::{Game, LEASE, Outcome, Place, same};
use crate::helpers::{after, now};
use jiff::SignedDuration;
use postrider::domain::NodeId;

impl Game {
    /// As the courier follows it.
    pub(super) async fn set_clock(&mut self, by: i64) -> Outcome {
        let last = self.books.now;
        self.books.now += by;
        if by < 0 {
            return Ok(());
        }
        // Two jumps close to each other are one that two nodes have seen, where there are several.
        let before = last + by / 2;
        let same_after = if matches!(self.place, Place::File(_)) { before } else { before - 60 };
        let shifted = self.store().shift_expiry(after(before), SignedDuration::from_secs(by)).await.unwrap();
        let follows = |known: &&mut Known| {
            !known.forgotten
                && known.created < before
                && known.shifted_before.is_none_or(|shifted| shifted < same_after)
        };
        let mut count = 0;
        for known in self.books.messages.iter_mut().filter(follows) {
            if known.is_live() {
                (known.due, known.expires) = (known.due + by, known.expires + by);
                known.shifted_before = Some(before);
                count += 1;
            } else if let Content::Until(until) = &mut known.content {
                (*until, known.expires) = (*until + by, known.expires + by);
                known.shifted_before = Some(before);
            }
        }
        same("shifted", shifted, count)
    }

    /// A file has one process, whose nodes die together; it is not closed, as by a kill. On Postgres one
    /// dies alone, and another one notices.
    pub(super) async fn die(&mut self, node: usize) -> Outcome {
        let dead = self.nodes[node];
        let all_die = matches!(self.place, Place::File(_));
        let should = self.books.free(if all_die { None } else { Some(node) });
        if let Place::Schema(schema) = &self.place {
            let over = "UPDATE nodes SET alive_until = 'epoch' WHERE node_id = $1";
            schema.client().await.execute(over, &[&dead.0]).await.unwrap();
            let leases = self.store().nodes().await.unwrap();
            let lease = leases.into_iter().find(|lease| lease.node == dead).ok_or("the dead node is not known")?;
            same("freed", self.store().free_node(lease).await.unwrap(), should)?;
            self.nodes[node] = NodeId::draw();
        } else {
            self.store = None;
            self.store = Some(self.place.open().await);
            self.nodes = [(); NODES].map(|()| NodeId::draw());
        }
        self.store().register_node(self.nodes[node], now(), LEASE).await.unwrap();
        Ok(())
    }
}
