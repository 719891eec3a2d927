//! The wire of the fake Kratos: HTTP/1.1, as much of it as a client of ours speaks.

use super::record;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    /// Without the query.
    pub path: String,
    /// Without the question mark.
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Asked {
    /// Method and path; the id of an identity is left out.
    pub fn route(&self) -> String {
        let path = self.path.trim_end_matches(|c: char| c.is_ascii_hexdigit() || c == '-');
        let path = if path == "/admin/identities/" { "/admin/identities/" } else { self.path.as_str() };
        format!("{} {path}", self.method)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(&found.1)
    }

    /// A parameter of the query, decoded.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let url = url::Url::parse(&format!("http://k/?{}", self.query)).unwrap();
        url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// An answer to give.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Waited before it.
    pub delay: Duration,
    /// And until the test says so.
    pub told: Option<Arc<Notify>>,
    /// The connection is closed instead.
    pub cut: bool,
}

impl Reply {
    pub fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("Content-Type".to_owned(), "application/json; charset=utf-8".to_owned())];
        Self { status, headers, body: body.to_string().into_bytes(), delay: Duration::ZERO, told: None, cut: false }
    }

    /// As a panic in Kratos answers.
    pub fn text(status: u16, body: &str) -> Self {
        let headers = vec![("Content-Type".to_owned(), "text/plain; charset=utf-8".to_owned())];
        Self { headers, body: body.as_bytes().to_vec(), ..Self::json(status, &Value::Null) }
    }

    pub fn redirect(location: &str) -> Self {
        let headers = vec![("Location".to_owned(), location.to_owned())];
        Self { headers, body: Vec::new(), ..Self::json(303, &Value::Null) }
    }

    /// No answer at all.
    pub fn cut() -> Self {
        Self { cut: true, ..Self::json(200, &Value::Null) }
    }

    /// What a Kratos of this version once gave.
    pub fn recorded(version: &str, name: &str) -> Self {
        record::recorded(version, name).unwrap_or_else(|| panic!("{version} has no {name}")).reply
    }

    /// Once the test says so.
    pub fn when(mut self, told: &Arc<Notify>) -> Self {
        self.told = Some(Arc::clone(told));
        self
    }

    /// After this time.
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

pub(super) async fn read(stream: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let mut first = lines.first()?.split(' ').map(str::to_owned);
    let (method, target) = (first.next()?, first.next()?);
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let split = |line: &String| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
    let headers: Vec<_> = lines.iter().skip(1).filter_map(split).collect();
    let (path, query) = (path.to_owned(), query.to_owned());
    let mut asked = Asked { method, path, query, headers, body: Vec::new() };
    let length = asked.header("content-length").map_or(0, |length| length.parse().unwrap());
    asked.body.resize(length, 0);
    stream.read_exact(&mut asked.body).await.ok()?;
    Some(asked)
}

pub(super) async fn write(stream: &mut BufReader<TcpStream>, reply: &Reply) -> bool {
    let mut head = format!("HTTP/1.1 {} X\r\nContent-Length: {}\r\n", reply.status, reply.body.len());
    for (name, value) in &reply.headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    stream.write_all(&[head.as_bytes(), b"\r\n", &reply.body].concat()).await.is_ok()
}
