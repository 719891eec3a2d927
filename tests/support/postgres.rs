//! A schema of its own for each test, on the server that `POSTRIDER_TEST_POSTGRES_URL` names.
#![allow(
    clippy::allow_attributes,
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "each suite uses a part of it; helpers of tests"
)]

use postrider::store::{Location, postgres::Settings};
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Once;
use tokio_postgres::{Client, NoTls};

/// The server; if there is none, says once that the suite is skipped.
pub fn url(suite: &str) -> Option<String> {
    static SAID: Once = Once::new();
    let url = std::env::var_os("POSTRIDER_TEST_POSTGRES_URL").filter(|url| !url.is_empty());
    if url.is_none() {
        // Not eprintln!, which a passing test keeps to itself.
        SAID.call_once(|| {
            let line = format!("suite {suite} on Postgres: skipped, POSTRIDER_TEST_POSTGRES_URL names no server\n");
            std::io::stderr().write_all(line.as_bytes()).unwrap();
        });
    }
    Some(url?.into_string().unwrap())
}

/// A schema that goes when it is dropped.
pub struct Schema {
    url: String,
    name: String,
}

impl Schema {
    /// A new one on the server of this suite.
    pub async fn new(suite: &str) -> Option<Self> {
        Some(Self::on(url(suite)?).await)
    }

    /// A new one on this server.
    pub async fn on(url: String) -> Self {
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        connect(&url).await.batch_execute(&format!("CREATE SCHEMA {name}")).await.unwrap();
        Self { url, name }
    }

    /// How postrider reaches it.
    pub fn dsn(&self) -> String {
        let joint = if self.url.contains('?') { '&' } else { '?' };
        format!("{}{joint}options=-c%20search_path%3D{}", self.url, self.name)
    }

    /// The same as a store's location.
    pub fn location(&self) -> Location {
        Location::Postgres(Box::new(Settings::parse(&self.dsn(), None).unwrap()))
    }

    /// A connection of the test's own.
    pub async fn client(&self) -> Client {
        connect(&self.dsn()).await
    }
}

impl Schema {
    /// All that is in it, as text: bytes that are letters stand as letters.
    pub fn dump(&self) -> String {
        let (dsn, mut all) = (self.dsn(), String::new());
        let dump = async move {
            let client = connect(&dsn).await;
            client.batch_execute("SET bytea_output = 'escape'").await.unwrap();
            let names = "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()";
            for name in client.query(names, &[]).await.unwrap() {
                let name: String = name.get(0);
                for row in client.query(&format!("SELECT t::text FROM {name} t"), &[]).await.unwrap() {
                    writeln!(all, "{name}: {}", row.get::<_, String>(0)).unwrap();
                }
            }
            all
        };
        aside(dump).unwrap()
    }

    /// What this counts, asked on a connection of its own.
    pub fn count(&self, sql: &str) -> usize {
        let (dsn, sql) = (self.dsn(), sql.to_owned());
        let rows = aside(async move { connect(&dsn).await.query(&sql, &[]).await.unwrap() });
        usize::try_from(rows.unwrap()[0].get::<_, i64>(0)).unwrap()
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let (url, sql) = (self.url.clone(), format!("DROP SCHEMA {} CASCADE", self.name));
        if !matches!(aside(async move { connect(&url).await.batch_execute(&sql).await }), Ok(Ok(()))) {
            eprintln!("the schema {} could not be dropped", self.name);
        }
    }
}

/// Runs it on a thread of its own, also from within a runtime.
fn aside<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> std::thread::Result<T> {
    let run = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work);
    std::thread::spawn(run).join()
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
