//! Promise P1 where SIGKILL cannot show it, since that keeps the page cache: the WAL is on the disk
//! before the 200 is on the wire, as `strace` sees it.

use crate::fake_smtp::{Act, FakeSmtp, Step};
use crate::server::{BINARY, Server, accepted, alone, home, skipped, until};
use crate::trace::{points, undurable};
use std::process::Command;

/// What `strace` shall write down: all that reads a request, writes an answer, or writes and syncs a
/// file.
const CALLS: &str = "trace=read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,fsync,fdatasync";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_wal_is_synced_between_each_body_and_its_200() {
    let allowed = Command::new("strace").args(["-o", "/dev/null", "true"]).output();
    if !allowed.is_ok_and(|tried| tried.status.success()) {
        return skipped("process: the fdatasync test, strace is not there or may not trace");
    }
    let smtp = FakeSmtp::start().await;
    // No outcome is written meanwhile, whose sync could be taken for that of a post.
    smtp.always(Step::Greeting, Act::Stall);
    let home = home(smtp.port());
    let trace = home.path().join("trace");
    let mut command = Command::new("strace");
    // -D: the child is the server, strace hangs on to it.
    command.args(["-D", "-f", "-y", "-s", "4096", "-e", "signal=none", "-e", CALLS, "-o"]).arg(&trace);
    command.args([BINARY, "-c", "postrider.yml", "serve"]);
    let server = Server::ready(alone(command, home.path()));
    for n in 1..=20 {
        accepted(&server, n);
    }
    assert_eq!(server.stop(), Some(0));
    let trace = until("the end of the trace", || {
        let text = String::from_utf8_lossy(&std::fs::read(&trace).ok()?).into_owned();
        text.contains("+++ exited with 0 +++").then_some(text)
    });
    let points = points(&trace);
    for n in 1..=20 {
        if let Err(why) = undurable(&points, &format!("u{n}@example.org")) {
            panic!("{why}");
        }
    }
}
