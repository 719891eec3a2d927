//! A Postgres server of the test's own, to be stopped, killed and started again, from the binaries in
//! the directory that `POSTRIDER_TEST_POSTGRES_BIN` names.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "shared by test binaries, each of which uses its own part"
)]

use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Once;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

/// Longer than starting one takes, also on a busy machine.
const SOON: Duration = Duration::from_mins(2);

/// Where the binaries are; if nowhere, says once that the suite is skipped.
pub fn binaries() -> Option<PathBuf> {
    static SAID: Once = Once::new();
    let found = std::env::var_os("POSTRIDER_TEST_POSTGRES_BIN").filter(|value| !value.is_empty()).map(PathBuf::from);
    if found.is_none() {
        // Not eprintln!, which a passing test keeps to itself.
        SAID.call_once(|| {
            let line =
                b"suite postgres: skipped, POSTRIDER_TEST_POSTGRES_BIN names no directory with postgres and initdb\n";
            std::io::stderr().write_all(line).unwrap();
        });
    }
    found
}

/// A running server; it ends when it is dropped.
pub struct PostgresServer {
    bin: PathBuf,
    home: TempDir,
    owner: Option<(u32, u32)>,
    child: Option<Child>,
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
}

impl PostgresServer {
    /// A new one with these lines in its `postgresql.conf`.
    pub async fn start(settings: &str) -> Option<Self> {
        let bin = binaries()?;
        let home = tempfile::tempdir().unwrap();
        // Postgres does not run as root
        let owner = is_root().then(somebody);
        if let Some((user, group)) = owner {
            std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
            chown(home.path(), Some(user), Some(group)).unwrap();
        }
        let mut server = Self { bin, home, owner, child: None, port: free_port() };
        let args = ["-D", "data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"];
        let made = server.command("initdb", &args).stdout(Stdio::null()).status().unwrap();
        assert!(made.success(), "initdb failed");
        server.configure(settings);
        while !server.comes_up().await {
            // somebody was faster at this port
            server.port = free_port();
        }
        Some(server)
    }

    /// Adds lines to its `postgresql.conf`; they count from the next start on.
    pub fn configure(&self, settings: &str) {
        let file = self.directory().join("postgresql.conf");
        let mut file = std::fs::OpenOptions::new().append(true).open(file).unwrap();
        writeln!(file, "{settings}").unwrap();
    }

    /// Where its files are.
    pub fn directory(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// Puts a file there that only it can read, as it wants its keys.
    pub fn put(&self, name: &str, content: &str) {
        let path = self.directory().join(name);
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        if let Some((user, group)) = self.owner {
            chown(&path, Some(user), Some(group)).unwrap();
        }
    }

    /// Starts it, and waits until it takes connections.
    pub async fn up(&mut self) {
        assert!(self.comes_up().await, "the server ended");
    }

    async fn comes_up(&mut self) -> bool {
        let port = self.port.to_string();
        let args = ["-D", "data", "-p", &port, "-k", "", "-c", "listen_addresses=127.0.0.1"];
        self.child = Some(self.command("postgres", &args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        let deadline = Instant::now() + SOON;
        while tokio_postgres::connect(&self.url(), NoTls).await.is_err() {
            let child = self.child.as_mut().unwrap();
            if child.try_wait().unwrap().is_some() {
                return false;
            }
            assert!(Instant::now() < deadline, "the server did not start");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        true
    }

    /// Ends it at once, as a crash would: it will recover from its log.
    pub fn crash(&mut self) {
        self.end("-QUIT");
    }

    /// Ends it in order: connections are told (SQLSTATE 57P01).
    pub fn shut_down(&mut self) {
        self.end("-INT");
    }

    /// How postrider reaches it.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable", self.port)
    }

    /// A connection of the test's own.
    pub async fn client(&self) -> Client {
        let (client, connection) = tokio_postgres::connect(&self.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// Ends the connections of postrider, as an administrator can; returns of how many.
    pub async fn terminate(&self, client: &Client) -> usize {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'postrider'";
        client.query(sql, &[]).await.unwrap().len()
    }

    fn end(&mut self, signal: &str) {
        let Some(mut child) = self.child.take() else { return };
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        child.wait().unwrap();
    }

    fn command(&self, program: &str, args: &[&str]) -> Command {
        self.own_command(self.bin.join(program), args)
    }

    /// A command that runs as the server does, beside its files.
    pub fn own_command(&self, program: PathBuf, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(args).current_dir(self.home.path()).stdin(Stdio::null());
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ended = Command::new("kill").args(["-QUIT", &child.id().to_string()]).status();
            let _reaped = child.wait();
        }
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn is_root() -> bool {
    Path::new("/proc/self").metadata().is_ok_and(|own| own.uid() == 0)
}

/// The user `postgres`, or `nobody`.
fn somebody() -> (u32, u32) {
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2).map(|field| field.parse().ok());
        Some((fields.next()??, fields.next()??))
    };
    ids("postgres").or_else(|| ids("nobody")).unwrap()
}
