//! Tells which nodes are dead. Their lease has to be over by the database's clock, and they must
//! not have been heard of for a while by ours: should somebody set the database's clock forward, every
//! lease looks over at once, and living nodes then say so.

use super::lease::EXTEND;
use crate::domain::NodeId;
use crate::store::NodeLease;
use jiff::Timestamp;
use std::collections::HashMap;
use std::time::Duration;

/// A living node is heard of more often than this.
const SILENCE: Duration = Duration::from_secs(EXTEND.as_secs() + 1);

/// What was seen of nodes.
#[derive(Default)]
pub(super) struct NodeWatch(HashMap<NodeId, (Option<Timestamp>, Duration)>);

impl NodeWatch {
    /// Looks at the leases of other nodes at a moment of the monotonic clock.
    pub(super) fn dead(&mut self, leases: &[NodeLease], now: Duration) -> Vec<NodeLease> {
        let before = std::mem::take(&mut self.0);
        for lease in leases {
            let seen = before.get(&lease.node).filter(|(alive_until, _)| *alive_until == lease.alive_until);
            self.0.insert(lease.node, (lease.alive_until, seen.map_or(now, |(_, since)| *since)));
        }
        let is_silent = |lease: &&NodeLease| {
            self.0.get(&lease.node).is_some_and(|(_, since)| now.saturating_sub(*since) >= SILENCE)
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

    #[test]
    fn dead_is_who_is_silent_when_the_lease_is_over() {
        let (mut watch, node) = (NodeWatch::default(), NodeId::draw());
        for second in [0, 10, 19] {
            assert!(watch.dead(&[lease(node, 20, false)], at(second)).is_empty());
        }
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
        assert!(watch.dead(&[unknown], at(100)).is_empty());
        assert!(watch.dead(&[unknown], at(105)).is_empty());
        assert_eq!(watch.dead(&[unknown], at(106)), [unknown]);
        assert!(watch.dead(&[], at(200)).is_empty());
        assert!(watch.dead(&[unknown], at(201)).is_empty(), "seen anew");
    }
}
