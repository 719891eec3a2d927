//! A disk that fills up: posts are held and refused, what was accepted is delivered once, and all goes
//! on without a restart when there is room again.

use crate::fake_smtp::{Act, FakeSmtp, Step};
use crate::sandbox::{mounted, seen_by};
use crate::server::{SOON, Server, accepted, config, get, message_id, post, skipped, until};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// Keeps a file system full, also when the server frees something.
struct Filler {
    file: PathBuf,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Filler {
    fn start(file: PathBuf) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, mut filling) = (Arc::clone(&stop), File::create(&file).unwrap());
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                if filling.write_all(&[b'x'; 4096]).is_err() {
                    std::thread::sleep(Duration::from_millis(2));
                }
            }
        });
        Self { file, stop, thread: Some(thread) }
    }

    fn end(mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap();
        std::fs::remove_file(&self.file).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_holds_posts_then_refuses_them_and_nothing_is_lost() {
    let smtp = FakeSmtp::start().await;
    let home = tempfile::tempdir().unwrap();
    let mount = "mount -t tmpfs -o size=4m none \"$0\"";
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("postrider.yml");
    std::fs::write(&file, config(smtp.port())).unwrap();
    let Some(command) = mounted(home.path(), mount, &["-c", file.to_str().unwrap(), "serve"]) else {
        return skipped("process: the full disk, no file system can be mounted here");
    };
    let server = Server::ready(command);
    let mut ids: BTreeSet<String> = (1..=5).map(|n| accepted(&server, n)).collect();
    smtp.await_mails(5, SOON).await;
    // Its dot is answered when there is no room any more to write that down.
    let told = Arc::new(Notify::new());
    smtp.next(Step::Dot, Act::When(Arc::clone(&told)));
    ids.insert(accepted(&server, 6));
    smtp.await_mails(6, SOON).await;

    let filler = Filler::start(seen_by(server.child.id(), home.path()).join("filler"));
    let mut next = 7;
    let (mut refused, mut unready) = (0, false);
    while refused < 3 || !unready {
        assert!(refused < 20, "it is ready although nothing can be stored");
        let posted = Instant::now();
        let answer = post(&server.admin, next).expect("an answer");
        next += 1;
        if answer.status == 200 {
            // A checkpoint had freed some pages.
            ids.insert(answer.id());
            continue;
        }
        assert_eq!((answer.status, answer.header("retry-after")), (503, "1"), "{answer:?}");
        let error: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(error["error"]["id"], "store_unavailable", "{error}");
        assert_eq!(error["error"]["details"]["retry_after"], 1);
        assert!(posted.elapsed() > Duration::from_secs(4), "held, not refused at once: {:?}", posted.elapsed());
        refused += 1;
        told.notify_one();
        unready |= get(&server.admin, "/health/ready").unwrap().status == 503;
    }
    assert_eq!(get(&server.admin, "/health/alive").unwrap().status, 200);

    filler.end();
    ids.insert(accepted(&server, next));
    until("a server that is ready again", || (get(&server.admin, "/health/ready")?.status == 200).then_some(()));
    until("every accepted mail", || {
        let list = get(&server.admin, "/admin/courier/messages?page_size=500").unwrap().body;
        let list: serde_json::Value = serde_json::from_str(&list).unwrap();
        let all = list.as_array().unwrap();
        let sent = |id: &String| all.iter().any(|message| message["id"] == **id && message["status"] == "sent");
        ids.iter().all(sent).then_some(())
    });
    let arrived: Vec<_> = smtp.mails().iter().map(|mail| message_id(&mail.text())).collect();
    assert_eq!(arrived.len(), ids.len(), "each once: {arrived:?}");
    assert_eq!(arrived.into_iter().collect::<BTreeSet<_>>(), ids);
    assert!(server.said().contains("disk is full"), "the log says why: {}", server.said());
    assert_eq!(server.stop(), Some(0));
}
