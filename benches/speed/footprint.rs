//! Row 7: memory idle and under full load, from start to ready, and the size of the binary.

use crate::load;
use crate::machine::Watch;
use crate::posts::Posts;
use crate::report::{Goal, Report};
use crate::server::{BINARY, Home, Server};
use crate::sink::{Mode, Sink};
use std::time::Duration;

const STARTS: usize = 7;
const LOAD: Duration = Duration::from_secs(10);

pub(crate) async fn run(posts: &Posts, report: &mut Report) {
    let sink = Sink::start(Mode::Accept);
    let home = Home::new(&sink.uri());
    drop(Server::start(&home).await); // makes the database
    let mut starts = Vec::new();
    for _start in 0..STARTS {
        starts.push(Server::start(&home).await.ready_after.as_secs_f64() * 1e3);
    }
    starts.sort_unstable_by(f64::total_cmp);
    let server = Server::start(&home).await;
    let watch = Watch::start(server.process());
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (idle, idle_cores) = (server.process().memory().0, watch.stop().server);
    let watch = Watch::start(server.process());
    load::closed(server.address, posts, 64, LOAD).await;
    let (_, peak) = server.process().memory();
    let size = std::fs::metadata(BINARY).unwrap().len() as f64 / 1_048_576.0;
    let table = report.section("7 · footprint", watch.stop());
    table.note("starts that were measured", STARTS as f64);
    table.note("cores used by an idle server", idle_cores);
    for (name, value, most) in [
        ("resident memory, idle (MiB)", idle, 25.0),
        ("resident memory, the most in 10 s of 64 connections and delivery (MiB)", peak, 64.0),
        ("start to ready, median (ms)", starts[STARTS / 2], 100.0),
        ("binary (MiB)", size, 25.0),
    ] {
        report.goal(name, value, Goal::AtMost(most));
    }
}
