//! `cargo bench --bench delivery`: how fast mail goes out, beside what else could bring it to the
//! same server, all in one run. Prints tables, writes `target/delivery.json`, talks to loopback
//! only, and ends by itself. What needs a program that is not here is skipped by name.
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
    reason = "a benchmark that cannot go on stops, and it prints; some of its parts are those of another one"
)]

#[path = "delivery/backlog.rs"]
mod backlog;
#[path = "speed/chosen.rs"]
mod chosen;
#[path = "speed/client.rs"]
mod client;
#[path = "delivery/http_handler.rs"]
mod http_handler;
#[path = "delivery/kratos.rs"]
mod kratos;
#[path = "delivery/lettre.rs"]
mod lettre;
#[path = "delivery/link.rs"]
mod link;
#[path = "speed/load.rs"]
mod load;
#[path = "speed/machine.rs"]
mod machine;
#[path = "delivery/memory.rs"]
mod memory;
#[path = "delivery/postfix.rs"]
mod postfix;
#[path = "speed/posts.rs"]
mod posts;
#[path = "delivery/provider.rs"]
mod provider;
#[path = "speed/report.rs"]
mod report;
#[path = "speed/server.rs"]
mod server;
#[path = "speed/sink.rs"]
mod sink;

#[path = "delivery/warm.rs"]
mod warm;

use chosen::Chosen;
use posts::Posts;
use report::Report;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(chosen) = Chosen::by(&arguments, "delivery") else { return };
    // Each to a domain of its own: one recipient domain gets half of the connections at most.
    let posts = Posts::recorded("u@d#.example.org");
    let mut report = Report::new("delivery", &posts);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        if chosen.has("backlog") {
            backlog::run(&posts, &mut report).await;
        }
        if chosen.has("warm") {
            warm::run(&posts, &mut report).await;
        }
        if chosen.has("kratos") {
            kratos::run(&mut report).await;
        }
        if chosen.has("memory") {
            memory::run(&posts, &mut report).await;
        }
    });
    report.print();
    report.write();
}
