//! Waking other nodes: `NOTIFY` when something was queued that they could take, `LISTEN` on a
//! connection of its own. A net below it is the courier's own look, each second: without LISTEN
//! (`PgBouncer`, no `dsn_listen`) mail waits that much longer for a free node, and is never lost.

use super::fault::{Fault, describe};
use super::link::Link;
use super::settings::{Endpoint, Settings};
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Notify;
use tokio::time::{Duration, sleep, timeout};
use tokio_postgres::AsyncMessage;
use uuid::Uuid;

const CHANNEL: &str = "postrider";
/// What is said, before who says it.
const QUEUED: &str = "queued";
const ECHO: &str = "echo";
/// Notifications take a lock that all commits of the database share: not more often than this.
const SPACING: Duration = Duration::from_millis(20);
/// How long a notification of our own may take to come back.
const ECHOED: Duration = Duration::from_secs(3);
/// How often the connection is tried when nothing is heard on it.
const QUIET: Duration = Duration::from_secs(30);
/// Between two connections.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The two sides of it, shared with the tasks.
pub(super) struct Wake {
    /// What this node calls itself, so that it does not wake itself.
    own: String,
    queued: Notify,
    woken: Notify,
    echoed: Notify,
}

impl Wake {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            own: Uuid::new_v4().simple().to_string(),
            queued: Notify::new(),
            woken: Notify::new(),
            echoed: Notify::new(),
        })
    }

    /// Something was queued that another node could take.
    pub(super) fn tell(&self) {
        self.queued.notify_one();
    }

    /// Waits until another node says so.
    pub(super) async fn heard(&self) {
        self.woken.notified().await;
    }

    fn take(&self, payload: &str) {
        match payload.split_once(' ') {
            // kept for one who begins to wait right now
            Some((ECHO, who)) if who == self.own => self.echoed.notify_one(),
            Some((QUEUED, who)) if who != self.own => self.woken.notify_one(),
            _ => {}
        }
    }
}

/// Tells others, not too often. Runs until it is aborted.
pub(super) async fn speak(link: Link, wake: Arc<Wake>) {
    loop {
        wake.queued.notified().await;
        if let Err(fault) = notify(&link, QUEUED, &wake).await {
            // they look each second by themselves
            tracing::debug!(%fault, "other nodes could not be woken");
        }
        sleep(SPACING).await;
    }
}

async fn notify(link: &Link, word: &str, wake: &Wake) -> Result<(), Fault> {
    let payload = format!("{word} {}", wake.own);
    link.write("SELECT pg_notify($1, $2)", &[&CHANNEL, &payload]).await.map(|_row| ())
}

/// Listens for others, connecting anew as often as it takes. Runs until it is aborted.
pub(super) async fn hear(settings: Settings, link: Link, wake: Arc<Wake>) {
    let mut pause = PAUSE;
    let mut told = false;
    loop {
        match listen(settings.listen(), &link, &wake, false).await {
            // it had worked: go on at once
            Ok(()) => (pause, told) = (PAUSE, false),
            Err(why) => {
                if !std::mem::replace(&mut told, true) {
                    tracing::warn!(why, "LISTEN does not work: looking for mail of other nodes each second");
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
        sleep(pause).await;
        // whatever was told meanwhile
        wake.woken.notify_one();
    }
}

/// Whether notifications come through.
pub(super) async fn echo(settings: &Settings, link: &Link) -> Result<(), String> {
    listen(settings.listen(), link, &Wake::new(), true).await
}

/// Listens on one connection until it ends, or, `once`, until it was seen to work: `Ok` if it was.
async fn listen(endpoint: &Endpoint, link: &Link, wake: &Wake, once: bool) -> Result<(), String> {
    let connecting = timeout(ECHOED, endpoint.config.connect(endpoint.tls.clone()));
    let (client, mut connection) = match connecting.await {
        Ok(connected) => connected.map_err(|error| describe(&error))?,
        Err(_elapsed) => return Err("no connection in time".to_owned()),
    };
    let hearing = async {
        loop {
            match poll_fn(|context| connection.poll_message(context)).await {
                Some(Ok(AsyncMessage::Notification(note))) if note.channel() == CHANNEL => wake.take(note.payload()),
                Some(Ok(_other)) => {}
                Some(Err(error)) => return describe(&error),
                None => return "the connection was closed".to_owned(),
            }
        }
    };
    let worked = AtomicBool::new(false);
    let checking = async {
        let listen = timeout(ECHOED, client.batch_execute("LISTEN postrider")).await;
        listen.map_err(|_elapsed| "no answer in time".to_owned())?.map_err(|error| describe(&error))?;
        loop {
            notify(link, ECHO, wake).await.map_err(|fault| fault.to_string())?;
            if timeout(ECHOED, wake.echoed.notified()).await.is_err() {
                let why = "notifications do not come through; behind PgBouncer set dsn_listen to the database itself";
                return Err(why.to_owned());
            }
            worked.store(true, Ordering::Relaxed);
            if once {
                return Ok(());
            }
            sleep(QUIET).await;
        }
    };
    let ended = tokio::select! {
        why = hearing => Err(why),
        checked = checking => checked,
    };
    if worked.load(Ordering::Relaxed) { Ok(()) } else { ended }
}
