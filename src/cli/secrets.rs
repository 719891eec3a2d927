//! `secrets rotate`: over `--endpoint` of a running server, else on the database itself.

use super::Context;
use super::client::Call;
use super::output::{print_all, print_one};
use super::stored;
use crate::app;
use crate::http::view_upkeep;
use anyhow::ensure;
use clap::{Args as ClapArgs, Subcommand};
use serde_json::{Value, json};

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

/// What was done, unless it was only to be shown, and which secret seals what now, where that is to be told.
struct Answer {
    rotation: Option<Value>,
    uses: Value,
}

pub(super) async fn run(context: &Context, Command::Rotate(Rotate { dry_run }): Command) -> anyhow::Result<()> {
    let Answer { rotation, uses } = match &context.endpoint {
        Some(endpoint) => over(context, endpoint, dry_run).await?,
        None => in_store(context, dry_run).await?,
    };
    let Some(rotation) = rotation else { return print_all(context.format, &uses, COLUMNS) };
    print_one(context.format, &rotation)?;
    ensure!(!leaves(&rotation), complaint(&rotation, &uses));
    Ok(())
}

async fn over(context: &Context, endpoint: &str, dry_run: bool) -> anyhow::Result<Answer> {
    let ask = |dry_run: bool| {
        let call = Call::post("/admin/secrets/rotate").body(json!({ "dry_run": dry_run }));
        call.patiently().ask(context, endpoint)
    };
    let rotation = if dry_run { None } else { Some(ask(false).await?) };
    let uses = if rotation.as_ref().is_none_or(leaves) { ask(true).await? } else { Value::Null };
    Ok(Answer { rotation, uses })
}

async fn in_store(context: &Context, dry_run: bool) -> anyhow::Result<Answer> {
    let config = stored::config(context)?;
    let store = stored::open(&config, dry_run).await?;
    let secrets = app::local_secrets(&config, &store);
    let mut rotation = None;
    if !dry_run {
        rotation = Some(view_upkeep::rotation(&secrets.rotate().await?));
        store.append_audit(stored::line(context, &config, "secrets.rotate", "rotated", None)).await?;
    }
    let uses = view_upkeep::secrets(&secrets.uses().await?);
    store.close().await?;
    Ok(Answer { rotation, uses })
}

fn left(rotation: &Value) -> u64 {
    rotation["left"].as_u64().unwrap_or_default()
}

fn broken(rotation: &Value) -> u64 {
    rotation["broken"].as_u64().unwrap_or_default()
}

fn leaves(rotation: &Value) -> bool {
    left(rotation) + broken(rotation) > 0
}

/// What the first secret does not seal after a rotation, and what to do about it.
fn complaint(rotation: &Value, uses: &Value) -> String {
    let others = uses.as_array().into_iter().flatten().filter(|one| one["secret"] != "first");
    let others =
        others.map(|one| format!("{} of {} (key id {})", one["count"], text(&one["kind"]), text(&one["key_id"])));
    let left = match left(rotation) {
        0 => "",
        _ => "; a node still seals with an older one: bring it to this configuration and rotate again",
    };
    let broken = match broken(rotation) {
        0 => String::new(),
        n => format!("; {n} cannot be opened though their secret is there: changed in the database, and lost"),
    };
    let others = others.collect::<Vec<_>>().join(", ");
    format!("not everything is sealed with the first secret: {others}{left}{broken}")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
