//! A schema of its own for each test, on the server that `POSTRIDER_TEST_POSTGRES_URL` names.
#![allow(
    clippy::allow_attributes,
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "each suite uses a part of it; helpers of tests"
)]

use postrider::store::{Location, postgres::Settings};
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

impl Drop for Schema {
    fn drop(&mut self) {
        let (url, sql) = (self.url.clone(), format!("DROP SCHEMA {} CASCADE", self.name));
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async { connect(&url).await.batch_execute(&sql).await })
        });
        if !matches!(dropping.join(), Ok(Ok(()))) {
            eprintln!("the schema {} could not be dropped", self.name);
        }
    }
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
