//! What a desk takes in, and when.

use super::*;

fn desk(size: usize, rate: u32) -> (Desk, Vec<oneshot::Receiver<Handed>>) {
    let mut desk = Desk::new(Plan { size, share: size.div_ceil(2), rate });
    let workers = (0..size).map(|_| oneshot::channel());
    let waiting = workers.map(|(worker, job)| {
        desk.offer(worker);
        job
    });
    let waiting = waiting.collect();
    (desk, waiting)
}

const fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn busy(seconds: u64) -> Look {
    Look::Busy { stalled_for: at(seconds) }
}

#[test]
fn what_is_urgent_waits_for_no_rate_and_two_seconds_for_a_place_notices_twenty() {
    for (look, codes, notices) in [
        (Look::Free, false, false),
        (Look::Shut, true, true),
        (Look::Rated, true, false),
        (busy(1), false, false),
        (busy(2), true, false),
        (busy(19), true, false),
        (busy(20), true, true),
    ] {
        assert_eq!((look.is_passed_by(Lane::Codes), look.is_passed_by(Lane::Links)), (codes, codes), "{look:?}");
        assert_eq!(look.is_passed_by(Lane::Notices), notices, "{look:?}");
    }
}

#[test]
fn one_domain_gets_half_of_the_workers_and_stalls_alone() {
    let (mut desk, _waiting) = desk(4, 0);
    for _ in 0..2 {
        assert_eq!(desk.look(Lane::Codes, Some("a"), at(1)), Look::Free);
        assert!(desk.take(Lane::Codes, "a", at(1)).is_some());
    }
    assert_eq!(desk.look(Lane::Codes, Some("a"), at(1)), busy(0));
    assert_eq!(desk.look(Lane::Codes, Some("a"), at(4)), busy(3));
    assert_eq!(desk.look(Lane::Codes, Some("b"), at(4)), Look::Free);
    assert_eq!(desk.room(Lane::Codes), 2);
    desk.release(Lane::Codes, "a");
    assert_eq!(desk.look(Lane::Codes, Some("a"), at(4)), Look::Free);
}

#[test]
fn a_desk_is_stalled_when_nobody_got_free_for_long() {
    let (mut desk, _waiting) = desk(2, 0);
    for domain in ["a", "b"] {
        assert!(desk.take(Lane::Codes, domain, at(1)).is_some());
    }
    assert_eq!(desk.look(Lane::Codes, Some("c"), at(2)), busy(1));
    assert_eq!(desk.look(Lane::Codes, Some("c"), at(3)), busy(2));
    desk.release(Lane::Codes, "a");
    let (worker, _job) = oneshot::channel();
    desk.offer(worker);
    assert_eq!(desk.look(Lane::Codes, Some("c"), at(3)), Look::Free);
}

#[test]
fn notices_leave_a_worker_and_a_part_of_each_domain_to_codes() {
    let (mut desk, _waiting) = desk(8, 0);
    for (domain, many) in [("a", 3), ("b", 3), ("c", 1)] {
        for _ in 0..many {
            assert_eq!(desk.look(Lane::Notices, Some(domain), at(1)), Look::Free);
            assert!(desk.take(Lane::Notices, domain, at(1)).is_some());
        }
        if many == 3 {
            assert!(matches!(desk.look(Lane::Notices, Some(domain), at(1)), Look::Busy { .. }));
        }
        assert_eq!(desk.look(Lane::Codes, Some(domain), at(1)), Look::Free);
    }
    assert_eq!(desk.look(Lane::Links, Some("d"), at(1)), busy(0));
    assert_eq!(desk.look(Lane::Links, Some("d"), at(4)), busy(3));
    assert_eq!(Lane::ALL.iter().map(|lane| desk.room(*lane)).collect::<Vec<_>>(), [1, 0, 0]);
    desk.release(Lane::Notices, "c");
    assert_eq!(desk.look(Lane::Notices, Some("d"), at(4)), Look::Free);
}

#[test]
fn a_door_ajar_lets_one_in_and_a_shut_one_none() {
    let (mut desk, _waiting) = desk(4, 0);
    assert!(desk.set_door(Door::Shut) && !desk.set_door(Door::Shut));
    assert_eq!((desk.look(Lane::Codes, None, at(1)), desk.room(Lane::Codes)), (Look::Shut, 0));
    desk.set_door(Door::Ajar);
    assert_eq!((desk.look(Lane::Codes, None, at(1)), desk.room(Lane::Codes)), (Look::Free, 1));
    assert!(desk.take(Lane::Codes, "a", at(1)).is_some());
    assert!(matches!(desk.look(Lane::Codes, Some("b"), at(1)), Look::Busy { .. }));
}

#[test]
fn a_slowed_desk_takes_half_as_many() {
    let (mut desk, _waiting) = desk(8, 0);
    for (steps, room) in [(0, 8), (1, 4), (2, 2), (3, 1), (4, 1)] {
        desk.set_slowed(steps);
        assert_eq!(desk.room(Lane::Codes), room);
    }
}

#[test]
fn a_rate_is_kept_and_tokens_of_one_second_are_saved_up() {
    let (mut desk, _waiting) = desk(64, 2);
    let taken = |desk: &mut Desk, now| {
        std::iter::from_fn(|| {
            (desk.look(Lane::Codes, None, now) == Look::Free).then(|| desk.take(Lane::Codes, "a", now))
        })
        .count()
    };
    assert_eq!(taken(&mut desk, at(1)), 2);
    assert_eq!(desk.look(Lane::Codes, None, at(1)), Look::Rated);
    assert_eq!(desk.next_token(), Some(Duration::from_millis(500)));
    assert_eq!(taken(&mut desk, Duration::from_millis(1500)), 1);
    assert_eq!(taken(&mut desk, at(9)), 2);
    desk.refund();
    assert_eq!(taken(&mut desk, at(9)), 1);
    desk.set_slowed(1);
    assert_eq!(taken(&mut desk, at(10)), 1);
}
