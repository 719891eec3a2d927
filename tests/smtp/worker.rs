//! A worker as the courier has them: one connection, made ready after each mail, opened anew when it is not reusable.

use crate::fake_smtp::{FakeSmtp, Step};
use postrider::domain::{Begin, Envelope, Report, Secret};
use postrider::transport::smtp::{Credentials, Login, Outgoing, Settings, SmtpConnection, Timeouts, TlsMode};
use std::time::Duration;

/// Long enough for a healthy server on this machine.
pub(crate) const SOON: Duration = Duration::from_secs(30);
/// And how long it is waited where the server is to keep us waiting.
pub(crate) const SHORT: Duration = Duration::from_secs(2);

pub(crate) struct Worker {
    pub(crate) settings: Settings,
    pub(crate) connection: Option<SmtpConnection>,
    /// Whatever is offered.
    pub(crate) plainly: bool,
}

impl Worker {
    pub(crate) fn new(server: &FakeSmtp, tls: TlsMode) -> Self {
        let mut worker = Self::at(server.port(), tls);
        worker.settings.extra_roots = vec![server.certificate()];
        worker
    }

    /// For whatever listens at this port.
    pub(crate) fn at(port: u16, tls: TlsMode) -> Self {
        Self { settings: Settings::new("127.0.0.1", port, tls), connection: None, plainly: false }
    }

    /// A worker that gives up soon, for a server that keeps it waiting at this step. Everything else may take its
    /// time on a busy machine.
    pub(crate) fn impatient(server: &FakeSmtp, tls: TlsMode, step: Step) -> Self {
        let mut worker = Self::new(server, tls);
        worker.settings.timeouts = Timeouts { connect: SOON, greeting: SOON, command: SOON, block: SOON, dot: SOON };
        *worker.patience(step) = SHORT;
        worker
    }

    /// How long it waits at a step.
    pub(crate) const fn patience(&mut self, step: Step) -> &mut Duration {
        let timeouts = &mut self.settings.timeouts;
        match step {
            Step::Connect | Step::Tls => &mut timeouts.connect,
            Step::Greeting => &mut timeouts.greeting,
            Step::Body => &mut timeouts.block,
            Step::Dot => &mut timeouts.dot,
            _ => &mut timeouts.command,
        }
    }

    pub(crate) fn log_in(mut self, username: &str, password: &str) -> Self {
        let password = Secret::from(password);
        self.settings.login = Some(Login::Password(Credentials { username: username.to_owned(), password }));
        self
    }

    /// Delivers a short text to an address.
    pub(crate) async fn deliver(&mut self, to: &str, text: &str) -> Report {
        self.deliver_if(to, format!("Subject: x\r\n\r\n{text}\r\n").as_bytes(), &|| Begin::Go).await
    }

    /// Delivers a short text, and leaves the connection as that left it.
    pub(crate) async fn deliver_only(&mut self, to: &str) -> Report {
        let envelope = Envelope { from: "sender@example.org".to_owned(), to: to.to_owned() };
        let outgoing = Outgoing { envelope: &envelope, message: b"x\r\n", envelope_id: None, plainly: self.plainly };
        self.send_only(&outgoing, &|| Begin::Go).await
    }

    pub(crate) async fn deliver_if(
        &mut self,
        to: &str,
        message: &[u8],
        may_begin: &(dyn Fn() -> Begin + Send + Sync),
    ) -> Report {
        let envelope = Envelope { from: "sender@example.org".to_owned(), to: to.to_owned() };
        let outgoing = Outgoing { envelope: &envelope, message, envelope_id: None, plainly: self.plainly };
        self.send(&outgoing, may_begin).await
    }

    pub(crate) async fn send(
        &mut self,
        outgoing: &Outgoing<'_>,
        may_begin: &(dyn Fn() -> Begin + Send + Sync),
    ) -> Report {
        let report = self.send_only(outgoing, may_begin).await;
        self.tidy().await;
        report
    }

    async fn send_only(&mut self, outgoing: &Outgoing<'_>, may_begin: &(dyn Fn() -> Begin + Send + Sync)) -> Report {
        if !self.is_reusable() {
            match SmtpConnection::open(&self.settings).await {
                Ok(connection) => self.connection = Some(connection),
                Err(report) => return report,
            }
        }
        let connection = self.connection.as_mut().unwrap();
        connection.send(outgoing, may_begin, &self.settings.timeouts).await
    }

    pub(crate) async fn tidy(&mut self) {
        if let Some(connection) = &mut self.connection {
            connection.tidy(self.settings.timeouts.command).await;
        }
    }

    pub(crate) fn is_reusable(&self) -> bool {
        self.connection.as_ref().is_some_and(SmtpConnection::is_reusable)
    }

    pub(crate) async fn quit(mut self) {
        self.close().await;
    }

    /// Says QUIT; the next mail opens a new connection.
    pub(crate) async fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.quit().await;
        }
    }
}

/// What a report says in words.
pub(crate) fn words(report: &Report) -> String {
    report.reply.as_ref().map(|reply| reply.expose().clone()).unwrap_or_default()
}
