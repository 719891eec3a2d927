//! Row 1: how long Kratos waits for a 200. It posts one mail after the other on one connection;
//! the mails are delivered meanwhile. Beside it, in turn and under the same load: the bare disk,
//! and the same work without a store.

use crate::beside::Beside;
use crate::disk;
use crate::load::{self, Seen};
use crate::machine::Watch;
use crate::posts::Posts;
use crate::report::{Goal, Report};
use crate::server::{Home, Server};
use crate::sink::{Mode, Sink};
use std::time::Duration;

const ROUNDS: usize = 4;
const SLICE: Duration = Duration::from_secs(3);
const WARM: Duration = Duration::from_secs(1);

pub(crate) async fn run(posts: &Posts, report: &mut Report) {
    let bytes = bytes_of_a_post(posts).await;
    let sink = Sink::start(Mode::Accept);
    let home = Home::new(&sink.uri());
    let server = Server::start(&home).await;
    let without_store = Beside::start("without-store");
    load::closed(server.address, posts, 1, WARM).await;
    load::closed(without_store.address, posts, 1, WARM).await;
    let (mut acks, mut disks, mut works) = (Seen::default(), Seen::default(), Seen::default());
    let delivered = sink.accepted();
    let watch = Watch::start(server.process());
    for _round in 0..ROUNDS {
        let ack = load::closed(server.address, posts, 1, SLICE).await;
        let pace = ack.per_second();
        acks = acks.join(ack);
        // The same load beside the others: the same posts at the same pace.
        let folder = home.path().to_owned();
        let disk = std::thread::spawn(move || disk::write_and_sync(&folder, bytes, SLICE));
        load::paced(server.address, posts, pace, SLICE).await.unwrap();
        disks = disks.join(disk.join().unwrap());
        let beside = load::paced(server.address, posts, pace, SLICE);
        works = works.join(load::closed(without_store.address, posts, 1, SLICE).await);
        beside.await.unwrap();
    }
    let cores = watch.stop();
    let delivered = (sink.accepted() - delivered) as f64 / (SLICE.as_secs_f64() * 3.0 * ROUNDS as f64);
    let idle = disk::write_and_sync(home.path(), bytes, SLICE);

    let table = report.section("1 · ack of serial posts on one connection, mails being delivered (ms)", cores);
    table.line("postrider", &acks, &format!("{:.0} posts/s", acks.per_second()));
    table.line("write + fdatasync, same load", &disks, &format!("{} KiB each", bytes / 1024));
    table.line("the same without a store", &works, "");
    table.line("write + fdatasync, idle machine", &idle, "");
    table.note("mails delivered meanwhile, per second", delivered);
    for (name, part, most) in [("ack p50 − fdatasync p50 (ms)", 0.5, 0.5), ("ack p99 − fdatasync p99 (ms)", 0.99, 3.0)]
    {
        report.goal(name, acks.quantile(part) - disks.quantile(part), Goal::AtMost(most));
    }
}

/// How much one stored message adds to the write-ahead log. Little enough is posted that the log
/// does not begin anew.
async fn bytes_of_a_post(posts: &Posts) -> usize {
    const POSTS: u64 = 100;
    let sink = Sink::start(Mode::RefuseLogIn);
    let home = Home::new(&sink.uri());
    let server = Server::start(&home).await;
    load::some(server.address, posts, 50).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let before = home.wal();
    load::some(server.address, posts, POSTS).await;
    usize::try_from((home.wal() - before) / POSTS).unwrap()
}
