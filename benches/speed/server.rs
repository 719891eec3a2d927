//! The measured server: the real release binary as a process of its own, with a real
//! configuration, its database under `target/` and its log in a file.

use crate::client::Client;
use crate::machine;
use crate::posts::BEARER;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A token of role operator.
pub(crate) const OPERATOR: &str = "a-token-for-the-benchmark";
/// What its secrets are made of.
pub(crate) const SECRET: &str = "thirty-two characters or a few more";
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_postrider");

/// A folder with a configuration; the database comes into it.
pub(crate) struct Home(TempDir);

/// A running server, killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From the start of the process to the first 200 of `/health/ready`.
    pub(crate) ready_after: Duration,
}

impl Home {
    /// Under `target/`: a temporary folder may lie in memory, where fdatasync costs nothing.
    pub(crate) fn new(smtp: &str) -> Self {
        Self::on("sqlite://postrider.db", smtp)
    }

    /// With its messages in this database.
    pub(crate) fn on(dsn: &str, smtp: &str) -> Self {
        let home = Self(TempDir::with_prefix_in("bench-", env!("CARGO_TARGET_TMPDIR")).unwrap());
        home.configure(dsn, smtp, "");
        home
    }

    /// Delivers to `smtp`; `more` are further keys of `courier.smtp`.
    pub(crate) fn configure(&self, dsn: &str, smtp: &str, more: &str) {
        let config = format!(
            "dsn: '{dsn}'
serve: {{drain: 0s, admin: {{port: 0}}, public: {{port: 0}}}}
secrets: {{cipher: [{SECRET}]}}
sources:
  default:
    auth:
      - {{id: kratos, type: api_key, config: {{in: header, name: Authorization, value: {BEARER}}}}}
admin: {{tokens: [{{id: ops, role: operator, value: {OPERATOR}}}]}}
courier:
  smtp: {{connection_uri: '{smtp}', from_address: login@example.com, from_name: Example{more}}}
"
        );
        fs::write(self.path().join("postrider.yml"), config).unwrap();
    }

    /// A copy with all that is stored in it; no server may run in either.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self::new("");
        for name in fs::read_dir(self.path()).unwrap().map(|entry| entry.unwrap().file_name()) {
            fs::copy(self.path().join(&name), copy.path().join(&name)).unwrap();
        }
        copy
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The size of the write-ahead log.
    pub(crate) fn wal(&self) -> u64 {
        fs::metadata(self.path().join("postrider.db-wal")).map_or(0, |wal| wal.len())
    }
}

impl Server {
    pub(crate) async fn start(home: &Home) -> Self {
        let log = home.path().join("log");
        let started = Instant::now();
        let child = Command::new(BINARY)
            .args(["-c", "postrider.yml", "serve"])
            .current_dir(home.path())
            .stdout(Stdio::null())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut server = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)), ready_after: Duration::ZERO };
        server.address = server.listening(log).await;
        let mut client = Client::new(server.address);
        let ready = client.ask(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
        assert_eq!(ready.unwrap(), 200);
        server.ready_after = started.elapsed();
        server
    }

    /// Reads the address from the log.
    async fn listening(&mut self, log: PathBuf) -> SocketAddr {
        for _ in 0..60_000 {
            let text = fs::read_to_string(&log).unwrap();
            let line = text.lines().find(|line| line.contains("postrider is ready"));
            if let Some(address) = line.and_then(|line| line.split("admin=").nth(1)?.split_whitespace().next()) {
                return address.parse().unwrap();
            }
            assert!(self.child.try_wait().unwrap().is_none(), "postrider ended:\n{text}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("postrider did not start within a minute");
    }

    /// Lets it end in order, so that all it knows is in the database.
    pub(crate) fn stop(mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(asked.success() && self.child.wait().unwrap().success(), "postrider did not end in order");
    }

    pub(crate) fn process(&self) -> machine::Process {
        machine::Process(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}
