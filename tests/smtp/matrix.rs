//! Phase × fault: the outcome of the table, no silent loss, and the next mail goes through.

use crate::fake_smtp::{Act, FakeSmtp, Setup, Step};
use crate::worker::{SOON, Worker, words};
use postrider::domain::{Outcome, Phase, Reason};
use postrider::transport::smtp::TlsMode;
use std::time::Duration;

const REFUSED: Outcome = Outcome::Abandon(Reason::Refused);

/// Outcomes of 4yz, 5yz, 421 and no usable reply at each step.
const TABLE: [(Step, Phase, [Outcome; 4]); 8] = [
    (Step::Greeting, Phase::Greeting, [Outcome::ProviderFault; 4]),
    (Step::Ehlo, Phase::Ehlo, [Outcome::ProviderFault; 4]),
    (Step::StartTls, Phase::Starttls, [Outcome::ProviderFault; 4]),
    (Step::Auth, Phase::Auth, [Outcome::AuthFault, Outcome::AuthFault, Outcome::ProviderFault, Outcome::ProviderFault]),
    (
        Step::Mail,
        Phase::Mail,
        [Outcome::ProviderFault, Outcome::ProviderFault, Outcome::ProtocolFault, Outcome::Dropped],
    ),
    (Step::Rcpt, Phase::Rcpt, [Outcome::Retry, REFUSED, Outcome::ProtocolFault, Outcome::Dropped]),
    (Step::Data, Phase::Data, [Outcome::Retry, REFUSED, Outcome::ProtocolFault, Outcome::Dropped]),
    (Step::Dot, Phase::Dot, [Outcome::Retry, REFUSED, Outcome::ProtocolFault, Outcome::Ambiguous]),
];

fn broken_replies() -> Vec<Act> {
    vec![
        Act::Drop,
        Act::HalfClose,
        Act::Stall,
        Act::Garbage,
        Act::Half,
        Act::LongLine,
        Act::Endless,
        Act::Reply("250-one\r\n550 two".to_owned()),
        Act::Reply("250 ok\u{0}".repeat(600)),
    ]
}

/// One cell: the first mail meets the act, the second must arrive on the same worker.
async fn cell(step: Step, phase: Phase, act: Act, expected: Outcome) {
    let cell = format!("{step:?} {act:?}");
    let server = FakeSmtp::with(Setup::starttls().auth("user", "password")).await;
    let mut worker = Worker::impatient(&server, TlsMode::StartTls).log_in("user", "password");
    // What is certified is tested elsewhere, and reading the platform's CA bundle for each cell takes long.
    worker.settings.skip_ssl_verify = true;
    server.next(step, act);
    let report = worker.deliver("first@example.org", "1").await;
    assert_eq!((report.outcome, report.phase), (expected, phase), "{cell}: {}", words(&report));
    let first = server.mails().len();
    match expected {
        Outcome::Sent => assert_eq!(first, 1, "{cell}"),
        Outcome::Ambiguous => {}
        _ => assert_eq!(first, 0, "{cell}: the server has a mail that is not reported"),
    }
    let report = worker.deliver("second@example.org", "2").await;
    assert_eq!(report.outcome, Outcome::Sent, "{cell}: the next mail, {}", words(&report));
    let mails = server.mails();
    assert_eq!(mails.len(), first + 1, "{cell}");
    let last = mails.last().unwrap();
    assert_eq!(
        (last.rcpt.join(","), last.text()),
        ("second@example.org".to_owned(), "Subject: x\r\n\r\n2\r\n".to_owned())
    );
    worker.quit().await;
    server.await_idle(SOON).await;
    assert!(server.aborted().is_empty(), "{cell}");
}

#[tokio::test]
async fn refusals_are_judged_by_their_phase() {
    for (step, phase, [temporary, permanent, leaving, _lost]) in TABLE {
        cell(step, phase, Act::reply("450 4.2.0 later"), temporary).await;
        cell(step, phase, Act::reply("550 5.1.0 never"), permanent).await;
        cell(step, phase, Act::ReplyThenDrop("421 4.3.2 leaving".to_owned()), leaving).await;
        cell(step, phase, Act::reply("421 4.3.2 leaving"), leaving).await;
    }
}

#[tokio::test]
async fn no_usable_reply_is_never_taken_for_one() {
    for (step, phase, [_temporary, _permanent, _leaving, lost]) in TABLE {
        for act in broken_replies() {
            cell(step, phase, act, lost).await;
        }
    }
}

#[tokio::test]
async fn a_reply_to_the_dot_lost_after_the_server_took_the_mail_is_ambiguous() {
    for act in broken_replies() {
        cell(Step::Dot, Phase::Dot, act.kept(), Outcome::Ambiguous).await;
    }
}

#[tokio::test]
async fn odd_but_whole_replies_are_good() {
    for (step, _phase, _outcomes) in TABLE {
        for act in [Act::Latin1, Act::Slowly(Duration::ZERO), Act::Delay(Duration::from_millis(20))] {
            cell(step, Phase::Dot, act, Outcome::Sent).await;
        }
    }
}

#[tokio::test]
async fn only_the_listed_positive_replies_count() {
    for (step, phase, reply, expected) in [
        (Step::Mail, Phase::Mail, "251 2.1.0 odd", Outcome::ProtocolFault),
        (Step::Rcpt, Phase::Rcpt, "252 2.1.5 perhaps", Outcome::ProtocolFault),
        (Step::Data, Phase::Data, "250 2.0.0 no", Outcome::ProtocolFault),
        (Step::Dot, Phase::Dot, "354 again", Outcome::Ambiguous),
        (Step::Rcpt, Phase::Dot, "251 2.1.5 forwarded", Outcome::Sent),
        (Step::Dot, Phase::Dot, "299 fine", Outcome::Sent),
    ] {
        cell(step, phase, Act::reply(reply), expected).await;
    }
}

#[tokio::test]
async fn log_in_wanted_late_is_about_us() {
    for (step, phase) in
        [(Step::Mail, Phase::Mail), (Step::Rcpt, Phase::Rcpt), (Step::Data, Phase::Data), (Step::Dot, Phase::Dot)]
    {
        cell(step, phase, Act::reply("530 5.7.0 log in"), Outcome::ProviderFault).await;
    }
}

#[tokio::test]
async fn a_server_that_speaks_out_of_turn_loses_no_mail() {
    // Each has a second reply behind the first, which a client could take for the next answer.
    for (step, phase, expected) in [
        (Step::Greeting, Phase::Ehlo, Outcome::ProviderFault),
        (Step::Mail, Phase::Rcpt, Outcome::Dropped),
        (Step::Rcpt, Phase::Data, Outcome::Dropped),
        (Step::Data, Phase::Body, Outcome::ProtocolFault),
    ] {
        let server = FakeSmtp::start().await;
        let mut worker = Worker::impatient(&server, TlsMode::Plain);
        server.next(step, Act::Inject(b"250 2.0.0 ok\r\n".to_vec()));
        let report = worker.deliver("first@example.org", "1").await;
        assert_eq!((report.outcome, report.phase), (expected, phase), "{step:?}: {}", words(&report));
        assert!(!worker.is_reusable());
        assert_eq!(worker.deliver("second@example.org", "2").await.outcome, Outcome::Sent);
        assert_eq!(server.mails().len(), 1, "{step:?}");
    }
}

#[tokio::test]
async fn no_server_at_all_is_about_the_provider() {
    let server = FakeSmtp::start().await;
    let mut worker = Worker::impatient(&server, TlsMode::Plain);
    drop(server);
    tokio::time::sleep(Duration::from_millis(20)).await;
    let report = worker.deliver("u@example.org", "1").await;
    assert_eq!((report.outcome, report.phase), (Outcome::ProviderFault, Phase::Connect), "{}", words(&report));
    assert!(words(&report).contains("connection refused"), "{}", words(&report));
}
