//! One connection to the fake server.

#[path = "fake_smtp_answer.rs"]
mod answer;
#[path = "fake_smtp_body.rs"]
mod body;

use super::script::{Act, Step, Tls};
use super::{Mail, Shared};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// The connection is over, by plan or by the client.
struct Over;

impl From<io::Error> for Over {
    fn from(_error: io::Error) -> Self {
        Self
    }
}

struct Session<'a, S> {
    stream: BufReader<S>,
    number: usize,
    tls: bool,
    logged_in: bool,
    shared: &'a Shared,
}

/// Serves a connection to its end.
pub(super) async fn run(tcp: TcpStream, number: usize, shared: &Shared) {
    if shared.setup.tls == Tls::Implicit {
        let Some(tls) = accept(tcp, number, shared).await else { return };
        let mut session = Session::new(tls, number, true, shared);
        if session.greet().await.is_ok() {
            drop(session.serve().await);
        }
        return;
    }
    let mut session = Session::new(tcp, number, false, shared);
    if session.greet().await.is_err() {
        return;
    }
    if let Ok(After::Tls) = session.serve().await {
        // What the client sent too early is thrown away, as RFC 3207 wants.
        let tcp = session.stream.into_inner();
        let Some(tls) = accept(tcp, number, shared).await else { return };
        drop(Session::new(tls, number, true, shared).serve().await);
    }
}

/// Shakes hands, or does instead what is planned.
async fn accept(tcp: TcpStream, number: usize, shared: &Shared) -> Option<TlsStream<TcpStream>> {
    match shared.act(Step::Tls) {
        Act::Accept => shared.acceptor.accept(tcp).await.ok(),
        act => {
            let mut session = Session::new(tcp, number, false, shared);
            // Once the client has begun its handshake.
            drop(session.stream.fill_buf().await);
            drop(session.perform(act, "450 4.7.0 no handshake").await);
            drop(session.listen_only().await);
            None
        }
    }
}

/// How a session ends well.
enum After {
    Quit,
    Tls,
}

impl<'a, S: Io> Session<'a, S> {
    fn new(stream: S, number: usize, tls: bool, shared: &'a Shared) -> Self {
        Self { stream: BufReader::new(stream), number, tls, logged_in: false, shared }
    }

    async fn greet(&mut self) -> Result<(), Over> {
        self.answer(Step::Greeting, "220 fake.example.org ESMTP").await.map(drop)
    }

    async fn serve(&mut self) -> Result<After, Over> {
        let (mut from, mut rcpt): (Option<(String, String)>, Vec<String>) = (None, Vec::new());
        let mut rcpt_parameters = String::new();
        loop {
            let line = self.line().await?;
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => drop(self.answer(Step::Ehlo, &self.offer()).await?),
                "HELO" => drop(self.answer(Step::Helo, "250 fake.example.org").await?),
                "STARTTLS" if self.shared.setup.tls == Tls::Offered && !self.tls => {
                    if self.answer(Step::StartTls, "220 2.0.0 go ahead").await? {
                        return Ok(After::Tls);
                    }
                }
                "AUTH" if self.shared.setup.credentials.is_some() => self.auth(&line).await?,
                "MAIL" if self.shared.setup.credentials.is_some() && !self.logged_in => {
                    self.say(b"530 5.7.0 log in first\r\n").await?;
                }
                "MAIL" if from.is_some() => self.say(b"503 5.5.1 nested MAIL\r\n").await?,
                "MAIL" => {
                    if self.answer(Step::Mail, "250 2.1.0 sender ok").await? {
                        from = Some(path(&line));
                    }
                }
                "RCPT" if from.is_none() => self.say(b"503 5.5.1 MAIL first\r\n").await?,
                "RCPT" => {
                    if self.answer(Step::Rcpt, "250 2.1.5 recipient ok").await? {
                        let recipient = path(&line);
                        rcpt.push(recipient.0);
                        rcpt_parameters = recipient.1;
                    }
                }
                "DATA" => {
                    let step = if rcpt.is_empty() { Step::DataWithoutRecipient } else { Step::Data };
                    let usual = if rcpt.is_empty() { "503 5.5.1 RCPT first" } else { "354 go ahead" };
                    let planned = self.answer(step, usual).await?;
                    if planned == (step == Step::Data) {
                        let (envelope_from, parameters) = from.take().unwrap_or_default();
                        let (tls, logged_in, connection) = (self.tls, self.logged_in, self.number);
                        let rcpt = std::mem::take(&mut rcpt);
                        let (data, refusal) = self.body().await?;
                        let rcpt_parameters = std::mem::take(&mut rcpt_parameters);
                        let mail =
                            Mail { envelope_from, parameters, rcpt_parameters, rcpt, data, tls, logged_in, connection };
                        match refusal {
                            None => self.dot(mail).await?,
                            Some((reply, afterwards)) => self.dot_after(&reply, afterwards, mail).await?,
                        }
                    }
                }
                "RSET" => {
                    (from, rcpt) = (None, Vec::new());
                    self.answer(Step::Rset, "250 2.0.0 reset").await?;
                }
                "NOOP" => self.say(b"250 2.0.0 ok\r\n").await?,
                "QUIT" => {
                    self.answer(Step::Quit, "221 2.0.0 bye").await?;
                    return Ok(After::Quit);
                }
                _ => self.say(b"502 5.5.1 not known\r\n").await?,
            }
        }
    }

    fn offer(&self) -> String {
        let setup = &self.shared.setup;
        let mut lines = vec!["fake.example.org".to_owned()];
        lines.extend(setup.extensions.iter().cloned());
        if setup.tls == Tls::Offered && !self.tls {
            lines.push("STARTTLS".to_owned());
        }
        if setup.credentials.is_some() {
            lines.push(format!("AUTH {}", setup.mechanisms));
        }
        let last = lines.pop().unwrap_or_default();
        lines.iter().fold(String::new(), |text, line| text + "250-" + line + "\r\n") + "250 " + &last
    }

    async fn auth(&mut self, line: &str) -> Result<(), Over> {
        let mut words = line.split(' ').skip(1);
        let (mechanism, initial) = (words.next().unwrap_or_default(), words.next());
        let given = if mechanism.eq_ignore_ascii_case("XOAUTH2") {
            bearer(&decode(initial.unwrap_or_default()))
        } else if mechanism.eq_ignore_ascii_case("PLAIN") {
            let text = match initial {
                Some(initial) => decode(initial),
                None => self.ask("").await?,
            };
            let mut parts = text.split('\0').skip(1).map(str::to_owned);
            (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
        } else {
            (self.ask("Username:").await?, self.ask("Password:").await?)
        };
        if self.shared.setup.credentials.as_ref() != Some(&given) {
            if mechanism.eq_ignore_ascii_case("XOAUTH2") {
                let answer = self.ask(r#"{"status":"400"}"#).await?;
                assert_eq!(answer, "", "the client asks for the reply by an empty line");
            }
            return self.say(b"535 5.7.8 log-in refused\r\n").await;
        }
        self.logged_in = self.answer(Step::Auth, "235 2.7.0 welcome").await?;
        Ok(())
    }

    async fn ask(&mut self, prompt: &str) -> Result<String, Over> {
        self.say(format!("334 {}\r\n", STANDARD.encode(prompt)).as_bytes()).await?;
        Ok(decode(&self.line().await?))
    }

    async fn line(&mut self) -> Result<String, Over> {
        let mut line = Vec::new();
        if self.stream.read_until(b'\n', &mut line).await? == 0 || !line.ends_with(b"\r\n") {
            return Err(Over);
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        self.shared.note(|books| books.commands.push((self.number, line.clone())));
        Ok(line)
    }
}

/// `user=u\x01auth=Bearer t\x01\x01` → `u`, `t`.
fn bearer(text: &str) -> (String, String) {
    let mut parts = text.split('\x01');
    let user = parts.next().and_then(|part| part.strip_prefix("user=")).unwrap_or_default();
    let token = parts.next().and_then(|part| part.strip_prefix("auth=Bearer ")).unwrap_or_default();
    (user.to_owned(), token.to_owned())
}

/// `MAIL FROM:<a@b> SIZE=1` → `a@b`, `SIZE=1`.
fn path(line: &str) -> (String, String) {
    let inside = line.split_once('<').map_or("", |(_, rest)| rest);
    let (path, parameters) = inside.rsplit_once('>').unwrap_or_default();
    (path.to_owned(), parameters.trim().to_owned())
}

fn decode(text: &str) -> String {
    String::from_utf8_lossy(&STANDARD.decode(text).unwrap_or_default()).into_owned()
}
