//! `messages list|show|retry|purge|forget`: over `--endpoint` of a running server, else from the database
//! itself, where a running server allows reading only.

use super::Context;
use super::client::Call;
use super::output::{print, print_all, print_one, say};
use super::{stored, upkeep};
use crate::domain::{MessageId, Reason, Status};
use crate::http::view;
use crate::store::{Filter, RetryVerdict};
use anyhow::{Context as _, bail};
use clap::{Args as ClapArgs, Subcommand};
use serde_json::Value;
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
    /// Forgets finished messages before their time (`courier.retention.messages`).
    Purge(upkeep::Purge),
    /// Forgets everything about one address, but for a suppression: messages, also those that wait,
    /// recoveries, limits, devices, and what names it in the audit log.
    Forget(upkeep::Forget),
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
    const PATH: &str = "/admin/courier/messages";
    match command {
        Command::List(list) => {
            let call = Call::get(PATH).query("page_size", Some(list.limit));
            let answer = call.query("status", list.status).query("reason", list.reason).ask(context, endpoint).await?;
            print_all(context.format, &answer, COLUMNS)
        }
        Command::Show { id } => {
            print_one(context.format, &Call::get(format!("{PATH}/{id}")).ask(context, endpoint).await?)
        }
        Command::Retry { id } => {
            print_one(context.format, &Call::post(format!("{PATH}/{id}/retry")).ask(context, endpoint).await?)
        }
        Command::Purge(purge) => purge.over_http(context, endpoint).await,
        Command::Forget(forget) => forget.over_http(context, endpoint).await,
    }
}

async fn from_store(context: &Context, command: Command) -> anyhow::Result<()> {
    let config = stored::config(context)?;
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
            let page = stored::open(&config, true).await?.list(filter).await?;
            let items: Vec<Value> = page.messages.iter().map(view::message).collect();
            print(context.format, &items, COLUMNS)
        }
        Command::Show { id } => {
            let found = stored::open(&config, true).await?.get(MessageId(id)).await?;
            print_one(
                context.format,
                &view::message_with_dispatches(&found.context("there is no such message")?.message),
            )
        }
        Command::Retry { id } => {
            let store = stored::open(&config, false).await?;
            let line = stored::line(context, &config, "message.retry", "", None);
            let verdict = store.retry(MessageId(id), line.at, Some(line)).await?;
            store.close().await?;
            match verdict {
                RetryVerdict::Queued => say("queued; it goes out when a server runs"),
                RetryVerdict::NotFound => bail!("there is no such message"),
                RetryVerdict::NotRetryable => bail!("only an abandoned message can be retried"),
                RetryVerdict::Expired => bail!("its code has expired or its content is erased; issue a new one"),
            }
            Ok(())
        }
        Command::Purge(purge) => purge.in_store(context, &config).await,
        Command::Forget(forget) => forget.in_store(context, &config).await,
    }
}
