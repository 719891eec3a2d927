//! SIGTERM: first not ready and still answering (`serve.drain`), then the end.

use crate::fake_smtp::FakeSmtp;
use crate::server::{SOON, Server, accepted, get, home, post};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_draining_it_is_not_ready_and_still_takes_posts() {
    let smtp = FakeSmtp::start().await;
    let home = home(smtp.port());
    let file = home.path().join("postrider.yml");
    let text = std::fs::read_to_string(&file).unwrap().replace("drain: 1s", "drain: 60s");
    std::fs::write(&file, text).unwrap();
    let mut server = Server::start(home.path());
    accepted(&server, 1);
    server.signal("-TERM");
    server.await_word("not ready any more, still answering");
    let ready = get(&server.admin, "/health/ready").expect("an answer");
    assert_eq!((ready.status, ready.body.as_str()), (503, r#"{"errors":{"server":"draining"}}"#));
    assert_eq!(get(&server.admin, "/health/alive").unwrap().status, 200);
    let late = post(&server.admin, 2).expect("an answer");
    assert_eq!((late.status, late.header("connection")), (200, "close"));
    // A second signal ends the wait.
    server.signal("-TERM");
    assert_eq!(server.ended(), Some(0));
    server.await_word("stopped");
    assert!(get(&server.admin, "/health/alive").is_none());
    let _next = Server::start(home.path());
    let mails = smtp.await_mails(2, SOON).await;
    assert_eq!(mails.len(), 2);
}
