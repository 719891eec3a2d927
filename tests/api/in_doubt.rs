//! The connection to the database breaks between a commit and its answer, or operators act while mail is on its way:
//! what was called back stays so until it is known what became of it.

use crate::admin_recoveries::{ISSUE, issue, planned};
use crate::called_back::{stall, until};
use crate::client::Request;
use crate::fake_kratos::{ADDRESS, FakeKratos, IDENTITY};
use crate::fake_smtp::Step;
use crate::payloads::code_mail;
use crate::postgres_support::{self, Schema};
use crate::test_app::{TestApp, plan};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The end of a transaction, as it goes over the wire, and what one that withdraws had prepared before.
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";
const WITHDRAW: &[u8] = b"SET withdrawn_at";
/// The next such commit passes, and its answer is lost with the connection.
const AFTER: u8 = 1;
/// The connection is lost before it.
const BEFORE: u8 = 2;

/// A way to the database that breaks when it is told to; it lives as long as the test.
async fn breaking_way(to: std::net::SocketAddr) -> (std::net::SocketAddr, Arc<AtomicU8>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, breaks) = (listener.local_addr().unwrap(), Arc::new(AtomicU8::new(0)));
    let told = Arc::clone(&breaks);
    tokio::spawn(async move {
        while let Ok((near, _peer)) = listener.accept().await {
            let far = TcpStream::connect(to).await.unwrap();
            tokio::spawn(pass(near, far, Arc::clone(&told)));
        }
    });
    (address, breaks)
}

async fn pass(mut near: TcpStream, mut far: TcpStream, breaks: Arc<AtomicU8>) {
    let (mut asked, mut answered) = (vec![0; 65536], vec![0; 65536]);
    let mut withdraws = false;
    loop {
        tokio::select! {
            read = near.read(&mut asked) => {
                let Ok(read @ 1..) = read else { return };
                withdraws |= asked[..read].windows(WITHDRAW.len()).any(|some| some == WITHDRAW);
                let ends = withdraws && asked[..read] == *COMMIT;
                let how = if ends { breaks.swap(0, Ordering::SeqCst) } else { 0 };
                if how == BEFORE || far.write_all(&asked[..read]).await.is_err() {
                    return;
                }
                if how == AFTER {
                    // it is made
                    assert_ne!(far.read(&mut answered).await.unwrap(), 0);
                    return;
                }
            }
            read = far.read(&mut answered) => {
                let Ok(read @ 1..) = read else { return };
                if near.write_all(&answered[..read]).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// postrider on a schema behind such a way.
async fn started(kratos: &FakeKratos) -> Option<(TestApp, Arc<AtomicU8>)> {
    let mut url = url::Url::parse(&postgres_support::url("api")?).unwrap();
    let to = url.socket_addrs(|| Some(5432)).unwrap()[0];
    let (address, breaks) = breaking_way(to).await;
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(address.port())).unwrap();
    let app = planned(kratos, "").on(Schema::on(url.to_string()).await).start().await;
    Some((app, breaks))
}

/// A withdrawal whose answer is lost, of a mail whose body is about to begin.
async fn withdraw(app: &TestApp, breaks: &AtomicU8, how: u8) -> Value {
    let told = stall(app, Step::Data);
    let issued = issue(app, &json!({"identity_id": IDENTITY, "expires_in": "15m"})).await;
    until("DATA", || app.smtp.count("DATA") == 1).await;
    breaks.store(how, Ordering::SeqCst);
    let path = format!("{ISSUE}/{}/withdraw", issued["id"].as_str().unwrap());
    let answer = app.ask(Request::post(&path).bearer("support-token")).await;
    assert_eq!((answer.status, breaks.load(Ordering::SeqCst)), (503, 0), "{answer:?}");
    told.notify_one();
    until("the end of its session", || !app.smtp.aborted().is_empty()).await;
    assert_eq!(app.smtp.aborted()[0].bytes, 0, "not a byte of it while nobody knows");
    issued
}

fn id(issued: &Value) -> &str {
    issued["message"]["id"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawal_that_was_made_stops_its_mail_also_if_nobody_hears_of_it() {
    let kratos = FakeKratos::start().await;
    let Some((mut app, breaks)) = started(&kratos).await else { return };
    let issued = withdraw(&app, &breaks, AFTER).await;
    let message = app.message(id(&issued)).await;
    assert_eq!((&message["status"], &message["reason"]), (&json!("abandoned"), &json!("withdrawn")));
    let other = app.queue(&code_mail("other@another.example", "012345")).await;
    app.await_status(&other, "sent").await;
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), 1, "the other one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawal_that_came_to_nothing_holds_its_mail_back_only_until_that_is_known() {
    let kratos = FakeKratos::start().await;
    let Some((mut app, breaks)) = started(&kratos).await else { return };
    let issued = withdraw(&app, &breaks, BEFORE).await;
    app.await_status(id(&issued), "sent").await;
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), 1);
}

/// Its body could have begun and ended between its row's end and the count.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_on_its_way_while_its_recipient_was_forgotten_is_stopped_or_counted() {
    let Some(schema) = Schema::new("api").await else { return };
    let client = schema.client().await;
    let mut app = plan("").on(schema).start().await;
    let told = stall(&app, Step::Data);
    app.queue(&code_mail(ADDRESS, "012345")).await;
    until("DATA", || app.smtp.count("DATA") == 1).await;
    // holds it up once the messages are gone
    client.batch_execute("BEGIN; LOCK TABLE limits IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let forget = Request::post("/admin/courier/messages/forget").bearer("operator-token");
    let forget = app.ask(forget.json(&json!({"address": ADDRESS})));
    let meanwhile = async {
        until("no message", || app.count("true") == 0).await;
        told.notify_one();
        until("the end of its session", || !app.smtp.aborted().is_empty() || !app.smtp.mails().is_empty()).await;
        // whatever it came to is over for the courier, too
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        client.batch_execute("ROLLBACK").await.unwrap();
    };
    let (forgotten, ()) = tokio::join!(forget, meanwhile);
    assert_eq!(forgotten.status, 200, "{forgotten:?}");
    assert_eq!(forgotten.json()["messages"], 1);
    let arrived = app.smtp.mails().len();
    let counted = usize::try_from(forgotten.json()["in_hand"].as_u64().unwrap()).unwrap();
    assert!(counted >= arrived, "{arrived} arrived: {forgotten:?}");
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), arrived);
}
