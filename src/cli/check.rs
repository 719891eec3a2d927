//! `check`: configuration, addresses and templates, without touching the network.

use super::Context;
use super::output::{complain, say};
use crate::app;
use clap::Args as ClapArgs;

#[derive(ClapArgs)]
pub(super) struct Args {
    /// Check what `serve --dev` would start with.
    #[arg(long)]
    dev: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> anyhow::Result<()> {
    let loaded = context.load(args.dev)?;
    for warning in &loaded.warnings {
        complain(&format!("warning: {warning}"));
    }
    let summary = app::check(&loaded.config)?;
    say(&format!("configuration and templates pass: {summary}"));
    Ok(())
}
