//! `messages purge` and `messages forget`.

use super::Context;
use super::client::Call;
use super::output::print_one;
use super::stored;
use crate::app;
use crate::config::Config;
use crate::domain::{Secret, Status, parse_duration};
use crate::http::view_upkeep;
use crate::upkeep::Person;
use anyhow::{Context as _, ensure};
use clap::{Args as ClapArgs, ValueEnum};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

#[derive(ClapArgs)]
pub(super) struct Purge {
    /// Only those finished so long ago, such as 7d; 0s takes all.
    #[arg(long, value_name = "TIME", value_parser = age)]
    older_than: Duration,
    /// Only these.
    #[arg(long, value_enum)]
    status: Option<Finished>,
}

/// The final states.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Finished {
    Sent,
    Abandoned,
}

#[derive(ClapArgs)]
pub(super) struct Forget {
    /// The address; a number for text messages.
    address: String,
    /// Kratos's id of the person's identity, to forget its devices, too. Recoveries mailed to the address
    /// tell it by themselves.
    #[arg(long, value_name = "UUID")]
    identity_id: Option<Uuid>,
    /// Why, for the audit log; not whom.
    #[arg(long)]
    reason: Option<String>,
}

fn age(text: &str) -> Result<Duration, String> {
    let age = if text == "0s" { Some(Duration::ZERO) } else { parse_duration(text) };
    age.ok_or_else(|| "expected a stretch of time such as 7d or 0s".to_owned())
}

impl Purge {
    pub(super) async fn over_http(&self, context: &Context, endpoint: &str) -> anyhow::Result<()> {
        let (mut all, mut token) = (0, None);
        loop {
            let call = Call::post("/admin/courier/messages/purge");
            let call = call.query("older_than", Some(format!("{}s", self.older_than.as_secs_f64())));
            let call = call.query("status", self.status.map(|status| status.status().as_str()));
            let answer = call.query("page_token", token.take()).ask(context, endpoint).await?;
            all += answer.get("messages").and_then(Value::as_u64).context("the answer has no number")?;
            match answer.get("next_page_token").and_then(Value::as_str) {
                Some(next) => token = Some(next.to_owned()),
                None => return print_one(context.format, &json!({ "messages": all })),
            }
        }
    }

    pub(super) async fn in_store(&self, context: &Context, config: &Config) -> anyhow::Result<()> {
        let store = stored::open(config, false).await?;
        let upkeep = app::local_upkeep(config, &store).await?;
        store.append_audit(stored::line(context, config, "message.purge", "purged", None)).await?;
        let (mut all, mut after) = (0, None);
        loop {
            let purged = upkeep.purge(self.older_than, self.status.map(Finished::status), after).await?;
            all += purged.gone;
            after = purged.next;
            if after.is_none() {
                break;
            }
        }
        store.close().await?;
        print_one(context.format, &json!({ "messages": all }))
    }
}

impl Finished {
    const fn status(self) -> Status {
        match self {
            Self::Sent => Status::Sent,
            Self::Abandoned => Status::Abandoned,
        }
    }
}

impl Forget {
    pub(super) async fn over_http(&self, context: &Context, endpoint: &str) -> anyhow::Result<()> {
        let body = json!({ "address": self.address, "identity_id": self.identity_id, "reason": self.reason });
        let call = Call::post("/admin/courier/messages/forget").body(body);
        print_one(context.format, &call.ask(context, endpoint).await?)
    }

    pub(super) async fn in_store(&self, context: &Context, config: &Config) -> anyhow::Result<()> {
        ensure!(!self.address.trim().is_empty(), "ADDRESS is empty");
        let store = stored::open(config, false).await?;
        let upkeep = app::local_upkeep(config, &store).await?;
        let person = Person {
            recipient: Secret::new(self.address.clone()),
            identity_id: self.identity_id.map(|id| id.to_string()),
            sources: config.sources.keys().map(ToString::to_string).collect(),
        };
        let line = stored::line(context, config, "address.forget", "forgotten", self.reason.clone());
        let erased = upkeep.forget(&person, line).await?;
        store.close().await?;
        print_one(context.format, &view_upkeep::erased(&erased))
    }
}
