use super::*;

const fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn job(lane: Lane, source: &str) -> Job {
    let mut job = Job::for_tests();
    (job.message.lane, job.message.source, job.deadline) = (lane, source.to_owned(), at(60));
    job
}

fn guest(lane: Lane, source: &str, since: Duration) -> Guest {
    Guest { job: job(lane, source), order: Vec::new(), since }
}

fn sources(jobs: &[Job]) -> Vec<&str> {
    jobs.iter().map(|job| job.message.source.as_str()).collect()
}

#[test]
fn codes_are_tried_first_and_those_who_stay_keep_their_order() {
    let mut room = Room::default();
    for (lane, source) in [(Lane::Notices, "n"), (Lane::Codes, "c1"), (Lane::Links, "l"), (Lane::Codes, "c2")] {
        room.seat(guest(lane, source, at(1)));
    }
    let mut tried = Vec::new();
    room.try_all([false; 3], |guest| {
        tried.push(guest.job.message.source.clone());
        if guest.job.message.source == "l" { Tried::SeenOff } else { Tried::Stays(guest) }
    });
    assert_eq!(tried, ["c1", "c2", "l", "n"]);
    assert_eq!((room.space(), room.seen_off()), ([254, 128, 63], 1));
    assert_eq!([room.up_to(Lane::Codes), room.up_to(Lane::Notices), room.of(Lane::Notices)], [2, 3, 1]);
    assert_eq!(sources(&room.empty()), ["c1", "c2", "n"]);
    assert!(room.is_empty());
}

#[test]
fn a_lane_that_has_its_turn_gets_one_place_before_the_codes() {
    let mut room = Room::default();
    for (lane, source) in [(Lane::Codes, "c"), (Lane::Notices, "n1"), (Lane::Notices, "n2"), (Lane::Notices, "n3")] {
        room.seat(guest(lane, source, at(1)));
    }
    let mut placed = Vec::new();
    room.try_all([false, false, true], |guest| {
        if guest.job.message.source == "n1" || placed.len() == 2 {
            return Tried::Stays(guest);
        }
        placed.push(guest.job.message.source.clone());
        Tried::SeenOff
    });
    assert_eq!(placed, ["n2", "c"]);
    assert_eq!(sources(&room.empty()), ["n1", "n3"]);
}

#[test]
fn once_all_workers_are_busy_nobody_else_is_tried_and_the_order_stays() {
    let mut room = Room::default();
    for source in ["a", "b", "c", "d", "e"] {
        room.seat(guest(Lane::Codes, source, at(1)));
    }
    let mut tried = Vec::new();
    room.try_all([false; 3], |guest| {
        tried.push(guest.job.message.source.clone());
        match guest.job.message.source.as_str() {
            "b" => Tried::SeenOff,
            "d" => Tried::AllBusy(guest),
            _ => Tried::Stays(guest),
        }
    });
    assert_eq!(tried, ["a", "b", "c", "d"]);
    assert_eq!(sources(&room.empty()), ["a", "c", "d", "e"]);
}

#[test]
fn a_room_is_low_when_half_of_those_that_should_wait_are_gone() {
    let mut room = Room::default();
    assert!(!room.is_low(), "nobody should wait");
    room.ahead = 4;
    for (source, low) in [("a", true), ("b", true), ("c", false)] {
        room.seat(guest(Lane::Notices, source, at(1)));
        assert_eq!(room.is_low(), low, "{source}");
    }
}

#[test]
fn who_sat_too_long_leaves_and_so_does_who_has_no_time_left() {
    let mut room = Room::default();
    room.seat(guest(Lane::Codes, "early", at(1)));
    room.seat(guest(Lane::Codes, "late", at(3)));
    let mut over = guest(Lane::Notices, "over", at(3));
    over.job.deadline = at(4);
    room.seat(over);
    assert!(room.leaving(at(3)).is_empty());
    assert_eq!(sources(&room.leaving(at(6))), ["early", "over"]);
}

#[test]
fn a_full_lane_sends_its_older_half_away() {
    let mut room = Room::default();
    for n in 0..64 {
        room.seat(guest(Lane::Notices, &n.to_string(), at(1)));
    }
    assert_eq!(room.space(), [256, 128, 0]);
    let gone = room.make_space(2);
    assert_eq!((gone.len(), gone[31].message.source.as_str()), (32, "31"));
}

#[test]
fn those_sent_away_come_back_one_after_the_other() {
    let mut room = Room::default();
    let mut back = |lane, earliest| room.comes_back_after(lane, earliest, at(100));
    assert_eq!(back(Lane::Notices, at(1)), at(1));
    assert_eq!(back(Lane::Notices, at(1)), at(1) + SPACING);
    assert_eq!(back(Lane::Codes, at(1)), at(1), "each lane for itself");
    assert_eq!(back(Lane::Codes, at(900)), at(900));
    let last = (0..100_000).map(|_| back(Lane::Notices, at(1))).last();
    assert_eq!(last, Some(at(60)));
}
