//! Rules of intake that depend on nothing but the message: its deadline, the window within which
//! the same message is a duplicate, and what becomes of one too many (design 3.1 and part 5).

use super::Settings;
use crate::domain::Lane;
use crate::store::{Limit, Over};
use jiff::Timestamp;
use std::time::Duration;

/// No code lives longer, whatever the payload says.
const LONGEST: Duration = Duration::from_hours(24);

/// When the message is of no use any more: received + `max(expires_in_minutes, 1)` minutes, at most
/// 24 h; without `expires_in_minutes` the lane's lifetime.
pub(super) fn deadline(received: Timestamp, expires_in_minutes: Option<u64>, lifetime: Duration) -> Timestamp {
    let minutes = expires_in_minutes.map(|minutes| Duration::from_secs(minutes.max(1).saturating_mul(60)).min(LONGEST));
    received + minutes.unwrap_or(lifetime)
}

/// How long an equal post counts as the same message: two codes are never equal for a day, two
/// notices may well be after a quarter of an hour.
pub(super) const fn window(lane: Lane) -> Duration {
    match lane {
        Lane::Codes | Lane::Links => Duration::from_hours(24),
        Lane::Notices => Duration::from_mins(15),
    }
}

/// How many of a type a recipient may have. Somebody waits for codes and links, so one too many of
/// those is sent later; one notice too many is not sent at all.
pub(super) const fn limit(settings: &Settings, lane: Lane) -> Limit {
    let over = match lane {
        Lane::Codes | Lane::Links => Over::Delay,
        Lane::Notices => Over::Refuse,
    };
    Limit { per_hour: settings.per_hour, per_day: settings.per_day, over }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deadline_follows_the_payload_within_its_bounds() {
        let received = Timestamp::from_second(1_800_000_000).unwrap();
        let hour = Duration::from_hours(1);
        for (minutes, seconds) in [
            (Some(0), 60),
            (Some(1), 60),
            (Some(15), 900),
            (Some(100_000), 86_400),
            (Some(u64::MAX), 86_400),
            (None, 3600),
        ] {
            let left = deadline(received, minutes, hour).duration_since(received);
            assert_eq!(left.as_secs(), seconds, "{minutes:?}");
        }
    }
}
