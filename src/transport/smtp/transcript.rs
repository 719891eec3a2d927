//! What was said on a connection, for an operator who looks on (`send-test`, `doctor`). Log-ins
//! come masked and the body comes as its size; nothing is noted where nobody listens.

use super::reply::Reply;
use std::fmt;
use std::sync::Arc;

/// One line of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoken<'a> {
    /// Ours, with secrets masked.
    Client(&'a str),
    /// The server's. It may quote addresses.
    Server(&'a str),
    /// What happened besides: TLS, the body.
    Note(&'a str),
}

/// Who listens.
type Listener = Arc<dyn Fn(&Spoken<'_>) + Send + Sync>;

/// Hands each line to a listener, if there is one.
#[derive(Clone, Default)]
pub struct Transcript(Option<Listener>);

impl Transcript {
    /// For this listener.
    pub fn to(listener: impl Fn(&Spoken<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listener)))
    }

    pub(super) fn note(&self, spoken: &Spoken<'_>) {
        if let Some(listener) = &self.0 {
            listener(spoken);
        }
    }

    /// A whole reply, line by line as it came.
    pub(super) fn reply(&self, reply: &Reply) {
        if self.0.is_none() {
            return;
        }
        let lines = reply.lines.expose();
        for (index, text) in lines.iter().enumerate() {
            let dash = if index + 1 < lines.len() { '-' } else { ' ' };
            self.note(&Spoken::Server(format!("{}{dash}{text}", reply.code).trim_end()));
        }
    }
}

impl fmt::Debug for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transcript({})", if self.0.is_some() { "listened to" } else { "nobody listens" })
    }
}

impl fmt::Display for Spoken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(line) => write!(f, "> {line}"),
            Self::Server(line) => write!(f, "< {line}"),
            Self::Note(words) => write!(f, "* {words}"),
        }
    }
}
