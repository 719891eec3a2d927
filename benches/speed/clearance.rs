//! Clearing away: how long Kratos waits for a 200 while many old messages are purged beside it. The
//! same code clears away what `courier.retention` ends.

use crate::client::Client;
use crate::load;
use crate::machine::Watch;
use crate::posts::Posts;
use crate::report::{Goal, Report};
use crate::server::{Home, OPERATOR, Server};
use crate::sink::{Mode, Sink};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

const OLD: u32 = 100_000;
const SLICE: Duration = Duration::from_secs(4);

pub(crate) async fn run(posts: &Posts, report: &mut Report) {
    let sink = Sink::start(Mode::Accept);
    let home = Home::new(&sink.uri());
    // It makes the schema.
    drop(Server::start(&home).await);
    fill(&home);
    let server = Server::start(&home).await;
    load::closed(server.address, posts, 1, SLICE / 4).await;
    let watch = Watch::start(server.process());
    let alone = load::closed(server.address, posts, 1, SLICE).await;
    let (begun, purging) = (Instant::now(), tokio::spawn(purge(server.address)));
    let mut beside = load::Seen::default();
    while !purging.is_finished() {
        beside = beside.join(load::closed(server.address, posts, 1, Duration::from_millis(500)).await);
    }
    let took = begun.elapsed();
    purging.await.unwrap();
    assert_eq!(old(&home), 0, "all of them are purged");
    let table = report.section("3 · ack of serial posts while 100,000 old messages are purged (ms)", watch.stop());
    table.line("without a purge", &alone, "");
    table.line("beside a purge", &beside, &format!("{:.0} purged/s", f64::from(OLD) / took.as_secs_f64()));
    report.goal(
        "ack p99 beside a purge − without (ms)",
        beside.quantile(0.99) - alone.quantile(0.99),
        Goal::AtMost(3.0),
    );
}

async fn purge(address: SocketAddr) {
    let head = format!(
        "POST /admin/courier/messages/purge?older_than=1d HTTP/1.1\r\nHost: localhost\r\n\
         Authorization: Bearer {OPERATOR}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    // Each call works for ten seconds at most; a last one finds nothing.
    for _ in 0..20 {
        let asked = Instant::now();
        assert_eq!(Client::new(address).ask(head.as_bytes()).await.unwrap(), 200);
        if asked.elapsed() < Duration::from_secs(9) {
            return;
        }
    }
}

/// Messages that were sent a month ago, as the server leaves them.
fn fill(home: &Home) {
    let db = rusqlite::Connection::open(home.path().join("postrider.db")).unwrap();
    let sql = format!(
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {OLD}),
            t AS (SELECT n, (unixepoch() - 30 * 86400) * 1000 + n AS ms FROM n)
         INSERT INTO messages (id, source, channel, status, reason, lane, template_type, locale, locale_reason,
            template_source, recipient_masked, recipient_hash, domain, provider, send_count, attempts, created_at,
            updated_at, due_at, expires_at, lease_node, dispatches)
         SELECT unhex(format('%012x7000', ms) || hex(randomblob(8))), 'default', 'email', 'sent', NULL, 'codes',
            'login_code_valid', 'en', 'default', 'built-in', 'u***@e***.org', randomblob(32), 'example.org', 'smtp', 1, 0,
            ms * 1000, ms * 1000, ms * 1000, ms * 1000, NULL, '[]' FROM t"
    );
    db.execute_batch(&sql).unwrap();
    assert_eq!(old(home), OLD);
}

fn old(home: &Home) -> u32 {
    let db = rusqlite::Connection::open(home.path().join("postrider.db")).unwrap();
    let sql = "SELECT count(*) FROM messages WHERE created_at < (unixepoch() - 86400) * 1000000";
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}
