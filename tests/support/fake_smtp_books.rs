//! What the fake server writes down.

use super::script::{Act, Step};
use std::collections::{HashMap, VecDeque};

/// A mail that the server took: it has its dot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Between the brackets of MAIL FROM.
    pub envelope_from: String,
    /// What stood behind them: `SIZE=… SMTPUTF8`.
    pub parameters: String,
    /// What stood behind the last recipient: `NOTIFY=…`.
    pub rcpt_parameters: String,
    /// Between the brackets of each RCPT TO that was accepted.
    pub rcpt: Vec<String>,
    /// The content with its dots un-doubled, without the final dot.
    pub data: Vec<u8>,
    /// Whether it came by TLS.
    pub tls: bool,
    /// Whether the client had logged in.
    pub logged_in: bool,
    /// Which connection brought it, counted from 1.
    pub connection: usize,
}

impl Mail {
    /// The content as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.data).into_owned()
    }
}

/// A body that never got its dot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aborted {
    /// Which connection.
    pub connection: usize,
    /// How many bytes came after the 354.
    pub bytes: usize,
}

/// What the server knows of itself and of its plans.
#[derive(Debug, Default)]
pub(super) struct Books {
    pub(super) mails: Vec<Mail>,
    pub(super) refused: usize,
    pub(super) aborted: Vec<Aborted>,
    pub(super) contradicted: Vec<Mail>,
    pub(super) commands: Vec<(usize, String)>,
    pub(super) early: usize,
    pub(super) connections: usize,
    pub(super) open: usize,
    pub(super) said: usize,
    pub(super) mute_after: Option<usize>,
    pub(super) once: HashMap<Step, VecDeque<Act>>,
    pub(super) always: HashMap<Step, Act>,
}
