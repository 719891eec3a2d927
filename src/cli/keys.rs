//! `keys generate`: a secret from the operating system's random numbers, in the forms in which
//! `postrider.yml` and kratos.yml want one.

use super::Context;
use super::output::print_one;
use crate::seal::Drawn;
use clap::Subcommand;
use serde_json::json;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Prints a new secret (for `secrets.cipher`, a token, an API key), the same for Standard Webhooks,
    /// and its hash for `admin.tokens[].value_sha256`.
    Generate,
}

pub(super) fn run(context: &Context, Command::Generate: &Command) -> anyhow::Result<()> {
    let drawn = Drawn::new()?;
    let view = json!({
        "secret": drawn.text.expose(),
        "value_sha256": drawn.sha256,
        "standard_webhooks": drawn.webhook.expose(),
    });
    print_one(context.format, &view)
}
