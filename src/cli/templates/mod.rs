//! `templates list|check|preview|import|diff`: what mails there are, what is wrong with them, how they
//! look, and how those of Kratos are taken over. Needs no running server and no finished configuration,
//! so that a designer can work alone.

mod check;
mod diff;
mod import;
mod preview;
mod recorded;

use super::Context;
use super::client::Call;
use super::output::print;
use crate::app;
use crate::templates::{Listed, Options, Templates};
use anyhow::Context as _;
use clap::{Args as ClapArgs, Subcommand};
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Every mail and text message with its languages; with --endpoint, those of a running server.
    List(Which),
    /// Renders everything in every language and tells what is wrong, with file, line, column and cure.
    Check(check::Args),
    /// Shows every mail in your browser and again as you save a file, or writes all into a folder.
    Preview(preview::Args),
    /// Takes over templates that were written for something else.
    #[command(subcommand)]
    Import(import::Command),
    /// Renders what Kratos posted with our templates and shows where Kratos's own words differ.
    Diff(diff::Args),
}

/// Whose templates.
#[derive(ClapArgs)]
pub(super) struct Which {
    /// Files laid over the built-in ones, in place of `templates.directory`.
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
}

impl Which {
    /// As configured; without `-c` nothing is, and `--directory` is enough.
    fn options(&self, context: &Context) -> anyhow::Result<Options> {
        let mut options = app::template_options(&context.load(context.files.is_empty())?.config);
        if self.directory.is_some() {
            options.directory.clone_from(&self.directory);
        }
        Ok(options)
    }
}

pub(super) async fn run(context: &Context, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List(which) => list(context, &which).await,
        Command::Check(args) => check::run(context, &args),
        Command::Preview(args) => preview::run(context, args).await,
        Command::Import(command) => import::run(context, &command),
        Command::Diff(args) => diff::run(context, &args),
    }
}

const COLUMNS: &[&str] = &["template_type", "channel", "template_source", "samples", "locales"];

async fn list(context: &Context, which: &Which) -> anyhow::Result<()> {
    let rows = match &context.endpoint {
        Some(endpoint) => {
            let answer = Call::get("/admin/templates").ask(context, endpoint).await?;
            let rows = answer.get("templates").and_then(Value::as_array);
            rows.context("the answer holds no templates")?.clone()
        }
        None => load(which.options(context)?)?.list().into_iter().map(row).collect(),
    };
    let rows: Vec<Value> = rows.into_iter().map(|row| short(context, row)).collect();
    print(context.format, &rows, COLUMNS)
}

fn load(options: Options) -> anyhow::Result<Templates> {
    Templates::load(options).context("run `postrider templates check`")
}

fn row(row: Listed) -> Value {
    let Listed { name, channel, locales, samples, source } = row;
    json!({ "template_type": name, "channel": channel, "template_source": source.as_str(), "samples": samples, "locales": locales })
}

/// Lists on one line in a table.
fn short(context: &Context, mut row: Value) -> Value {
    if matches!(context.format, super::output::Format::Table)
        && let Some(fields) = row.as_object_mut()
    {
        for key in ["samples", "locales"] {
            let words = fields.get(key).and_then(Value::as_array);
            let words = words.map(|list| list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "));
            let words = words.map(|words| if key == "samples" { format!("sample{words}") } else { words });
            fields.insert(key.to_owned(), json!(words));
        }
    }
    row
}
