//! The command line: what operators type. Exit status 0, 1 for a failure, 2 for wrong usage.

mod audit;
mod backup;
mod check;
mod client;
mod config;
mod doctor;
mod health;
mod keys;
mod messages;
mod migrate;
mod output;
mod recovery;
mod sample;
mod secrets;
mod send_test;
mod serve;
mod stored;
mod templates;
mod upkeep;

use crate::config::{Config, Loaded, environment};
use clap::{Parser, Subcommand};
use output::{Format, complain};
use std::path::PathBuf;
use std::process::ExitCode;

/// A mail courier for Ory Kratos: durable, in the reader's language, with recovery over REST.
#[derive(Parser)]
#[command(name = "postrider", version, about)]
struct Cli {
    /// Configuration file; give it several times to lay files over one another.
    #[arg(short, long = "config", global = true, value_name = "FILE")]
    config: Vec<PathBuf>,
    /// How to print lists.
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Admin listener of a running server (or `POSTRIDER_ENDPOINT`); the token comes from `POSTRIDER_TOKEN`.
    #[arg(long, global = true, value_name = "URL")]
    endpoint: Option<String>,
    /// Who you are, for the audit log of that server (or `POSTRIDER_ACTOR`).
    #[arg(long, global = true, value_name = "NAME")]
    actor: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Takes in messages and delivers them.
    Serve(serve::Args),
    /// Checks configuration and templates without touching the network.
    Check(check::Args),
    /// Looks at kratos.yml, at the Kratos that runs and at all that postrider needs; mails nobody.
    Doctor(doctor::Args),
    /// Sends one mail through the configured provider and shows what came of it.
    SendTest(send_test::Args),
    /// Posts a sample message to a running server, as Kratos would.
    SendSample(sample::Args),
    /// Brings the schema of the database up to date, or shows how it stands.
    Migrate(migrate::Args),
    /// Lists, shows, retries, purges and forgets messages.
    #[command(subcommand)]
    Messages(messages::Command),
    /// Issues recoveries, lists and withdraws them.
    #[command(subcommand)]
    Recovery(recovery::Command),
    /// Shows who issued, withdrew or retried what.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Draws a secret.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Seals everything anew after a change of `secrets.cipher`.
    #[command(subcommand)]
    Secrets(secrets::Command),
    /// Copies the SQLite file to another file, also while a server runs.
    Backup(backup::Backup),
    /// Puts a copy in the place of the SQLite file.
    Restore(backup::Restore),
    /// Lists, checks and shows what mails say.
    #[command(subcommand)]
    Templates(templates::Command),
    /// Prints the reference configuration or its JSON Schema.
    #[command(subcommand)]
    Config(config::Command),
    /// Asks a running server whether it is ready; for container health checks.
    Health(health::Args),
}

/// What every command may need.
struct Context {
    files: Vec<PathBuf>,
    format: Format,
    endpoint: Option<String>,
    actor: Option<String>,
}

impl Context {
    /// Who types.
    fn actor(&self) -> Option<String> {
        self.actor.clone().or_else(|| client::variable("POSTRIDER_ACTOR")).filter(|name| !name.is_empty())
    }

    fn load(&self, dev: bool) -> anyhow::Result<Loaded> {
        Ok(Config::load(&self.files, environment(), dev)?)
    }
}

/// Parses the command line and runs the command.
pub fn main() -> ExitCode {
    // Before anything else: reqwest's client panics without a crypto provider.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        complain("the TLS library was set up twice");
        return ExitCode::FAILURE;
    }
    let Cli { config, format, endpoint, actor, command } = Cli::parse();
    let endpoint = endpoint.or_else(|| client::variable("POSTRIDER_ENDPOINT")).filter(|url| !url.is_empty());
    let context = Context { files: config, format, endpoint, actor };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(&format!("no threads can be started: {error}"));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(&context, command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(context: &Context, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve(args) => serve::run(context, args).await,
        Command::Check(args) => check::run(context, &args),
        Command::Doctor(args) => doctor::run(context, &args).await,
        Command::SendTest(args) => send_test::run(context, &args).await,
        Command::SendSample(args) => sample::run(context, &args).await,
        Command::Migrate(args) => migrate::run(context, args).await,
        Command::Messages(command) => messages::run(context, command).await,
        Command::Recovery(command) => recovery::run(context, command).await,
        Command::Audit(command) => audit::run(context, command).await,
        Command::Keys(command) => keys::run(context, &command),
        Command::Secrets(command) => secrets::run(context, command).await,
        Command::Backup(args) => backup::run(context, &args).await,
        Command::Restore(args) => backup::restore(context, &args).await,
        Command::Templates(command) => templates::run(context, command).await,
        Command::Config(command) => config::run(&command),
        Command::Health(args) => health::run(context, &args).await,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
