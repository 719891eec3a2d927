//! Where something stands in a Go template, and why a template could not be read.

use std::fmt;

/// A place in a file, counted from 1. Takes no part in comparisons: two templates are the same
/// wherever their words stand.
#[derive(Debug, Clone, Copy)]
pub struct At {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

impl At {
    /// The beginning of a file.
    pub const START: Self = Self { line: 1, column: 1 };

    /// The place behind some text that begins here.
    pub(super) fn after(self, text: &str) -> Self {
        text.chars().fold(self, |at, c| {
            if c == '\n' {
                Self { line: at.line.saturating_add(1), column: 1 }
            } else {
                Self { column: at.column.saturating_add(1), ..at }
            }
        })
    }
}

impl PartialEq for At {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for At {}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Go would refuse this template, too.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {why}")]
pub struct SyntaxError {
    /// Where.
    pub at: At,
    /// What is wrong, in words.
    pub why: String,
}

impl SyntaxError {
    pub(super) fn new(at: At, why: impl Into<String>) -> Self {
        Self { at, why: why.into() }
    }
}
