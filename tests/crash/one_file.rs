//! One process, one SQLite file.

use crate::books::Books;
use crate::fake_smtp::{Act, FakeSmtp, Step};
use crate::load::{Client, Load};
use crate::server::{IN_FLIGHT, SOON, Server, accepted, config, gauge, home, measured, rounds, until};
use crate::service_manager::ServiceManager;
use std::time::{Duration, Instant};

/// Four clients post without pause and repeat what was not answered, as Kratos does; systemd holds
/// the sockets. A life ends at any moment, some before the process is ready.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigkill_at_any_moment_loses_nothing_and_doubles_little() {
    let smtp = FakeSmtp::start().await;
    smtp.always(Step::Dot, Act::Delay(Duration::from_millis(3)));
    let home = tempfile::tempdir().unwrap();
    // What Kratos rendered is short.
    let config = config(smtp.port()) + "templates: {render: {default: kratos}}\n";
    std::fs::write(home.path().join("postrider.yml"), config.replace("serve: {", "serve: {inbound: {enabled: true}, "))
        .unwrap();
    let manager = ServiceManager::new(home.path());
    let load = (0..4).fold(Load::new(), |load, _| load.with(Client::PostingAnew, manager.inbound()));
    let (kills, mut seen_connections, mut in_flight) = (rounds("POSTRIDER_TEST_CRASH_ROUNDS", 12), Vec::new(), 0);
    for _ in 0..kills {
        let service = if fastrand::u8(0..4) == 0 {
            manager.start("public:admin:inbound")
        } else {
            let service = manager.started();
            in_flight = in_flight.max(gauge(&manager.admin().to_string(), "postrider_messages_in_flight"));
            service
        };
        tokio::time::sleep(Duration::from_millis(fastrand::u64(0..400))).await;
        service.kill();
        seen_connections.push(smtp.connections());
    }
    let service = manager.started();
    let seen = load.stop();
    let admin = manager.admin().to_string();
    until("an empty queue", || (gauge(&admin, "postrider_queue_messages") == 0).then_some(()));
    assert_eq!(service.stop(), Some(0), "{}", manager.log());

    let books = Books::of(&[(&smtp, &seen_connections)]);
    let most = books.most_doubled_by_one_kill();
    let lost = seen.accepted.difference(&books.messages()).count();
    measured(&format!(
        "{kills} kills: {} posts accepted, {lost} lost, {} came twice, {most} at most by one kill (bound {IN_FLIGHT}), gauge at most {in_flight}",
        seen.accepted.len(),
        books.doubled(),
    ));
    assert_eq!((lost, seen.answers), (0, seen.accepted.len()), "each post is a message");
    assert!(most <= IN_FLIGHT && in_flight <= IN_FLIGHT, "{most}, {in_flight}");
    assert_eq!(books.unexplained(), None, "it came twice, and not because of a kill");
    assert_eq!(books.differing(), None, "a copy differs");
    assert_eq!(books.recipients(), books.messages().len(), "a post that was repeated is stored once");
    let statuses = statuses(&home.path().join("postrider.db"));
    assert_eq!(
        statuses,
        [("sent".to_owned(), i64::try_from(books.messages().len()).unwrap())],
        "each message has its final state"
    );
}

fn statuses(file: &std::path::Path) -> Vec<(String, i64)> {
    let database = rusqlite::Connection::open(file).unwrap();
    let mut rows = database.prepare("SELECT status, count(*) FROM messages GROUP BY status").unwrap();
    rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
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
