//! `doctor`: is everything as it should be, and if not, which line to change?

use super::Context;
use super::output::{Format, say};
use crate::config::Document;
use crate::doctor::{self, Finding, Report, Setup, Verdict};
use crate::domain::SystemClock;
use anyhow::bail;
use clap::Args as ClapArgs;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(ClapArgs)]
pub(super) struct Args {
    /// Kratos's configuration; give it several times as you give it to Kratos.
    #[arg(long, value_name = "FILE")]
    kratos_config: Vec<PathBuf>,
    /// Ask this name server about the From domain, as ADDRESS or ADDRESS:PORT, in place of the machine's own:
    /// one inside may not know what the Internet sees.
    #[arg(long, value_name = "ADDRESS", value_parser = name_server)]
    name_server: Option<SocketAddr>,
    /// Look at the configuration of `serve --dev`.
    #[arg(long)]
    dev: bool,
}

pub(super) async fn run(context: &Context, args: &Args) -> anyhow::Result<()> {
    let setup = Setup {
        config: context.load(args.dev).map_err(|error| error.to_string()),
        kratos_yml: (!args.kratos_config.is_empty()).then(|| Document::load(&args.kratos_config)),
        clock: Arc::new(SystemClock::new()),
        name_server: args.name_server,
    };
    let report = doctor::examine(&setup).await;
    match context.format {
        Format::Table => say(&text(&report)),
        Format::Json => say(&serde_json::to_string_pretty(&report.to_json())?),
        Format::Yaml => say(serde_saphyr::to_string(&report.to_json())?.trim_end()),
    }
    let bad = report.findings().filter(|(_, finding)| finding.verdict == Verdict::Bad).count();
    if bad > 0 {
        bail!("{bad} of these must be changed");
    }
    Ok(())
}

fn name_server(text: &str) -> Result<SocketAddr, String> {
    let alone = || text.parse::<IpAddr>().map(|address| SocketAddr::new(address, 53));
    text.parse()
        .or_else(|_| alone())
        .map_err(|_neither| "expected an address such as 192.0.2.53 or [2001:db8::53]:53".to_owned())
}

fn text(report: &Report) -> String {
    report.findings().map(|(check, finding)| paragraph(check, finding)).collect::<Vec<_>>().join("\n")
}

fn paragraph(check: &str, finding: &Finding) -> String {
    let Finding { verdict, subject, place, means, change, conversation } = finding;
    let conversation: Vec<String> = conversation.iter().map(|line| format!("\n         {line}")).collect();
    let conversation = conversation.concat();
    if *verdict == Verdict::Good {
        return format!("{verdict:<8} {check}: {means}{conversation}");
    }
    let place = place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
    let change = change.as_ref().map(|change| format!("\n         change: {change}")).unwrap_or_default();
    format!("{verdict:<8} {check}: {subject}{place}\n         {means}{change}{conversation}")
}
