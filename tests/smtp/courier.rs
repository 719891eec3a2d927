//! A courier on a database of its own, in front of a server of its own, without the rest of postrider.

use crate::fake_smtp::FakeSmtp;
use crate::helpers::{self, Home, LEASE};
use crate::worker::SOON;
use postrider::courier::{self, Carrier, Count, Courier, Health, Provider, Settings, Stage, Stirred, Stopper, Warming};
use postrider::domain::{
    Channel, Clock as _, Envelope, Event, Lane, MessageId, NodeId, Rendered, RetryPolicy, Secret, Status, StoredMail,
    SystemClock,
};
use postrider::handover::Routes;
use postrider::mail::Pictures;
use postrider::seal::{Purpose, Sealer};
use postrider::store::{NewMessage, Store};
use postrider::transport::smtp;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// One database and what is on it.
pub(crate) struct Scene {
    pub(crate) home: Home,
    pub(crate) store: Store,
    pub(crate) server: FakeSmtp,
    pub(crate) connections: usize,
    sealer: Arc<Sealer>,
}

/// A courier at work.
pub(crate) struct AtWork {
    pub(crate) courier: Courier,
    pub(crate) node: NodeId,
    pub(crate) running: JoinHandle<()>,
    stopper: Stopper,
}

impl Scene {
    pub(crate) async fn before(server: FakeSmtp) -> Self {
        let home = Home::new();
        let store = home.open().await;
        let sealer = Arc::new(Sealer::new(&[Secret::from("a-cipher-secret-of-at-least-32-characters")]));
        Self { home, store, server, connections: 1, sealer }
    }

    /// As a new process finds it.
    pub(crate) async fn reopen(mut self) -> Self {
        self.store.close().await.unwrap();
        self.store = self.home.open().await;
        self
    }

    /// A code for the recipient of this number, not stored yet.
    pub(crate) fn mail(&self, number: u8) -> NewMessage {
        let mut new = helpers::new(SystemClock::new().now(), Lane::Codes, number);
        let id = new.message.id;
        new.message.domain = format!("{number}.example.org");
        let text = || format!("mail {number}");
        let mail = StoredMail {
            envelope: Envelope { from: "login@example.com".to_owned(), to: recipient(number) },
            from_address: "login@example.com".to_owned(),
            from_name: String::new(),
            message_id: format!("{id}@example.com"),
            date: "Tue, 24 Nov 2026 03:42:00 +0000".to_owned(),
            boundary: "b".to_owned(),
            rendered: Rendered { subject: text(), text: text(), html: None },
            logo: None,
        };
        let plain = serde_json::to_vec(&mail).unwrap();
        new.sealed = Some(self.sealer.seal(Purpose::Content, id.0.as_bytes(), &plain).unwrap());
        new
    }

    pub(crate) async fn put(&self, number: u8) -> MessageId {
        helpers::put(&self.store, self.mail(number)).await
    }

    /// Begins to work; `report` hears of everything.
    pub(crate) async fn work(&self, report: impl Fn(Event) + Send + Sync + 'static) -> AtWork {
        let (clock, node) = (Arc::new(SystemClock::new()), NodeId::draw());
        self.store.register_node(node, clock.now(), LEASE).await.unwrap();
        let settings = smtp::Settings::new("127.0.0.1", self.server.port(), smtp::TlsMode::Plain);
        let timeouts = settings.timeouts;
        let provider = Provider {
            id: "smtp".to_owned(),
            carrier: Carrier::Smtp(Box::new(settings)),
            headers: Vec::new(),
            connections: self.connections,
            rate: 0,
            from: courier::From::default(),
            health: Health::default(),
            open: Count::default(),
            stirred: Stirred::default(),
            warming: Warming::default(),
        };
        let day = Duration::from_hours(24);
        let settings = Settings {
            retry: [(); 3].map(|()| RetryPolicy::new(vec![Duration::from_millis(20)])),
            timeouts,
            notices_dot: timeouts.dot,
            status_notifications: false,
            senders: std::collections::BTreeMap::new(),
            abandoned: day,
            finished: day,
            audit: day,
        };
        let (stopper, stop) = courier::stop();
        let courier = Courier::new(
            self.store.clone(),
            Arc::clone(&self.sealer),
            vec![provider],
            Arc::new(Pictures::default()),
            Routes::new(Vec::new(), vec![Channel::Email]),
            settings,
            clock,
            Arc::new(report),
            node,
            stop,
        );
        let running = tokio::spawn(courier.clone().run());
        AtWork { courier, node, running, stopper }
    }

    pub(crate) async fn status(&self, id: MessageId) -> Status {
        helpers::status(&self.store, id).await
    }

    pub(crate) async fn await_status(&self, id: MessageId, status: Status) {
        until(&format!("{status:?}"), async || self.status(id).await == status).await;
    }

    /// How many copies of the mail of this number the server has.
    pub(crate) fn copies(&self, number: u8) -> usize {
        self.server.mails().iter().filter(|mail| mail.rcpt == [recipient(number)]).count()
    }
}

impl AtWork {
    /// Ends in order.
    pub(crate) async fn stop(self) {
        self.stop_at(Stage::Stopping).await;
    }

    pub(crate) async fn stop_at(self, stage: Stage) {
        self.stopper.advance(stage);
        tokio::time::timeout(SOON, self.running).await.unwrap().unwrap();
    }

    /// Is dropped where it stands.
    pub(crate) async fn drop_it(self) {
        self.running.abort();
        assert!(self.running.await.unwrap_err().is_cancelled());
    }
}

pub(crate) async fn until(what: &str, is: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + SOON;
    while !is().await {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn recipient(number: u8) -> String {
    format!("u@{number}.example.org")
}
