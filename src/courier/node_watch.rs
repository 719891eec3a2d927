//! Tells which nodes are dead. Their lease has to be over by the database's clock, and they must
//! not have been heard of for a while by ours: should somebody set the database's clock forward, every
//! lease looks over at once, and living nodes then say so. While the database is away nobody is heard:
//! that is nobody's silence.

use super::lease::EXTEND;
use crate::domain::NodeId;
use crate::store::NodeLease;
use jiff::Timestamp;
use std::collections::HashMap;
use std::time::Duration;

/// A living node is heard of more often than this.
const SILENCE: Duration = Duration::from_secs(EXTEND.as_secs() + 1);

/// Who could not look, or say that it lives on, for so long does not know who was silent meanwhile.
const DEAF: Duration = Duration::from_secs(2 * EXTEND.as_secs());

/// What was seen of nodes.
#[derive(Default)]
pub(super) struct NodeWatch {
    nodes: HashMap<NodeId, (Option<Timestamp>, Duration)>,
    looked: Option<Duration>,
    spoke: Option<Duration>,
}

impl NodeWatch {
    /// This node said that it lives on.
    pub(super) fn spoke(&mut self, now: Duration) {
        if self.spoke.replace(now).is_some_and(|last| now.saturating_sub(last) >= DEAF) {
            self.nodes.clear();
        }
    }

    /// Looks at the leases of other nodes at a moment of the monotonic clock.
    pub(super) fn dead(&mut self, leases: &[NodeLease], now: Duration) -> Vec<NodeLease> {
        let mut before = std::mem::take(&mut self.nodes);
        if self.looked.replace(now).is_some_and(|last| now.saturating_sub(last) >= DEAF) {
            before.clear();
        }
        for lease in leases {
            let seen = before.get(&lease.node).filter(|(alive_until, _)| *alive_until == lease.alive_until);
            self.nodes.insert(lease.node, (lease.alive_until, seen.map_or(now, |(_, since)| *since)));
        }
        let is_silent = |lease: &&NodeLease| {
            self.nodes.get(&lease.node).is_some_and(|(_, since)| now.saturating_sub(*since) >= SILENCE)
        };
        leases.iter().filter(|lease| lease.is_over).filter(is_silent).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn lease(node: NodeId, until: i64, is_over: bool) -> NodeLease {
        NodeLease { node, alive_until: Some(Timestamp::from_second(until).unwrap()), is_over }
    }

    /// Looks each two seconds, as a node does, while nothing changes; who was found dead at the end.
    fn after(watch: &mut NodeWatch, leases: &[NodeLease], seconds: std::ops::RangeInclusive<u64>) -> Vec<NodeLease> {
        let mut dead = Vec::new();
        for second in seconds.step_by(2) {
            watch.spoke(at(second));
            dead = watch.dead(leases, at(second));
        }
        dead
    }

    #[test]
    fn dead_is_who_is_silent_when_the_lease_is_over() {
        let (mut watch, node) = (NodeWatch::default(), NodeId::draw());
        assert!(after(&mut watch, &[lease(node, 20, false)], 0..=20).is_empty());
        assert_eq!(watch.dead(&[lease(node, 20, true)], at(21)), [lease(node, 20, true)]);
    }

    #[test]
    fn a_clock_set_forward_kills_nobody() {
        let (mut watch, node) = (NodeWatch::default(), NodeId::draw());
        assert!(watch.dead(&[lease(node, 20, false)], at(0)).is_empty());
        assert!(watch.dead(&[lease(node, 20, true)], at(5)).is_empty(), "it may still say that it lives");
        assert!(watch.dead(&[lease(node, 3620, false)], at(7)).is_empty());
    }

    #[test]
    fn who_comes_new_waits_before_it_says_that_others_are_dead() {
        let (mut watch, node) = (NodeWatch::default(), NodeId::draw());
        let unknown = NodeLease { node, alive_until: None, is_over: true };
        assert!(after(&mut watch, &[unknown], 100..=104).is_empty());
        assert_eq!(watch.dead(&[unknown], at(106)), [unknown]);
        assert!(watch.dead(&[], at(108)).is_empty());
        assert!(watch.dead(&[unknown], at(110)).is_empty(), "seen anew");
    }

    #[test]
    fn while_the_database_is_away_nobody_dies() {
        let (mut watch, node) = (NodeWatch::default(), NodeId::draw());
        assert!(after(&mut watch, &[lease(node, 20, false)], 0..=4).is_empty());
        // Nothing could be read for half a minute.
        let over = [lease(node, 20, true)];
        assert!(after(&mut watch, &over, 34..=38).is_empty(), "it could not say that it lives either");
        assert_eq!(watch.dead(&over, at(40)), over, "now it could have");
    }

    #[test]
    fn while_nothing_can_be_written_nobody_dies() {
        let (mut watch, node) = (NodeWatch::default(), NodeId::draw());
        watch.spoke(at(0));
        for second in (0..=40).step_by(2) {
            watch.dead(&[lease(node, 50, false)], at(second));
        }
        watch.spoke(at(41));
        assert!(watch.dead(&[lease(node, 50, true)], at(42)).is_empty());
    }
}
