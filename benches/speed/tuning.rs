//! Why the writer of the SQLite store is set as it is: how many posts share a commit, whether it waits
//! for more of them, and who copies the write-ahead log into the file. The first rows are a bare loop
//! over the store's own schema with one thing changed at a time; the last one is the store itself.

use crate::load::Seen;
use crate::machine::{self, Watch};
use crate::report::Report;
use futures_util::future::join_all;
use postrider::domain::{Channel, Clock as _, Lane, Message, MessageId, Status, SystemClock};
use postrider::store::{NewMessage, Options, Store};
use rusqlite::{Connection, params};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// So many posts are always under way.
const POSTS: usize = 256;
const SLICE: Duration = Duration::from_secs(4);
/// A sealed mail of usual size.
const CONTENT: usize = 6000;

/// One setting of the bare loop.
struct Setting {
    name: &'static str,
    /// How many share a commit at most.
    turn: usize,
    /// How long it waits for more.
    window: Duration,
    /// Pages after which a commit copies the log into the file; 0 never.
    autocheckpoint: u32,
}

const USUAL: Setting = Setting { name: "256 a commit", turn: 256, window: Duration::ZERO, autocheckpoint: 0 };

pub(crate) async fn run(report: &mut Report) {
    let settings = [
        Setting { name: "1 a commit", turn: 1, ..USUAL },
        Setting { name: "16 a commit", turn: 16, ..USUAL },
        Setting { name: "64 a commit", turn: 64, ..USUAL },
        USUAL,
        Setting { name: "… after waiting 1 ms", window: Duration::from_millis(1), ..USUAL },
        Setting { name: "… and checkpoints in commits", autocheckpoint: 1000, ..USUAL },
    ];
    let watch = Watch::start(machine::Process(std::process::id()));
    let mut rows = Vec::new();
    for setting in &settings {
        let home = home();
        let file = made(&home).await;
        let (seen, wal) = bare(&file, setting);
        rows.push((setting.name, seen, wal));
    }
    let home = home();
    let (seen, wal) = real(&made(&home).await).await;
    rows.push(("the store itself", seen, wal));
    let table = report.section("4 · SQLite: 256 posts under way, stored without HTTP (ms)", watch.stop());
    for (name, seen, wal) in &rows {
        table.line(name, seen, &format!("{:.0} stored/s, log {} MiB", seen.per_second(), wal / 1024 / 1024));
    }
}

fn home() -> TempDir {
    TempDir::with_prefix_in("speed-", env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// A file with the schema.
async fn made(home: &TempDir) -> PathBuf {
    let file = home.path().join("postrider.db");
    open(&file).await.close().await.unwrap();
    file
}

async fn open(file: &Path) -> Store {
    let options = Options { migrate: true, lock_patience: Duration::from_secs(5), read_only: false };
    Store::open_sqlite(file, options).await.unwrap()
}

fn log_of(file: &Path) -> u64 {
    std::fs::metadata(file.with_extension("db-wal")).map_or(0, |log| log.len())
}

/// Commits what waits, as the setting says; whoever is answered posts again at once.
fn bare(file: &Path, setting: &Setting) -> (Seen, u64) {
    let db = Connection::open(file).unwrap();
    db.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;
         PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = {};",
        setting.autocheckpoint
    ))
    .unwrap();
    let started = Instant::now();
    let mut waiting: VecDeque<Instant> = (0..POSTS).map(|_| started).collect();
    let (mut latencies, mut log) = (Vec::new(), 0);
    while started.elapsed() < SLICE {
        std::thread::sleep(setting.window);
        let turn: Vec<Instant> = waiting.drain(..setting.turn.min(POSTS)).collect();
        db.execute_batch("BEGIN IMMEDIATE").unwrap();
        for _ in &turn {
            insert(&db);
        }
        db.execute_batch("COMMIT").unwrap();
        let now = Instant::now();
        latencies.extend(turn.iter().map(|since| now - *since));
        waiting.extend(turn.iter().map(|_| now));
        log = log.max(log_of(file));
    }
    (Seen::of(latencies, started.elapsed()), log)
}

/// The rows of a post.
fn insert(db: &Connection) {
    let new = message();
    let message = &new.message;
    let now = message.created_at.as_microsecond();
    db.prepare_cached(
        "INSERT INTO messages (id, source, channel, status, reason, lane, template_type, locale, locale_reason,
            template_source, recipient_masked, recipient_hash, domain, provider, send_count, attempts, created_at,
            updated_at, due_at, expires_at, lease_node, dispatches)
         VALUES (?1, 'default', 'email', 'queued', NULL, 'codes', 'login_code_valid', 'en', 'default', 'built-in', 'u***',
            ?2, 'example.org', NULL, 0, 0, ?3, ?3, ?3, ?3, NULL, '[]')",
    )
    .unwrap()
    .execute(params![message.id.0.as_bytes(), message.recipient_hash, now])
    .unwrap();
    db.prepare_cached("INSERT INTO contents (message, sealed) VALUES (?1, ?2)")
        .unwrap()
        .execute(params![db.last_insert_rowid(), new.sealed])
        .unwrap();
    db.prepare_cached("INSERT INTO idempotency (source, key, message_id, expires_at) VALUES ('default', ?1, ?2, ?3)")
        .unwrap()
        .execute(params![new.idempotency_key, message.id.0.as_bytes(), now])
        .unwrap();
}

/// The same through the store.
async fn real(file: &Path) -> (Seen, u64) {
    let store = open(file).await;
    let started = Instant::now();
    let one = || async {
        let mut latencies = Vec::new();
        let mut log = 0;
        while started.elapsed() < SLICE {
            let asked = Instant::now();
            store.enqueue(message(), |_| ()).await.unwrap();
            latencies.push(asked.elapsed());
            if latencies.len() % 64 == 0 {
                log = log.max(log_of(file));
            }
        }
        (latencies, log)
    };
    let all = join_all((0..POSTS).map(|_| one())).await;
    let log = all.iter().map(|(_, log)| *log).max().unwrap();
    let latencies = all.into_iter().flat_map(|(latencies, _)| latencies).collect();
    let seen = Seen::of(latencies, started.elapsed());
    store.close().await.unwrap();
    (seen, log)
}

/// A message of its own: hashes as scattered as real ones.
fn message() -> NewMessage {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let now = SystemClock::new().now();
    let mut hash = [0; 32];
    let scattered = NEXT.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash[..8].copy_from_slice(&scattered.to_be_bytes());
    NewMessage {
        message: Message {
            id: MessageId::new(now),
            source: "default".to_owned(),
            channel: Channel::Email,
            status: Status::Queued,
            reason: None,
            lane: Lane::Codes,
            template_type: "login_code_valid".to_owned(),
            locale: "en".to_owned(),
            locale_reason: "default".to_owned(),
            template_source: "built-in".to_owned(),
            recipient_masked: "u***".to_owned(),
            recipient_hash: hash,
            domain: "example.org".to_owned(),
            provider: None,
            send_count: 0,
            attempts: 0,
            created_at: now,
            updated_at: now,
            due_at: now,
            expires_at: now + Duration::from_hours(1),
            dispatches: Vec::new(),
        },
        lease: None,
        idempotency_key: hash,
        twin: None,
        idempotent_until: now + Duration::from_hours(24),
        webhook: None,
        sealed: Some(vec![7; CONTENT]),
        limit: None,
        learnt: Vec::new(),
    }
}
