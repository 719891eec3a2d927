//! One connection to the fake server.

use super::script::{Act, Pipelined, Step, Tls};
use super::{Aborted, Mail, Shared};
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
                        let data = self.body().await?;
                        let rcpt_parameters = std::mem::take(&mut rcpt_parameters);
                        let mail =
                            Mail { envelope_from, parameters, rcpt_parameters, rcpt, data, tls, logged_in, connection };
                        self.dot(mail).await?;
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

    /// Reads the body to its dot, or notes how far it came.
    async fn body(&mut self) -> Result<Vec<u8>, Over> {
        let act = self.shared.act(Step::Body);
        let mut bytes = Vec::new();
        let read = self.read_body(&act, &mut bytes).await;
        if read.is_err() {
            let aborted = Aborted { connection: self.number, bytes: bytes.len() };
            self.shared.note(|books| books.aborted.push(aborted));
        }
        read.map(|()| bytes.split_inclusive(|byte| *byte == b'\n').flat_map(undoubled).copied().collect())
    }

    async fn read_body(&mut self, act: &Act, bytes: &mut Vec<u8>) -> Result<(), Over> {
        match act {
            Act::Stall => std::future::pending().await,
            Act::Drop => return Err(Over),
            Act::Reply(text) => self.say(format!("{text}\r\n").as_bytes()).await?,
            Act::ReplyThenDrop(text) => {
                self.say(format!("{text}\r\n").as_bytes()).await?;
                return Err(Over);
            }
            _ => {}
        }
        loop {
            if bytes.len() >= 100_000 && matches!(act, Act::HalfClose | Act::Garbage | Act::LongLine) {
                self.perform(act.clone(), "250 2.0.0 in the midst of it").await?;
                self.listen_only().await?;
            }
            if matches!(act, Act::DropAfter(limit) if bytes.len() >= *limit) {
                return Err(Over);
            }
            let start = bytes.len();
            if self.stream.read_until(b'\n', bytes).await? == 0 {
                return Err(Over);
            }
            if bytes.get(start..) == Some(b".\r\n".as_slice()) && (start == 0 || bytes[..start].ends_with(b"\r\n")) {
                bytes.truncate(start);
                return Ok(());
            }
        }
    }

    /// Books the mail before the reply is out, as a server must.
    async fn dot(&mut self, mail: Mail) -> Result<(), Over> {
        let act = self.shared.act(Step::Dot);
        self.shared.note(|books| if act.keeps() { books.mails.push(mail) } else { books.refused += 1 });
        self.perform(act, "250 2.0.0 queued as FAKE").await.map(drop)
    }

    /// Answers a step as planned, and says whether the session goes on as if all were well.
    async fn answer(&mut self, step: Step, usual: &str) -> Result<bool, Over> {
        let act = self.shared.act(step);
        self.perform(act, usual).await
    }

    /// What becomes of commands that are here too early.
    fn pipelined(&mut self, usual: &str) -> Result<String, Over> {
        let early = self.stream.buffer().len();
        if early > 0 {
            self.shared.note(|books| books.early += 1);
        }
        let twice = || format!("{usual}\r\n{usual}");
        Ok(match self.shared.setup.pipelined {
            _ if early == 0 => usual.to_owned(),
            Pipelined::Answered => usual.to_owned(),
            Pipelined::HungUpOn => return Err(Over),
            Pipelined::AnsweredTwice => twice(),
            Pipelined::ThrownAway => {
                self.stream.consume(early);
                usual.to_owned()
            }
            Pipelined::Refused => {
                self.stream.consume(early);
                "503 5.5.0 improper command pipelining".to_owned()
            }
        })
    }

    async fn perform(&mut self, act: Act, usual: &str) -> Result<bool, Over> {
        let code = usual.get(..3).unwrap_or_default();
        let usual = &self.pipelined(usual)?;
        match act {
            Act::Accept => self.say(format!("{usual}\r\n").as_bytes()).await?,
            Act::Reply(text) => {
                self.say(format!("{text}\r\n").as_bytes()).await?;
                return Ok(text.get(..1) == usual.get(..1));
            }
            Act::ReplyThenDrop(text) => {
                self.say(format!("{text}\r\n").as_bytes()).await?;
                return Err(Over);
            }
            Act::Drop | Act::DropAfter(_) => return Err(Over),
            Act::HalfClose => {
                self.stream.shutdown().await?;
                self.listen_only().await?;
            }
            Act::Stall => self.listen_only().await?,
            Act::Garbage => return self.break_off(b"HTTP/1.1 400 Bad Request\r\n\r\n").await,
            Act::Half => {
                self.say(usual.get(..usual.len() / 2).unwrap_or_default().as_bytes()).await?;
                return Err(Over);
            }
            Act::Slowly(pause) => {
                for byte in format!("{usual}\r\n").into_bytes() {
                    self.say(&[byte]).await?;
                    tokio::time::sleep(pause).await;
                }
            }
            Act::Latin1 => {
                let first = [code.as_bytes(), b"-Empf\xe4nger gepr\xfcft\r\n"].concat();
                self.say(&[&first, usual.as_bytes(), b"\r\n"].concat()).await?;
            }
            Act::LongLine => return self.break_off(format!("{code} {}\r\n", "x".repeat(4096)).as_bytes()).await,
            Act::Endless => return self.break_off(format!("{code}-more\r\n").repeat(8192).as_bytes()).await,
            Act::Delay(pause) => {
                tokio::time::sleep(pause).await;
                self.say(format!("{usual}\r\n").as_bytes()).await?;
            }
            Act::Inject(bytes) => self.say(&[usual.as_bytes(), b"\r\n", &bytes].concat()).await?,
            Act::Kept(act) => return Box::pin(self.perform(*act, usual)).await,
        }
        Ok(true)
    }

    /// Says what no client should go on from.
    async fn break_off(&mut self, bytes: &[u8]) -> Result<bool, Over> {
        self.say(bytes).await?;
        Ok(false)
    }

    /// Reads to the end, a minute at most, and says nothing.
    async fn listen_only(&mut self) -> Result<(), Over> {
        let mut rest = Vec::new();
        drop(tokio::time::timeout(Duration::from_mins(1), self.stream.read_to_end(&mut rest)).await);
        Err(Over)
    }

    async fn say(&mut self, bytes: &[u8]) -> Result<(), Over> {
        self.stream.write_all(bytes).await?;
        Ok(self.stream.flush().await?)
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

fn undoubled(line: &[u8]) -> &[u8] {
    line.strip_prefix(b".").unwrap_or(line)
}

fn decode(text: &str) -> String {
    String::from_utf8_lossy(&STANDARD.decode(text).unwrap_or_default()).into_owned()
}
