//! The real binary as a process: SIGKILL at any moment loses nothing (promises P1 to P3), SIGTERM
//! ends in order, and what cannot start says why.
#![allow(clippy::allow_attributes, clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

#[path = "support/fake_smtp.rs"]
mod fake_smtp;

use fake_smtp::{Act, FakeSmtp, Step};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const BINARY: &str = env!("CARGO_BIN_EXE_postrider");
const CONNECTIONS: usize = 4;

/// A running server, killed when dropped.
struct Server {
    child: Child,
    admin: String,
}

impl Server {
    fn start(home: &Path) -> Self {
        let mut child = Command::new(BINARY)
            .args(["-c", "postrider.yml", "serve"])
            .current_dir(home)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let (mut line, mut seen) = (String::new(), String::new());
        let admin = loop {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "it did not start:\n{seen}");
            seen.push_str(&line);
            if line.contains("postrider is ready") {
                break line.split("admin=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
            }
        };
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Self { child, admin }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn home(smtp: u16) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let config = format!(
        "dsn: sqlite://postrider.db
serve: {{drain: 1s, admin: {{port: 0}}, public: {{port: 0}}}}
secrets: {{cipher: [thirty-two characters or a few more]}}
sources: {{default: {{auth: [{{id: k, type: api_key, config: {{in: header, name: Authorization, value: Bearer key}}}}]}}}}
courier:
  smtp: {{connection_uri: 'smtp://127.0.0.1:{smtp}/?disable_starttls=true', from_address: login@example.com, connections: {CONNECTIONS}}}
"
    );
    std::fs::write(home.path().join("postrider.yml"), config).unwrap();
    home
}

fn body(n: u32) -> String {
    format!(
        r#"{{"recipient":"u{n}@example.org","template_type":"login_code_valid","subject":"s","body":"b","message_type":"email","template_data":{{"to":"u{n}@example.org","login_code":"{:06}","expires_in_minutes":60}}}}"#,
        n % 1_000_000
    )
}

/// Posts on a connection of its own; the status and message id, or none if nothing came back.
fn post(admin: &str, n: u32) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(admin).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let body = body(n);
    let head = "Host: localhost\r\nAuthorization: Bearer key\r\nContent-Type: application/json\r\nConnection: close";
    write!(stream, "POST /courier HTTP/1.1\r\n{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    let id = answer.lines().find_map(|line| line.strip_prefix("postrider-message-id: ")).unwrap_or_default();
    Some((status, id.to_owned()))
}

fn message_id(mail: &fake_smtp::Mail) -> String {
    let text = mail.text();
    let line = text.lines().find(|line| line.starts_with("Message-ID: <")).unwrap();
    line.trim_start_matches("Message-ID: <").split('@').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigkill_at_any_moment_loses_nothing_and_doubles_little() {
    const ROUNDS: usize = 12;
    let smtp = FakeSmtp::start().await;
    smtp.always(Step::Dot, Act::Delay(Duration::from_millis(3)));
    let home = home(smtp.port());
    let accepted = Arc::new(Mutex::new(BTreeSet::new()));
    let next = Arc::new(AtomicU32::new(1));
    for round in 0..ROUNDS {
        let mut server = Server::start(home.path());
        let stop = Arc::new(AtomicBool::new(false));
        let posting: Vec<_> = (0..4)
            .map(|_| {
                let (admin, stop) = (server.admin.clone(), Arc::clone(&stop));
                let (accepted, next) = (Arc::clone(&accepted), Arc::clone(&next));
                std::thread::spawn(move || {
                    while !stop.load(Ordering::Relaxed) {
                        if let Some((200, id)) = post(&admin, next.fetch_add(1, Ordering::Relaxed)) {
                            accepted.lock().unwrap().insert(id);
                        }
                    }
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(120 + fastrand::u64(0..350))).await;
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        stop.store(true, Ordering::Relaxed);
        for thread in posting {
            thread.join().unwrap();
        }
        assert!(round > 0 || !accepted.lock().unwrap().is_empty(), "nothing was posted");
    }
    let accepted = accepted.lock().unwrap().clone();
    let server = Server::start(home.path());
    let arrived = || smtp.mails().iter().map(message_id).collect::<BTreeSet<_>>();
    let deadline = Instant::now() + Duration::from_mins(1);
    while !accepted.is_subset(&arrived()) {
        let lost = accepted.difference(&arrived()).count();
        assert!(Instant::now() < deadline, "{lost} of {} accepted mails did not arrive", accepted.len());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(server);
    let mut copies: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for mail in smtp.mails() {
        copies.entry(message_id(&mail)).or_default().push(mail.data.clone());
    }
    let doubled: usize = copies.values().map(|same| same.len() - 1).sum();
    assert!(doubled <= ROUNDS * CONNECTIONS, "{doubled} mails came twice in {ROUNDS} kills");
    assert!(copies.values().all(|same| same.iter().all(|mail| *mail == same[0])), "a copy differs");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_sigkill_codes_reach_smtp_within_two_seconds_of_the_restart() {
    let smtp = FakeSmtp::start().await;
    let home = home(smtp.port());
    smtp.always(Step::Rcpt, Act::Stall);
    let mut server = Server::start(home.path());
    let admin = server.admin.clone();
    let posted = (1..=10).filter(|n| matches!(post(&admin, *n), Some((200, _)))).count();
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    smtp.behave();
    let _server = Server::start(home.path());
    let mails = smtp.await_mails(posted, Duration::from_secs(2)).await;
    assert_eq!((posted, mails.len()), (10, 10));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_waits_for_written_bodies_and_ends_with_status_0() {
    let smtp = FakeSmtp::start().await;
    smtp.always(Step::Dot, Act::Delay(Duration::from_secs(2)));
    let home = home(smtp.port());
    let mut server = Server::start(home.path());
    for n in 1..=3 {
        assert_eq!(post(&server.admin, n).unwrap().0, 200);
    }
    smtp.await_mails(1, Duration::from_secs(10)).await;
    server.signal("-TERM");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    smtp.behave();
    let _server = Server::start(home.path());
    let mails = smtp.await_mails(3, Duration::from_secs(10)).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((mails.len(), smtp.mails().len()), (3, 3), "each exactly once");
}

fn fails(home: &Path, args: &[&str]) -> String {
    let output = Command::new(BINARY).args(args).current_dir(home).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{args:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn what_cannot_start_says_why_and_ends_with_status_1() {
    let home = tempfile::tempdir().unwrap();
    let message = fails(home.path(), &["serve"]);
    assert!(message.contains("from_address") && message.contains("secrets.cipher"), "{message}");
    std::fs::write(home.path().join("a.yml"), "courier:\n  smtp:\n    connection_url: smtp://x\n").unwrap();
    let message = fails(home.path(), &["-c", "a.yml", "check"]);
    assert!(message.contains("a.yml:3") && message.contains("connection_uri"), "{message}");
    std::fs::write(home.path().join("postrider-dev.db"), b"this is no database, whatever its name says....").unwrap();
    let message = fails(home.path(), &["serve", "--dev"]);
    assert!(message.contains("postrider-dev.db"), "{message}");
}

#[test]
fn wrong_usage_ends_with_status_2() {
    assert_eq!(Command::new(BINARY).arg("sreve").output().unwrap().status.code(), Some(2));
}
