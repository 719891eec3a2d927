//! Several commands in one write, and servers that cannot do what they offer.

use crate::fake_smtp::{Act, FakeSmtp, Pipelined, Setup, Step};
use crate::worker::{SOON, Worker, words};
use postrider::domain::{Begin, Outcome, Phase, Reason};
use postrider::transport::smtp::TlsMode;
use std::time::Duration;

/// The commands without their arguments.
fn verbs(server: &FakeSmtp) -> Vec<String> {
    let first = |line: String| line.split([' ', ':']).next().unwrap_or_default().to_owned();
    server.commands().into_iter().map(|(_number, line)| first(line)).collect()
}

#[tokio::test]
async fn nothing_is_pipelined_before_the_ehlo_that_follows_starttls() {
    // What is here too early is told by a server that throws it away.
    let server = FakeSmtp::with(Setup::starttls().auth("user", "pw").pipelined(Pipelined::HungUpOn)).await;
    server.script(Step::Ehlo, [Act::Accept, Act::reply("250-fake\r\n250 AUTH PLAIN")]);
    let mut worker = Worker::new(&server, TlsMode::StartTls).log_in("user", "pw");
    let report = worker.deliver("u@example.org", "1").await;
    assert_eq!(report.outcome, Outcome::Sent, "{}", words(&report));
    assert_eq!(verbs(&server), ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"]);
}

#[tokio::test]
async fn the_envelope_goes_out_before_the_first_answer() {
    let server = FakeSmtp::start().await;
    server.next(Step::Mail, Act::Delay(Duration::from_millis(300)));
    let mut worker = Worker::new(&server, TlsMode::Plain);
    assert_eq!(worker.deliver("u@example.org", "1").await.outcome, Outcome::Sent);
    assert_eq!(server.early(), 2, "MAIL and RCPT were answered when the next had come");
    worker.plainly = true;
    assert_eq!(worker.deliver("u@example.org", "2").await.outcome, Outcome::Sent);
    assert_eq!(server.early(), 2);
}

#[tokio::test]
async fn the_first_refusal_decides_and_the_answers_behind_it_are_nobodys() {
    for (step, reply, phase, outcome) in [
        (Step::Mail, "550 5.7.1 not you", Phase::Mail, Outcome::ProviderFault),
        (Step::Mail, "451 4.0.0 later", Phase::Mail, Outcome::ProviderFault),
        (Step::Rcpt, "550 5.1.1 no such user", Phase::Rcpt, Outcome::Abandon(Reason::Refused)),
        (Step::Rcpt, "450 4.2.1 later", Phase::Rcpt, Outcome::Retry),
        (Step::Data, "451 4.3.0 later", Phase::Data, Outcome::Retry),
    ] {
        let server = FakeSmtp::start().await;
        let mut worker = Worker::new(&server, TlsMode::Plain);
        server.next(step, Act::reply(reply));
        let report = worker.deliver("bad@example.org", "1").await;
        assert_eq!((report.outcome, report.phase), (outcome, phase), "{reply}: {}", words(&report));
        assert!(reply.ends_with(&words(&report)), "{reply}: {}", words(&report));
        assert!(worker.is_reusable(), "{reply}");
        assert_eq!(worker.deliver("good@example.org", "2").await.outcome, Outcome::Sent);
        assert_eq!((server.count("RSET"), server.connections(), server.mails().len()), (1, 1, 1));
    }
}

#[tokio::test]
async fn a_lone_dot_ends_a_data_that_was_taken_without_a_recipient() {
    for (answer, reusable) in [("554 5.5.1 no valid recipients", true), ("250 2.0.0 fine", false)] {
        let server = FakeSmtp::start().await;
        let mut worker = Worker::new(&server, TlsMode::Plain);
        server.next(Step::Rcpt, Act::reply("550 5.1.1 no such user"));
        server.next(Step::DataWithoutRecipient, Act::reply("354 go ahead"));
        server.next(Step::Dot, Act::reply(answer));
        let report = worker.deliver("bad@example.org", "1").await;
        assert_eq!((report.outcome, report.phase), (Outcome::Abandon(Reason::Refused), Phase::Rcpt));
        assert_eq!(worker.is_reusable(), reusable, "{answer}");
        assert_eq!(worker.deliver("good@example.org", "2").await.outcome, Outcome::Sent);
        let mails = server.mails();
        assert!(mails[..mails.len() - 1].iter().all(|mail| mail.rcpt.is_empty() && mail.data.is_empty()));
        assert_eq!(mails.last().unwrap().rcpt, ["good@example.org"]);
    }
}

#[tokio::test]
async fn a_data_that_is_taken_without_a_sender_costs_the_connection() {
    let server = FakeSmtp::start().await;
    let mut worker = Worker::new(&server, TlsMode::Plain);
    server.next(Step::Mail, Act::reply("450 4.0.0 later"));
    server.next(Step::DataWithoutRecipient, Act::reply("354 go ahead"));
    let report = worker.deliver("u@example.org", "1").await;
    assert_eq!((report.outcome, report.phase), (Outcome::ProviderFault, Phase::Mail));
    assert!(!worker.is_reusable());
    worker.quit().await;
    server.await_idle(SOON).await;
    assert_eq!((server.mails().len(), server.refused(), server.aborted().len()), (0, 0, 1), "no dot was sent");
}

#[tokio::test]
async fn a_server_that_lies_about_pipelining_is_found_out_and_treated_plainly() {
    for (pipelined, outcome) in [
        (Pipelined::ThrownAway, Outcome::Dropped),
        (Pipelined::Refused, Outcome::ProtocolFault),
        (Pipelined::HungUpOn, Outcome::Dropped),
        (Pipelined::AnsweredTwice, Outcome::ProtocolFault),
    ] {
        let server = FakeSmtp::with(Setup::plain().pipelined(pipelined)).await;
        let mut worker = Worker::impatient(&server, TlsMode::Plain, Step::Rcpt);
        let report = worker.deliver("first@example.org", "1").await;
        assert_eq!(report.outcome, outcome, "{pipelined:?}: {}", words(&report));
        assert!(!worker.is_reusable(), "{pipelined:?}");
        for n in 0..50 {
            let report = worker.deliver("later@example.org", &n.to_string()).await;
            assert_eq!(report.outcome, Outcome::Sent, "{pipelined:?} {n}: {}", words(&report));
        }
        assert_eq!((server.mails().len(), server.connections()), (50, 2), "{pipelined:?}");
        // It is given another chance, at the cost of a try; of two, where it looks like an idle
        // connection that was closed.
        assert_eq!(worker.deliver("later@example.org", "x").await.outcome, outcome, "{pipelined:?}");
        if pipelined == Pipelined::HungUpOn {
            assert_eq!(worker.deliver("later@example.org", "x").await.outcome, outcome);
        }
        assert_eq!(worker.deliver("later@example.org", "x").await.outcome, Outcome::Sent, "{pipelined:?}");
    }
}

#[tokio::test]
async fn a_mail_that_stumbled_before_is_sent_plainly_whatever_others_did() {
    let server = FakeSmtp::with(Setup::plain().pipelined(Pipelined::HungUpOn)).await;
    let mut worker = Worker::new(&server, TlsMode::Plain);
    worker.plainly = true;
    assert_eq!(worker.deliver("u@example.org", "1").await.outcome, Outcome::Sent);
}

#[tokio::test]
async fn a_server_that_was_just_away_is_not_doubted() {
    let server = FakeSmtp::start().await;
    let mut worker = Worker::new(&server, TlsMode::Plain);
    assert_eq!(worker.deliver("u@example.org", "1").await.outcome, Outcome::Sent);
    server.next(Step::Mail, Act::Drop);
    assert_eq!(worker.deliver("u@example.org", "2").await.outcome, Outcome::Dropped);
    server.next(Step::Mail, Act::ReplyThenDrop("421 4.3.2 leaving".to_owned()));
    assert_eq!(worker.deliver("u@example.org", "3").await.outcome, Outcome::ProtocolFault);
    server.next(Step::Mail, Act::Delay(Duration::from_millis(200)));
    let early = server.early();
    assert_eq!(worker.deliver("u@example.org", "4").await.outcome, Outcome::Sent);
    assert_eq!(server.early(), early + 2, "still pipelined");
}

#[tokio::test]
async fn what_expires_while_the_envelope_is_on_its_way_has_no_body() {
    let server = FakeSmtp::start().await;
    let mut worker = Worker::new(&server, TlsMode::Plain);
    let report = worker.deliver_if("u@example.org", b"late\r\n", &|| Begin::Expired).await;
    assert_eq!((report.outcome, report.phase), (Outcome::Abandon(Reason::Expired), Phase::Data));
    server.await_idle(SOON).await;
    assert_eq!((server.mails().len(), server.refused(), server.aborted()[0].bytes), (0, 0, 0));
}
