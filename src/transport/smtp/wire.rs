//! One connection's bytes: commands out, replies in, each wait with an end. As many answers as
//! questions; a server that speaks out of turn is not listened to any more, since its words could
//! be taken for the answer to something else.

use super::outcome::{Answer, Fault};
use super::reply::{Parsed, parse};
use super::stream::Stream;
use super::transcript::{Spoken, Transcript};
use crate::domain::Secret;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A connection.
#[derive(Debug)]
pub(super) struct Wire {
    stream: Stream,
    input: Vec<u8>,
    ended: bool,
    transcript: Transcript,
}

impl Wire {
    /// Begins with nothing read: whatever an earlier wire had buffered is gone (RFC 3207 4.2).
    pub(super) const fn new(stream: Stream, transcript: Transcript) -> Self {
        Self { stream, input: Vec::new(), ended: false, transcript }
    }

    /// Our end.
    pub(super) fn local_addr(&self) -> Option<SocketAddr> {
        match &self.stream {
            Stream::Plain(tcp) => tcp.local_addr(),
            Stream::Tls(tls) => tls.get_ref().0.local_addr(),
        }
        .ok()
    }

    /// The server's end.
    #[cfg(test)]
    pub(super) fn peer_addr(&self) -> Option<SocketAddr> {
        match &self.stream {
            Stream::Plain(tcp) => tcp.peer_addr().ok(),
            Stream::Tls(tls) => tls.get_ref().0.peer_addr().ok(),
        }
    }

    /// How the connection is protected, in words.
    pub(super) fn protection(&self) -> String {
        let Stream::Tls(tls) = &self.stream else { return "in clear".to_owned() };
        let session = tls.get_ref().1;
        let version = session.protocol_version().and_then(|version| version.as_str()).unwrap_or("TLS");
        let suite = session.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str()).unwrap_or("unknown");
        format!("{version}, {suite}")
    }

    /// The TCP stream below, to put TLS over it. A byte that was read and not asked for was
    /// injected by whoever sits in between (CVE-2011-0411) and ends the connection.
    pub(super) fn into_tcp(self) -> Result<TcpStream, Fault> {
        match self.stream {
            Stream::Plain(tcp) if self.input.is_empty() => Ok(tcp),
            _ => Err(Fault::Unsolicited),
        }
    }

    /// Sends one line and reads its reply, both within `limit`.
    pub(super) async fn command(&mut self, line: &str, limit: Duration) -> Answer {
        self.ask(line, line, limit).await
    }

    /// The same for a line with a secret in it: the transcript gets `shown`.
    pub(super) async fn secret_command(&mut self, line: &str, shown: &str, limit: Duration) -> Answer {
        self.ask(line, shown, limit).await
    }

    async fn ask(&mut self, line: &str, shown: &str, limit: Duration) -> Answer {
        let exchange = async {
            self.write_lines(&[line], shown).await?;
            self.read_reply().await
        };
        timeout(limit, exchange).await.unwrap_or(Err(Fault::Timeout(limit)))
    }

    /// Sends several lines in one write (RFC 2920); [`Wire::reply`] reads the answers.
    pub(super) async fn say(&mut self, lines: &[&str], limit: Duration) -> Result<(), Fault> {
        let shown = lines.join("\n");
        timeout(limit, self.write_lines(lines, &shown)).await.unwrap_or(Err(Fault::Timeout(limit)))
    }

    async fn write_lines(&mut self, lines: &[&str], shown: &str) -> Result<(), Fault> {
        if lines.iter().any(|line| line.bytes().any(|byte| byte.is_ascii_control())) {
            return Err(Fault::Setup("a command holds a control character".to_owned()));
        }
        if self.has_spoken().await {
            return Err(if self.input.is_empty() { Fault::Closed } else { Fault::Unsolicited });
        }
        for line in shown.lines() {
            self.transcript.note(&Spoken::Client(line));
        }
        let bytes: Vec<u8> = lines.iter().flat_map(|line| [line.as_bytes(), b"\r\n"]).flatten().copied().collect();
        let bytes = Secret::new(bytes);
        self.stream.write_all(bytes.expose()).await?;
        Ok(self.stream.flush().await?)
    }

    /// What the transcript should know besides commands and replies.
    pub(super) fn note(&self, words: &str) {
        self.transcript.note(&Spoken::Note(words));
    }

    /// Reads one reply within `limit`.
    pub(super) async fn reply(&mut self, limit: Duration) -> Answer {
        timeout(limit, self.read_reply()).await.unwrap_or(Err(Fault::Timeout(limit)))
    }

    async fn read_reply(&mut self) -> Answer {
        loop {
            if !self.input.is_empty() {
                match parse(&self.input) {
                    Parsed::Whole(reply, used) => {
                        self.input.drain(..used);
                        self.transcript.reply(&reply);
                        return Ok(reply);
                    }
                    Parsed::Partial => {}
                    Parsed::Garbled => return Err(Fault::Garbled),
                    Parsed::TooLong => return Err(Fault::TooLong),
                }
            }
            self.ended = self.ended || self.stream.read_buf(&mut self.input).await? == 0;
            if self.ended {
                return Err(if self.input.is_empty() { Fault::Closed } else { Fault::Half });
            }
        }
    }

    /// Whether bytes, the end or an error have come that nobody asked for. Does not wait.
    pub(super) async fn has_spoken(&mut self) -> bool {
        if self.ended || !self.input.is_empty() {
            return true;
        }
        let Self { stream, input, ended, .. } = self;
        poll_fn(|cx| {
            let mut space = [0; 512];
            let mut space = ReadBuf::new(&mut space);
            Poll::Ready(match Pin::new(&mut *stream).poll_read(cx, &mut space) {
                Poll::Pending => false,
                Poll::Ready(read) => {
                    *ended = read.is_err() || space.filled().is_empty();
                    input.extend_from_slice(space.filled());
                    true
                }
            })
        })
        .await
    }

    /// Waits until bytes, the end or an error come that nobody asked for. May be dropped at any
    /// moment: what came is kept.
    pub(super) async fn disturbed(&mut self) {
        if !self.ended && self.input.is_empty() {
            self.ended = !matches!(self.stream.read_buf(&mut self.input).await, Ok(1..));
        }
    }

    /// Writes a block within `limit`. `out` says, at any moment and also after an error, up to
    /// which byte of it the server may have got.
    pub(super) async fn write_block(&mut self, block: &[u8], out: &mut usize, limit: Duration) -> Result<(), Fault> {
        let work = async {
            let mut written = 0;
            while let Some(rest) = block.get(written..).filter(|rest| !rest.is_empty()) {
                // Under TLS a write that fails may have sent some of its records.
                if matches!(self.stream, Stream::Tls(_)) {
                    *out = block.len();
                }
                match self.stream.write(rest).await? {
                    0 => return Err(Fault::Io(std::io::ErrorKind::WriteZero)),
                    length => written += length,
                }
                *out = (*out).max(written);
            }
            Ok(self.stream.flush().await?)
        };
        timeout(limit, work).await.unwrap_or(Err(Fault::Timeout(limit)))
    }
}
