//! A provider as the courier sees it: what carries mail, and whether it is paused. Bad log-ins
//! lock accounts, so a refused log-in pauses the provider for 30 s, growing to 15 min.

use crate::transport::smtp;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// One of `courier.smtp` and `courier.providers[]`.
pub struct Provider {
    /// Its id in the configuration.
    pub id: String,
    /// What carries the mail.
    pub carrier: Carrier,
    /// Headers of its own for every mail.
    pub headers: Vec<(String, String)>,
    /// How many workers, and so connections, it has.
    pub connections: usize,
    /// Paused or not.
    pub pause: Pause,
}

/// The transports.
pub enum Carrier {
    /// A submission server.
    Smtp(Box<smtp::Settings>),
    /// One `.eml` a mail in this directory.
    File(PathBuf),
    /// The store's inbox.
    Inbox,
}

/// A pause after refused log-ins. Times are the clock's monotonic `elapsed`.
#[derive(Default)]
pub struct Pause(Mutex<Option<Paused>>);

#[derive(Clone, Copy)]
struct Paused {
    until: Duration,
    length: Duration,
}

const FIRST: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_mins(15);

impl Pause {
    /// A log-in was refused: pauses, each time twice as long. Returns how long, or none if a
    /// pause was running already (other workers failed at the same moment).
    pub fn login_refused(&self, now: Duration) -> Option<Duration> {
        let mut paused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let length = match *paused {
            Some(running) if now < running.until => return None,
            Some(last) => (last.length * 2).min(LONGEST),
            None => FIRST,
        };
        *paused = Some(Paused { until: now + length, length });
        Some(length)
    }

    /// A log-in worked: the next pause is a short one again.
    pub fn login_worked(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// How long it still lasts, if it does.
    pub fn left(&self, now: Duration) -> Option<Duration> {
        let paused = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        paused.and_then(|paused| paused.until.checked_sub(now)).filter(|left| !left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_log_ins_pause_longer_each_time_up_to_a_quarter_of_an_hour() {
        let (pause, mut now) = (Pause::default(), Duration::ZERO);
        let mut seen = Vec::new();
        for _ in 0..8 {
            let length = pause.login_refused(now).unwrap();
            assert_eq!(pause.login_refused(now), None, "other workers of the same moment do not add up");
            assert_eq!(pause.left(now), Some(length));
            seen.push(length.as_secs());
            now += length;
            assert_eq!(pause.left(now), None);
        }
        assert_eq!(seen, [30, 60, 120, 240, 480, 900, 900, 900]);
        pause.login_worked();
        assert_eq!(pause.login_refused(now).map(|length| length.as_secs()), Some(30));
    }
}
