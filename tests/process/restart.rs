//! Restarts while clients go on asking: with sockets that a service manager holds nobody is refused,
//! on SQLite too. `POSTRIDER_TEST_RESTARTS=20` makes as many as docs/reliability.md tells of.

use crate::fake_smtp::{Act, FakeSmtp, Step};
use crate::load::{Client, Load};
use crate::server::{SOON, config, measured, message_id, rounds, until};
use crate::service_manager::ServiceManager;
use std::collections::BTreeMap;
use std::time::Duration;
use tempfile::TempDir;

fn home(smtp: u16, inbound: bool) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let serve = format!("serve: {{drain: 200ms, inbound: {{enabled: {inbound}}}, ");
    std::fs::write(home.path().join("postrider.yml"), config(smtp).replace("serve: {drain: 1s, ", &serve)).unwrap();
    home
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restarts_with_handed_over_sockets_refuse_nobody_and_lose_nothing() {
    let smtp = FakeSmtp::start().await;
    smtp.always(Step::Dot, Act::Delay(Duration::from_millis(3)));
    let home = home(smtp.port(), true);
    let manager = ServiceManager::new(home.path());
    let mut service = manager.started();
    let mut load = Load::new();
    for client in [Client::Posting, Client::PostingAnew, Client::PostingAnew] {
        load = load.with(client, manager.inbound());
    }
    load = load.with(Client::Asking, manager.public()).with(Client::Asking, manager.admin());
    let restarts = rounds("POSTRIDER_TEST_RESTARTS", 3);
    for _ in 0..restarts {
        tokio::time::sleep(Duration::from_millis(fastrand::u64(50..400))).await;
        assert_eq!(service.stop(), Some(0), "{}", manager.log());
        service = manager.started();
    }
    let seen = load.stop();
    measured(&format!(
        "{restarts} restarts with handed-over sockets: {} answers, refused {:?}, longest wait for one {} ms",
        seen.answers,
        seen.failures,
        seen.longest.as_millis()
    ));
    assert!(seen.failures.is_empty(), "{:?}\n{}", seen.failures, manager.log());
    assert!(seen.accepted.len() > 10 * restarts, "{}", seen.accepted.len());
    let mails = smtp.await_mails(seen.accepted.len(), SOON).await;
    let mut copies: BTreeMap<String, usize> = BTreeMap::new();
    for mail in &mails {
        *copies.entry(message_id(&mail.text())).or_default() += 1;
    }
    assert!(copies.values().all(|copies| *copies == 1), "{copies:?}");
    assert!(copies.keys().eq(&seen.accepted), "each that was accepted, and no other");
    assert_eq!(service.stop(), Some(0));
}

/// Posts are taken in while written bodies are waited for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_slow_to_answer_makes_no_gap() {
    const SLOW: Duration = Duration::from_secs(20);
    let smtp = FakeSmtp::start().await;
    smtp.next(Step::Dot, Act::Delay(SLOW));
    let home = home(smtp.port(), true);
    let manager = ServiceManager::new(home.path());
    let service = manager.started();
    let load = Load::new().with(Client::Posting, manager.inbound());
    smtp.await_mails(1, SOON).await;
    assert_eq!(service.stop(), Some(0));
    let service = manager.started();
    let seen = load.stop();
    assert!(seen.failures.is_empty() && seen.longest < SLOW * 3 / 4, "{seen:?}");
    assert_eq!(smtp.await_mails(seen.accepted.len(), SOON).await.len(), seen.accepted.len());
    assert_eq!(service.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_made_while_nobody_runs_is_answered_by_the_next() {
    let smtp = FakeSmtp::start().await;
    let home = home(smtp.port(), true);
    let manager = ServiceManager::new(home.path());
    assert_eq!(manager.started().stop(), Some(0));
    let load = Load::new().with(Client::Posting, manager.inbound());
    until("its first post", || (load.posts() == 1).then_some(()));
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(load.posts(), 1, "it waits");
    let service = manager.started();
    smtp.await_mails(2, SOON).await;
    let seen = load.stop();
    assert!(seen.failures.is_empty() && seen.longest >= Duration::from_millis(300), "{seen:?}");
    assert_eq!(service.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_for_no_listener_is_refused_with_the_cure() {
    for (names, inbound, cure) in [
        ("public:admin:postrider.socket", true, "FileDescriptorName="),
        ("public:admin", true, "FileDescriptorName="),
        ("public:admin:inbound", false, "set serve.inbound.enabled"),
    ] {
        let home = home(9, inbound);
        let manager = ServiceManager::new(home.path());
        assert_eq!(manager.start(names).ended(), Some(1), "{names}");
        assert!(manager.log().contains(cure), "{names}: {}", manager.log());
    }
}
