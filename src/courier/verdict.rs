//! From what an attempt came to, to what becomes of the message. Pure: design part 5, "Outcomes
//! by phase", second half.

use super::choice;
use crate::domain::{Lane, Message, Outcome, Reason, Report, RetryPolicy};
use crate::store::Settled;
use jiff::Timestamp;
use std::time::Duration;

/// A message whose final dot went unanswered is sent once more, not before this.
const AMBIGUOUS_WAIT: Duration = super::LONGEST_OF_OUR_OWN;
/// So many protocol faults make a refusal.
const PROTOCOL_FAULTS: usize = 3;
/// RFC 5321 3.8: the server closes the channel.
const SHUTTING_DOWN: u16 = 421;

/// When a message is tried again.
pub(super) struct Schedule<'a> {
    /// The waits of its lane.
    pub(super) policy: &'a RetryPolicy,
    /// Drawn from 0 … 1.
    pub(super) jitter: f64,
    /// Who could try.
    pub(super) next: Next,
}

/// Who could try next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Next {
    /// Whether another provider of the route has not come to the same outcome.
    pub(super) other: bool,
    /// Whether another provider of the route does not rest.
    pub(super) other_is_open: bool,
    /// How many providers the route has.
    pub(super) providers: usize,
}

/// What `report` means for `message`. `abandoned` is how long the content of a message without
/// an expiring code is kept for an operator's retry.
pub(super) fn verdict(
    report: &Report,
    message: &Message,
    schedule: &Schedule<'_>,
    abandoned: Duration,
    now: Timestamp,
) -> Settled {
    let Schedule { policy, jitter, next } = schedule;
    let before = |outcome: &str| {
        let same = message.dispatches.iter().filter(|dispatch| dispatch.outcome == outcome);
        same.filter(|dispatch| dispatch.code != Some(SHUTTING_DOWN)).count()
    };
    let over = |reason| Settled::Abandoned { reason, content_until: content_until(message, reason, abandoned, now) };
    let again = |counted: bool| {
        // What does not count as an attempt leaves the schedule where it is. Only drops in a row
        // lengthen the wait: a server that always hangs up must not be called every second.
        let uncounted = if counted { 0 } else { choice::drops_in_a_row(message) };
        let wait = policy.wait(message.attempts.saturating_add(uncounted).saturating_add(1), *jitter);
        Settled::Retry { due_at: now + wait, counted }
    };
    let at_once = Settled::Retry { due_at: now, counted: false };
    // Somebody waits for it, and another provider of this round was not asked yet.
    let fails_over = |about_provider: bool| {
        let asked = choice::faults_in_a_row(message) + 1;
        about_provider && message.lane != Lane::Notices && next.other_is_open && !asked.is_multiple_of(next.providers)
    };
    let shutting_down = report.outcome == Outcome::ProtocolFault && report.code == Some(SHUTTING_DOWN);
    match report.outcome {
        Outcome::Sent => Settled::Sent,
        Outcome::Abandon(reason) => over(reason),
        Outcome::Denied if next.other && before(report.outcome.as_str()) == 0 => at_once,
        Outcome::Denied => over(Reason::Refused),
        Outcome::ProviderFault | Outcome::AuthFault | Outcome::Dropped if fails_over(true) => at_once,
        Outcome::ProtocolFault if fails_over(shutting_down) => at_once,
        Outcome::Dropped => again(false),
        // A server that restarts says 421 to everybody: that is no judgement of this message.
        Outcome::ProtocolFault if !shutting_down && before(report.outcome.as_str()) + 1 >= PROTOCOL_FAULTS => {
            over(Reason::Refused)
        }
        Outcome::ProviderFault | Outcome::AuthFault | Outcome::Retry | Outcome::ProtocolFault => again(true),
        Outcome::Ambiguous if before(report.outcome.as_str()) > 0 => over(Reason::Unconfirmed),
        Outcome::Ambiguous => Settled::Retry { due_at: now + AMBIGUOUS_WAIT, counted: true },
        Outcome::Held => Settled::Released,
    }
}

/// Promise P6: the content of an abandoned message is kept until its code has expired, without a
/// code for `abandoned`; of an expired one not at all.
pub(super) fn content_until(message: &Message, reason: Reason, abandoned: Duration, now: Timestamp) -> Timestamp {
    match (reason, message.lane) {
        (Reason::Expired | Reason::Undeliverable, _) => now,
        (_, Lane::Codes | Lane::Links) => message.expires_at,
        (_, Lane::Notices) => now + abandoned,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Dispatch, Phase};
    use crate::handover::Job;

    const ALONE: Next = Next { other: false, other_is_open: false, providers: 1 };
    const TWO: Next = Next { other: true, other_is_open: true, providers: 2 };

    fn after(outcome: Outcome, history: &[&str]) -> Settled {
        after_of(Lane::Codes, outcome, history, ALONE)
    }

    fn after_of(lane: Lane, outcome: Outcome, history: &[&str], next: Next) -> Settled {
        let mut message = Job::for_tests().message;
        let now = message.created_at;
        message.dispatches = history.iter().map(|outcome| dispatch(outcome, now)).collect();
        message.attempts = u32::try_from(history.len()).unwrap();
        message.lane = lane;
        let policy = RetryPolicy::new(vec![Duration::from_secs(1), Duration::from_secs(8)]);
        let schedule = Schedule { policy: &policy, jitter: 0.0, next };
        verdict(&Report::of(outcome, Phase::Dot), &message, &schedule, Duration::from_hours(168), now)
    }

    fn dispatch(outcome: &str, at: Timestamp) -> Dispatch {
        let (provider, outcome) = ("smtp".to_owned(), outcome.to_owned());
        Dispatch { at, send_count: 1, provider, outcome, phase: Phase::Dot, code: None, enhanced: None, duration_ms: 0 }
    }

    fn retry(seconds: i64, counted: bool) -> Settled {
        let now = Job::for_tests().message.created_at;
        Settled::Retry { due_at: now + jiff::SignedDuration::from_secs(seconds), counted }
    }

    #[test]
    fn every_outcome_has_its_consequence() {
        let expires = Job::for_tests().message.expires_at;
        let over = |reason| Settled::Abandoned { reason, content_until: expires };
        assert_eq!(after(Outcome::Sent, &[]), Settled::Sent);
        assert_eq!(after(Outcome::Retry, &[]), retry(1, true));
        assert_eq!(after(Outcome::Retry, &["retry"]), retry(8, true));
        assert_eq!(after(Outcome::ProviderFault, &["retry", "retry"]), retry(8, true));
        assert_eq!(after(Outcome::AuthFault, &[]), retry(1, true));
        assert_eq!(after(Outcome::Dropped, &[]), retry(1, false));
        assert_eq!(after(Outcome::Abandon(Reason::Refused), &[]), over(Reason::Refused));
        assert_eq!(after(Outcome::Denied, &[]), over(Reason::Refused));
        assert_eq!(after(Outcome::ProtocolFault, &["protocol_fault"]), retry(8, true));
        assert_eq!(
            after(Outcome::ProtocolFault, &["protocol_fault", "retry", "protocol_fault"]),
            over(Reason::Refused)
        );
        assert_eq!(after(Outcome::Ambiguous, &["retry"]), retry(60, true));
        assert_eq!(after(Outcome::Ambiguous, &["ambiguous"]), over(Reason::Unconfirmed));
        assert_eq!(after(Outcome::Held, &[]), Settled::Released);
    }

    #[test]
    fn a_drop_does_not_count_and_only_drops_in_a_row_lengthen_the_wait() {
        let mut message = Job::for_tests().message;
        let now = message.created_at;
        let policy = RetryPolicy::new([1, 8, 20].map(Duration::from_secs).to_vec());
        let schedule = Schedule { policy: &policy, jitter: 0.0, next: ALONE };
        let mut after = |history: &[&str], attempts, outcome| {
            message.dispatches = history.iter().map(|outcome| dispatch(outcome, now)).collect();
            message.attempts = attempts;
            verdict(&Report::of(outcome, Phase::Rcpt), &message, &schedule, Duration::ZERO, now)
        };
        assert_eq!(after(&[], 0, Outcome::Dropped), retry(1, false));
        assert_eq!(after(&["dropped"], 0, Outcome::Dropped), retry(8, false));
        assert_eq!(after(&["dropped", "dropped"], 0, Outcome::Dropped), retry(20, false));
        assert_eq!(after(&["dropped", "dropped"], 0, Outcome::Retry), retry(1, true), "the first that counts");
        assert_eq!(after(&["dropped", "retry"], 1, Outcome::Dropped), retry(8, false));
    }

    #[test]
    fn a_server_that_restarts_for_long_refuses_nothing() {
        let mut message = Job::for_tests().message;
        let now = message.created_at;
        let closing = |at| Dispatch { code: Some(421), ..dispatch("protocol_fault", at) };
        message.dispatches = vec![closing(now), closing(now), closing(now)];
        let policy = RetryPolicy::new(vec![Duration::from_secs(1)]);
        let report = Report { code: Some(421), ..Report::of(Outcome::ProtocolFault, Phase::Mail) };
        let schedule = Schedule { policy: &policy, jitter: 0.0, next: ALONE };
        assert_eq!(verdict(&report, &message, &schedule, Duration::ZERO, now), retry(1, true));
    }

    #[test]
    fn what_is_urgent_goes_to_the_next_provider_at_once_and_waits_after_a_round() {
        let faults = [Outcome::ProviderFault, Outcome::AuthFault, Outcome::Dropped];
        for (lane, outcome) in faults.iter().flat_map(|outcome| [(Lane::Codes, *outcome), (Lane::Links, *outcome)]) {
            assert_eq!(after_of(lane, outcome, &[], TWO), retry(0, false), "{outcome:?}");
            let waits = after_of(lane, outcome, &["provider_fault"], TWO);
            assert!(waits != retry(0, false), "{outcome:?}: both were asked");
            assert_eq!(after_of(lane, outcome, &["provider_fault", "provider_fault"], TWO), retry(0, false));
            let rests = Next { other_is_open: false, ..TWO };
            assert!(after_of(lane, outcome, &[], rests) != retry(0, false), "the other rests");
            assert!(after_of(Lane::Notices, outcome, &[], TWO) != retry(0, false));
        }
        assert_eq!(after_of(Lane::Codes, Outcome::Retry, &[], TWO), retry(1, true), "an answer about the message");
        assert_eq!(after_of(Lane::Codes, Outcome::Ambiguous, &[], TWO), retry(60, true), "no failover now");
    }

    #[test]
    fn what_a_policy_is_against_is_tried_by_one_other_provider() {
        assert_eq!(after_of(Lane::Notices, Outcome::Denied, &[], TWO), retry(0, false));
        let refused = after(Outcome::Denied, &[]);
        assert_eq!(after_of(Lane::Codes, Outcome::Denied, &["denied"], TWO), refused);
        assert_eq!(after_of(Lane::Codes, Outcome::Denied, &[], Next { other: false, ..TWO }), refused);
    }

    #[test]
    fn content_is_kept_no_longer_than_somebody_could_use_it() {
        let mut message = Job::for_tests().message;
        let (now, week) = (message.created_at, Duration::from_hours(168));
        assert_eq!(content_until(&message, Reason::Expired, week, now), now);
        assert_eq!(content_until(&message, Reason::Refused, week, now), message.expires_at);
        message.lane = Lane::Notices;
        assert_eq!(content_until(&message, Reason::Refused, week, now), now + week);
    }
}
