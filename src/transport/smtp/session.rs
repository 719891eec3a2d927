//! From TCP to a session that takes mail: greeting, EHLO, STARTTLS, AUTH.

use super::auth::log_in;
use super::capabilities::Capabilities;
use super::dial;
use super::outcome::{Answer, Fault, Verdict, judge, report};
use super::settings::{Settings, TlsMode};
use super::stream::Stream;
use super::tls::handshake;
use super::wire::Wire;
use crate::domain::{Phase, Report};
use std::net::IpAddr;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Opens a session. An error is never about a message.
pub(super) async fn open(settings: &Settings) -> Result<(Wire, Capabilities), Report> {
    let limits = &settings.timeouts;
    let tcp =
        dial::connect(settings.bare_host(), settings.port, limits.connect).await.map_err(fails(Phase::Connect))?;
    let mut wire = match settings.tls {
        TlsMode::Implicit => over_tls(settings, tcp).await?,
        TlsMode::StartTls | TlsMode::Plain => Wire::new(Stream::Plain(tcp)),
    };
    accepted(Phase::Greeting, wire.reply(limits.greeting).await)?;
    let mut offered = hello(&mut wire, settings).await?;
    if settings.tls == TlsMode::StartTls {
        if !offered.starttls {
            return Err(fails(Phase::Starttls)(Fault::Setup(
                "the server does not offer STARTTLS, which is required (smtps:// begins with TLS, \
                 ?disable_starttls=true goes without)"
                    .to_owned(),
            )));
        }
        accepted(Phase::Starttls, wire.command("STARTTLS", limits.command).await)?;
        let tcp = wire.into_tcp().map_err(fails(Phase::Starttls))?;
        wire = over_tls(settings, tcp).await?;
        offered = hello(&mut wire, settings).await?;
    }
    if let Some(credentials) = &settings.credentials {
        if offered.auth {
            accepted(Phase::Auth, log_in(&mut wire, &offered, credentials, limits.command).await)?;
        } else {
            // As Kratos's own courier does: a server that needs a log-in will answer MAIL by 530.
            tracing::warn!(host = settings.host, "a log-in is configured, but the server offers no AUTH");
        }
    }
    tracing::debug!(host = settings.host, ?offered, "SMTP session opened");
    Ok((wire, offered))
}

async fn over_tls(settings: &Settings, tcp: TcpStream) -> Result<Wire, Report> {
    let limit = settings.timeouts.connect;
    let shaken = timeout(limit, handshake(settings, tcp)).await.unwrap_or(Err(Fault::Timeout(limit)));
    Ok(Wire::new(Stream::Tls(Box::new(shaken.map_err(fails(Phase::Tls))?))))
}

/// EHLO, or HELO to a server that does not know it (RFC 5321 3.2).
async fn hello(wire: &mut Wire, settings: &Settings) -> Result<Capabilities, Report> {
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

fn accepted(phase: Phase, answer: Answer) -> Result<super::reply::Reply, Report> {
    match judge(phase, &answer) {
        Verdict::GoOn => answer.map_err(fails(phase)),
        Verdict::End(outcome) => Err(report(outcome, phase, &answer)),
    }
}

fn fails(phase: Phase) -> impl FnOnce(Fault) -> Report {
    move |fault| report(crate::domain::Outcome::ProviderFault, phase, &Err(fault))
}
