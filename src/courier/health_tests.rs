//! When a provider rests, and when it is tried again.

use super::*;
use crate::domain::{Phase, Reason};

const fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// How long an attempt takes that is answered.
const SHORT: Duration = Duration::from_millis(50);

fn report(outcome: Outcome, code: Option<u16>) -> Report {
    Report { code, ..Report::of(outcome, Phase::Rcpt) }
}

fn fault() -> Report {
    report(Outcome::ProviderFault, None)
}

fn shut(turn: Option<Turn>) -> Option<u64> {
    match turn {
        Some(Turn::Shut(length)) => Some(length.as_secs()),
        _ => None,
    }
}

#[test]
fn three_faults_in_a_row_shut_the_door_and_others_of_the_moment_count_once() {
    for outcome in
        [Outcome::ProviderFault, Outcome::Dropped, Outcome::ProtocolFault, Outcome::Ambiguous, Outcome::Retry]
    {
        let health = Health::default();
        let turns: Vec<_> = (0..5).map(|_| health.attempted(&report(outcome, None), "d", SHORT, at(1))).collect();
        assert_eq!(turns, [None, None, Some(Turn::Shut(at(1))), None, None], "{outcome:?}");
        assert_eq!((health.door(), health.rests_for(at(1))), (Door::Shut, Some(at(1))));
    }
}

#[test]
fn an_answer_about_a_recipient_is_a_sign_of_life() {
    for sign in [
        report(Outcome::Sent, Some(250)),
        report(Outcome::Abandon(Reason::Refused), Some(550)),
        report(Outcome::Retry, Some(450)),
        report(Outcome::Denied, Some(550)),
    ] {
        let health = Health::default();
        for _ in 0..20 {
            assert_eq!(health.attempted(&fault(), "d", SHORT, at(1)), None);
            assert_eq!(health.attempted(&fault(), "d", SHORT, at(1)), None);
            assert_eq!(health.attempted(&sign, "d", SHORT, at(1)), None, "{sign:?}");
        }
        assert_eq!(health.door(), Door::Open);
    }
    let health = Health::default();
    for outcome in [Outcome::Held, Outcome::Abandon(Reason::Expired)] {
        for _ in 0..9 {
            assert_eq!(health.attempted(&report(outcome, None), "d", SHORT, at(1)), None);
        }
    }
}

#[test]
fn rests_grow_until_a_message_gets_through() {
    let (health, mut now) = (Health::default(), at(10));
    let mut lengths = Vec::new();
    for _ in 0..3 {
        lengths.extend(shut(health.attempted(&fault(), "d", SHORT, now)));
    }
    for _ in 0..4 {
        assert!(!health.takes_probe(now), "it rests");
        now += health.rests_for(now).unwrap();
        assert!(health.takes_probe(now) && !health.takes_probe(now), "one tries");
        lengths.extend(shut(health.probed(Some(&fault()), now)));
    }
    now += at(16);
    assert!(health.takes_probe(now));
    assert_eq!(health.probed(Some(&report(Outcome::Sent, Some(220))), now), Some(Turn::Ajar));
    assert_eq!(health.door(), Door::Ajar);
    // It greets us, and fails at the first mail.
    lengths.extend(shut(health.attempted(&fault(), "d", SHORT, now)));
    now += at(30);
    assert!(health.takes_probe(now));
    assert_eq!(health.probed(None, now), Some(Turn::Ajar));
    lengths.extend(shut(health.attempted(&fault(), "d", SHORT, now)));
    assert_eq!(lengths, [1, 2, 4, 8, 16, 30, 30]);
    now += at(30);
    assert!(health.takes_probe(now));
    assert_eq!(health.probed(None, now), Some(Turn::Ajar));
    assert_eq!(health.attempted(&report(Outcome::Retry, Some(450)), "d", SHORT, now), Some(Turn::Open));
    for _ in 0..2 {
        health.attempted(&fault(), "d", SHORT, now);
    }
    assert_eq!(shut(health.attempted(&fault(), "d", SHORT, now)), Some(1), "as if nothing had been");
}

#[test]
fn refused_log_ins_rest_longer_each_time_up_to_a_quarter_of_an_hour() {
    let (health, mut now) = (Health::default(), at(0));
    let refused = report(Outcome::AuthFault, Some(535));
    let mut lengths: Vec<u64> = shut(health.attempted(&refused, "d", SHORT, now)).into_iter().collect();
    assert_eq!(health.attempted(&refused, "d", SHORT, now), None, "other workers of the same moment do not add up");
    for _ in 0..6 {
        now += health.rests_for(now).unwrap();
        assert!(health.takes_probe(now));
        lengths.extend(shut(health.probed(Some(&refused), now)));
    }
    assert_eq!(lengths, [30, 60, 120, 240, 480, 900, 900]);
    now += at(900);
    assert!(health.takes_probe(now));
    assert_eq!(health.probed(Some(&report(Outcome::Sent, None)), now), Some(Turn::Ajar));
    assert_eq!(health.attempted(&report(Outcome::Sent, Some(250)), "d", SHORT, now), Some(Turn::Open));
    assert_eq!(shut(health.attempted(&refused, "d", SHORT, now)), Some(30));
}

#[test]
fn twenty_denials_to_five_domains_with_no_mail_between_are_about_us() {
    let denied = report(Outcome::Denied, Some(550));
    let health = Health::default();
    for _ in 0..50 {
        assert_eq!(health.attempted(&denied, "one.example", SHORT, at(1)), None, "one domain's policy");
    }
    health.attempted(&report(Outcome::Sent, Some(250)), "d", SHORT, at(1));
    let turns = (0..20).map(|n| health.attempted(&denied, &format!("{}.example", n % 5), SHORT, at(1)));
    assert_eq!(turns.filter_map(shut).count(), 1);
    assert_eq!(health.door(), Door::Shut);
}

#[test]
fn a_complaint_halves_the_pace_and_silence_brings_it_back() {
    let health = Health::default();
    let slow = Report { enhanced: Some(EnhancedCode(4, 7, 28)), ..report(Outcome::Retry, Some(451)) };
    assert_eq!(health.complained(&report(Outcome::Retry, Some(450)), at(1)), None);
    assert_eq!(health.complained(&slow, at(1)), Some(1));
    assert_eq!(health.complained(&slow, at(1)), None, "of the same moment");
    assert_eq!(health.complained(&report(Outcome::ProtocolFault, Some(421)), at(2)), Some(2));
    assert_eq!(health.eases(at(31)), None);
    assert_eq!((health.eases(at(32)), health.eases(at(62)), health.eases(at(99))), (Some(1), Some(0), None));
}

#[test]
fn a_code_keeps_a_connection_warm_for_five_minutes_unless_the_provider_rests() {
    let health = Health::default();
    assert!(!health.expects_codes(at(1)));
    health.sent_code(at(1));
    assert!(health.expects_codes(at(300)) && !health.expects_codes(at(301)));
    for _ in 0..3 {
        health.attempted(&fault(), "d", SHORT, at(2));
    }
    assert!(!health.expects_codes(at(3)));
}

#[test]
fn mail_over_older_connections_does_not_end_the_rest_after_a_refused_log_in() {
    let health = Health::default();
    assert_eq!(shut(health.attempted(&report(Outcome::AuthFault, Some(535)), "d", SHORT, at(1))), Some(30));
    assert_eq!(health.attempted(&report(Outcome::Sent, Some(250)), "d", SHORT, at(2)), None);
    assert_eq!(health.door(), Door::Shut);
    assert!(!health.takes_probe(at(30)) && health.takes_probe(at(31)));
    assert_eq!(health.probed(Some(&report(Outcome::Sent, None)), at(31)), Some(Turn::Ajar));
    assert_eq!(health.attempted(&report(Outcome::Sent, Some(250)), "d", SHORT, at(31)), Some(Turn::Open));
}

#[test]
fn mail_that_was_on_its_way_when_the_door_was_shut_opens_it_again() {
    let health = Health::default();
    for _ in 0..3 {
        health.attempted(&fault(), "d", SHORT, at(1));
    }
    assert_eq!(health.attempted(&report(Outcome::Sent, Some(250)), "d", SHORT, at(1)), Some(Turn::Open));
}

#[test]
fn one_fault_that_took_long_is_enough_unless_mail_went_through_meanwhile() {
    let health = Health::default();
    assert_eq!(health.attempted(&fault(), "d", at(4), at(100)), None);
    assert_eq!(shut(health.attempted(&fault(), "d", at(30), at(130))), Some(1));
    let health = Health::default();
    health.attempted(&report(Outcome::Sent, Some(250)), "d", SHORT, at(120));
    assert_eq!(health.attempted(&fault(), "d", at(30), at(130)), None, "others are well served");
    assert_eq!(shut(health.attempted(&fault(), "d", at(10), at(131))), Some(1));
}
