//! A whole postrider in this process: on ports of its own, with a database of its own, in front of
//! a mail server of its own. The database is a file; with `POSTRIDER_TEST_API_STORE=postgres` it is a
//! schema on the server that `POSTRIDER_TEST_POSTGRES_URL` names, for every test that does not itself
//! look into the file or set the clock.

#[path = "test_app_asking.rs"]
mod asking;

use crate::fake_smtp::FakeSmtp;
use crate::log;
use crate::postgres_support::Schema;
use postrider::app::{App, Start};
use postrider::config::{Config, HandedOver};
use postrider::domain::{Clock, ManualClock, SystemClock};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Once};
use std::time::Duration;
use tempfile::TempDir;

/// Kratos's credential.
pub(crate) const COURIER: &str = "courier-key";
/// Admin tokens are called by their role.
pub(crate) const VIEWER: &str = "viewer-token";
/// Longer than anything takes, also on a slow machine.
pub(crate) const SOON: Duration = Duration::from_mins(1);

/// Connections are few, so that tests can tell what happens on one; a recipient may have any number.
const BASE: &str = "\
dsn: sqlite://{home}/postrider.db
serve: {drain: 0s, public: {port: 0}, admin: {port: 0}, inbound: {port: 0}}
secrets: {cipher: [a-cipher-secret-of-at-least-32-characters]}
sources: {default: {auth: [{id: k1, type: api_key, config: {in: header, name: Authorization, value: Bearer courier-key}}]}}
admin:
  tokens:
    - {id: viewer, role: viewer, value: viewer-token}
    - {id: support, role: support, value: support-token}
    - {id: operator, role: operator, value: operator-token}
    - {id: admin, role: admin, value: admin-token}
courier:
  smtp:
    connection_uri: smtp://127.0.0.1:{port}/?disable_starttls=true
    from_address: no-reply@sender.example
    from_name: Example
    connections: 2
  retry: {codes: [100ms], links: [100ms], notices: [100ms]}
limits: {recipient: {per_hour: 0, per_day: 0}}
";

/// How an app is made.
pub(crate) struct Plan {
    smtp: Option<FakeSmtp>,
    port: Option<u16>,
    more: String,
    clock: Option<ManualClock>,
    open_dev: bool,
    prepare: fn(&Path),
    in_a_file: bool,
    schema: Option<Schema>,
}

/// The app and what is around it.
pub(crate) struct TestApp {
    /// The mail server.
    pub(crate) smtp: FakeSmtp,
    /// Its files.
    pub(crate) home: TempDir,
    app: Option<App>,
    clock: Option<ManualClock>,
    open_dev: bool,
    /// Behind the app, so that it goes last.
    schema: Option<Schema>,
    /// Calls of hooks that the store was too slow for.
    stalled: AtomicU32,
}

/// An app with this YAML laid over the basic one; `{port}` is the mail server's, `{home}` the
/// directory.
pub(crate) fn plan(more: &str) -> Plan {
    Plan {
        smtp: None,
        port: None,
        more: more.to_owned(),
        clock: None,
        open_dev: false,
        prepare: |_| (),
        in_a_file: false,
        schema: None,
    }
}

impl Plan {
    /// In front of this server.
    pub(crate) fn smtp(mut self, smtp: FakeSmtp) -> Self {
        self.smtp = Some(smtp);
        self
    }

    /// Sends to another port than the mail server's.
    pub(crate) fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// With this clock, which stands still.
    pub(crate) fn clock(mut self, clock: &ManualClock) -> Self {
        self.clock = Some(clock.clone());
        self.in_a_file()
    }

    /// With an SQLite file in any case: the test looks into it, or at its times.
    pub(crate) fn in_a_file(mut self) -> Self {
        self.in_a_file = true;
        self
    }

    /// On this schema of a Postgres database.
    pub(crate) fn on(mut self, schema: Schema) -> Self {
        self.schema = Some(schema);
        self
    }

    /// As with `--dev`: inbox without sign-in, loopback hosts only.
    pub(crate) fn open_dev(mut self) -> Self {
        self.open_dev = true;
        self
    }

    /// With files of this function's in its directory.
    pub(crate) fn prepare(mut self, prepare: fn(&Path)) -> Self {
        self.prepare = prepare;
        self
    }

    pub(crate) async fn start(self) -> TestApp {
        static CRYPTO: Once = Once::new();
        // Somebody else may have installed it before.
        CRYPTO.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
        log::start();
        let smtp = match self.smtp {
            Some(smtp) => smtp,
            None => FakeSmtp::start().await,
        };
        let home = tempfile::tempdir().unwrap();
        (self.prepare)(home.path());
        let port = self.port.unwrap_or(smtp.port()).to_string();
        let schema = match self.schema {
            None if !self.in_a_file && is_postgres_asked_for() => Schema::new("api").await,
            schema => schema,
        };
        let base = match &schema {
            Some(schema) => BASE.replace("sqlite://{home}/postrider.db", &schema.dsn()),
            None => BASE.to_owned(),
        };
        for (name, text) in [("1.yml", &base), ("2.yml", &self.more)] {
            let text = text.replace("{home}", home.path().to_str().unwrap()).replace("{port}", &port);
            std::fs::write(home.path().join(name), text).unwrap();
        }
        let stalled = AtomicU32::new(0);
        let mut app = TestApp { smtp, home, app: None, clock: self.clock, open_dev: self.open_dev, schema, stalled };
        app.start().await;
        app
    }
}

impl TestApp {
    /// The usual one.
    pub(crate) async fn new() -> Self {
        plan("").start().await
    }

    /// Starts again what was stopped.
    pub(crate) async fn start(&mut self) {
        self.stalled = AtomicU32::new(0);
        self.app = Some(self.try_start().await.expect("postrider starts"));
    }

    /// Tries to start, and tells why that fails.
    pub(crate) async fn refuses_to_start(&mut self) -> String {
        format!("{:#}", self.try_start().await.err().expect("it does not start"))
    }

    async fn try_start(&self) -> anyhow::Result<App> {
        let clock: Arc<dyn Clock> = match &self.clock {
            Some(manual) => Arc::new(manual.clone()),
            None => Arc::new(SystemClock::new()),
        };
        let start = Start {
            migrate: true,
            open_dev: self.open_dev,
            lock_patience: SOON,
            clock,
            handed_over: HandedOver::default(),
            record: None,
        };
        App::start(&self.config(), start).await
    }

    /// What it was configured with.
    pub(crate) fn config(&self) -> Config {
        let files = ["1.yml", "2.yml"].map(|name| self.home.path().join(name));
        let loaded = Config::load(&files, std::iter::empty(), false);
        loaded.unwrap_or_else(|error| panic!("{error}")).config
    }

    /// Stops in order; afterwards nothing is in hand.
    pub(crate) async fn stop(&mut self) {
        self.app.take().unwrap().stop().await.expect("postrider stops in order");
        assert_eq!(self.count("status = 'processing'"), 0, "after a stop nobody has a message in hand");
    }

    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        self.start().await;
    }

    pub(crate) fn app(&self) -> &App {
        self.app.as_ref().expect("it runs")
    }

    pub(crate) fn admin(&self) -> SocketAddr {
        self.app().admin()
    }

    /// Where end users call.
    pub(crate) fn public(&self) -> SocketAddr {
        self.app().listeners().public.address
    }

    /// Its schema, if it has no file.
    pub(crate) fn schema(&self) -> Option<&Schema> {
        self.schema.as_ref()
    }

    /// The database.
    pub(crate) fn file(&self) -> PathBuf {
        self.home.path().join("postrider.db")
    }

    /// A connection of our own to the database.
    pub(crate) fn database(&self) -> rusqlite::Connection {
        assert!(self.schema.is_none(), "a test that looks into the file says so: Plan::in_a_file");
        rusqlite::Connection::open(self.file()).unwrap()
    }

    /// How many messages are so.
    pub(crate) fn count(&self, condition: &str) -> usize {
        self.rows(&format!("messages WHERE {condition}"))
    }

    /// How many rows a table has.
    pub(crate) fn rows(&self, table: &str) -> usize {
        let sql = format!("SELECT count(*) FROM {table}");
        if let Some(schema) = &self.schema {
            return schema.count(&sql);
        }
        self.database().query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap().try_into().unwrap()
    }
}

/// Every file below a directory with its bytes.
pub(crate) fn files(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_file()).map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

fn is_postgres_asked_for() -> bool {
    std::env::var_os("POSTRIDER_TEST_API_STORE").is_some_and(|store| store == "postgres")
}
