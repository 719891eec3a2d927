//! What was sent and is not committed yet: it stays in hand, is not told, is bounded, lets no other body begin,
//! and is not sent again by this process, whatever breaks.

use crate::courier::{AtWork, Scene, until};
use crate::fake_smtp::{Act, FakeSmtp, Step};
use crate::worker::SOON;
use postrider::courier::Stage;
use postrider::domain::{Clock as _, Event, MessageId, Reason, Status, SystemClock};
use postrider::handover::Gate;
use std::sync::{Arc, Mutex, OnceLock};
use tokio::sync::Notify;

/// Of one connection (promise P3).
const IN_FLIGHT: usize = 8;

/// What the courier told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<Event>>>);

impl Told {
    fn reporter(&self) -> impl Fn(Event) + Send + Sync + use<> {
        let told = self.clone();
        move |event| told.0.lock().unwrap().push(event)
    }

    fn finals(&self) -> usize {
        self.0.lock().unwrap().iter().filter(|event| matches!(event, Event::Final { .. })).count()
    }

    /// Bodies begun and not committed, as the gauge shows it.
    fn in_flight(&self) -> i64 {
        let told = self.0.lock().unwrap();
        told.iter().map(|event| if let Event::InFlight(change) = event { *change } else { 0 }).sum()
    }
}

/// The database takes no outcome `sent` until the answer is dropped.
struct Refusing(rusqlite::Connection);

impl Refusing {
    fn sent(scene: &Scene) -> Self {
        let database = rusqlite::Connection::open(scene.home.file()).unwrap();
        database.busy_timeout(SOON).unwrap();
        let refuse = "CREATE TRIGGER refuse BEFORE UPDATE ON messages WHEN new.status = 'sent'
            BEGIN SELECT RAISE(ABORT, 'not now'); END";
        database.execute_batch(refuse).unwrap();
        Self(database)
    }

    fn end(self) {
        self.0.execute_batch("DROP TRIGGER refuse").unwrap();
    }
}

async fn await_shut(at_work: &AtWork) {
    let gate = at_work.courier.gate();
    // Its own clock began no later.
    let clock = SystemClock::new();
    until("a shut gate", async || !gate.is_open(clock.elapsed())).await;
}

/// A message that the database believes in this node's hands, and that is in nobody's: it goes back as soon as
/// the courier has compared the two.
async fn compare(scene: &Scene, at_work: &AtWork, number: u8) -> MessageId {
    let mut lost = scene.mail(number);
    (lost.message.status, lost.message.send_count, lost.lease) = (Status::Processing, 1, Some(at_work.node));
    let id = crate::helpers::put(&scene.store, lost).await;
    scene.await_status(id, Status::Queued).await;
    id
}

#[tokio::test]
async fn it_stays_in_hand_and_is_not_told_until_it_is_committed() {
    let scene = Scene::before(FakeSmtp::start().await).await;
    let refusing = Refusing::sent(&scene);
    let id = scene.put(1).await;
    let told = Told::default();
    let at_work = scene.work(told.reporter()).await;
    scene.server.await_mails(1, SOON).await;
    await_shut(&at_work).await;
    let lost = compare(&scene, &at_work, 2).await;
    assert_eq!(scene.status(id).await, Status::Processing, "another node could have it");
    assert_eq!((told.finals(), told.in_flight()), (0, 1));
    refusing.end();
    for id in [id, lost] {
        scene.await_status(id, Status::Sent).await;
    }
    until("both told", async || (told.finals(), told.in_flight()) == (2, 0)).await;
    at_work.stop().await;
    assert_eq!((scene.copies(1), scene.copies(2)), (1, 1));
}

#[tokio::test]
async fn there_are_few_of_it() {
    let scene = Scene::before(FakeSmtp::start().await).await;
    let refusing = Refusing::sent(&scene);
    let mut ids = Vec::new();
    for number in 1..=60 {
        ids.push(scene.put(number).await);
    }
    let told = Told::default();
    let at_work = scene.work(told.reporter()).await;
    await_shut(&at_work).await;
    let sent = scene.server.mails().len();
    assert!((1..=IN_FLIGHT).contains(&sent), "{sent}");
    assert_eq!(told.in_flight(), i64::try_from(sent).unwrap());
    refusing.end();
    for id in ids {
        scene.await_status(id, Status::Sent).await;
    }
    at_work.stop().await;
    assert_eq!((scene.server.mails().len(), told.in_flight()), (60, 0), "each once");
}

#[tokio::test]
async fn no_body_begins_behind_it() {
    let mut scene = Scene::before(FakeSmtp::start().await).await;
    scene.connections = 2;
    let refusing = Refusing::sent(&scene);
    let go_ahead = Arc::new(tokio::sync::Notify::new());
    scene.server.next(Step::Data, Act::When(Arc::clone(&go_ahead)));
    let first = scene.put(1).await;
    let at_work = scene.work(|_event| ()).await;
    until("the first DATA", async || scene.server.count("DATA") == 1).await;
    let second = scene.put(2).await;
    at_work.courier.permits().wake();
    scene.server.await_mails(1, SOON).await;
    assert_eq!(scene.copies(2), 1);
    await_shut(&at_work).await;
    go_ahead.notify_one();
    until("the end of the first", async || !scene.server.aborted().is_empty()).await;
    assert_eq!((scene.server.aborted()[0].bytes, scene.server.mails().len()), (0, 1), "the gate was shut");
    refusing.end();
    for id in [first, second] {
        scene.await_status(id, Status::Sent).await;
    }
    at_work.stop().await;
    assert_eq!((scene.copies(1), scene.copies(2)), (1, 1));
}

#[tokio::test]
async fn a_stop_while_a_reset_is_not_answered_leaves_no_doubt_about_the_refusal() {
    for (stage, plan) in [(Stage::Stopping, None), (Stage::Cut, None), (Stage::Cut, Some(Act::Accept))] {
        let scene = Scene::before(FakeSmtp::start().await).await;
        scene.server.next(Step::Dot, Act::reply("554 5.0.0 no"));
        scene.server.next(Step::Rset, plan.unwrap_or(Act::Stall));
        let id = scene.put(1).await;
        let at_work = scene.work(|_event| ()).await;
        until("RSET", async || scene.server.count("RSET") == 1).await;
        at_work.stop_at(stage).await;
        let message = scene.store.get(id).await.unwrap().unwrap().message;
        assert_eq!((message.status, message.reason), (Status::Abandoned, Some(Reason::Refused)), "{stage:?}");
        assert_eq!((message.dispatches.len(), scene.server.refused()), (1, 1));
    }
}

/// The courier breaks at this event, once some mail is out.
async fn break_at(is: fn(&Event) -> bool) {
    const MAILS: u8 = 12;
    let scene = Scene::before(FakeSmtp::start().await).await;
    let mut ids = Vec::new();
    for number in 1..=MAILS {
        ids.push(scene.put(number).await);
    }
    let at_work = scene.work(move |event| assert!(!is(&event), "a bug")).await;
    tokio::time::timeout(SOON, at_work.running).await.expect("the courier ends").unwrap();
    // Nobody is there who could send anything, and nothing new is taken on.
    scene.server.await_idle(SOON).await;
    let gate = at_work.courier.gate();
    let why = gate.why_shut(SystemClock::new().elapsed()).unwrap();
    assert!(why.contains("ended by itself"), "{why}");
    let before: Vec<_> = (1..=MAILS).map(|number| scene.copies(number)).collect();
    assert!(before.contains(&1) && before.iter().all(|copies| *copies <= 1), "{before:?}");

    let scene = scene.reopen().await;
    let at_work = scene.work(|_event| ()).await;
    for id in ids {
        scene.await_status(id, Status::Sent).await;
    }
    at_work.stop().await;
    let after: Vec<_> = (1..=MAILS).map(|number| scene.copies(number)).collect();
    assert!(after.iter().zip(&before).all(|(after, before)| (1..=1 + before).contains(after)), "{before:?} {after:?}");
    let twice = after.iter().filter(|copies| **copies == 2).count();
    assert!(twice <= IN_FLIGHT, "{twice} of one connection");
}

#[tokio::test]
async fn a_worker_that_dies_leaves_nobody_who_could_begin_or_call_back_what_it_had_begun() {
    let mut scene = Scene::before(FakeSmtp::start().await).await;
    scene.connections = 2;
    let told = Arc::new(Notify::new());
    scene.server.next(Step::Dot, Act::When(Arc::clone(&told)));
    scene.server.script(Step::Data, [Act::Accept, Act::Stall]);
    let gate: Arc<OnceLock<Arc<Gate>>> = Arc::default();
    let (at_end, seen) = (Arc::clone(&gate), Arc::new(Mutex::new(Vec::new())));
    let shut = Arc::clone(&seen);
    let [begun, waits] = [scene.put(1).await, scene.put(2).await];
    let at_work = scene
        .work(move |event| {
            assert!(!matches!(event, Event::Attempted { .. }), "a bug");
            if let (Event::Connections { change: -1, .. }, Some(gate)) = (&event, at_end.get()) {
                shut.lock().unwrap().push(gate.why_away(SystemClock::new().elapsed()).is_some());
            }
        })
        .await;
    assert!(gate.set(at_work.courier.gate()).is_ok());
    until("a mail out, and one in hand", async || scene.server.mails().len() == 1 && scene.server.count("DATA") == 2)
        .await;
    told.notify_one();
    tokio::time::timeout(SOON, at_work.running).await.expect("the courier ends").unwrap();
    scene.server.await_idle(SOON).await;
    assert_eq!(*seen.lock().unwrap(), [false, true], "when the others are cut, no body can begin any more");
    let (begun, waits) = if scene.copies(1) == 1 { (begun, waits) } else { (waits, begun) };
    let hand = at_work.courier.hand();
    assert!(hand.call_back(begun, async { true }).is_none(), "it is sent, and nobody can tell the database");
    assert!(hand.call_back(waits, async { true }).is_some(), "nothing of it is out, nor will be");
}

#[tokio::test]
async fn a_settler_that_dies_ends_the_courier() {
    break_at(|event| matches!(event, Event::InFlight(-1))).await;
    break_at(|event| matches!(event, Event::Final { .. })).await;
}

#[tokio::test]
async fn a_worker_that_dies_behind_the_dot_ends_the_courier() {
    break_at(|event| matches!(event, Event::Attempted { .. })).await;
}
