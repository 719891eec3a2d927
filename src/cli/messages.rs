//! `messages list|show|retry`: over `--endpoint` of a running server, else from the database
//! itself, where a running server allows reading only.

use super::Context;
use super::client::{client, send, token};
use super::output::{print, print_one, say};
use crate::config::{Config, Dsn};
use crate::domain::{Clock as _, MessageId, Reason, Status, SystemClock};
use crate::http::view;
use crate::store::{Filter, NewAudit, Options, RetryVerdict, Store};
use anyhow::{Context as _, bail};
use clap::{Args as ClapArgs, Subcommand};
use reqwest::Method;
use serde_json::Value;
use std::time::Duration;
use uuid::Uuid;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Newest first.
    List(List),
    /// One message with its dispatches.
    Show {
        /// Its id.
        id: Uuid,
    },
    /// Queues an abandoned message again.
    Retry {
        /// Its id.
        id: Uuid,
    },
}

#[derive(ClapArgs)]
pub(super) struct List {
    /// queued, processing, sent or abandoned.
    #[arg(long)]
    status: Option<String>,
    /// Why it was abandoned.
    #[arg(long)]
    reason: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=500))]
    limit: u16,
}

const COLUMNS: &[&str] =
    &["id", "status", "reason", "postrider_template_type", "recipient", "send_count", "created_at", "expires_at"];

pub(super) async fn run(context: &Context, command: Command) -> anyhow::Result<()> {
    match &context.endpoint {
        Some(endpoint) => over_http(context, endpoint, command).await,
        None => from_store(context, command).await,
    }
}

async fn over_http(context: &Context, endpoint: &str, command: Command) -> anyhow::Result<()> {
    let base = format!("{}/admin/courier/messages", endpoint.trim_end_matches('/'));
    let (method, url) = match &command {
        Command::List(list) => {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.append_pair("page_size", &list.limit.to_string());
            for (key, value) in [("status", &list.status), ("reason", &list.reason)] {
                query.extend_pairs(value.iter().map(|value| (key, value)));
            }
            (Method::GET, format!("{base}?{}", query.finish()))
        }
        Command::Show { id } => (Method::GET, format!("{base}/{id}")),
        Command::Retry { id } => (Method::POST, format!("{base}/{id}/retry")),
    };
    let token = token().context("set POSTRIDER_TOKEN to an admin token of that server")?;
    let request = client()?.request(method, url).bearer_auth(token);
    let answer: Value = send(request, endpoint).await?.json().await.context("the answer is no JSON")?;
    match (&command, &answer) {
        (Command::List(_), Value::Array(items)) => print(context.format, items, COLUMNS),
        _ => print_one(context.format, &answer),
    }
}

async fn from_store(context: &Context, command: Command) -> anyhow::Result<()> {
    let config = context.load(false).or_else(|_strict| context.load(true))?.config;
    match command {
        Command::List(list) => {
            let status = list.status.as_deref().map(|text| Status::parse(text).context("there is no such status"));
            let reason = list.reason.as_deref().map(|text| Reason::parse(text).context("there is no such reason"));
            let filter = Filter {
                status: status.transpose()?,
                reason: reason.transpose()?,
                limit: usize::from(list.limit),
                ..Filter::default()
            };
            let page = open(&config, true).await?.list(filter).await?;
            let items: Vec<Value> = page.messages.iter().map(view::message).collect();
            print(context.format, &items, COLUMNS)
        }
        Command::Show { id } => {
            let found = open(&config, true).await?.get(MessageId(id)).await?;
            print_one(
                context.format,
                &view::message_with_dispatches(&found.context("there is no such message")?.message),
            )
        }
        Command::Retry { id } => {
            let store = open(&config, false).await?;
            let now = SystemClock::new().now();
            let verdict = store.retry(MessageId(id), now, Some(NewAudit::new(now, "local", "message.retry"))).await?;
            store.close().await?;
            match verdict {
                RetryVerdict::Queued => say("queued; it goes out when a server runs"),
                RetryVerdict::NotFound => bail!("there is no such message"),
                RetryVerdict::NotRetryable => bail!("only an abandoned message can be retried"),
                RetryVerdict::Expired => bail!("its code has expired or its content is erased; issue a new one"),
            }
            Ok(())
        }
    }
}

async fn open(config: &Config, read_only: bool) -> anyhow::Result<Store> {
    match &config.dsn {
        Dsn::Sqlite(path) => {
            let options = Options { migrate: false, lock_patience: Duration::ZERO, read_only };
            Ok(Store::open_sqlite(path, options).await?)
        }
        Dsn::Postgres(_) => bail!("dsn: postgres is not supported by this version yet, use sqlite://"),
    }
}
