//! Fills a store with as many messages as a busy month leaves, by copies of one that it stored itself,
//! so that a column that comes later is filled too.

use crate::postgres_support::Schema;
use jiff::{SignedDuration, Timestamp};
use postrider::domain::{Channel, Lane, Message, MessageId, Status};
use postrider::store::{NewMessage, Options, Store};
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

const OPTIONS: Options = Options { migrate: true, lock_patience: Duration::from_secs(5), read_only: false };

/// What is in the store.
#[derive(Clone, Copy)]
pub(crate) struct Amount {
    pub(crate) queued: u32,
    pub(crate) finished: u32,
}

/// A store with its place, gone when dropped.
pub(crate) struct Queue {
    pub(crate) store: Store,
    _place: Place,
}

enum Place {
    File(#[allow(dead_code, reason = "held until the end")] TempDir),
    Schema(#[allow(dead_code, reason = "held until the end")] Schema),
}

/// When the messages came; all of them are due.
pub(crate) fn began() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

impl Queue {
    pub(crate) async fn in_sqlite(amount: Amount) -> Self {
        let home = TempDir::with_prefix_in("claims-", env!("CARGO_TARGET_TMPDIR")).unwrap();
        let file = home.path().join("postrider.db");
        let store = Store::open_sqlite(&file, OPTIONS).await.unwrap();
        store.enqueue(first(), |_| ()).await.unwrap();
        store.close().await.unwrap();
        fill_sqlite(&file, amount);
        Self { store: Store::open_sqlite(&file, OPTIONS).await.unwrap(), _place: Place::File(home) }
    }

    /// None where no server is named.
    pub(crate) async fn in_postgres(amount: Amount) -> Option<Self> {
        let schema = Schema::new("speed").await?;
        let store = Store::open(&schema.location(), OPTIONS).await.unwrap();
        store.enqueue(first(), |_| ()).await.unwrap();
        fill_postgres(&schema, amount).await;
        Some(Self { store, _place: Place::Schema(schema) })
    }
}

fn first() -> NewMessage {
    let at = began();
    NewMessage {
        message: Message {
            id: MessageId::new(at),
            source: "default".to_owned(),
            channel: Channel::Email,
            status: Status::Queued,
            reason: None,
            lane: Lane::Codes,
            template_type: "login_code_valid".to_owned(),
            locale: "de".to_owned(),
            locale_reason: "trait".to_owned(),
            template_source: "built-in".to_owned(),
            recipient_masked: "u***@e***.org".to_owned(),
            recipient_hash: [7; 32],
            domain: "example.org".to_owned(),
            provider: None,
            send_count: 0,
            attempts: 0,
            created_at: at,
            updated_at: at,
            due_at: at,
            expires_at: at + SignedDuration::from_hours(24),
            dispatches: Vec::new(),
        },
        lease: None,
        idempotency_key: [7; 32],
        twin: None,
        idempotent_until: at,
        webhook: None,
        sealed: Some(vec![7; 500]),
        limit: None,
        learnt: Vec::new(),
    }
}

/// The columns of a copy: those named here are made, the others taken over.
fn copy(columns: &[String], made: &[(&str, &str)]) -> (String, String) {
    let values = columns.iter().map(|column| {
        let value = made.iter().find(|(name, _)| name == column).map(|(_, value)| *value);
        value.map_or_else(|| format!("t.{column}"), str::to_owned)
    });
    let values = values.collect::<Vec<_>>().join(", ");
    (columns.join(", "), values)
}

fn fill_sqlite(file: &PathBuf, amount: Amount) {
    let db = rusqlite::Connection::open(file).unwrap();
    db.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;").unwrap();
    let mut columns: Vec<String> = db
        .prepare("SELECT name FROM pragma_table_info('messages')")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    columns.retain(|column| column != "seq");
    for (status, from, count) in [("'sent'", 1_u32, amount.finished), ("'queued'", 1 + amount.finished, amount.queued)]
    {
        let (names, values) = copy(
            &columns,
            &[
                // in the order in which they came, as real ids are
                ("id", "unhex(printf('%032x', i))"),
                ("recipient_hash", "randomblob(32)"),
                ("due_at", "t.due_at + i"),
                ("status", status),
            ],
        );
        let sql = format!(
            "INSERT INTO messages ({names}) WITH RECURSIVE n (i) AS
                (SELECT ?1 WHERE ?2 > 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1 + ?2)
             SELECT {values} FROM n, (SELECT * FROM messages WHERE seq = 1) AS t"
        );
        assert_eq!(db.execute(&sql, [from, count]).unwrap(), count as usize);
    }
    let contents = "INSERT INTO contents (message, sealed)
        SELECT seq, randomblob(500) FROM messages WHERE status = 'queued' AND seq > 1";
    db.execute(contents, []).unwrap();
    db.execute("DELETE FROM messages WHERE seq = 1", []).unwrap();
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);").unwrap();
}

async fn fill_postgres(schema: &Schema, amount: Amount) {
    let client = schema.client().await;
    let rows = client
        .query(
            "SELECT column_name::text FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = 'messages' AND is_identity = 'NO'",
            &[],
        )
        .await
        .unwrap();
    let columns: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    for (status, from, count) in [("'sent'", 1_u32, amount.finished), ("'queued'", 1 + amount.finished, amount.queued)]
    {
        let (names, values) = copy(
            &columns,
            &[
                ("id", "lpad(to_hex(i), 32, '0')::uuid"),
                ("recipient_hash", "sha256(i::text::bytea)"),
                ("due_at", "t.due_at + i * interval '1 microsecond'"),
                ("status", status),
            ],
        );
        let sql = format!(
            "INSERT INTO messages ({names}) SELECT {values}
             FROM generate_series({from}, {from} + {count} - 1) AS i, (SELECT * FROM messages ORDER BY seq LIMIT 1) AS t"
        );
        assert_eq!(client.execute(&sql, &[]).await.unwrap(), u64::from(count));
    }
    client
        .batch_execute(
            "INSERT INTO contents (message, sealed)
                SELECT seq, decode(repeat(md5(seq::text), 31), 'hex') FROM messages
                WHERE status = 'queued' AND seq > (SELECT min(seq) FROM messages);
             DELETE FROM messages WHERE seq = (SELECT min(seq) FROM messages);",
        )
        .await
        .unwrap();
    // as it would have done by itself by then
    client.batch_execute("VACUUM ANALYZE messages, contents").await.unwrap();
}
