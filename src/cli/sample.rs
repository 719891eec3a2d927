//! `send-sample TYPE`: posts a sample message to a running server, as Kratos would.

use super::Context;
use super::client::{client, send};
use super::output::say;
use crate::app;
use crate::config::{Config, CredentialKind, DEV_KEY, KeyPlace};
use crate::templates::{self, Templates};
use anyhow::{Context as _, bail};
use clap::Args as ClapArgs;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

#[derive(ClapArgs)]
pub(super) struct Args {
    /// A mail type of Kratos, such as `recovery_code_valid`.
    #[arg(value_name = "TYPE")]
    template_type: String,
    /// Who gets it.
    #[arg(long, default_value = "amelie@example.org")]
    to: String,
    /// In which language, such as `de`; the sample's own is English.
    #[arg(long, value_name = "TAG")]
    locale: Option<String>,
    /// The server runs with `--dev`.
    #[arg(long)]
    dev: bool,
}

pub(super) async fn run(context: &Context, args: &Args) -> anyhow::Result<()> {
    let config = context.load(args.dev || context.files.is_empty())?.config;
    let default = format!("http://{}:{}", config.serve.admin.host, config.serve.admin.port);
    let endpoint = context.endpoint.clone().unwrap_or(default);
    let request = authorized(client()?.post(format!("{}/courier", endpoint.trim_end_matches('/'))), &config)?;
    let templates = app::load_templates(&config)?;
    let sample = templates.sample(&args.template_type).with_context(|| {
        let known = templates.types().collect::<Vec<_>>().join(", ");
        format!("there is no sample of {}; there are: {known}", args.template_type)
    })?;
    let payload = fresh(sample, &args.to, args.locale.as_deref())?;
    deliver(request, &endpoint, &args.template_type, payload).await
}

/// Posts a sample with a bearer key.
pub(super) async fn post(endpoint: &str, key: &str, template_type: &str) -> anyhow::Result<()> {
    let request = client()?.post(format!("{endpoint}/courier")).bearer_auth(key);
    let templates = Templates::load(templates::Options::default()).context("the templates do not pass")?;
    let sample = templates.sample(template_type).context("the sample is missing")?;
    deliver(request, endpoint, template_type, fresh(sample, "amelie@example.org", None)?).await
}

/// A sample with a recipient and a code of its own, so that it is not taken for a repeat.
fn fresh(sample: &str, to: &str, locale: Option<&str>) -> anyhow::Result<Value> {
    let code = format!("{:06}", fastrand::u32(0..1_000_000));
    let mut payload: Value = serde_json::from_str(&sample.replace("012345", &code)).context("the sample is no JSON")?;
    if let Some(fields) = payload.as_object_mut() {
        fields.insert("recipient".to_owned(), json!(to));
    }
    if let Some(data) = payload.get_mut("template_data").and_then(Value::as_object_mut) {
        data.insert("to".to_owned(), json!(to));
        // By this `serve --dev --record` knows that it is not Kratos's.
        data.insert("sample_id".to_owned(), json!(uuid::Uuid::new_v4()));
        if let Some(locale) = locale {
            data.insert("transient_payload".to_owned(), json!({ "locale": locale }));
        }
    }
    Ok(payload)
}

async fn deliver(request: RequestBuilder, endpoint: &str, template_type: &str, payload: Value) -> anyhow::Result<()> {
    let answer = send(request.json(&payload), endpoint).await?;
    let header =
        |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("-").to_owned();
    say(&format!("{template_type}: {} as {}", header("postrider-status"), header("postrider-message-id")));
    Ok(())
}

/// Uses the first credential of source `default` that a header or cookie can carry.
fn authorized(request: RequestBuilder, config: &Config) -> anyhow::Result<RequestBuilder> {
    let source = config.sources.get("default").context("sources.default is missing")?;
    for credential in &source.auth {
        match &credential.kind {
            CredentialKind::ApiKey(key) => {
                let value = key.value.expose();
                return Ok(match key.place {
                    KeyPlace::Header => request.header(&key.name, value),
                    KeyPlace::Cookie => request.header("Cookie", format!("{}={value}", key.name)),
                });
            }
            CredentialKind::BasicAuth(basic) => {
                return Ok(request.basic_auth(&basic.user, Some(basic.password.expose())));
            }
            _ => {}
        }
    }
    if source.auth.is_empty() {
        return Ok(request.bearer_auth(DEV_KEY));
    }
    bail!("sources.default has no api_key or basic_auth credential, and send-sample cannot sign")
}
