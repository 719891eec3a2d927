//! A disk that turns read-only, or cannot sync, under a running server, as `strace` plays it: nothing
//! is acknowledged meanwhile, and all goes on without a restart when it works again.

use crate::fake_smtp::FakeSmtp;
use crate::server::{SOON, Server, accepted, get, home, message_id, post, skipped, until};
use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};

/// Makes these calls of a process and all its threads fail until dropped; none where nothing may be traced.
struct Fault(Child);

impl Fault {
    fn begin(server: &Server, calls: &str, error: &str) -> Option<Self> {
        let pid = server.child.id().to_string();
        let inject = format!("inject={calls}:error={error}");
        let mut strace = Command::new("strace");
        strace.args(["-f", "-o", "/dev/null", "-e", &format!("trace={calls}"), "-e", &inject, "-p", &pid]);
        let child = strace.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        let mut fault = Self(child);
        let status = format!("/proc/{pid}/status");
        let is_traced = || {
            let text = std::fs::read_to_string(&status).unwrap();
            text.lines().any(|line| line.starts_with("TracerPid:") && !line.ends_with("\t0"))
        };
        until("strace at the server", || (is_traced() || fault.0.try_wait().unwrap().is_some()).then_some(()));
        is_traced().then_some(fault)
    }
}

impl Drop for Fault {
    fn drop(&mut self) {
        // it lets go of the server only when asked
        let asked = Command::new("kill").args(["-INT", &self.0.id().to_string()]).status();
        drop(asked);
        drop(self.0.wait());
    }
}

async fn nothing_is_acknowledged_and_all_goes_on(calls: &str, error: &str) {
    let smtp = FakeSmtp::start().await;
    let home = home(smtp.port());
    let server = Server::start(home.path());
    let mut ids: BTreeSet<String> = (1..=3).map(|n| accepted(&server, n)).collect();
    smtp.await_mails(3, SOON).await;
    let Some(fault) = Fault::begin(&server, calls, error) else {
        return skipped("process: the broken disk, strace is not there or may not trace");
    };
    for n in 4..=5 {
        let answer = post(&server.admin, n).expect("an answer");
        assert_eq!((answer.status, answer.header("retry-after")), (503, "1"), "{answer:?}");
        assert!(answer.body.contains("store_unavailable"), "{answer:?}");
    }
    until("a server that says so", || (get(&server.admin, "/health/ready")?.status == 503).then_some(()));
    assert_eq!(get(&server.admin, "/health/alive").unwrap().status, 200);
    drop(fault);
    ids.insert(accepted(&server, 6));
    until("a server that is ready again", || (get(&server.admin, "/health/ready")?.status == 200).then_some(()));
    let mails = smtp.await_mails(ids.len(), SOON).await;
    let arrived: Vec<String> = mails.iter().map(|mail| message_id(&mail.text())).collect();
    assert_eq!(arrived.len(), ids.len(), "each once: {arrived:?}");
    assert_eq!(arrived.into_iter().collect::<BTreeSet<_>>(), ids, "and none that was refused");
    assert_eq!(server.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_turns_read_only_holds_posts_and_then_refuses_them() {
    nothing_is_acknowledged_and_all_goes_on("pwrite64", "EROFS").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_that_fails_is_no_commit() {
    nothing_is_acknowledged_and_all_goes_on("fdatasync,fsync", "EIO").await;
}
