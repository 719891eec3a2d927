//! `config default|schema`.

use super::output::say;
use crate::config::{DEFAULT_YML, schema};
use clap::Subcommand;

#[derive(Subcommand)]
pub(super) enum Command {
    /// The reference: every key, its default and what it means.
    Default,
    /// JSON Schema of the configuration, for editors.
    Schema,
}

pub(super) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Default => say(DEFAULT_YML.trim_end()),
        Command::Schema => say(&serde_json::to_string_pretty(&schema())?),
    }
    Ok(())
}
