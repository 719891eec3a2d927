//! The way out: connecting to each mail server, TLS, logging in. Nothing is sent.

use crate::app;
use crate::config::{Config, Provider, ProviderUri, Tls};
use crate::courier::Carrier;
use crate::doctor::{Check, Finding, Run, Saying, Setup};
use crate::domain::Report;
use crate::transport::smtp::{Settings, SmtpConnection, Transcript};
use std::net::IpAddr;
use std::sync::mpsc;

pub(super) const CHECK: Check =
    Check { name: "smtp", good: "no mail server is configured", run: Run::Live(|setup, config| run(setup, config)) };

fn run<'a>(_setup: &'a Setup, config: &'a Config) -> Saying<'a> {
    Box::pin(async move {
        let mut findings = Vec::new();
        for provider in config.providers() {
            let subject = format!("provider {}", provider.id);
            findings.extend(in_clear(&provider, &subject));
            match app::provider(config, &provider).map(|provider| provider.carrier) {
                Ok(Carrier::Smtp(settings)) => findings.push(connect(subject, *settings).await),
                Ok(Carrier::Inbox | Carrier::File(_)) => {
                    findings.push(Finding::note(subject, "mail stays on this machine, readable"));
                }
                Err(error) => findings.push(Finding::bad(subject, format!("{error:#}"))),
            }
        }
        findings
    })
}

/// Connects and logs in; what was said goes along.
async fn connect(subject: String, mut settings: Settings) -> Finding {
    let (heard, lines) = mpsc::channel();
    settings.transcript = Transcript::to(move |line| drop(heard.send(line.to_string())));
    let finding = match SmtpConnection::open(&settings).await {
        Ok(connection) => {
            connection.quit().await;
            let done = if settings.login.is_some() { "and logged in" } else { "(no log-in is configured)" };
            Finding::good(subject, format!("connected to {}:{} {done}", settings.host, settings.port))
        }
        Err(report) => Finding::bad(subject, told(&report, &settings.host, settings.port)),
    };
    finding.heard(lines.try_iter().collect())
}

/// An operator asks: here a reply's text may be read.
fn told(report: &Report, host: &str, port: u16) -> String {
    let code = report.code.map(|code| format!(" {code}")).unwrap_or_default();
    let reply = report.reply.as_ref().map(|reply| format!(": {}", reply.expose())).unwrap_or_default();
    format!("{host}:{port} cannot be used, it failed at {}{code}{reply}", report.phase)
}

fn in_clear(provider: &Provider, subject: &str) -> Option<Finding> {
    let ProviderUri::Smtp(uri) = &provider.uri else { return None };
    let is_here = uri.host == "localhost" || uri.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let warning = |means: &str, change: &str| Some(Finding::warning(subject, means).change(change));
    match uri.tls {
        Tls::None if !is_here => warning(
            "codes, and the password if there is one, cross the network in clear",
            "connection_uri without ?disable_starttls=true",
        ),
        _ if uri.skip_ssl_verify => {
            warning("anybody on the way can read every code", "connection_uri without ?skip_ssl_verify=true")
        }
        _ => None,
    }
}
