//! `secrets rotate`: over `--endpoint` of a running server, else on the database itself.

use super::Context;
use super::client::Call;
use super::output::{print, print_all, print_one};
use super::stored;
use crate::app;
use crate::http::view_upkeep;
use anyhow::Context as _;
use clap::{Args as ClapArgs, Subcommand};
use serde_json::json;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Seals with the first secret of secrets.cipher whatever is sealed with an older one.
    Rotate(Rotate),
}

#[derive(ClapArgs)]
pub(super) struct Rotate {
    /// Only show which secret seals what.
    #[arg(long)]
    dry_run: bool,
}

const COLUMNS: &[&str] = &["kind", "secret", "key_id", "count"];

pub(super) async fn run(context: &Context, Command::Rotate(rotate): Command) -> anyhow::Result<()> {
    let Some(endpoint) = &context.endpoint else { return in_store(context, &rotate).await };
    let call = Call::post("/admin/secrets/rotate").body(json!({ "dry_run": rotate.dry_run }));
    let answer = call.ask(context, endpoint).await?;
    if rotate.dry_run { print_all(context.format, &answer, COLUMNS) } else { print_one(context.format, &answer) }
}

async fn in_store(context: &Context, rotate: &Rotate) -> anyhow::Result<()> {
    let config = stored::config(context)?;
    let store = stored::open(&config, rotate.dry_run).await?;
    let secrets = app::local_secrets(&config, &store);
    if rotate.dry_run {
        let view = view_upkeep::secrets(&secrets.uses().await?);
        return print(context.format, view.as_array().context("no list")?, COLUMNS);
    }
    let rotation = secrets.rotate().await?;
    store.append_audit(stored::line(context, &config, "secrets.rotate", "rotated", None)).await?;
    store.close().await?;
    print_one(context.format, &view_upkeep::rotation(&rotation))
}
