//! Flat memory: mail goes out while a million wait, beside ten thousand. They are copies of one that was
//! posted, each sealed for itself, as intake would have stored them.

use crate::load;
use crate::machine::Watch;
use crate::posts::Posts;
use crate::report::{Goal, Report};
use crate::server::{Home, SECRET, Server};
use crate::sink::{Mode, Sink};
use postrider::domain::Secret;
use postrider::seal::{Purpose, Sealer};
use rusqlite::Connection;
use std::time::{Duration, Instant};

const FEW: u32 = 20_000;
const MANY: u32 = 1_000_000;
/// So many go out while memory is watched: all of the few but some that are under way.
const SENT: u64 = 19_000;
/// One recipient domain gets half of the connections at most.
const DOMAINS: u32 = 1000;

pub(crate) async fn run(posts: &Posts, report: &mut Report) {
    let mut peaks = Vec::new();
    for waiting in [FEW, MANY] {
        peaks.push((waiting, peak(posts, waiting).await));
    }
    let cores = peaks.last().unwrap().1.2;
    let table = report.section("memory while mail goes out and many wait", cores);
    table.row(["mails that wait", "MiB at rest, before", "MiB at most", "mails/s"]);
    for (waiting, (most, rate, _, first)) in &peaks {
        table.row([waiting.to_string(), format!("{first:.1}"), format!("{most:.1}"), format!("{rate:.0}")]);
    }
    let (few, many) = (peaks[0].1.0, peaks[1].1.0);
    report.goal("resident memory with 1 M that wait, at most (MiB)", many, Goal::AtMost(64.0));
    report.goal("resident memory with 1 M that wait, of that with 20 k", many / few, Goal::AtMost(1.1));
}

/// The most resident memory in MiB, mails a second, cores, and the memory when it was ready.
async fn peak(posts: &Posts, waiting: u32) -> (f64, f64, crate::machine::Cores, f64) {
    let refusing = Sink::start(Mode::RefuseLogIn);
    let home = Home::new(&refusing.uri());
    let server = Server::start(&home).await;
    load::some(server.address, posts, 1).await;
    server.stop();
    multiply(&Connection::open(home.path().join("postrider.db")).unwrap(), waiting);
    let sink = Sink::start(Mode::Accept);
    home.configure("sqlite://postrider.db", &sink.uri(), "");
    let server = Server::start(&home).await;
    let (watch, first) = (Watch::start(server.process()), server.process().memory().0);
    let (started, before) = (Instant::now(), sink.accepted());
    while sink.accepted() < before + SENT {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let rate = SENT as f64 / started.elapsed().as_secs_f64();
    (server.process().memory().1, rate, watch.stop(), first)
}

fn multiply(db: &Connection, waiting: u32) {
    db.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; BEGIN").unwrap();
    let keys = Sealer::new(&[Secret::from(SECRET)]);
    let one = "SELECT id, sealed FROM messages JOIN contents ON message = seq";
    let (id, sealed): ([u8; 16], Vec<u8>) = db.query_row(one, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let plain = keys.open(Purpose::Content, &id, &sealed).unwrap();
    let columns: Vec<String> = db
        .prepare("SELECT name FROM pragma_table_info('messages') WHERE name <> 'seq'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let values: Vec<&str> = columns
        .iter()
        .map(|column| match column.as_str() {
            "id" => "?1",
            "recipient_hash" => "randomblob(32)",
            "domain" => "'d' || ?2 || '.example.org'",
            "due_at" => "created_at",
            other => other,
        })
        .collect();
    let sql = format!(
        "INSERT INTO messages ({}) SELECT {} FROM messages ORDER BY seq LIMIT 1",
        columns.join(", "),
        values.join(", ")
    );
    let mut message = db.prepare(&sql).unwrap();
    let mut content = db.prepare("INSERT INTO contents (message, sealed) VALUES (?1, ?2)").unwrap();
    for n in 1..waiting {
        let mut copy = id;
        copy[12..].copy_from_slice(&n.to_be_bytes());
        let sealed = keys.seal(Purpose::Content, &copy, plain.expose()).unwrap();
        message.execute((copy, n % DOMAINS)).unwrap();
        content.execute((db.last_insert_rowid(), sealed)).unwrap();
    }
    db.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
}
