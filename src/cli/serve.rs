//! `serve`: runs until SIGTERM or SIGINT, then stops in order.

use super::Context;
use super::output::{complain, say};
use super::sample;
use crate::app::{self, App, Start};
use crate::config::{Config, DEV_KEY, HandedOver};
use crate::domain::SystemClock;
use anyhow::{Context as _, anyhow, bail};
use clap::Args as ClapArgs;
use sd_notify::NotifyState;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

#[derive(ClapArgs)]
pub(super) struct Args {
    /// Needs no configuration: loopback, a file beside you, an inbox to read, a well-known key.
    #[arg(long)]
    dev: bool,
    /// Keep each body that Kratos posts as a file here, for `templates check` and `templates diff`. They
    /// hold codes: for tests only.
    #[arg(long, value_name = "DIR", requires = "dev")]
    record: Option<PathBuf>,
    /// Leave the database's schema as it is.
    #[arg(long)]
    no_migrate: bool,
}

/// Another server that is just stopping gets this long to let go of the database.
const LOCK_PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn run(context: &Context, args: Args) -> anyhow::Result<()> {
    let handed_over = HandedOver::take().map_err(|why| anyhow!(why))?;
    let loaded = context.load(args.dev)?;
    let config = loaded.config;
    app::init_logging(&config.log);
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    if let Some(folder) = &args.record {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let mut signals = Signals::new()?;
    let start = Start {
        migrate: !args.no_migrate,
        open_dev: args.dev && has_dev_key(&config),
        lock_patience: LOCK_PATIENCE,
        clock: Arc::new(SystemClock::new()),
        record: args.record,
        handed_over,
    };
    let mut app = tokio::select! {
        started = App::start(&config, start) => started?,
        () = signals.next() => return Ok(()),
    };
    let listeners = app.listeners();
    tracing::info!(admin = %listeners.admin.address, public = %listeners.public.address, "postrider is ready");
    if let Some(inbound) = &listeners.inbound {
        tracing::info!(inbound = %inbound.address, "the inbound listener takes Kratos's posts");
    }
    tell(NotifyState::Ready);
    if args.dev {
        welcome(&app).await;
    }
    tokio::select! {
        () = signals.next() => {}
        () = app.ended() => bail!("the courier ended by itself; start postrider again, nothing is lost"),
    }
    tracing::info!("stopping: not ready any more, still answering");
    tell(NotifyState::Stopping);
    app.drain();
    let drain = if args.dev { Duration::ZERO } else { config.serve.drain.get() };
    tokio::select! {
        () = tokio::time::sleep(drain) => {}
        () = signals.next() => {}
    }
    app.stop().await?;
    tracing::info!("stopped");
    Ok(())
}

/// Tells the service manager, where there is one.
fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "the service manager cannot be told (NOTIFY_SOCKET)");
    }
}

fn has_dev_key(config: &Config) -> bool {
    config.admin.tokens.iter().any(|token| token.value.as_ref().is_some_and(|value| value.expose() == DEV_KEY))
}

/// The first minute of a newcomer: a mail to look at, and how to connect Kratos.
async fn welcome(app: &App) {
    let admin = app.admin();
    let base = format!("http://{admin}");
    match app.store().inbox_list(1).await {
        Ok(mails) if mails.is_empty() => {
            if let Err(error) = sample::post(&base, DEV_KEY, "recovery_code_valid").await {
                complain(&format!("the sample mail could not be posted: {error:#}"));
            }
        }
        _ => {}
    }
    let block = courier_block(&base);
    say(&format!(
        "\nInbox              {base}/ui/inbox\n\
         Into kratos.yml    (deploy/kratos/ has the same with its reasons)\n\n\
         {block}\n\
         Or post one by hand:\n\n\
         curl -i {base}/courier -H 'Authorization: Bearer {DEV_KEY}' -H 'Content-Type: application/json' \\\n  \
           -d '{{\"recipient\":\"you@example.org\",\"template_type\":\"login_code_valid\",\"template_data\":{{\"to\":\"you@example.org\",\"login_code\":\"012345\",\"expires_in_minutes\":15}}}}'\n"
    ));
}

/// deploy/kratos/courier.yml without its comments, for this server.
fn courier_block(base: &str) -> String {
    format!(
        "courier:\n  \
           delivery_strategy: http\n  \
           message_retries: 720\n  \
           worker: {{pull_count: 255, pull_wait: 1s}}\n  \
           http:\n    \
             request_config:\n      \
               url: {base}/courier\n      \
               method: POST\n      \
               body: base64://ZnVuY3Rpb24oY3R4KSBjdHg=\n      \
               headers: {{Content-Type: application/json}}\n      \
               auth: {{type: api_key, config: {{in: header, name: Authorization, value: Bearer {DEV_KEY}}}}}\n"
    )
}

/// SIGTERM and SIGINT.
struct Signals {
    term: Signal,
    int: Signal,
}

impl Signals {
    fn new() -> anyhow::Result<Self> {
        let on = |kind| signal(kind).context("signals cannot be received");
        Ok(Self { term: on(SignalKind::terminate())?, int: on(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.int.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn the_printed_block_and_the_one_of_the_readme_are_the_shipped_one() {
        let parsed = |text: &str, key: &str| -> Value {
            let text = text.replace("http://127.0.0.1:4478/", "http://127.0.0.1:1234/");
            serde_saphyr::from_str(&text.replace(key, &format!("Bearer {DEV_KEY}"))).unwrap()
        };
        let shipped = parsed(include_str!("../../deploy/kratos/courier.yml"), "Bearer CHANGE-ME");
        assert_eq!(parsed(&courier_block("http://127.0.0.1:1234"), "Bearer CHANGE-ME"), shipped);
        let readme = include_str!("../../README.md");
        let block = readme.split("```yaml\n").find(|block| block.starts_with("courier:\n  delivery_strategy")).unwrap();
        assert_eq!(parsed(block.split("```").next().unwrap(), "Bearer a-long-random-key"), shipped);
    }
}
