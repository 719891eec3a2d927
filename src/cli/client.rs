//! A client for a running server, with a timeout on everything.

use super::Context;
use anyhow::{Context as _, bail};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;
use std::time::Duration;

/// A client that follows no redirect and waits for nothing longer than a post may be held.
pub(super) fn client() -> anyhow::Result<Client> {
    Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(15))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .tls_backend_preconfigured(crate::transport::smtp::client_tls()?)
        .build()
        .context("the HTTP client cannot be built")
}

/// Sends, and turns a refusal into its reason.
pub(super) async fn send(request: RequestBuilder, endpoint: &str) -> anyhow::Result<Response> {
    let answer = request.send().await.map_err(reqwest::Error::without_url);
    let response = answer.with_context(|| format!("no answer from {endpoint}; is the server running there?"))?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body: Value = response.json().await.unwrap_or_default();
    let reason = body.pointer("/error/reason").and_then(Value::as_str).unwrap_or("no reason given");
    bail!("{endpoint} answers {}: {reason}", status.as_u16())
}

/// A call of the admin API.
pub(super) struct Call {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    body: Option<Value>,
    key: Option<String>,
    patience: Duration,
}

/// Kratos and the web hooks behind it may take their time.
const WORK: Duration = Duration::from_mins(2);
/// What goes over all that is kept.
const LONG_WORK: Duration = Duration::from_hours(4);

impl Call {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), query: Vec::new(), body: None, key: None, patience: WORK }
    }

    pub(super) fn post(path: impl Into<String>) -> Self {
        Self { method: Method::POST, ..Self::get(path) }
    }

    /// With this in the query, if there is something.
    pub(super) fn query(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query.extend(value.map(|value| (name, value.to_string())));
        self
    }

    pub(super) fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// With an `Idempotency-Key`.
    pub(super) fn key(mut self, key: Option<String>) -> Self {
        self.key = key;
        self
    }

    /// Waits for work that takes as long as there is much.
    pub(super) fn patiently(mut self) -> Self {
        self.patience = LONG_WORK;
        self
    }

    /// Asks the server at `--endpoint`, with the token and the name of the environment.
    pub(super) async fn ask(self, context: &Context, endpoint: &str) -> anyhow::Result<Value> {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.query).finish();
        let mark = if query.is_empty() { "" } else { "?" };
        let url = format!("{}{}{mark}{query}", endpoint.trim_end_matches('/'), self.path);
        let token = variable("POSTRIDER_TOKEN").context("set POSTRIDER_TOKEN to an admin token of that server")?;
        let mut request = client()?.request(self.method, url).timeout(self.patience).bearer_auth(token);
        if let Some(actor) = context.actor() {
            request = request.header("Postrider-Actor", actor);
        }
        if let Some(key) = self.key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(body) = self.body {
            request = request.json(&body);
        }
        send(request, endpoint).await?.json().await.context("the answer is no JSON")
    }
}

/// A variable of the environment.
pub(super) fn variable(name: &str) -> Option<String> {
    crate::config::environment().find(|(known, _)| known == name).map(|(_, value)| value)
}
