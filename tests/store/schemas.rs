//! Both databases have the same schema: tables, columns, what they may hold, keys, indexes, references
//! and rules, in what each calls it.

use crate::helpers::{Home, OPTIONS};
use crate::postgres_support::Schema;
use postrider::store::Store;
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};
use tokio_postgres::Client;

/// A table without the words of either database.
#[derive(Debug, Default, PartialEq, Eq)]
struct Table {
    /// In their order: name, and whether it may be null.
    columns: Vec<(String, bool)>,
    /// By name: columns, whether unique, and of which rows.
    indexes: BTreeMap<String, (Vec<String>, bool, String)>,
    /// Primary key and unique columns.
    keys: BTreeSet<Vec<String>>,
    /// Column, and the table that it refers to.
    references: BTreeSet<(String, String)>,
    checks: usize,
    triggers: BTreeSet<String>,
}

type Tables = BTreeMap<String, Table>;
/// The type of each column, by table and column.
type Kinds = BTreeMap<(String, String), String>;

/// What a type of SQLite may be in Postgres.
const SAME: &[(&str, &[&str])] = &[
    ("BLOB", &["bytea", "uuid", "_timestamptz"]),
    ("TEXT", &["text", "jsonb"]),
    ("INTEGER", &["int8", "int4", "timestamptz", "bool"]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_databases_have_the_same_schema() {
    let Some(schema) = Schema::new("store").await else { return };
    let home = Home::new();
    home.open().await.close().await.unwrap();
    Store::open(&schema.location(), OPTIONS).await.unwrap().close().await.unwrap();
    let (sqlite, sqlite_kinds) = of_sqlite(&Connection::open(home.file()).unwrap());
    let (postgres, postgres_kinds) = of_postgres(&schema.client().await).await;
    assert!(sqlite.len() > 14, "{:?}", sqlite.keys());
    assert_eq!(sqlite.keys().collect::<Vec<_>>(), postgres.keys().collect::<Vec<_>>());
    for (name, table) in &sqlite {
        assert_eq!(*table, postgres[name], "{name}: SQLite left, Postgres right");
    }
    for (column, kind) in &sqlite_kinds {
        let allowed = SAME.iter().find(|(name, _)| name == kind).unwrap().1;
        let theirs = postgres_kinds[column].as_str();
        assert!(allowed.contains(&theirs), "{column:?} is {kind} in SQLite and {theirs} in Postgres");
        let is_time = theirs.ends_with("timestamptz");
        let sounds_like_time = ["_at", "_until", "until", "at", "last_seen", "shifted_before", "recent"];
        assert_eq!(
            is_time,
            sounds_like_time.iter().any(|end| column.1 == *end || column.1.ends_with(end)),
            "{column:?}"
        );
    }
}

#[tokio::test]
async fn a_line_of_the_audit_log_cannot_be_changed_in_postgres_either() {
    let Some(schema) = Schema::new("store").await else { return };
    Store::open(&schema.location(), OPTIONS).await.unwrap().close().await.unwrap();
    let client = schema.client().await;
    let line = "INSERT INTO audit (id, at, token, action, outcome) VALUES (gen_random_uuid(), now(), 'ops', 'a', 'b')";
    client.batch_execute(line).await.unwrap();
    let error = client.batch_execute("UPDATE audit SET token = 'somebody else'").await.unwrap_err();
    assert!(error.as_db_error().unwrap().message().contains("append-only"));
}

fn of_sqlite(db: &Connection) -> (Tables, Kinds) {
    let (mut tables, mut kinds) = (Tables::new(), Kinds::new());
    let made: Vec<(String, String)> = rows(db, "SELECT name, sql FROM sqlite_schema WHERE type = 'table'", |row| {
        (row.get(0).unwrap(), row.get(1).unwrap())
    });
    for (name, sql) in made {
        let mut table = Table { checks: sql.matches("CHECK (").count(), ..Table::default() };
        let mut primary = Vec::new();
        let columns =
            rows(db, &format!("SELECT name, type, \"notnull\", pk FROM pragma_table_xinfo('{name}')"), |row| {
                let (column, kind): (String, String) = (row.get(0).unwrap(), row.get(1).unwrap());
                (column, kind, row.get::<_, bool>(2).unwrap(), row.get::<_, i64>(3).unwrap())
            });
        for (column, kind, not_null, key) in columns {
            if key > 0 {
                primary.push((key, column.clone()));
            }
            table.columns.push((column.clone(), !not_null && key == 0));
            kinds.insert((name.clone(), column), kind);
        }
        primary.sort();
        table.keys.insert(primary.into_iter().map(|(_, column)| column).collect());
        let indexes = rows(db, &format!("SELECT name, \"unique\", origin FROM pragma_index_list('{name}')"), |row| {
            (row.get::<_, String>(0).unwrap(), row.get(1).unwrap(), row.get::<_, String>(2).unwrap())
        });
        for (index, unique, origin) in indexes {
            let sql = format!("SELECT name FROM pragma_index_info('{index}') ORDER BY seqno");
            let columns = rows(db, &sql, |row| row.get(0).unwrap());
            if origin == "c" {
                let sql = format!("SELECT sql FROM sqlite_schema WHERE name = '{index}'");
                let made: Vec<String> = rows(db, &sql, |row| row.get(0).unwrap());
                let condition =
                    made[0].split_once(" WHERE ").map(|(_, condition)| plain(condition)).unwrap_or_default();
                table.indexes.insert(index, (columns, unique, condition));
            } else {
                table.keys.insert(columns);
            }
        }
        let sql = format!("SELECT \"from\", \"table\" FROM pragma_foreign_key_list('{name}')");
        table.references.extend(rows(db, &sql, |row| (row.get(0).unwrap(), row.get(1).unwrap())));
        let sql = format!("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = '{name}'");
        table.triggers.extend(rows(db, &sql, |row| row.get(0).unwrap()));
        tables.insert(name, table);
    }
    (tables, kinds)
}

fn rows<T>(db: &Connection, sql: &str, each: impl Fn(&rusqlite::Row<'_>) -> T) -> Vec<T> {
    let mut statement = db.prepare(sql).unwrap();
    statement.query_map([], |row| Ok(each(row))).unwrap().collect::<Result<_, _>>().unwrap()
}

async fn of_postgres(client: &Client) -> (Tables, Kinds) {
    let (mut tables, mut kinds) = (Tables::new(), Kinds::new());
    let ours = "c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())";
    let sql = format!(
        "SELECT c.relname::text, a.attname::text, t.typname::text, a.attnotnull
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         JOIN pg_type t ON t.oid = a.atttypid WHERE c.relkind = 'r' AND {ours} ORDER BY c.relname, a.attnum"
    );
    for row in client.query(&sql, &[]).await.unwrap() {
        let (table, column): (String, String) = (row.get(0), row.get(1));
        kinds.insert((table.clone(), column.clone()), row.get(2));
        tables.entry(table).or_default().columns.push((column, !row.get::<_, bool>(3)));
    }
    let sql = format!(
        "SELECT c.relname::text, x.relname::text, i.indisunique, pg_get_expr(i.indpred, i.indrelid),
            EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u')),
            ARRAY(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY AS k (number, place)
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number ORDER BY k.place)
         FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid WHERE {ours}"
    );
    for row in client.query(&sql, &[]).await.unwrap() {
        let table = tables.get_mut(row.get::<_, &str>(0)).unwrap();
        let condition: Option<&str> = row.get(3);
        if row.get(4) {
            table.keys.insert(row.get(5));
        } else {
            let index = (row.get(5), row.get(2), condition.map(plain).unwrap_or_default());
            table.indexes.insert(row.get(1), index);
        }
    }
    let sql = format!(
        "SELECT c.relname::text, k.contype::text, (SELECT attname::text FROM pg_attribute
            WHERE attrelid = c.oid AND attnum = k.conkey[1]), (SELECT relname::text FROM pg_class WHERE oid = k.confrelid)
         FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE {ours}
         UNION ALL SELECT c.relname::text, 'trigger', t.tgname::text, NULL
         FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND {ours}"
    );
    for row in client.query(&sql, &[]).await.unwrap() {
        let table = tables.get_mut(row.get::<_, &str>(0)).unwrap();
        match row.get(1) {
            "c" => table.checks += 1,
            "f" => drop(table.references.insert((row.get(2), row.get(3)))),
            "trigger" => drop(table.triggers.insert(row.get(2))),
            _ => {}
        }
    }
    (tables, kinds)
}

/// A condition without what only one of the two writes.
fn plain(condition: &str) -> String {
    condition.replace("::text", "").replace(['(', ')', '\n'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
}
