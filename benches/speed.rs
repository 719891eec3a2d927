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
#[path = "speed/chosen.rs"]
mod chosen;
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

use chosen::Chosen;
use posts::Posts;
use report::Report;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(what) = arguments.first().and_then(|first| first.strip_prefix("serve=")) {
        return beside::serve(what);
    }
    let Some(chosen) = Chosen::by(&arguments, "speed") else { return };
    let posts = Posts::recorded("u#@example.org");
    let mut report = Report::new("speed", &posts);
    // The client has one thread, so that it takes no more of the cores than it must.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        if chosen.has("ack") {
            ack::run(&posts, &mut report).await;
        }
        if chosen.has("letters") {
            letters::render_and_compose(&mut report);
        }
        if chosen.has("reload") {
            letters::reload(&posts, &mut report).await;
        }
        if chosen.has("ingest") {
            ingest::run(&posts, &mut report).await;
        }
        if chosen.has("claims") {
            claims::run(&mut report).await;
        }
        if chosen.has("clearance") {
            clearance::run(&posts, &mut report).await;
        }
        if chosen.has("tuning") {
            tuning::run(&mut report).await;
        }
        if chosen.has("footprint") {
            footprint::run(&posts, &mut report).await;
        }
    });
    report.print();
    report.write();
}
