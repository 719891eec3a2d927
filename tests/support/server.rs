//! The real binary as a process of its own, what it says, and a small blocking client for it.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "shared by test binaries, each of which uses its own part"
)]

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The binary.
pub const BINARY: &str = env!("CARGO_BIN_EXE_postrider");
/// Connections to the provider.
pub const CONNECTIONS: usize = 4;
/// Bodies begun whose outcome is not committed, at most (promise P3): so many can come twice by one
/// crash.
pub const IN_FLIGHT: usize = 8 * CONNECTIONS;
/// Longer than anything takes, also on a busy machine.
pub const SOON: Duration = Duration::from_mins(1);

/// A directory with a `postrider.yml` that delivers to this SMTP port.
pub fn home(smtp: u16) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("postrider.yml"), config(smtp)).unwrap();
    home
}

/// A configuration that delivers to this SMTP port; each block stands on a line of its own.
pub fn config(smtp: u16) -> String {
    format!(
        "dsn: sqlite://postrider.db
serve: {{drain: 1s, admin: {{port: 0}}, public: {{port: 0}}}}
secrets: {{cipher: [thirty-two characters or a few more]}}
sources: {{default: {{auth: [{{id: k, type: api_key, config: {{in: header, name: Authorization, value: Bearer key}}}}]}}}}
admin: {{tokens: [{{id: ops, role: operator, value: ops-token}}]}}
courier:
  smtp: {{connection_uri: 'smtp://127.0.0.1:{smtp}/?disable_starttls=true', from_address: login@example.com, connections: {CONNECTIONS}}}
"
    )
}

/// The binary, to be run in this directory.
pub fn postrider(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(args);
    alone(command, home)
}

/// The command in this directory, without what the environment of the tests may say to postrider.
pub fn alone(mut command: Command, home: &Path) -> Command {
    command.current_dir(home).stdin(Stdio::null());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("POSTRIDER_")) {
        command.env_remove(name);
    }
    command
}

/// Status, standard output and standard error of a command that ends by itself.
pub fn run(home: &Path, args: &[&str]) -> (i32, String, String) {
    told(&postrider(home, args).output().unwrap())
}

/// The same of a command that ended.
pub fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// Waits until it is so, and fails the test if it does not come to that.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + SOON;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A running server, killed when dropped.
pub struct Server {
    pub child: Child,
    /// Host and port of the admin listener, once it is ready.
    pub admin: String,
    said: Arc<Mutex<String>>,
}

impl Server {
    /// `serve` with the directory's `postrider.yml`, ready.
    pub fn start(home: &Path) -> Self {
        Self::ready(postrider(home, &["-c", "postrider.yml", "serve"]))
    }

    /// This command, which must become ready.
    pub fn ready(command: Command) -> Self {
        let mut server = Self::spawn(command);
        server.await_ready();
        server
    }

    /// This command.
    pub fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        listen(child.stdout.take().unwrap(), &said);
        listen(child.stderr.take().unwrap(), &said);
        Self { child, admin: String::new(), said }
    }

    /// Waits until it is ready.
    pub fn await_ready(&mut self) {
        self.admin = until("a server that is ready", || {
            let said = self.said();
            let line = said.lines().find(|line| line.contains("postrider is ready"));
            let admin = line.map(|line| line.split("admin=").nth(1).unwrap().split(' ').next().unwrap().to_owned());
            assert!(admin.is_some() || self.child.try_wait().unwrap().is_none(), "it did not start:\n{said}");
            admin
        });
    }

    /// Everything it said so far.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Waits until it says so.
    pub fn await_word(&self, word: &str) {
        until(word, || self.said().contains(word).then_some(()));
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and the status it ends with.
    pub fn stop(mut self) -> Option<i32> {
        self.signal("-TERM");
        self.ended()
    }

    /// Waits for its end, and tells its status.
    pub fn ended(&mut self) -> Option<i32> {
        until("the end of the server", || self.child.try_wait().unwrap()).code()
    }

    /// The address for `--endpoint`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.admin)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn listen(from: impl Read + Send + 'static, said: &Arc<Mutex<String>>) {
    let said = Arc::clone(said);
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            writeln!(said.lock().unwrap(), "{line}").unwrap();
        }
    });
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// A header's value, or nothing.
    pub fn header(&self, name: &str) -> &str {
        let mut pairs = self.head.lines().filter_map(|line| line.split_once(": "));
        pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).unwrap_or_default()
    }

    /// The id of a message that was accepted.
    pub fn id(&self) -> String {
        self.header("postrider-message-id").to_owned()
    }
}

/// Asks on a connection of its own; none if nothing whole came back. `head` is the request line and
/// header lines, parted by `\n`.
pub fn ask(admin: &str, head: &str, body: &str) -> Option<Answer> {
    let mut stream = TcpStream::connect(admin).ok()?;
    stream.set_read_timeout(Some(SOON)).ok()?;
    let mut request = head.replace('\n', "\r\n");
    if !head.contains("\nHost: ") {
        request.push_str("\r\nHost: localhost");
    }
    write!(stream, "{request}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, head: head.to_owned(), body: body.to_owned() })
}

/// Fetches a page.
pub fn get(admin: &str, path: &str) -> Option<Answer> {
    ask(admin, &format!("GET {path} HTTP/1.1\nAuthorization: Bearer ops-token"), "")
}

/// The sum of a metric over its labels.
pub fn gauge(admin: &str, name: &str) -> usize {
    let text = get(admin, "/metrics/prometheus").expect("an answer").body;
    let lines = text.lines().filter(|line| line.split(['{', ' ']).next() == Some(name));
    let values: Vec<usize> = lines.map(|line| line.rsplit(' ').next().unwrap().parse().unwrap()).collect();
    assert!(!values.is_empty(), "no metric {name}:\n{text}");
    values.iter().sum()
}

/// The head of a post of Kratos.
pub const POST: &str = "POST /courier HTTP/1.1\nAuthorization: Bearer key\nContent-Type: application/json";

/// Posts the mail with this number as Kratos does.
pub fn post(admin: &str, n: u32) -> Option<Answer> {
    ask(admin, POST, &body(n))
}

/// Posts what must be accepted, and tells its id.
pub fn accepted(server: &Server, n: u32) -> String {
    let answer = post(&server.admin, n).expect("an answer");
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.id()
}

/// A log-in code for `u<n>@example.org`, valid for an hour.
pub fn body(n: u32) -> String {
    format!(
        r#"{{"recipient":"u{n}@example.org","template_type":"login_code_valid","subject":"s","body":"b","message_type":"email","template_data":{{"to":"u{n}@example.org","login_code":"{:06}","expires_in_minutes":60}}}}"#,
        n % 1_000_000
    )
}

/// Our id of a mail, from its Message-ID.
pub fn message_id(mail: &str) -> String {
    let line = mail.lines().find(|line| line.starts_with("Message-ID: <")).unwrap();
    line.trim_start_matches("Message-ID: <").split('@').next().unwrap().to_owned()
}

/// How many rounds a test makes: what this variable says, else a few.
pub fn rounds(variable: &str, few: usize) -> usize {
    let told = std::env::var_os(variable).map(|told| told.into_string().unwrap());
    told.map_or(few, |told| told.parse().unwrap_or_else(|_| panic!("{variable}: expected a number")))
}

/// Says what a test has measured, so that it is seen although the test passes.
pub fn measured(what: &str) {
    std::io::stderr().write_all(format!("measured: {what}\n").as_bytes()).unwrap();
}

/// Says that a test is skipped, so that it is seen although the test passes.
pub fn skipped(why: &str) {
    std::io::stderr().write_all(format!("skipped: {why}\n").as_bytes()).unwrap();
}
