//! Against postfix's smtp-sink and its fault switches.

use crate::peers::SmtpSink;
use crate::worker::{Worker, words};
use postrider::domain::{Begin, Outcome, Phase, Reason};
use postrider::transport::smtp::TlsMode;
use std::time::{Duration, Instant};

const MESSAGE: &str = "Subject: x\r\n\r\n.\r\n..two\r\nümlaut\r\n\r\n.";

fn worker(sink: &SmtpSink) -> Worker {
    Worker::at(sink.port, TlsMode::Plain)
}

/// Every mail that it kept is ours, whole.
fn whole(sink: &SmtpSink) -> usize {
    let mails = sink.mails();
    let expected = MESSAGE.replace("\r\n", "\n") + "\n";
    for mail in &mails {
        let (_header, ours) = mail.split_once("Subject: x").unwrap_or_else(|| panic!("{mail}"));
        assert_eq!(format!("Subject: x{}", ours.trim_end_matches('\n')), expected.trim_end_matches('\n'));
    }
    mails.len()
}

#[tokio::test]
async fn it_gets_every_mail_whole_with_all_extensions_and_with_none() {
    for switches in
        [&[][..], &["-p"], &["-e"], &["-8", "-E", "-N", "-a"], &["-P"], &["-p", "-W", "RCPT:1"], &["-w", "1"]]
    {
        let Some(sink) = SmtpSink::start(switches) else { return };
        let mut worker = worker(&sink);
        for _ in 0..3 {
            let report = worker.deliver_if("u@example.org", MESSAGE.as_bytes(), &|| Begin::Go).await;
            assert_eq!(report.outcome, Outcome::Sent, "{switches:?}: {}", words(&report));
            assert!(worker.is_reusable());
        }
        worker.quit().await;
        assert_eq!(whole(&sink), 3, "{switches:?}");
    }
}

#[tokio::test]
async fn each_fault_at_each_command_comes_to_what_the_table_says() {
    let refused = Outcome::Abandon(Reason::Refused);
    let (fault, protocol, dropped) = (Outcome::ProviderFault, Outcome::ProtocolFault, Outcome::Dropped);
    let rows: &[(&str, Phase, [Outcome; 4])] = &[
        // 450 · 550 5.1.1 · 421 · hung up
        ("CONNECT", Phase::Greeting, [fault, fault, fault, fault]),
        ("EHLO", Phase::Ehlo, [fault, fault, fault, fault]),
        ("MAIL", Phase::Mail, [fault, fault, protocol, dropped]),
        ("RCPT", Phase::Rcpt, [Outcome::Retry, refused, protocol, dropped]),
        ("DATA", Phase::Data, [Outcome::Retry, refused, protocol, dropped]),
        (".", Phase::Dot, [Outcome::Retry, refused, protocol, Outcome::Ambiguous]),
    ];
    for (command, phase, outcomes) in rows {
        for (switch, outcome) in ["-r", "-f", "-Q", "-q"].into_iter().zip(outcomes) {
            for plain in [false, true] {
                let hard = ["-B", "550 5.1.1 refused"];
                let mut switches = vec![switch, command, hard[0], hard[1]];
                // The others are plain by themselves.
                switches.extend(plain.then_some("-p"));
                let Some(sink) = SmtpSink::start(&switches) else { return };
                let mut worker = worker(&sink);
                for turn in 0..2 {
                    let report = worker.deliver_if("u@example.org", MESSAGE.as_bytes(), &|| Begin::Go).await;
                    let seen = (report.outcome, report.phase);
                    assert_eq!(seen, (*outcome, *phase), "{switches:?} {turn}: {}", words(&report));
                    let survives = matches!(switch, "-r" | "-f") && !matches!(phase, Phase::Greeting | Phase::Ehlo);
                    assert_eq!(worker.is_reusable(), survives, "{switches:?}");
                }
                assert!(
                    sink.mails().iter().all(|mail| !mail.contains("Subject") || *phase == Phase::Dot),
                    "{switches:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn an_ehlo_that_is_not_known_is_followed_by_helo() {
    let Some(sink) = SmtpSink::start(&["-f", "EHLO"]) else { return };
    // Its own hard error is a 500.
    let report = worker(&sink).deliver_if("u@example.org", MESSAGE.as_bytes(), &|| Begin::Go).await;
    assert_eq!(report.outcome, Outcome::Sent, "{}", words(&report));
    assert_eq!(whole(&sink), 1);
}

#[tokio::test]
async fn a_reset_or_a_goodbye_that_fails_changes_no_outcome() {
    for switch in ["-r", "-f", "-Q", "-q"] {
        let Some(sink) = SmtpSink::start(&[switch, "RSET,QUIT"]) else { return };
        let mut worker = worker(&sink);
        let report = worker.deliver_if("u@example.org", MESSAGE.as_bytes(), &|| Begin::Go).await;
        assert_eq!(report.outcome, Outcome::Sent, "{switch}: {}", words(&report));
        worker.quit().await;
        assert_eq!(whole(&sink), 1, "{switch}");
    }
}

#[tokio::test]
async fn a_server_that_is_slow_at_the_dot_costs_its_timeout_and_no_more() {
    let Some(sink) = SmtpSink::start(&["-W", ".:60"]) else { return };
    let mut worker = worker(&sink);
    worker.settings.timeouts.dot = Duration::from_millis(500);
    let began = Instant::now();
    let report = worker.deliver_if("u@example.org", MESSAGE.as_bytes(), &|| Begin::Go).await;
    assert_eq!((report.outcome, report.phase), (Outcome::Ambiguous, Phase::Dot), "{}", words(&report));
    assert!(began.elapsed() < Duration::from_secs(50), "it did not wait for the server");
    assert!(!worker.is_reusable());
}

#[tokio::test]
async fn a_server_that_gives_up_before_the_end_of_the_body_is_heard() {
    let Some(sink) = SmtpSink::start(&["-A", "0"]) else { return };
    let large = b"0123456789012345678901234567890123456789012345678901234567890123456789\r\n".repeat(300_000);
    let report = worker(&sink).deliver_if("u@example.org", &large, &|| Begin::Go).await;
    // It says 550 and reads no more: whoever saw the words knows that it is over.
    let heard = [Outcome::Abandon(Reason::Refused), Outcome::Retry];
    assert!(heard.contains(&report.outcome) && report.phase == Phase::Body, "{:?} {}", report.outcome, words(&report));
}

#[tokio::test]
async fn it_is_found_out_where_it_cannot_do_the_pipelining_that_it_offers() {
    // With a delay at RCPT it takes DATA first.
    let Some(sink) = SmtpSink::start(&["-W", "RCPT:1"]) else { return };
    let mut worker = worker(&sink);
    let report = worker.deliver_if("u@example.org", MESSAGE.as_bytes(), &|| Begin::Go).await;
    assert_eq!(report.outcome, Outcome::ProtocolFault, "{}", words(&report));
    for _ in 0..2 {
        let report = worker.deliver_if("u@example.org", MESSAGE.as_bytes(), &|| Begin::Go).await;
        assert_eq!(report.outcome, Outcome::Sent, "plainly: {}", words(&report));
    }
    worker.quit().await;
    assert_eq!(whole(&sink), 2);
}

#[tokio::test]
async fn many_workers_at_once_lose_nothing() {
    let Some(sink) = SmtpSink::start(&[]) else { return };
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let mut worker = worker(&sink);
        workers.spawn(async move {
            for _ in 0..50 {
                let report = worker.deliver_if("u@example.org", MESSAGE.as_bytes(), &|| Begin::Go).await;
                assert_eq!(report.outcome, Outcome::Sent);
            }
            worker.quit().await;
        });
    }
    while let Some(done) = workers.join_next().await {
        done.unwrap();
    }
    assert_eq!(whole(&sink), 400);
}
