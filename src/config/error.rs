//! What is wrong with a configuration, said to the operator who wrote it. A problem names the
//! place, the key and the cure; it never quotes a value, since any value may be a secret.

use std::fmt;

/// Everything that was found wrong, one line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<String>,
}

impl ConfigError {
    pub(super) fn of(problems: Vec<String>) -> Self {
        let mut seen = Vec::new();
        for problem in problems {
            if !seen.contains(&problem) {
                seen.push(problem);
            }
        }
        Self { problems: seen }
    }

    /// The problems, each a line of its own.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problems.join("\n"))
    }
}

impl std::error::Error for ConfigError {}

/// The part of a serde message that tells what was expected. Its other half quotes the value.
pub(super) fn without_value(message: &str) -> String {
    match message.rsplit_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None if message.starts_with("invalid ") || message.starts_with("unknown ") => {
            "this value is not valid".to_owned()
        }
        None => message.to_owned(),
    }
}
