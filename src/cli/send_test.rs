//! `send-test ADDRESS`: one mail through the configured provider, past the queue, so that an
//! operator sees at once whether SMTP works, and what was said.

use super::Context;
use super::output::say;
use crate::app;
use crate::courier::Carrier;
use crate::domain::{
    Begin, Channel, Clock as _, EmailAddress, Envelope, MessageId, Outcome, Rendered, Report, StoredMail, SystemClock,
};
use crate::mail;
use crate::transport;
use crate::transport::smtp::{Outgoing, SmtpConnection, Transcript};
use anyhow::{Context as _, bail};
use clap::Args as ClapArgs;

#[derive(ClapArgs)]
pub(super) struct Args {
    /// Who gets the mail.
    address: String,
    /// Use the configuration of `serve --dev`.
    #[arg(long)]
    dev: bool,
}

pub(super) async fn run(context: &Context, args: &Args) -> anyhow::Result<()> {
    let to = EmailAddress::parse(&args.address).context("ADDRESS")?;
    let config = context.load(args.dev)?.config;
    let chosen = config.providers().into_iter().find(|provider| provider.channel == Channel::Email);
    let chosen = chosen.context("courier: no provider carries mail")?;
    let provider = app::provider(&config, &chosen)?;
    let sender = app::sender(&config)?;
    let now = SystemClock::new().now();
    let id = MessageId::new(now);
    let text = format!(
        "This mail shows that postrider {} can send through its provider \"{}\".\n",
        env!("CARGO_PKG_VERSION"),
        provider.id
    );
    let stored = StoredMail {
        envelope: Envelope { from: sender.address.as_str().to_owned(), to: to.as_str().to_owned() },
        from_address: sender.address.as_str().to_owned(),
        from_name: sender.name,
        message_id: format!("{id}@{}", sender.address.domain()),
        date: now.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string(),
        boundary: format!("=_{}", id.0.simple()),
        rendered: Rendered { subject: "A test mail of postrider".to_owned(), text, html: None },
        logo: None,
    };
    let bytes = mail::compose(&stored, &provider.headers, None)?;
    let report = match &provider.carrier {
        Carrier::Inbox => bail!("the provider is inbox://: start `serve` and use `send-sample`"),
        Carrier::File(directory) => transport::deliver_to_file(directory, &id.to_string(), &bytes),
        Carrier::Smtp(settings) => {
            let mut settings = settings.clone();
            settings.transcript = Transcript::to(|line| say(&line.to_string()));
            say(&format!("* connecting to {}:{}", settings.host, settings.port));
            match SmtpConnection::open(&settings).await {
                Err(report) => report,
                Ok(mut connection) => {
                    let envelope = &stored.envelope;
                    let mail = Outgoing { envelope, message: &bytes, envelope_id: None, plainly: false };
                    let report = connection.send(&mail, &|| Begin::Go, &settings.timeouts).await;
                    connection.tidy(settings.timeouts.command).await;
                    connection.quit().await;
                    report
                }
            }
        }
    };
    tell(&report)
}

fn tell(report: &Report) -> anyhow::Result<()> {
    let code = report.code.map(|code| format!(" {code}")).unwrap_or_default();
    let enhanced = report.enhanced.map(|code| format!(" {code}")).unwrap_or_default();
    // An operator's own test to an address of his own: here the reply's text may be read.
    let reply = report.reply.as_ref().map(|reply| format!(": {}", reply.expose())).unwrap_or_default();
    let line = format!("{} at {}{code}{enhanced}{reply}", report.outcome.as_str(), report.phase);
    if report.outcome != Outcome::Sent {
        bail!("not sent: {line}");
    }
    say(&line);
    Ok(())
}
