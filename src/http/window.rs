//! Counts per caller (or whatever is limited) and hour, in bounded memory. Sliding: what was counted
//! in the hour before fades out over the next one, so that nobody gets twice the limit around a full
//! hour.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often each caller did something lately.
pub(super) struct Windows<K> {
    /// How often one may in an hour; 0 is no limit.
    limit: u32,
    counts: Mutex<HashMap<K, Window>>,
}

/// Milliseconds of the hour that limits are for.
const HOUR: u64 = 3_600_000;
/// Callers remembered at most: about 4 MB.
const CALLERS: usize = 50_000;

#[derive(Clone, Copy, Default)]
struct Window {
    /// When the present hour began.
    start: u64,
    before: u32,
    now: u32,
}

impl<K: Eq + Hash> Windows<K> {
    pub(super) fn new(limit: u32) -> Self {
        Self { limit, counts: Mutex::default() }
    }

    /// Counts once; or says how long it takes until there is room.
    pub(super) fn take(&self, caller: K, at: Duration) -> Result<(), Duration> {
        if self.limit == 0 {
            return Ok(());
        }
        let at = millis(at);
        let mut counts = self.lock();
        if counts.len() >= CALLERS && !counts.contains_key(&caller) {
            make_room(&mut counts, at);
        }
        let window = counts.entry(caller).or_insert(Window { start: at, ..Window::default() });
        window.turn(at);
        if window.used(at) < self.limit {
            window.now = window.now.saturating_add(1);
            return Ok(());
        }
        Err(Duration::from_millis(window.wait(self.limit, at)))
    }

    /// Takes one count back.
    pub(super) fn give_back(&self, caller: &K) {
        if let Some(window) = self.lock().get_mut(caller) {
            // In the next hour it is the earlier one's.
            let from = if window.now > 0 { &mut window.now } else { &mut window.before };
            *from = from.saturating_sub(1);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Window>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Window {
    /// Begins the hour that it is.
    fn turn(&mut self, at: u64) {
        match at.saturating_sub(self.start) {
            ..HOUR => {}
            age if age < 2 * HOUR => *self = Self { start: self.start + HOUR, before: self.now, now: 0 },
            _ => *self = Self { start: at, ..Self::default() },
        }
    }

    /// What counts at this time of the present hour.
    fn used(&self, at: u64) -> u32 {
        let left = HOUR - at.saturating_sub(self.start).min(HOUR);
        let fading = u64::from(self.before) * left / HOUR;
        self.now.saturating_add(u32::try_from(fading).unwrap_or(u32::MAX))
    }

    /// How long until one more fits, if none does now.
    fn wait(&self, limit: u32, at: u64) -> u64 {
        let age = at.saturating_sub(self.start).min(HOUR);
        // What must have faded, and how far it is from there to the hour in which it fades.
        let (fading, room, ahead) = match limit.checked_sub(self.now) {
            Some(room) if room > 0 => (self.before, room, 0),
            _ => (self.now, limit, HOUR),
        };
        let faded = HOUR - (HOUR * u64::from(room) / u64::from(fading).max(1)).min(HOUR);
        (ahead + faded + 1).saturating_sub(age)
    }
}

/// Forgets whom it does no harm to forget: who did nothing for two hours, and if those are few, the
/// half that did least, so that a flood of addresses does not make the worst ones unknown again.
fn make_room<K>(counts: &mut HashMap<K, Window>, at: u64) {
    counts.retain(|_, window| at.saturating_sub(window.start) < 2 * HOUR);
    if counts.len() < CALLERS / 4 * 3 {
        return;
    }
    let mut used: Vec<u32> = counts.values().map(|window| window.used(at)).collect();
    let middle = used.len() / 2;
    let (_, median, _) = used.select_nth_unstable(middle);
    let (median, mut equal) = (*median, CALLERS / 4);
    counts.retain(|_, window| match window.used(at).cmp(&median) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => {
            equal = equal.saturating_sub(1);
            equal == 0
        }
    });
}

fn millis(at: Duration) -> u64 {
    u64::try_from(at.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::client::Household;
    use std::net::Ipv4Addr;

    const ONE: Household = Household::V4(Ipv4Addr::LOCALHOST);

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_wait_that_is_told_is_long_enough_and_no_longer_than_needed() {
        let windows = Windows::new(30);
        let mut now = at(100);
        for _ in 0..30 {
            windows.take(ONE, now).unwrap();
        }
        for _ in 0..50 {
            let wait = windows.take(ONE, now).unwrap_err();
            let early = (now + wait).saturating_sub(Duration::from_millis(2));
            assert!(windows.take(ONE, early).is_err(), "{wait:?} at {now:?} is too long");
            now += wait;
            windows.take(ONE, now).unwrap();
        }
    }

    #[test]
    fn nobody_gets_twice_the_limit_around_the_full_hour() {
        let windows = Windows::new(100);
        windows.take(ONE, at(0)).unwrap();
        for _ in 0..99 {
            windows.take(ONE, at(3599)).unwrap();
        }
        let more = (0..100).filter(|_| windows.take(ONE, at(3601)).is_ok()).count();
        assert_eq!(more, 1);
        let later = (0..200).filter(|_| windows.take(ONE, at(3600 + 1800)).is_ok()).count();
        assert_eq!(later, 49);
        let much_later = (0..200).filter(|_| windows.take(ONE, at(20_000)).is_ok()).count();
        assert_eq!(much_later, 100);
    }

    #[test]
    fn what_is_given_back_may_be_taken_again() {
        let windows = Windows::new(1);
        windows.take(ONE, at(0)).unwrap();
        windows.take(ONE, at(1)).unwrap_err();
        windows.give_back(&ONE);
        windows.take(ONE, at(1)).unwrap();
        windows.take(ONE, at(3600)).unwrap_err();
        windows.give_back(&ONE);
        windows.take(ONE, at(3600)).unwrap();
        windows.give_back(&Household::V6(7));
    }

    #[test]
    fn a_limit_of_0_is_none() {
        let windows = Windows::new(0);
        assert!((0..10_000).all(|_| windows.take(ONE, at(0)).is_ok()));
        assert!(windows.lock().is_empty());
    }

    #[test]
    fn a_flood_of_addresses_costs_bounded_memory_and_does_not_hide_the_worst() {
        let windows = Windows::new(3);
        for _ in 0..3 {
            windows.take(ONE, at(0)).unwrap();
        }
        for prefix in 0..200_000 {
            windows.take(Household::V6(prefix), at(1)).unwrap();
        }
        assert!(windows.lock().len() <= CALLERS);
        assert!(windows.take(ONE, at(2)).is_err());
        // All of them have done nothing for two hours.
        windows.lock().retain(|household, _| *household != ONE);
        for prefix in 200_000..300_000 {
            windows.take(Household::V6(prefix), at(9000)).unwrap();
        }
        assert!(windows.lock().len() <= CALLERS);
    }
}
