//! What tests ask the whole postrider, and wait for.

use super::{COURIER, SOON, TestApp, VIEWER};
use crate::client::{Answer, Connection, Request};
use serde_json::Value;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// A hook waits no longer for the store.
const PATIENCE: Duration = Duration::from_secs(1);

impl TestApp {
    /// Asks the admin listener on a connection of its own.
    pub(crate) async fn ask(&self, request: Request) -> Answer {
        Connection::open(self.admin()).await.ask(&request).await
    }

    /// Posts as Kratos does.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(Request::post(path).bearer(COURIER).json(body)).await
    }

    /// Posts what must be queued, and tells its id.
    pub(crate) async fn queue(&self, body: &Value) -> String {
        let answer = self.post("/courier", body).await;
        assert_eq!((answer.status, answer.outcome().as_str()), (200, "queued"), "{answer:?}");
        answer.id()
    }

    /// Calls a hook; once more if the store took longer than a hook waits for it, which is allowed and costs the
    /// notice.
    pub(crate) async fn call(&self, hook: Request) -> Answer {
        loop {
            let called = Instant::now();
            let answer = self.ask(hook.clone()).await;
            if called.elapsed() < PATIENCE || self.lost_calls().await < 0.5 {
                return answer;
            }
            self.stalled.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many calls of hooks were lost, but for those that were made once more.
    pub(crate) async fn lost_calls(&self) -> f64 {
        self.metric("postrider_hooks_lost_total", &[]).await - f64::from(self.stalled.load(Ordering::Relaxed))
    }

    /// Reads as an admin of the lowest role.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path).bearer(VIEWER)).await
    }

    /// A message as the admin API shows it.
    pub(crate) async fn message(&self, id: &str) -> Value {
        let answer = self.get(&format!("/admin/courier/messages/{id}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// Waits until the message is so.
    pub(crate) async fn await_message(&self, id: &str, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + SOON;
        loop {
            let message = self.message(id).await;
            if is(&message) {
                return message;
            }
            assert!(Instant::now() < deadline, "waited in vain for {what}: {message:#}");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    pub(crate) async fn await_status(&self, id: &str, status: &str) -> Value {
        self.await_message(id, status, |message| message["status"] == status).await
    }

    /// Waits until an attempt has come to this.
    pub(crate) async fn await_dispatch(&self, id: &str, outcome: &str) -> Value {
        let has = |message: &Value| message["dispatches"].as_array().unwrap().iter().any(|d| d["outcome"] == outcome);
        self.await_message(id, &format!("a dispatch {outcome}"), has).await
    }

    pub(crate) async fn metrics(&self) -> String {
        let answer = self.get("/metrics/prometheus").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.text()
    }

    /// The value of a metric with these labels, in any order; 0 if there is none.
    pub(crate) async fn metric(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let labels: Vec<_> = labels.iter().map(|(key, value)| format!("{key}=\"{value}\"")).collect();
        let text = self.metrics().await;
        let fits = |line: &&str| {
            line.split(['{', ' ']).next() == Some(name) && labels.iter().all(|label| line.contains(label.as_str()))
        };
        let values = text.lines().filter(fits).filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
        values.sum()
    }
}
