//! Kratos's REST API, as a native app and an admin use it.

use crate::binary::Kratos;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use std::sync::Once;
use std::time::{Duration, Instant};

/// A client without redirects, as design 6 wants for Kratos.
pub(crate) fn client() -> Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
    Client::builder()
        .timeout(Duration::from_mins(1))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .tls_backend_preconfigured(postrider::transport::smtp::client_tls().unwrap())
        .build()
        .unwrap()
}

/// A flow in which Kratos has mailed a code.
pub(crate) struct Flow {
    url: String,
}

/// Which of the two.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Recovery,
    Verification,
}

impl Kratos {
    /// An account with this address.
    pub(crate) async fn create(&self, address: &str) {
        let body = json!({"schema_id": "default", "traits": {"email": address}});
        self.until(StatusCode::CREATED, Method::POST, &format!("{}/identities", self.admin), &body).await;
    }

    /// Begins a flow and has a code mailed.
    pub(crate) async fn begin(&self, kind: Kind, address: &str, transient_payload: Option<Value>) -> Flow {
        let kind = match kind {
            Kind::Recovery => "recovery",
            Kind::Verification => "verification",
        };
        let base = format!("{}/self-service/{kind}", self.public);
        let flow = self.until(StatusCode::OK, Method::GET, &format!("{base}/api"), &Value::Null).await;
        let url = format!("{base}?flow={}", flow.get("id").and_then(Value::as_str).unwrap());
        let mut body = json!({"method": "code", "email": address});
        if let Some(payload) = transient_payload {
            body.as_object_mut().unwrap().insert("transient_payload".to_owned(), payload);
        }
        let answer = self.until(StatusCode::OK, Method::POST, &url, &body).await;
        assert_eq!(answer.get("state").and_then(Value::as_str), Some("sent_email"), "{}: {answer}", self.name);
        Flow { url }
    }

    /// Submits a code: status and answer.
    pub(crate) async fn submit(&self, flow: &Flow, code: &str) -> (StatusCode, Value) {
        self.call(Method::POST, &flow.url, &json!({"method": "code", "code": code})).await
    }

    /// What Kratos's admin API says of the mails to an address: `status`, newest first.
    pub(crate) async fn statuses(&self, address: &str) -> Vec<String> {
        let url = format!("{}/courier/messages?recipient={address}", self.admin);
        let list = self.until(StatusCode::OK, Method::GET, &url, &Value::Null).await;
        let status = |item: &Value| item.get("status").and_then(Value::as_str).unwrap().to_owned();
        list.as_array().unwrap().iter().map(status).collect()
    }

    /// Waits until Kratos says `sent` of the one mail to each address.
    pub(crate) async fn await_sent(&self, addresses: &[String], limit: Duration) {
        let begin = Instant::now();
        for address in addresses {
            loop {
                let statuses = self.statuses(address).await;
                if statuses == ["sent"] {
                    break;
                }
                assert!(begin.elapsed() < limit, "{}: {statuses:?} after {limit:?}\n{}", self.name, self.log());
                assert_ne!(statuses, ["abandoned"], "{}:\n{}", self.name, self.log());
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }

    /// The mail to an address with what went wrong with it, as JSON text.
    pub(crate) async fn failures(&self, address: &str) -> String {
        let url = format!("{}/courier/messages?recipient={address}", self.admin);
        let list = self.until(StatusCode::OK, Method::GET, &url, &Value::Null).await;
        let id = list.pointer("/0/id").and_then(Value::as_str).unwrap().to_owned();
        let url = format!("{}/courier/messages/{id}", self.admin);
        self.until(StatusCode::OK, Method::GET, &url, &Value::Null).await.to_string()
    }

    /// Repeats a call for as long as SQLite is busy with Kratos's own courier.
    async fn until(&self, wanted: StatusCode, method: Method, url: &str, body: &Value) -> Value {
        let mut last = (StatusCode::OK, Value::Null);
        for _ in 0..20 {
            last = self.call(method.clone(), url, body).await;
            if last.0 == wanted {
                return last.1;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{}: {url} answers {last:?}\n{}", self.name, self.log());
    }

    async fn call(&self, method: Method, url: &str, body: &Value) -> (StatusCode, Value) {
        let request = |builder: RequestBuilder| if body.is_null() { builder } else { builder.json(body) };
        let answer = request(client().request(method, url)).header("Accept", "application/json").send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}
