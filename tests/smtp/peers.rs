//! Servers that others wrote, as processes of their own. A suite whose server is not there says so in one line.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Once;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Longer than a start takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Ends with its owner.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Postfix's `smtp-sink`: it keeps each mail as a file.
pub(crate) struct SmtpSink {
    _process: Process,
    home: TempDir,
    pub(crate) port: u16,
}

impl SmtpSink {
    /// With these switches; none if it is not installed.
    pub(crate) fn start(switches: &[&str]) -> Option<Self> {
        let program = ["/usr/sbin/smtp-sink", "smtp-sink"].into_iter().find(|program| is_there(program));
        let Some(program) = std::env::var_os("POSTRIDER_TEST_SMTP_SINK").or(program.map(OsString::from)) else {
            static SAID: Once = Once::new();
            skipped(&SAID, "postfix's smtp-sink");
            return None;
        };
        loop {
            let home = tempfile::tempdir().unwrap();
            let books = home.path().join("books");
            std::fs::create_dir(&books).unwrap();
            open_to_all(home.path());
            open_to_all(&books);
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut command = Command::new(&program);
            command.current_dir(&books).args(switches).args(["-d", "mail."]);
            if is_root() {
                command.args(["-u", "nobody"]);
            }
            command.arg(format!("127.0.0.1:{port}")).arg("64").stdin(Stdio::null()).stderr(Stdio::null());
            let mut process = Process(command.spawn().unwrap());
            let deadline = Instant::now() + PATIENCE;
            loop {
                if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                    return Some(Self { _process: process, home, port });
                }
                if process.0.try_wait().unwrap().is_some() {
                    // Somebody was faster at that port.
                    break;
                }
                assert!(Instant::now() < deadline, "smtp-sink does not begin");
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }

    /// The mails that it kept, as text with `\n`; a header of its own stands before each. A file that is still
    /// written to ends within the mail.
    pub(crate) fn mails(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.home.path().join("books")).unwrap();
        files.map(|file| String::from_utf8_lossy(&std::fs::read(file.unwrap().path()).unwrap()).into_owned()).collect()
    }
}

/// Python's aiosmtpd.
pub(crate) struct Aiosmtpd {
    _process: Process,
    lines: Receiver<serde_json::Value>,
    pub(crate) port: u16,
}

impl Aiosmtpd {
    /// With this TLS (starttls, implicit, plain) and certificate, without this mechanism; none if it is not there.
    pub(crate) fn start(mode: &str, files: &Path, without: &str, limit: u32) -> Option<Self> {
        let python = std::env::var_os("POSTRIDER_TEST_PYTHON").unwrap_or_else(|| OsString::from("python3"));
        let has = Command::new(&python).args(["-c", "import aiosmtpd"]).stderr(Stdio::null()).status();
        if !has.is_ok_and(|status| status.success()) {
            static SAID: Once = Once::new();
            skipped(&SAID, "Python's aiosmtpd");
            return None;
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/smtp/aiosmtpd_server.py");
        let mut command = Command::new(python);
        command.arg(script).arg(mode).arg(files.join("cert.pem")).arg(files.join("key.pem")).arg(without);
        command.arg(limit.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (told, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if told.send(serde_json::from_str(&line).unwrap()).is_err() {
                    return;
                }
            }
        });
        let mut server = Self { _process: Process(child), lines, port: 0 };
        server.port = server.next().get("port").and_then(serde_json::Value::as_u64).unwrap().try_into().unwrap();
        Some(server)
    }

    /// What it notes next.
    pub(crate) fn next(&self) -> serde_json::Value {
        self.lines.recv_timeout(PATIENCE).unwrap()
    }

    /// Whether it noted nothing more.
    pub(crate) fn is_quiet(&self) -> bool {
        self.lines.try_recv().is_err()
    }
}

fn skipped(said: &Once, what: &str) {
    // Not eprintln!, which a passing test keeps to itself.
    let line = format!("skipped: smtp: the tests against {what}, which is not there\n");
    said.call_once(|| std::io::stderr().write_all(line.as_bytes()).unwrap());
}

fn is_there(program: &str) -> bool {
    Command::new(program).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}

fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o777)).unwrap();
}
