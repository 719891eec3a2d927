//! A courier that is dropped anywhere in its work: what it had in hand goes out by the next one on the same
//! database, at most once more than before.

use crate::courier::Scene;
use crate::fake_smtp::{FakeSmtp, Setup};
use crate::worker::SOON;
use postrider::domain::Status;
use std::time::Duration;

const MAILS: [u8; 2] = [1, 2];

/// When it is dropped.
#[derive(Debug, Clone, Copy)]
enum At {
    /// The server has said so many bytes, and not one more: the courier waits for the next.
    Bytes(usize),
    /// So long after the server took the last mail: its commit is under way.
    After(Duration),
}

/// Whether it had work left when it was dropped.
async fn drop_it(at: At) -> bool {
    let server = FakeSmtp::with(Setup::plain().extensions(&["PIPELINING"])).await;
    let scene = Scene::before(server).await;
    if let At::Bytes(bytes) = at {
        scene.server.mute_after(bytes);
    }
    let mut ids = Vec::new();
    for number in MAILS {
        ids.push((number, scene.put(number).await));
    }
    let at_work = scene.work(|_event| ()).await;
    let has_more = match at {
        At::Bytes(_) => {
            let all_sent = async {
                for (_, id) in &ids {
                    scene.await_status(*id, Status::Sent).await;
                }
            };
            tokio::select! {
                () = scene.server.await_muted(SOON) => true,
                () = all_sent => false,
            }
        }
        At::After(pause) => {
            scene.server.await_mails(MAILS.len(), SOON).await;
            tokio::time::sleep(pause).await;
            true
        }
    };
    // What came is read.
    tokio::time::sleep(Duration::from_millis(2)).await;
    at_work.drop_it().await;
    scene.server.await_idle(SOON).await;
    let connections = scene.server.connections();
    let before = MAILS.map(|number| scene.copies(number));
    assert!(before.iter().all(|copies| *copies <= 1), "{at:?}: {before:?}");

    let scene = scene.reopen().await;
    for ((number, id), copies) in ids.iter().zip(before) {
        let status = scene.status(*id).await;
        assert!(status != Status::Sent || copies == 1, "{at:?}: the server has no mail {number}");
        assert!(matches!(status, Status::Sent | Status::Queued), "{at:?}: mail {number} is {status:?}");
    }
    scene.server.behave();
    let at_work = scene.work(|_event| ()).await;
    for (_, id) in &ids {
        scene.await_status(*id, Status::Sent).await;
    }
    at_work.stop().await;
    scene.server.await_idle(SOON).await;
    for (number, before) in MAILS.into_iter().zip(before) {
        let copies = scene.copies(number);
        assert!((1..=1 + before).contains(&copies), "{at:?}: mail {number} came {copies} times, {before} before");
    }
    let new = scene.server.mails().iter().skip(before.iter().sum()).all(|mail| mail.connection > connections);
    assert!(new, "{at:?}: the connection was used again");
    scene.store.close().await.unwrap();
    has_more
}

fn alone<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn at_every_byte_that_it_waits_for() {
    let points = (0..1000).take_while(|bytes| alone(drop_it(At::Bytes(*bytes)))).count();
    assert!(points > 150, "each byte of the answers to two mails was waited for: {points}");
}

#[test]
fn while_its_outcomes_are_committed() {
    for step in 0..12 {
        alone(drop_it(At::After(Duration::from_micros(300 * step))));
    }
}
