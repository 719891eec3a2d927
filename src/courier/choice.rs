//! Which provider next: the route's order, turned by what happened to the message so far. Pure.

use crate::domain::{Dispatch, Message, Outcome};

/// So many refusals for now by one provider, and the next one is asked.
const PATIENCE: usize = 2;
/// RFC 5321 3.8: the server closes the channel.
const SHUTTING_DOWN: u16 = 421;

/// The providers of a route in the order in which they should be tried now.
///
/// - After a fault of a provider the next one on the route comes first.
/// - After two refusals for now by the same one, too: another may be less reserved.
/// - A provider whose policy is against the message does not get it again.
/// - An unanswered dot is repeated to the same provider only, or the mail could arrive twice.
pub(super) fn order(route: &[usize], ids: &[&str], message: &Message) -> Vec<usize> {
    let id = |desk: &usize| ids.get(*desk).copied().unwrap_or_default();
    let Some(last) = message.dispatches.last() else { return route.to_vec() };
    if is(last, Outcome::Ambiguous) {
        let same: Vec<usize> = route.iter().copied().filter(|desk| id(desk) == last.provider).collect();
        return if same.is_empty() { route.to_vec() } else { same };
    }
    let mut order: Vec<usize> = route.to_vec();
    if is_about_provider(last) || refusals_for_now(message) >= PATIENCE {
        let next = route.iter().position(|desk| id(desk) == last.provider).map_or(0, |at| at + 1);
        order.rotate_left(next.min(route.len()));
    }
    let denied =
        |desk: &usize| message.dispatches.iter().any(|line| is(line, Outcome::Denied) && line.provider == id(desk));
    let willing: Vec<usize> = order.iter().copied().filter(|desk| !denied(desk)).collect();
    if willing.is_empty() { order } else { willing }
}

/// Whether an attempt failed for a reason that another provider does not share.
pub(super) fn is_about_provider(line: &Dispatch) -> bool {
    [Outcome::ProviderFault, Outcome::AuthFault, Outcome::Dropped].iter().any(|outcome| is(line, *outcome))
        || is(line, Outcome::ProtocolFault) && line.code == Some(SHUTTING_DOWN)
}

/// How many providers in a row failed since one did not.
pub(super) fn faults_in_a_row(message: &Message) -> usize {
    message.dispatches.iter().rev().take_while(|line| is_about_provider(line)).count()
}

/// How often in a row the connection was lost before a byte of the body was out.
pub(super) fn drops_in_a_row(message: &Message) -> u32 {
    let drops = message.dispatches.iter().rev().take_while(|line| is(line, Outcome::Dropped)).count();
    drops.try_into().unwrap_or(u32::MAX)
}

fn refusals_for_now(message: &Message) -> usize {
    let same = |line: &&Dispatch| {
        is(line, Outcome::Retry) && message.dispatches.last().is_some_and(|last| last.provider == line.provider)
    };
    message.dispatches.iter().rev().take_while(same).count()
}

fn is(line: &Dispatch, outcome: Outcome) -> bool {
    line.outcome == outcome.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Phase;
    use crate::handover::Job;

    const IDS: [&str; 3] = ["a", "b", "c"];

    fn after(history: &[(&str, &str)]) -> Vec<usize> {
        order(&[0, 1, 2], &IDS, &message(history))
    }

    fn message(history: &[(&str, &str)]) -> Message {
        let mut message = Job::for_tests().message;
        let line = |(provider, outcome): &(&str, &str)| {
            let (outcome, code) = outcome.split_once(' ').unwrap_or((outcome, ""));
            Dispatch {
                at: message.created_at,
                send_count: 1,
                provider: (*provider).to_owned(),
                outcome: outcome.to_owned(),
                phase: Phase::Mail,
                code: code.parse().ok(),
                enhanced: None,
                duration_ms: 0,
            }
        };
        let lines = history.iter().map(line).collect();
        message.dispatches = lines;
        message
    }

    #[test]
    fn a_fault_brings_the_next_provider_to_the_front() {
        assert_eq!(after(&[]), [0, 1, 2]);
        for fault in ["provider_fault", "auth_fault", "dropped", "protocol_fault 421"] {
            assert_eq!(after(&[("a", fault)]), [1, 2, 0], "{fault}");
            assert_eq!(after(&[("a", fault), ("b", fault)]), [2, 0, 1], "{fault}");
            assert_eq!(after(&[("c", fault)]), [0, 1, 2], "{fault}");
            assert_eq!(after(&[("gone", fault)]), [0, 1, 2], "{fault}");
        }
        assert_eq!(after(&[("a", "protocol_fault 500")]), [0, 1, 2], "again, but plainly");
    }

    #[test]
    fn refusals_for_now_are_for_the_same_provider_first() {
        assert_eq!(after(&[("a", "retry 450")]), [0, 1, 2]);
        assert_eq!(after(&[("a", "retry 450"), ("a", "retry 450")]), [1, 2, 0]);
        assert_eq!(after(&[("a", "retry 450"), ("a", "retry 450"), ("b", "retry 450")]), [0, 1, 2]);
    }

    #[test]
    fn a_policy_is_not_asked_twice_and_a_doubt_stays_where_it_is() {
        assert_eq!(after(&[("a", "denied 550")]), [1, 2]);
        assert_eq!(after(&[("a", "denied 550"), ("b", "provider_fault")]), [2, 1]);
        assert_eq!(after(&[("b", "ambiguous")]), [1]);
        assert_eq!(after(&[("gone", "ambiguous")]), [0, 1, 2]);
        assert_eq!(order(&[0], &IDS, &message(&[("a", "denied 550")])), [0]);
    }

    #[test]
    fn faults_in_a_row_are_those_since_the_last_other_answer() {
        let history = [("a", "provider_fault"), ("a", "retry 450"), ("a", "dropped"), ("b", "auth_fault")];
        assert_eq!(faults_in_a_row(&message(&history)), 2);
        assert_eq!(faults_in_a_row(&message(&[])), 0);
    }
}
