//! A mail that is told `sent` is the server's, whole, whatever the server did on the way; and it is there twice
//! only if an answer to a dot was in doubt, or if the server took what it had refused in the midst of the body. The
//! servers are arbitrary, but for one lie that no client can see through: to say 250 before the dot has come where the
//! answer to the dot is next.

use crate::fake_smtp::{Act, Afterwards, FakeSmtp, Pipelined, Setup, Step};
use crate::worker::{Worker, words};
use postrider::domain::{Begin, Outcome};
use postrider::transport::smtp::{Timeouts, TlsMode};
use proptest::prelude::*;
use std::time::Duration;

/// One server and what it gets to do.
#[derive(Debug, Clone)]
struct Play {
    tls: TlsMode,
    pipelined: Pipelined,
    extensions: Vec<&'static str>,
    /// What goes otherwise than it should, at the next such step.
    script: Vec<(Step, Act)>,
    /// Of each mail, its lines.
    mails: Vec<Vec<Vec<u8>>>,
}

/// How often a mail is tried before the server behaves again.
const TRIES: usize = 4;
/// And how often after that: its connection may be closed already, and it may not be found out yet.
const PATIENCE: usize = 4;
/// Most stalls of a play cost this much.
const SOON: Duration = Duration::from_millis(80);

fn any_reply() -> impl Strategy<Value = String> {
    let code = prop::sample::select(vec![
        "200", "220", "221", "235", "250", "251", "252", "299", "334", "354", "421", "450", "451", "452", "454", "500",
        "501", "502", "503", "504", "530", "535", "550", "552", "554", "555", "571",
    ]);
    let text = prop::sample::select(vec![
        "ok",
        "2.0.0 ok",
        "2.6.0 <id> [InternalId=1] Queued",
        "4.7.0 slow down",
        "5.1.1 who?",
        "5.7.1 no",
        "",
    ]);
    (code, text).prop_map(|(code, text)| format!("{code} {text}"))
}

/// Anything but the truth.
fn any_act(step: Step) -> BoxedStrategy<Act> {
    let split = (0_u64..2).prop_map(|pause| Act::Slowly(Duration::from_millis(pause)));
    let more = any_reply().prop_map(|reply| Act::Inject(format!("{reply}\r\n").into_bytes()));
    let noise = proptest::collection::vec(any::<u8>(), 1..40).prop_map(Act::Inject);
    let broken = vec![Act::Drop, Act::HalfClose, Act::Garbage, Act::Half, Act::Latin1, Act::LongLine, Act::Endless];
    let acts = prop_oneof![
        6 => split,
        6 => any_reply().prop_map(Act::Reply),
        2 => any_reply().prop_map(Act::ReplyThenDrop),
        3 => more,
        1 => noise,
        4 => prop::sample::select(broken),
        1 => Just(Act::Stall),
    ];
    match step {
        Step::Body => prop_oneof![
            2 => prop::sample::select(vec![Act::Drop, Act::Stall, Act::HalfClose, Act::Garbage, Act::LongLine]),
            1 => (0_usize..200_000).prop_map(Act::DropAfter),
            4 => any_refusal(),
        ]
        .boxed(),
        // Kept, and the answer is lost.
        Step::Dot => prop_oneof![3 => acts, 2 => lost().prop_map(Act::kept)].boxed(),
        // One answer too many before, and this would stand where the dot's is expected.
        Step::DataWithoutRecipient => acts.prop_filter("a 250 before the dot", |act| !act.keeps()).boxed(),
        _ => acts.boxed(),
    }
}

/// A word in the midst of the body, mostly before all of it is out.
fn any_refusal() -> impl Strategy<Value = Act> {
    let after = prop_oneof![2 => 0_usize..40, 1 => 0_usize..200_000];
    let reply = any_reply().prop_filter("a 250 before the dot", |reply| !reply.starts_with('2'));
    let all = vec![Afterwards::Drop, Afterwards::Swallow, Afterwards::Repeat, Afterwards::Keep];
    (after, reply, prop::sample::select(all))
        .prop_map(|(after, reply, afterwards)| Act::ReplyAfter(after, reply, afterwards))
}

fn lost() -> impl Strategy<Value = Act> {
    prop::sample::select(vec![Act::Drop, Act::Half, Act::Garbage, Act::Stall, Act::LongLine, Act::HalfClose])
}

fn any_script() -> impl Strategy<Value = Vec<(Step, Act)>> {
    let steps = [
        (1, Step::Greeting),
        (1, Step::Ehlo),
        (1, Step::StartTls),
        (1, Step::Tls),
        (3, Step::Mail),
        (4, Step::Rcpt),
        (4, Step::Data),
        (2, Step::DataWithoutRecipient),
        (3, Step::Body),
        (8, Step::Dot),
        (2, Step::Rset),
    ];
    let step =
        proptest::strategy::Union::new_weighted(steps.map(|(weight, step)| (weight, Just(step).boxed())).to_vec());
    // Between what goes wrong something goes well.
    let act = step.prop_flat_map(|step| (Just(step), prop_oneof![2 => Just(Act::Accept), 3 => any_act(step)]));
    proptest::collection::vec(act, 0..16)
}

fn any_mail() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let byte = prop_oneof![4 => Just(b'.'), 4 => b'a'..=b'c', 1 => Just(b' '), 1 => 0x80_u8..=0xff];
    let line = prop_oneof![8 => proptest::collection::vec(byte, 0..6), 1 => Just(vec![b'x'; 990])];
    let small = proptest::collection::vec(line, 0..8);
    prop_oneof![8 => small, 1 => (60_usize..300).prop_map(|lines| vec![vec![b'.'; 990]; lines])]
}

fn any_play() -> impl Strategy<Value = Play> {
    let tls = prop_oneof![5 => Just(TlsMode::Plain), 1 => Just(TlsMode::StartTls), 1 => Just(TlsMode::Implicit)];
    let pipelined = prop_oneof![
        8 => Just(Pipelined::Answered),
        1 => Just(Pipelined::ThrownAway),
        1 => Just(Pipelined::Refused),
        1 => Just(Pipelined::HungUpOn),
        1 => Just(Pipelined::AnsweredTwice),
    ];
    let extensions =
        proptest::sample::subsequence(vec!["PIPELINING", "8BITMIME", "SIZE 10485760", "DSN", "SMTPUTF8"], 0..=5);
    let mails = proptest::collection::vec(any_mail(), 1..5);
    (tls, pipelined, extensions, any_script(), mails).prop_map(|(tls, pipelined, extensions, script, mails)| Play {
        tls,
        pipelined,
        extensions,
        script,
        mails,
    })
}

/// The mail as it is given to the client and as a server must have it.
fn message(number: usize, lines: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = format!("Subject: {number}\r\n\r\n").into_bytes();
    for line in lines {
        bytes.extend_from_slice(line);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

async fn play(play: &Play) -> Result<(), TestCaseError> {
    let setup = match play.tls {
        TlsMode::Plain => Setup::plain(),
        TlsMode::StartTls => Setup::starttls(),
        TlsMode::Implicit => Setup::implicit_tls(),
    };
    let server = FakeSmtp::with(setup.extensions(&play.extensions).pipelined(play.pipelined)).await;
    for (step, act) in &play.script {
        server.next(*step, act.clone());
    }
    let mut worker = Worker::new(&server, play.tls);
    let patient = worker.settings.timeouts;
    worker.settings.timeouts = Timeouts { connect: SOON * 10, greeting: SOON, command: SOON, block: SOON, dot: SOON };
    let mut books = Vec::new();
    for (number, lines) in play.mails.iter().enumerate() {
        let to = format!("u{number}@example.org");
        let mail = message(number, lines);
        let (mut sent, mut doubts, mut history) = (0, 0, Vec::new());
        worker.plainly = false;
        for attempt in 0..TRIES + PATIENCE {
            if attempt == TRIES {
                // It behaves from now on: whatever happened before, the mail goes out.
                server.behave();
                worker.settings.timeouts = patient;
            }
            let report = worker.deliver_if(&to, &mail, &|| Begin::Go).await;
            history.push(format!("{:?} at {}: {}", report.outcome, report.phase, words(&report)));
            match report.outcome {
                Outcome::Sent => sent += 1,
                Outcome::Ambiguous => doubts += 1,
                Outcome::Dropped | Outcome::ProtocolFault => worker.plainly = true,
                _ => {}
            }
            if matches!(report.outcome, Outcome::Sent | Outcome::Abandon(_)) {
                break;
            }
        }
        let is_over = sent == 1 || history.last().is_some_and(|last| last.starts_with("Abandon"));
        prop_assert!(is_over, "it never went out: {history:#?}");
        books.push((to, mail, sent, doubts, history));
    }
    worker.quit().await;
    for (to, mail, sent, doubts, history) in books {
        let copies: Vec<_> = server.mails().into_iter().filter(|copy| copy.rcpt == [to.clone()]).collect();
        prop_assert!(copies.iter().all(|copy| copy.data == mail), "{to} did not arrive as it was: {history:#?}");
        prop_assert!(copies.len() >= sent, "{to} is lost: {history:#?}");
        let contradicted = server.contradicted().into_iter().filter(|copy| copy.rcpt == [to.clone()]).count();
        let most = sent + doubts + contradicted;
        prop_assert!(copies.len() <= most, "{to} came {} times: {history:#?}", copies.len());
    }
    // A dot without a recipient ends an empty body, and nothing else has none.
    prop_assert!(
        server.mails().iter().all(|mail| mail.rcpt.len() == 1 || (mail.rcpt.is_empty() && mail.data.is_empty()))
    );
    Ok(())
}

proptest! {
    // A stall costs its time.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, max_shrink_iters: 200, ..ProptestConfig::default() })]
    #[test]
    fn what_is_told_sent_is_in_the_server_s_books_whole_and_once(given in any_play()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(play(&given))?;
    }
}
