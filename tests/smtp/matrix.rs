//! Phase × fault × pipelining: the outcome of the table, no silent loss, and the next mail on the
//! same worker goes through. What was seen is printed into `docs/smtp.md`.

use crate::docs::assert_section;
use crate::fake_smtp::{Act, FakeSmtp, Setup, Step};
use crate::faults::{Fault, ROWS, Row, row};
use crate::worker::{SHORT, SOON, Worker, words};
use futures_util::StreamExt as _;
use postrider::domain::Outcome::{Ambiguous, Dropped, ProtocolFault, ProviderFault, Sent};
use postrider::domain::{Begin, Outcome, Phase};
use postrider::transport::smtp::TlsMode;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// How many cells are tried at once.
const AT_ONCE: usize = 16;

fn setup(pipelined: bool) -> Setup {
    let extensions: &[&str] = if pipelined { &["PIPELINING", "8BITMIME", "SIZE"] } else { &["8BITMIME", "SIZE"] };
    Setup::starttls().auth("user", "password").extensions(extensions)
}

/// One cell: the first mail meets the act, the second must arrive on the same worker.
async fn cell(row: &Row, fault: Fault, act: Act, pipelined: bool) -> Outcome {
    let (step, expected) = (row.step, row.expected(fault, pipelined));
    let cell = format!("{step:?} {act:?}, pipelined {pipelined}");
    let server = FakeSmtp::with(setup(pipelined)).await;
    let mut worker = Worker::new(&server, TlsMode::StartTls).log_in("user", "password");
    let patient = worker.settings.timeouts;
    if matches!(fault, Fault::Stall | Fault::Dribble | Fault::HalfClose) {
        *worker.patience(step) = SHORT;
    }
    // What is certified is tested elsewhere, and reading the platform's CA bundle for each cell takes long.
    worker.settings.skip_ssl_verify = true;
    let mut body = b"Subject: x\r\n\r\n1\r\n".to_vec();
    let report = match step {
        Step::Connect => Unreachable::make(fault).await.deliver(&mut worker).await,
        Step::Quit => {
            let report = worker.deliver("first@example.org", "1").await;
            server.next(step, act);
            worker.close().await;
            report
        }
        _ => {
            if step == Step::Rset {
                server.next(Step::Rcpt, Act::reply("550 5.1.1 no such user"));
            }
            if step == Step::Body {
                body.extend_from_slice(&b"0123456789012345678901234567890123456789012345678901\r\n".repeat(240_000));
            }
            server.next(step, act);
            worker.deliver_if("first@example.org", &body, &|| Begin::Go).await
        }
    };
    worker.settings.timeouts = patient;
    assert_eq!((report.outcome, report.phase), expected, "{cell}: {}", words(&report));
    let first = server.mails().len();
    match report.outcome {
        Outcome::Sent => assert_eq!(first, 1, "{cell}: reported as sent, but the server does not have it"),
        Outcome::Ambiguous => {}
        _ => assert_eq!(first, 0, "{cell}: the server has a mail that is not reported"),
    }
    let mut next = worker.deliver("second@example.org", "2").await;
    if next.outcome == Dropped && next.phase == Phase::Mail {
        // Only now it shows that the connection was spoilt; the courier takes a new one at once.
        next = worker.deliver("second@example.org", "2").await;
    }
    assert_eq!(next.outcome, Outcome::Sent, "{cell}: the next mail, {}", words(&next));
    let mails = server.mails();
    assert_eq!(mails.len(), first + 1, "{cell}");
    let last = mails.last().unwrap();
    let second = ("second@example.org".to_owned(), "Subject: x\r\n\r\n2\r\n".to_owned());
    assert_eq!((last.rcpt.join(","), last.text()), second, "{cell}");
    worker.quit().await;
    if (step, fault) != (Step::Body, Fault::Stall) {
        server.await_idle(SOON).await;
    }
    assert!(step == Step::Body || server.aborted().iter().all(|body| body.bytes == 0), "{cell}");
    report.outcome
}

/// A port that nobody answers at.
struct Unreachable {
    port: u16,
    _kept: Vec<TcpStream>,
    _listener: Option<TcpListener>,
}

impl Unreachable {
    async fn make(fault: Fault) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = socket.local_addr().unwrap();
        if fault == Fault::Drop {
            return Self { port: address.port(), _kept: Vec::new(), _listener: None };
        }
        // A queue of connections that nobody takes: when it is full, the next one is not answered.
        let listener = socket.listen(1).unwrap();
        let mut kept = Vec::new();
        while let Ok(stream) = tokio::time::timeout(Duration::from_millis(300), TcpStream::connect(address)).await {
            kept.push(stream.unwrap());
        }
        Self { port: address.port(), _kept: kept, _listener: Some(listener) }
    }

    async fn deliver(self, worker: &mut Worker) -> postrider::domain::Report {
        let port = std::mem::replace(&mut worker.settings.port, self.port);
        worker.settings.timeouts.connect = Duration::from_millis(300);
        let report = worker.deliver("first@example.org", "1").await;
        worker.settings.port = port;
        report
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_at_every_phase_has_its_outcome_and_the_next_mail_is_right() {
    let mut cells = Vec::new();
    for (number, row) in ROWS.iter().enumerate() {
        for (fault, _name) in Fault::ALL {
            for act in fault.acts(row.step) {
                for pipelined in [false, true] {
                    cells.push((number, row, fault, act.clone(), pipelined));
                    if row.step == Step::Dot && row.expected(fault, pipelined).0 == Ambiguous {
                        // The server took the mail, and its word for it is lost.
                        cells.push((number, row, fault, act.clone().kept(), pipelined));
                    }
                }
            }
        }
    }
    assert!(cells.len() > 300);
    let mut seen: BTreeMap<(usize, Fault, bool), Outcome> = BTreeMap::new();
    let cells = cells.into_iter().map(|(number, row, fault, act, pipelined)| async move {
        let cell = tokio::spawn(cell(row, fault, act, pipelined));
        ((number, fault, pipelined), cell.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic())))
    });
    let mut running = futures_util::stream::iter(cells).buffer_unordered(AT_ONCE);
    while let Some((place, outcome)) = running.next().await {
        if let Some(before) = seen.insert(place, outcome) {
            assert_eq!(before, outcome, "{place:?}: one cell, one outcome");
        }
    }
    assert_section("docs/smtp.md", "matrix", &print(&seen));
}

/// The matrix as a table; where pipelining makes a difference, both outcomes.
fn print(seen: &BTreeMap<(usize, Fault, bool), Outcome>) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let names = Fault::ALL.iter().map(|(_fault, name)| (*name).to_owned());
    let mut text = line(std::iter::once("at".to_owned()).chain(names).collect());
    text.push_str(&line(vec!["---".to_owned(); Fault::ALL.len() + 1]));
    for (number, row) in ROWS.iter().enumerate() {
        let step = format!("{:?}", row.step).to_lowercase();
        let outcome = |fault, pipelined| seen.get(&(number, fault, pipelined)).map(|outcome| outcome.as_str());
        let cells = Fault::ALL.iter().map(|(fault, _name)| match (outcome(*fault, false), outcome(*fault, true)) {
            (Some(plain), Some(pipelined)) if plain != pipelined => format!("{plain}, pipelined {pipelined}"),
            (Some(plain), _) => plain.to_owned(),
            (None, _) => "–".to_owned(),
        });
        text.push_str(&line(std::iter::once(step).chain(cells).collect()));
    }
    text
}

#[tokio::test]
async fn only_the_listed_positive_replies_count() {
    for (step, phase, reply, expected) in [
        (Step::Mail, Phase::Mail, "251 2.1.0 odd", ProtocolFault),
        (Step::Rcpt, Phase::Rcpt, "252 2.1.5 perhaps", ProtocolFault),
        (Step::Data, Phase::Data, "250 2.0.0 no", ProtocolFault),
        (Step::Dot, Phase::Dot, "354 again", Ambiguous),
        (Step::Rcpt, Phase::Dot, "251 2.1.5 forwarded", Sent),
        (Step::Dot, Phase::Dot, "299 fine", Sent),
        (Step::Mail, Phase::Mail, "530 5.7.0 log in", ProviderFault),
        (Step::Rcpt, Phase::Rcpt, "530 5.7.0 log in", ProviderFault),
        (Step::Data, Phase::Data, "530 5.7.0 log in", ProviderFault),
        (Step::Dot, Phase::Dot, "530 5.7.0 log in", ProviderFault),
        (Step::Rcpt, Phase::Rcpt, "554 5.7.1 not from there", Outcome::Denied),
        (Step::Dot, Phase::Dot, "554 5.7.1 spam", Outcome::Denied),
    ] {
        for pipelined in [false, true] {
            cell(&row(step, phase, [expected; 4]), Fault::Temporary, Act::reply(reply), pipelined).await;
        }
    }
}
