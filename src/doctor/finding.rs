//! What a check has to say: a verdict, what it means, and the line to change.

use serde_json::{Value, json};
use std::fmt;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// Nobody looked, since something was missing for it.
    Skipped,
    /// Worth knowing.
    Note,
    /// It works, and will hurt one day.
    Warning,
    /// It does not work.
    Bad,
}

impl Verdict {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Skipped => "skipped",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One thing that a check has to say. It quotes no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub verdict: Verdict,
    /// The key or thing that it is about.
    pub subject: String,
    /// The line where it stands, if it was written anywhere.
    pub place: Option<String>,
    /// What it means.
    pub means: String,
    /// The line to change, as it should be, or what to do.
    pub change: Option<String>,
    /// What was said on the wire to find it out, secrets masked.
    pub conversation: Vec<String>,
}

impl Finding {
    fn new(verdict: Verdict, subject: impl Into<String>, means: impl Into<String>) -> Self {
        Self {
            verdict,
            subject: subject.into(),
            place: None,
            means: means.into(),
            change: None,
            conversation: Vec::new(),
        }
    }

    pub(super) fn good(subject: impl Into<String>, means: impl Into<String>) -> Self {
        Self::new(Verdict::Good, subject, means)
    }

    pub(super) fn skipped(subject: impl Into<String>, means: impl Into<String>) -> Self {
        Self::new(Verdict::Skipped, subject, means)
    }

    pub(super) fn note(subject: impl Into<String>, means: impl Into<String>) -> Self {
        Self::new(Verdict::Note, subject, means)
    }

    pub(super) fn warning(subject: impl Into<String>, means: impl Into<String>) -> Self {
        Self::new(Verdict::Warning, subject, means)
    }

    pub(super) fn bad(subject: impl Into<String>, means: impl Into<String>) -> Self {
        Self::new(Verdict::Bad, subject, means)
    }

    /// With the line as it should be.
    pub(super) fn change(mut self, line: impl Into<String>) -> Self {
        self.change = Some(line.into());
        self
    }

    /// With what was said on the wire.
    pub(super) fn heard(mut self, conversation: Vec<String>) -> Self {
        self.conversation = conversation;
        self
    }

    /// For programs.
    pub(super) fn to_json(&self, check: &str) -> Value {
        json!({
            "check": check, "verdict": self.verdict.as_str(), "subject": self.subject, "place": self.place,
            "means": self.means, "change": self.change, "conversation": self.conversation,
        })
    }
}
