//! Row 2: how much comes in on 64 connections, with the courier paused and while it delivers;
//! beside it the same into Postgres, where `POSTRIDER_TEST_POSTGRES_URL` names a server on this machine, and
//! actix-web that only says hello.

use crate::beside::Beside;
use crate::load::{self, Seen};
use crate::machine::{Cores, Watch};
use crate::postgres_support::Schema;
use crate::posts::Posts;
use crate::report::{Goal, Report};
use crate::server::{Home, Server};
use crate::sink::{Mode, Sink};
use std::time::{Duration, Instant};

const CONNECTIONS: usize = 64;
const WARM: Duration = Duration::from_secs(1);
const SLICE: Duration = Duration::from_secs(6);

pub(crate) async fn run(posts: &Posts, report: &mut Report) {
    let (paused, cores, _) = measured("sqlite://postrider.db", Mode::RefuseLogIn, posts).await;
    let table = report.section("2 · 64 connections, courier paused (ms)", cores);
    table.line("postrider", &paused, &format!("{:.0} stored/s", paused.per_second()));
    report.goal("stored/s, courier paused", paused.per_second(), Goal::AtLeast(10_000.0));

    if let Some(schema) = Schema::new("speed").await {
        let (beside, cores, _) = measured(&schema.dsn(), Mode::RefuseLogIn, posts).await;
        let table = report.section("2 · 64 connections, courier paused, Postgres (ms)", cores);
        table.line("postrider", &beside, &format!("{:.0} stored/s", beside.per_second()));
        report.goal(
            "stored/s, courier paused, Postgres of SQLite",
            beside.per_second() / paused.per_second(),
            Goal::AtLeast(0.5),
        );
    }

    let (delivering, cores, delivered) = measured("sqlite://postrider.db", Mode::Accept, posts).await;
    let table = report.section("2 · 64 connections, delivering (ms)", cores);
    table.line("postrider", &delivering, &format!("{:.0} stored/s", delivering.per_second()));
    table.note("mails delivered meanwhile, per second", delivered);
    report.goal("stored/s, delivering", delivering.per_second(), Goal::AtLeast(4_000.0));

    let hello = Beside::start("hello");
    load::closed(hello.address, posts, CONNECTIONS, WARM).await;
    let watch = Watch::start(hello.process());
    let seen = load::closed(hello.address, posts, CONNECTIONS, SLICE / 2).await;
    let table = report.section("2 · 64 connections, actix-web saying hello (ms)", watch.stop());
    table.line("hello", &seen, &format!("{:.0} answers/s", seen.per_second()));
    table.note("postrider, paused, of hello", paused.per_second() / seen.per_second());
    table.note("postrider, delivering, of hello", delivering.per_second() / seen.per_second());
}

async fn measured(dsn: &str, mode: Mode, posts: &Posts) -> (Seen, Cores, f64) {
    let sink = Sink::start(mode);
    let home = Home::on(dsn, &sink.uri());
    let server = Server::start(&home).await;
    load::closed(server.address, posts, CONNECTIONS, WARM).await;
    let (watch, delivered, began) = (Watch::start(server.process()), sink.accepted(), Instant::now());
    let seen = load::closed(server.address, posts, CONNECTIONS, SLICE).await;
    let delivered = (sink.accepted() - delivered) as f64 / began.elapsed().as_secs_f64();
    (seen, watch.stop(), delivered)
}
