//! A client for a running server, with a timeout on everything.

use anyhow::{Context as _, bail};
use reqwest::{Client, RequestBuilder, Response};
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

/// The token of `--endpoint`.
pub(super) fn token() -> Option<String> {
    crate::config::environment().find(|(name, _)| name == "POSTRIDER_TOKEN").map(|(_, value)| value)
}
