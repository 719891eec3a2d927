//! `audit list`: over `--endpoint` of a running server, else from the database itself.

use super::Context;
use super::client::Call;
use super::output::{print, print_all};
use super::stored;
use crate::app;
use crate::http::view_recovery;
use crate::store::AuditFilter;
use anyhow::Context as _;
use clap::{Args as ClapArgs, Subcommand};
use serde_json::Value;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Newest first.
    List(List),
}

#[derive(ClapArgs)]
pub(super) struct List {
    /// Only about this identity.
    #[arg(long, value_name = "UUID")]
    identity_id: Option<String>,
    /// Only by this token.
    #[arg(long)]
    token: Option<String>,
    /// Such as `recovery.issue`, `recovery.withdraw`, `message.retry`, `message.purge` or `address.forget`.
    #[arg(long)]
    action: Option<String>,
    /// Only at or after this time (RFC 3339).
    #[arg(long)]
    since: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=500))]
    limit: u16,
}

const COLUMNS: &[&str] = &["at", "token", "actor", "action", "outcome", "identity_id", "reason", "client_address"];

pub(super) async fn run(context: &Context, Command::List(list): Command) -> anyhow::Result<()> {
    let Some(endpoint) = &context.endpoint else { return from_store(context, list).await };
    let call = Call::get("/admin/audit").query("page_size", Some(list.limit)).query("identity_id", list.identity_id);
    let call = call.query("token", list.token).query("action", list.action).query("since", list.since);
    print_all(context.format, &call.ask(context, endpoint).await?, COLUMNS)
}

async fn from_store(context: &Context, list: List) -> anyhow::Result<()> {
    let config = stored::config(context)?;
    let filter = AuditFilter {
        identity_id: list.identity_id,
        token: list.token,
        action: list.action,
        since: list.since.map(|since| since.parse()).transpose().context("--since: expected an RFC 3339 time")?,
        before: None,
        limit: usize::from(list.limit),
    };
    let lines = stored::open(&config, true).await?.audit(filter).await?;
    let open = app::audit_details(&config);
    let items: Vec<Value> = lines.iter().map(|line| view_recovery::audit(line, &open(line))).collect();
    print(context.format, &items, COLUMNS)
}
