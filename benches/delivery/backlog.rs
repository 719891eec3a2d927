//! Row 3: a backlog goes out to postfix's `smtp-sink`, over 1, 4, 16 and 64 connections, next to
//! it and 5 ms away; beside it `smtp-source` and lettre, which keep no books.

use crate::lettre::{self, Way};
use crate::link;
use crate::load;
use crate::machine::{Cores, Watch};
use crate::postfix;
use crate::posts::Posts;
use crate::report::{Goal, Report, rounded};
use crate::server::{Home, Server};
use crate::sink::{Mode, Sink};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How many mails wait.
const BACKLOG: u64 = 40_000;
/// A few of them were tried while the backlog grew, and are due only later.
const TRIED: u64 = 200;
const CONNECTIONS: [usize; 4] = [1, 4, 16, 64];
const WAY: Duration = Duration::from_millis(5);

/// Mails a second of a contender.
type Rate = f64;

pub(crate) async fn run(posts: &Posts, report: &mut Report) {
    if !postfix::is_here() {
        return println!("backlog: skipped, smtp-sink and smtp-source (postfix) are not installed");
    }
    let size = average_size(posts).await;
    let full = backlog(posts).await;
    for (title, way) in [("3 · delivery from a backlog to smtp-sink", None), ("3 · the same, 5 ms away", Some(WAY))] {
        let mut rows = Vec::new();
        let mut all = Cores { server: 0.0, client: 0.0, others: 0.0 };
        for connections in CONNECTIONS {
            // Long enough to tell, short enough to wait for.
            let most = if way.is_some() { 300 * connections as u64 } else { 4_000 * connections as u64 };
            let mails = most.min(BACKLOG - TRIED);
            let (ours, cores) = postrider(&full, way, connections, mails).await;
            let source = source(way, connections, mails, size).await;
            let bare = by_lettre(Way::NoDelay, way, connections, mails, size).await;
            // 44 ms a mail on each connection.
            let stock = by_lettre(Way::StockPool, way, connections, mails.min(60 * connections as u64), size).await;
            all = cores;
            rows.push((connections, [ours, source, bare, stock]));
        }
        let table = report.section(title, all);
        table.row([
            "connections",
            "postrider",
            "smtp-source -d",
            "lettre, nodelay",
            "lettre, stock pool",
            "of source",
            "of lettre",
        ]);
        for (connections, [ours, source, bare, stock]) in &rows {
            let cells = [*ours, *source, *bare, *stock].map(rounded);
            let ratios = [ours / source, ours / bare].map(rounded);
            table.row([connections.to_string()].into_iter().chain(cells).chain(ratios));
        }
        table.note("bytes of a mail", size as f64);
        for (connections, [ours, source, bare, _]) in rows {
            let place = if way.is_some() { ", 5 ms away" } else { "" };
            report.goal(
                &format!("{connections} connections{place}, of smtp-source"),
                ours / source,
                Goal::AtLeast(1.0),
            );
            report.goal(&format!("{connections} connections{place}, of lettre"), ours / bare, Goal::AtLeast(0.8));
        }
    }
}

/// What a mail of ours weighs.
async fn average_size(posts: &Posts) -> u64 {
    let sink = Sink::start(Mode::Accept);
    let home = Home::new(&sink.uri());
    let server = Server::start(&home).await;
    load::some(server.address, posts, 270).await;
    while sink.accepted() < 270 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    sink.average_size()
}

/// A database full of mails that are due.
async fn backlog(posts: &Posts) -> Home {
    let sink = Sink::start(Mode::RefuseLogIn);
    let home = Home::new(&sink.uri());
    let server = Server::start(&home).await;
    let posting: Vec<_> = (0..64)
        .map(|_| {
            let (posts, address) = (posts.clone(), server.address);
            tokio::spawn(async move { load::some(address, &posts, BACKLOG / 64).await })
        })
        .collect();
    for one in posting {
        one.await.unwrap();
    }
    server.stop();
    home
}

async fn postrider(full: &Home, way: Option<Duration>, connections: usize, mails: u64) -> (Rate, Cores) {
    let home = full.copy();
    let sink = postfix::Sink::of(mails);
    let uri = format!("smtp://{}/?disable_starttls=true", reached(sink.address, way));
    home.configure("sqlite://postrider.db", &uri, &format!(", connections: {connections}"));
    let server = Server::start(&home).await;
    let watch = Watch::start(server.process());
    let started = Instant::now();
    sink.ended().await;
    (mails as f64 / started.elapsed().as_secs_f64(), watch.stop())
}

async fn source(way: Option<Duration>, connections: usize, mails: u64, size: u64) -> Rate {
    let sink = postfix::Sink::of(mails);
    let to = reached(sink.address, way);
    let started = Instant::now();
    let mut source = postfix::source(to, connections, mails, size);
    sink.ended().await;
    let took = started.elapsed();
    // It may find the sink gone at its last QUIT.
    drop(source.kill());
    source.wait().unwrap();
    mails as f64 / took.as_secs_f64()
}

async fn by_lettre(which: Way, way: Option<Duration>, connections: usize, mails: u64, size: u64) -> Rate {
    let sink = postfix::Sink::of(mails);
    let to = reached(sink.address, way);
    let started = Instant::now();
    let sending = lettre::send(which, to, connections, mails, size);
    sink.ended().await;
    let took = started.elapsed();
    sending.join().unwrap();
    mails as f64 / took.as_secs_f64()
}

fn reached(sink: SocketAddr, way: Option<Duration>) -> SocketAddr {
    way.map_or(sink, |way| link::to(sink, way))
}
