//! `cargo bench --bench speed`: how fast posts are acknowledged and taken in, beside what this
//! machine can do at best, all in one run. Prints a table, writes `target/speed.json`, touches
//! nothing but loopback and `target/`, and ends by itself after about two minutes.
//! docs/benchmarks.md says how to read it.
#![allow(
    clippy::allow_attributes,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    dead_code,
    reason = "a benchmark that cannot go on stops, and it prints; its parts are also those of another one"
)]

#[path = "speed/ack.rs"]
mod ack;
#[path = "speed/beside.rs"]
mod beside;
#[path = "speed/claims.rs"]
mod claims;
#[path = "speed/clearance.rs"]
mod clearance;
#[path = "speed/client.rs"]
mod client;
#[path = "speed/disk.rs"]
mod disk;
#[path = "speed/footprint.rs"]
mod footprint;
#[path = "speed/ingest.rs"]
mod ingest;
#[path = "speed/letters.rs"]
mod letters;
#[path = "speed/load.rs"]
mod load;
#[path = "speed/machine.rs"]
mod machine;
#[path = "../tests/support/postgres.rs"]
mod postgres_support;
#[path = "speed/posts.rs"]
mod posts;
#[path = "speed/queue.rs"]
mod queue;
#[path = "speed/report.rs"]
mod report;
#[path = "speed/server.rs"]
mod server;
#[path = "speed/sink.rs"]
mod sink;
#[path = "speed/tuning.rs"]
mod tuning;

use posts::Posts;
use report::Report;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(what) = arguments.first().and_then(|first| first.strip_prefix("serve=")) {
        return beside::serve(what);
    }
    // `cargo test --benches` runs this too, and wants to know only that it compiles.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return println!("speed: skipped, it runs by `cargo bench --bench speed`");
    }
    let wanted = |row: &str| {
        let rows: Vec<_> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
        rows.is_empty() || rows.iter().any(|name| *name == row)
    };
    let posts = Posts::recorded("u#@example.org");
    let mut report = Report::new("speed", &posts);
    // The client has one thread, so that it takes no more of the cores than it must.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        if wanted("ack") {
            ack::run(&posts, &mut report).await;
        }
        if wanted("letters") {
            letters::render_and_compose(&mut report);
        }
        if wanted("reload") {
            letters::reload(&posts, &mut report).await;
        }
        if wanted("ingest") {
            ingest::run(&posts, &mut report).await;
        }
        if wanted("claims") {
            claims::run(&mut report).await;
        }
        if wanted("clearance") {
            clearance::run(&posts, &mut report).await;
        }
        if wanted("tuning") {
            tuning::run(&mut report).await;
        }
        if wanted("footprint") {
            footprint::run(&posts, &mut report).await;
        }
    });
    report.print();
    report.write();
}
