//! The real binary as a process: SIGKILL at any moment loses nothing (promises P1 to P3), and SIGTERM
//! ends in order.
#![allow(clippy::allow_attributes, clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

#[path = "support/fake_smtp.rs"]
mod fake_smtp;

#[path = "support/server.rs"]
mod server;

use fake_smtp::{Act, FakeSmtp, Step};
use server::{CONNECTIONS, SOON, Server, accepted, home, message_id, post, until};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigkill_at_any_moment_loses_nothing_and_doubles_little() {
    const ROUNDS: usize = 12;
    let smtp = FakeSmtp::start().await;
    smtp.always(Step::Dot, Act::Delay(Duration::from_millis(3)));
    let home = home(smtp.port());
    let accepted = Arc::new(Mutex::new(BTreeSet::new()));
    let next = Arc::new(AtomicU32::new(1));
    for _ in 0..ROUNDS {
        let server = Server::start(home.path());
        let stop = Arc::new(AtomicBool::new(false));
        let posting: Vec<_> = (0..4)
            .map(|_| {
                let (admin, stop) = (server.admin.clone(), Arc::clone(&stop));
                let (accepted, next) = (Arc::clone(&accepted), Arc::clone(&next));
                std::thread::spawn(move || {
                    while !stop.load(Ordering::Relaxed) {
                        let answer = post(&admin, next.fetch_add(1, Ordering::Relaxed));
                        if let Some(answer) = answer.filter(|answer| answer.status == 200) {
                            accepted.lock().unwrap().insert(answer.id());
                        }
                    }
                })
            })
            .collect();
        let before = accepted.lock().unwrap().len();
        until("a mail of this round", || (accepted.lock().unwrap().len() > before).then_some(()));
        tokio::time::sleep(Duration::from_millis(fastrand::u64(0..350))).await;
        server.kill();
        stop.store(true, Ordering::Relaxed);
        for thread in posting {
            thread.join().unwrap();
        }
    }
    let accepted = accepted.lock().unwrap().clone();
    let server = Server::start(home.path());
    let arrived = || smtp.mails().iter().map(|mail| message_id(&mail.text())).collect::<BTreeSet<_>>();
    let deadline = Instant::now() + Duration::from_mins(1);
    while !accepted.is_subset(&arrived()) {
        let lost = accepted.difference(&arrived()).count();
        assert!(Instant::now() < deadline, "{lost} of {} accepted mails did not arrive", accepted.len());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(server);
    let mut copies: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for mail in smtp.mails() {
        copies.entry(message_id(&mail.text())).or_default().push(mail.data.clone());
    }
    let doubled: usize = copies.values().map(|same| same.len() - 1).sum();
    assert!(doubled <= ROUNDS * CONNECTIONS, "{doubled} mails came twice in {ROUNDS} kills");
    assert!(copies.values().all(|same| same.iter().all(|mail| *mail == same[0])), "a copy differs");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_sigkill_codes_reach_smtp_within_two_seconds_of_the_restart() {
    // A busy machine can be slow once; a server that waits for something is so each time.
    let mut took = Vec::new();
    for _ in 0..5 {
        let smtp = FakeSmtp::start().await;
        let home = home(smtp.port());
        smtp.always(Step::Rcpt, Act::Stall);
        let server = Server::start(home.path());
        for n in 1..=10 {
            accepted(&server, n);
        }
        server.kill();
        smtp.behave();
        let _server = Server::start(home.path());
        let started = Instant::now();
        assert_eq!(smtp.await_mails(10, SOON).await.len(), 10);
        took.push(started.elapsed());
        if started.elapsed() < Duration::from_secs(2) {
            return;
        }
    }
    panic!("the mails came after {took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_waits_for_written_bodies_and_ends_with_status_0() {
    let smtp = FakeSmtp::start().await;
    smtp.always(Step::Dot, Act::Delay(Duration::from_secs(2)));
    let home = home(smtp.port());
    let server = Server::start(home.path());
    for n in 1..=3 {
        accepted(&server, n);
    }
    smtp.await_mails(1, SOON).await;
    assert_eq!(server.stop(), Some(0));
    smtp.behave();
    let _server = Server::start(home.path());
    let mails = smtp.await_mails(3, SOON).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((mails.len(), smtp.mails().len()), (3, 3), "each exactly once");
}
