//! Logs go to standard error, as text or JSON, at `log.level`.

use crate::config::{Log, LogFormat};
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

/// Starts logging. A second call changes nothing.
pub fn init(log: &Log) {
    let level = log.level.as_str();
    // Libraries only speak up when something is wrong; what they say of requests is not ours to vet.
    let filter = EnvFilter::new(format!("warn,postrider={level}"));
    let colour = std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colour);
    let started = match log.format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => builder.try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging runs already");
    }
}
