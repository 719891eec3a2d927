//! How much could be handed over at a moment, by lane.

use super::Routes;
use super::desk::{Desk, Look};
use crate::domain::Lane;
use std::time::Duration;

/// What could be handed over now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Free {
    /// How many messages.
    pub total: usize,
    /// Of codes, of links and of notices at most.
    pub lanes: [usize; 3],
    /// Whether one of them could be handed over if all workers were free.
    pub open: [bool; 3],
}

impl Free {
    pub(super) fn of(desks: &mut [Desk], routes: &Routes, now: Duration) -> Self {
        let mut free = Self::default();
        let mut reached = vec![0; desks.len()];
        for ((lane, most), open) in Lane::ALL.iter().zip(&mut free.lanes).zip(&mut free.open) {
            let looks: Vec<Look> = desks.iter_mut().map(|desk| desk.look(*lane, None, now)).collect();
            let passes = |desk: &usize| looks.get(*desk).is_none_or(|look| look.is_passed_by(*lane));
            let lists = routes.lists().filter(|(only, _)| only.is_none_or(|only| only == *lane));
            let first = lists.filter_map(|(_, list)| list.iter().copied().find(|desk| !passes(desk)));
            let first: Vec<usize> = first.collect();
            *open = !first.is_empty();
            let is_free = |desk: &usize| looks.get(*desk) == Some(&Look::Free);
            let mut mine: Vec<usize> = first.into_iter().filter(is_free).collect();
            mine.sort_unstable();
            mine.dedup();
            for number in mine {
                let room = desks.get(number).map_or(0, |desk| desk.room(*lane));
                *most += room;
                reached.iter_mut().skip(number).take(1).for_each(|all: &mut usize| *all = room.max(*all));
            }
        }
        free.total = reached.iter().sum();
        free
    }
}
