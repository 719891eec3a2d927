//! A small HTTP/1.1 client that shows what really goes over the wire, which a comfortable one
//! hides: connections, lengths, header lines.

use serde_json::Value;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// No answer takes so long.
const LIMIT: Duration = Duration::from_mins(1);

/// What to ask.
#[derive(Clone)]
pub(crate) struct Request {
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    chunked: bool,
}

impl Request {
    pub(crate) fn get(path: &str) -> Self {
        Self { method: "GET", path: path.to_owned(), headers: Vec::new(), body: Vec::new(), chunked: false }
    }

    pub(crate) fn post(path: &str) -> Self {
        Self { method: "POST", ..Self::get(path) }
    }

    /// Another method.
    pub(crate) fn method(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("Content-Type", "application/json").body(body.to_string())
    }

    /// Without a Content-Length.
    pub(crate) fn chunked(mut self) -> Self {
        self.chunked = true;
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            head.push_str("Host: 127.0.0.1\r\n");
        }
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        if self.chunked {
            let mut bytes = (head + "Transfer-Encoding: chunked\r\n\r\n").into_bytes();
            for chunk in self.body.chunks(64 * 1024) {
                bytes.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
                bytes.extend(chunk);
                bytes.extend(b"\r\n");
            }
            bytes.extend(b"0\r\n\r\n");
            return bytes;
        }
        if self.method != "GET" {
            head += &["Content-Length: ", &self.body.len().to_string(), "\r\n"].concat();
        }
        [head.as_bytes(), b"\r\n", &self.body].concat()
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(&found.1)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("answers are UTF-8")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    /// The message's id of a 200 of `/courier`.
    pub(crate) fn id(&self) -> String {
        self.header("postrider-message-id").unwrap_or_else(|| panic!("no id: {self:?}")).to_owned()
    }

    /// `Postrider-Status`, and the reason behind a blank if there is one.
    pub(crate) fn outcome(&self) -> String {
        let status = self.header("postrider-status").unwrap_or_else(|| panic!("no status: {self:?}"));
        self.header("postrider-reason").map_or_else(|| status.to_owned(), |reason| format!("{status} {reason}"))
    }

    /// `error.id`, once the error is known to be of herodot's shape, short, and of this request.
    pub(crate) fn error(&self) -> String {
        assert!(self.body.len() < 1024, "Kratos logs no more than 1 KiB: {}", self.text());
        assert_eq!(self.header("content-type"), Some("application/json"), "{self:?}");
        let error = &self.json()["error"];
        assert_eq!(error["code"], self.status, "{self:?}");
        assert_eq!(error["request"].as_str(), self.header("x-request-id"), "{self:?}");
        for key in ["id", "status", "reason", "message"] {
            assert!(error[key].as_str().is_some_and(|text| !text.is_empty()), "{key} of {self:?}");
        }
        let known = ["id", "code", "status", "reason", "message", "request", "details"];
        assert!(error.as_object().unwrap().keys().all(|key| known.contains(&key.as_str())), "{self:?}");
        error["id"].as_str().unwrap().to_owned()
    }
}

/// One connection.
pub(crate) struct Connection {
    reader: BufReader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        Self::try_open(address).await.expect("postrider listens")
    }

    /// None if nobody listens.
    pub(crate) async fn try_open(address: SocketAddr) -> Option<Self> {
        let (reader, writer) = TcpStream::connect(address).await.ok()?.into_split();
        Some(Self { reader: BufReader::new(reader), writer })
    }

    /// Asks and waits for the whole answer.
    pub(crate) async fn ask(&mut self, request: &Request) -> Answer {
        self.try_ask(request).await.unwrap_or_else(|error| panic!("no whole answer: {error}"))
    }

    /// The same, for a server that may be gone. It may answer before it has read everything.
    pub(crate) async fn try_ask(&mut self, request: &Request) -> io::Result<Answer> {
        let bytes = request.bytes();
        let Self { reader, writer } = self;
        let sending = async {
            // The server may have hung up on us: its answer tells why.
            drop(writer.write_all(&bytes).await);
            std::future::pending::<()>().await;
        };
        let asking = async {
            tokio::select! {
                answer = read(reader) => answer,
                () = sending => unreachable!("it never ends"),
            }
        };
        tokio::time::timeout(LIMIT, asking).await.expect("an answer in time")
    }

    /// Whether the server has closed it; waits for that.
    pub(crate) async fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        let end = tokio::time::timeout(LIMIT, self.reader.read_to_end(&mut rest)).await;
        end.is_ok() && rest.is_empty()
    }
}

async fn read(reader: &mut BufReader<OwnedReadHalf>) -> io::Result<Answer> {
    let status = line(reader).await?;
    let status: u16 = status.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status line");
    assert!(!(300..400).contains(&status), "postrider never redirects");
    let mut headers = Vec::new();
    loop {
        let line = line(reader).await?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').expect("a header line");
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut answer = Answer { status, headers, body: Vec::new() };
    if status != 204 {
        let length = answer.header("content-length").expect("every answer has its length").parse().unwrap();
        answer.body.resize(length, 0);
    }
    reader.read_exact(&mut answer.body).await?;
    Ok(answer)
}

async fn line(reader: &mut BufReader<OwnedReadHalf>) -> io::Result<String> {
    let mut line = String::new();
    reader.read_line(&mut line).await?;
    if line.ends_with("\r\n") { Ok(line.trim_end().to_owned()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
