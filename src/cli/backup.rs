//! `backup` and `restore`: copies of the SQLite file, on the machine where it is.

use super::Context;
use super::output::print_one;
use super::stored;
use crate::app;
use crate::domain::{Clock as _, SystemClock};
use crate::store::{Location, Store};
use anyhow::{bail, ensure};
use clap::Args as ClapArgs;
use serde_json::json;
use std::path::PathBuf;

#[derive(ClapArgs)]
pub(super) struct Backup {
    /// The new file. It holds no secret of `secrets.cipher`: keep those elsewhere.
    file: PathBuf,
}

#[derive(ClapArgs)]
pub(super) struct Restore {
    /// A file that `backup` wrote.
    file: PathBuf,
}

/// Copies the file.
pub(super) async fn run(context: &Context, Backup { file }: &Backup) -> anyhow::Result<()> {
    let copied = Store::backup_sqlite(&path(context)?, file).await?;
    let view = json!({ "file": file, "bytes": copied.bytes, "messages": copied.messages, "waiting": copied.waiting });
    print_one(context.format, &view)
}

/// Puts a copy back.
pub(super) async fn restore(context: &Context, Restore { file }: &Restore) -> anyhow::Result<()> {
    let path = path(context)?;
    let restored = Store::restore_sqlite(file, &path, SystemClock::new().now()).await?;
    let copied = restored.copied;
    let view = json!({
        "file": path, "messages": copied.messages, "waiting": copied.waiting, "before": restored.aside,
    });
    print_one(context.format, &view)
}

fn path(context: &Context) -> anyhow::Result<PathBuf> {
    ensure!(context.endpoint.is_none(), "this works on the file itself: call it on that machine, without --endpoint");
    match app::store_location(&stored::config(context)?)? {
        Location::Sqlite(path) => Ok(path),
        Location::Postgres(_) => bail!("a Postgres database is backed up by its own tools, such as pg_dump"),
    }
}
