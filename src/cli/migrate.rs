//! `migrate` and `migrate status`: the schema of the database, before `serve` or instead of it.

use super::Context;
use super::output::{print, say};
use super::stored;
use crate::app;
use crate::store::{Applied, Location, Migration, Options, Release, Store};
use anyhow::bail;
use clap::{Args as ClapArgs, Subcommand};
use serde_json::{Value, json};
use std::time::Duration;

#[derive(ClapArgs)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Shows the migrations; exit status 1 if some are lacking.
    Status,
}

/// A server that is just stopping, or a database that is just starting, gets this long.
const PATIENCE: Duration = Duration::from_secs(30);
const COLUMNS: &[&str] = &["version", "name", "state", "applied_at", "oldest_binary"];

pub(super) async fn run(context: &Context, args: Args) -> anyhow::Result<()> {
    let location = app::store_location(&stored::config(context)?)?;
    let look = Options { migrate: false, lock_patience: PATIENCE, read_only: true };
    let applied = Store::applied(&location, look).await?;
    match args.command {
        Some(Command::Status) => status(context, &applied),
        None => migrate(&location, &applied).await,
    }
}

async fn migrate(location: &Location, applied: &[Applied]) -> anyhow::Result<()> {
    let lacking = lacking(applied).count();
    if lacking == 0 {
        say("the schema is up to date");
        return Ok(());
    }
    let options = Options { migrate: true, lock_patience: PATIENCE, read_only: false };
    Store::open(location, options).await?.close().await?;
    say(&format!("the schema is up to date: {lacking} migrations were applied"));
    Ok(())
}

fn status(context: &Context, applied: &[Applied]) -> anyhow::Result<()> {
    let is_known = |version| Release::CURRENT.migrations.iter().any(|known| known.version == version);
    let mut lines: Vec<Value> = applied
        .iter()
        .map(|one| {
            let state = if is_known(one.version) { "applied" } else { "applied by a newer postrider" };
            let (version, name, oldest_binary) = (one.version, &one.name, &one.oldest_binary);
            let applied_at = one.applied_at.to_string();
            json!({"version": version, "name": name, "state": state, "applied_at": applied_at, "oldest_binary": oldest_binary})
        })
        .collect();
    lines.extend(lacking(applied).map(|Migration { version, name, oldest_binary, .. }| {
        json!({"version": version, "name": name, "state": "lacking", "applied_at": null, "oldest_binary": oldest_binary})
    }));
    print(context.format, &lines, COLUMNS)?;
    match lacking(applied).count() {
        0 => Ok(()),
        lacking => bail!("{lacking} migrations are lacking: run `postrider migrate`, or serve without --no-migrate"),
    }
}

fn lacking(applied: &[Applied]) -> impl Iterator<Item = &'static Migration> {
    let has = |version| applied.iter().any(|one| one.version == version);
    Release::CURRENT.migrations.iter().filter(move |known| !has(known.version))
}
