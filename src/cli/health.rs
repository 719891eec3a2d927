//! `health`: exit status 0 when a running server is ready; needs no curl in a container.

use super::Context;
use super::client::{client, send};
use super::output::say;
use clap::Args as ClapArgs;

#[derive(ClapArgs)]
pub(super) struct Args {
    /// Ask whether the process answers, not whether it can store.
    #[arg(long)]
    alive: bool,
}

pub(super) async fn run(context: &Context, args: &Args) -> anyhow::Result<()> {
    let endpoint = context.endpoint.clone().unwrap_or_else(|| "http://127.0.0.1:4478".to_owned());
    let route = if args.alive { "alive" } else { "ready" };
    let url = format!("{}/health/{route}", endpoint.trim_end_matches('/'));
    send(client()?.get(url), &endpoint).await?;
    say("ok");
    Ok(())
}
