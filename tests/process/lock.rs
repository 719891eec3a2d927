//! Two servers on one database file.

use crate::fake_smtp::FakeSmtp;
use crate::server::{Server, accepted, home, postrider};
use std::path::Path;

fn second(home: &Path) -> Server {
    let server = Server::spawn(postrider(home, &["-c", "postrider.yml", "serve"]));
    server.await_word("another server holds the database: waiting");
    server
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_server_takes_over_when_the_first_one_ends() {
    let smtp = FakeSmtp::start().await;
    let home = home(smtp.port());
    let first = Server::start(home.path());
    let mut second = second(home.path());
    accepted(&first, 1);
    assert_eq!(first.stop(), Some(0));
    second.await_ready();
    accepted(&second, 2);
    assert_eq!(second.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_server_that_waits_can_be_stopped() {
    let smtp = FakeSmtp::start().await;
    let home = home(smtp.port());
    let first = Server::start(home.path());
    assert_eq!(second(home.path()).stop(), Some(0));
    accepted(&first, 1);
}

/// The slowest test: the patience is 30 s.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_server_gives_up_and_says_what_to_do() {
    let smtp = FakeSmtp::start().await;
    let home = home(smtp.port());
    let first = Server::start(home.path());
    let mut second = second(home.path());
    assert_eq!(second.ended(), Some(1));
    second.await_word("--endpoint");
    let said = second.said();
    let last = said.lines().last().unwrap();
    assert!(last.starts_with("postrider: cannot use the database") && last.contains("postrider.db.lock"), "{said}");
    assert!(last.contains("stop that one"), "{said}");
    accepted(&first, 1);
    assert_eq!(first.stop(), Some(0));
}
