//! From TCP to a session that takes mail: greeting, EHLO, STARTTLS, AUTH.

use super::auth::log_in;
use super::capabilities::Capabilities;
use super::dial;
use super::outcome::{Answer, Fault, Verdict, judge, report};
use super::reply::Reply;
use super::settings::{Settings, TlsMode};
use super::stream::Stream;
use super::tls::handshake;
use super::transcript::Spoken;
use super::wire::Wire;
use crate::domain::{Outcome, Phase, Report, Secret};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

/// Opens a session. An error is never about a message. The addresses of the host are tried in turn
/// while that costs no waiting: one that lets us wait is tried last the next time.
pub(super) async fn open(settings: &Settings) -> Result<(Wire, Capabilities), Report> {
    let limit = settings.timeouts.connect;
    let found = settings.addresses.resolve(settings.bare_host(), settings.port, limit).await;
    open_any(settings, found.map_err(fails(Phase::Connect))?).await
}

async fn open_any(settings: &Settings, addresses: Vec<SocketAddr>) -> Result<(Wire, Capabilities), Report> {
    let known = &settings.addresses;
    let mut connecting = settings.timeouts.connect;
    let mut left = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    let mut failures = Vec::new();
    for address in addresses {
        let began = Instant::now();
        // A fair share for each, so that one dead address leaves time for the others.
        let failed = match open_at(settings, address, connecting / left.max(1)).await {
            Ok(session) => {
                known.worked(address);
                return Ok(session);
            }
            Err(failed) => failed,
        };
        if failed.report.phase == Phase::Auth {
            return Err(failed.report);
        }
        known.failed(address);
        let waited = failed.waited && failed.report.phase != Phase::Connect;
        failures.push(failed.report);
        if waited {
            break;
        }
        connecting = connecting.saturating_sub(began.elapsed());
        left -= 1;
    }
    Err(all_of(failures))
}

/// Why one address was of no use, and whether we had to wait to find out.
struct Failed {
    report: Report,
    waited: bool,
}

impl Failed {
    fn of(phase: Phase, fault: Fault) -> Self {
        let waited = matches!(fault, Fault::Timeout(_));
        Self { report: fails(phase)(fault), waited }
    }
}

/// The last report, with the words of all if no address could be reached.
fn all_of(mut failures: Vec<Report>) -> Report {
    let unreached = failures.iter().all(|report| report.phase == Phase::Connect);
    let words: Vec<String> =
        failures.iter().filter_map(|report| Some(report.reply.as_ref()?.expose().clone())).collect();
    match failures.pop() {
        Some(last) if unreached => Report { reply: Some(Secret::new(words.join("; "))), ..last },
        Some(last) => last,
        None => fails(Phase::Connect)(Fault::Setup("the host has no address".to_owned())),
    }
}

async fn open_at(
    settings: &Settings,
    address: SocketAddr,
    connecting: Duration,
) -> Result<(Wire, Capabilities), Failed> {
    let limits = &settings.timeouts;
    let note = |words: &str| settings.transcript.note(&Spoken::Note(words));
    let tcp = dial::connect(address, connecting).await.map_err(|fault| Failed::of(Phase::Connect, fault))?;
    note(&format!("connected to {address}"));
    let mut wire = match settings.tls {
        TlsMode::Implicit => over_tls(settings, tcp).await?,
        TlsMode::StartTls | TlsMode::Plain => Wire::new(Stream::Plain(tcp), settings.transcript.clone()),
    };
    accepted(Phase::Greeting, wire.reply(limits.greeting).await)?;
    let mut offered = hello(&mut wire, settings).await?;
    if settings.tls == TlsMode::StartTls {
        if !offered.starttls {
            let why = "the server does not offer STARTTLS, which is required (smtps:// begins with TLS, \
                       ?disable_starttls=true goes without)";
            return Err(Failed::of(Phase::Starttls, Fault::Setup(why.to_owned())));
        }
        accepted(Phase::Starttls, wire.command("STARTTLS", limits.command).await)?;
        let tcp = wire.into_tcp().map_err(|fault| Failed::of(Phase::Starttls, fault))?;
        wire = over_tls(settings, tcp).await?;
        offered = hello(&mut wire, settings).await?;
    }
    if let Some(login) = &settings.login {
        if offered.auth {
            accepted(Phase::Auth, log_in(&mut wire, &offered, login, limits.command).await)?;
        } else {
            // As Kratos's own courier does: a server that needs a log-in will answer MAIL by 530.
            tracing::warn!(host = settings.host, "a log-in is configured, but the server offers no AUTH");
            note("a log-in is configured, but the server offers no AUTH");
        }
    }
    tracing::debug!(host = settings.host, ?offered, "SMTP session opened");
    Ok((wire, offered))
}

async fn over_tls(settings: &Settings, tcp: TcpStream) -> Result<Wire, Failed> {
    let limit = settings.timeouts.connect;
    let shaken = timeout(limit, handshake(settings, tcp)).await.unwrap_or(Err(Fault::Timeout(limit)));
    let tls = shaken.map_err(|fault| Failed::of(Phase::Tls, fault))?;
    let wire = Wire::new(Stream::Tls(Box::new(tls)), settings.transcript.clone());
    wire.note(&wire.protection());
    if settings.skip_ssl_verify {
        wire.note("nobody checked the certificate (skip_ssl_verify): anybody on the way can read every code");
    }
    Ok(wire)
}

/// EHLO, or HELO to a server that does not know it (RFC 5321 3.2).
async fn hello(wire: &mut Wire, settings: &Settings) -> Result<Capabilities, Failed> {
    let name = match &settings.local_name {
        Some(name) => name.clone(),
        None => literal(wire),
    };
    let limit = settings.timeouts.command;
    let answer = wire.command(&format!("EHLO {name}"), limit).await;
    if matches!(&answer, Ok(reply) if matches!(reply.code, 500 | 502)) {
        accepted(Phase::Ehlo, wire.command(&format!("HELO {name}"), limit).await)?;
        return Ok(Capabilities::default());
    }
    let reply = accepted(Phase::Ehlo, answer)?;
    Ok(Capabilities::of(&reply))
}

/// RFC 5321 4.1.3.
fn literal(wire: &Wire) -> String {
    match wire.local_addr().map(|address| address.ip().to_canonical()) {
        Some(IpAddr::V4(ip)) => format!("[{ip}]"),
        Some(IpAddr::V6(ip)) => format!("[IPv6:{ip}]"),
        None => "[127.0.0.1]".to_owned(),
    }
}

fn accepted(phase: Phase, answer: Answer) -> Result<Reply, Failed> {
    match judge(phase, &answer) {
        Verdict::GoOn => answer.map_err(|fault| Failed::of(phase, fault)),
        Verdict::End(outcome) => {
            let waited = matches!(answer, Err(Fault::Timeout(_)));
            Err(Failed { report: report(outcome, phase, &answer), waited })
        }
    }
}

fn fails(phase: Phase) -> impl FnOnce(Fault) -> Report {
    move |fault| report(Outcome::ProviderFault, phase, &Err(fault))
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
