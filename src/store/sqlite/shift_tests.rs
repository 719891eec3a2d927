use super::super::tests::{open, plan};
use super::*;
use rusqlite::StatementStatus;

/// Accepted at 0, each expires a second after the one before.
fn fill(db: &Connection, statuses: &[&str]) -> rusqlite::Result<()> {
    for (number, status) in (1_i64..).zip(statuses) {
        db.prepare_cached(
            "INSERT INTO messages (seq, id, source, channel, status, reason, lane, template_type, locale, locale_reason,
                template_source, recipient_masked, recipient_hash, domain, send_count, attempts, created_at, updated_at,
                due_at, expires_at, lease_node, dispatches)
             VALUES (?1, CAST(?1 AS BLOB), 's', 'email', ?2, iif(?2 = 'abandoned', 'refused', NULL), 'codes', 't', 'en', 'd',
                'b', 'u', x'01', 'd', 0, 0, 0, 0, ?1 * 1000000, ?1 * 1000000, iif(?2 = 'processing', x'01', NULL), '[]')",
        )?
        .execute(params![number, status])?;
        let until = (*status == "abandoned").then_some(number);
        db.prepare_cached("INSERT INTO contents (message, sealed, content_until) VALUES (?1, x'00', ?2)")?
            .execute(params![number, until])?;
    }
    Ok(())
}

#[tokio::test]
async fn what_follows_is_found_by_its_number() {
    let (_home, store) = open().await;
    for sql in [MOVE, KEEP] {
        let plan = plan(&store, sql.to_owned()).await;
        let by_number = |line: &str| line.contains("USING INTEGER PRIMARY KEY (rowid=?)");
        assert!(!plan.is_empty() && plan.lines().all(by_number), "{sql}\n{plan}");
    }
}

/// The steps of SQLite's machine while a queue of this length follows by less than lies between its expiries.
async fn steps(queue: usize) -> i32 {
    let (_home, store) = open().await;
    store.write(move |db| fill(db, &vec!["queued"; queue])).await.unwrap();
    let moved = store.shift_expiry(Timestamp::from_microsecond(1).unwrap(), SignedDuration::from_mins(1)).await;
    assert_eq!(moved.unwrap(), u64::try_from(queue).unwrap());
    let of = |db: &Connection, sql| Ok(db.prepare_cached(sql)?.get_status(StatementStatus::VmStep));
    let looking = store.read(Reading::Courier, move |db| of(db, LATE)).await.unwrap();
    let following = store.write(move |db| Ok([of(db, MOVE)?, of(db, KEEP)?])).await.unwrap();
    assert!(looking > 0 && following.iter().all(|steps| *steps > 0));
    looking + following.iter().sum::<i32>()
}

#[tokio::test]
async fn a_queue_that_is_ten_times_as_long_costs_ten_times_as_much() {
    let (short, long) = (steps(2 * BATCH).await, steps(20 * BATCH).await);
    assert!(long < 12 * short, "{short} and {long} steps");
}

#[tokio::test]
async fn what_changes_hands_before_its_turn_follows_once() {
    let (_home, store) = open().await;
    store.write(|db| fill(db, &["queued", "processing", "abandoned", "queued", "abandoned"])).await.unwrap();
    let found = store.read(Reading::Courier, |db| late(db, 1)).await.unwrap();
    assert_eq!(found.len(), 5);
    let meanwhile = "UPDATE messages SET status = 'processing', lease_node = x'01' WHERE seq = 1;
        UPDATE messages SET status = 'queued', lease_node = NULL WHERE seq = 2;
        UPDATE messages SET status = 'queued', reason = NULL WHERE seq = 3;
        UPDATE contents SET content_until = NULL WHERE message = 3;
        UPDATE messages SET status = 'sent' WHERE seq = 4;";
    store.write(move |db| db.execute_batch(meanwhile)).await.unwrap();
    let again = found.clone();
    let followed = store.write(move |db| follow(db, &found, 1, 7)).await.unwrap();
    assert_eq!((followed.all, followed.live), (4, 3));
    let followed = store.write(move |db| follow(db, &again, 1, 7)).await.unwrap();
    assert_eq!(followed.all, 0, "once");
    let moved = |db: &Connection| {
        let sql =
            "SELECT expires_at % 1000000, due_at % 1000000, content_until FROM messages JOIN contents ON seq = message
            ORDER BY seq";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        db.prepare(sql)?.query_map([], row)?.collect::<rusqlite::Result<Vec<(i64, i64, Option<i64>)>>>()
    };
    let moved = store.read(Reading::Courier, moved).await.unwrap();
    assert_eq!(moved, [(7, 7, None), (7, 7, None), (7, 7, None), (0, 0, None), (7, 0, Some(12))]);
}
