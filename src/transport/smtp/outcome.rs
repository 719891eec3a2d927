//! What an answer means: faults, the judge over the [`super::table`], and reports.

use super::reply::Reply;
use super::table::TABLE;
use crate::domain::{Outcome, Phase, Report, Secret};
use std::time::Duration;

/// Why there is no reply to judge. Holds nothing that a server said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// End of file where a reply should begin.
    #[error("the server closed the connection")]
    Closed,
    /// End of file within a reply.
    #[error("the server closed the connection in the middle of a reply")]
    Half,
    /// Nothing, or not all of it, in time.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    /// Not SMTP.
    #[error("what the server sent is not an SMTP reply")]
    Garbled,
    /// Over 2 KiB a line or 16 KiB in all.
    #[error("the reply is longer than 16 KiB, or a line of it longer than 2 KiB")]
    TooLong,
    /// Bytes that came before we had asked: no later reply could be told from them.
    #[error("the server spoke before it was asked")]
    Unsolicited,
    /// The system's word.
    #[error("the connection failed: {0}")]
    Io(std::io::ErrorKind),
    /// Ours: a name not found, a certificate not trusted, a log-in that cannot be made.
    #[error("{0}")]
    Setup(String),
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::UnexpectedEof => Self::Closed,
            kind => Self::Io(kind),
        }
    }
}

/// A reply, or why there is none.
pub(super) type Answer = Result<Reply, Fault>;

/// Whether the exchange goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The reply that this phase hopes for.
    GoOn,
    /// The attempt has ended.
    End(Outcome),
}

/// Judges an answer. The phase also carries how much of the mail may be out: `Data` none of its
/// body, `Body` a part, `Dot` any byte of the end of the data.
pub(super) fn judge(phase: Phase, answer: &Answer) -> Verdict {
    let row = TABLE.iter().find(|row| row.phases.contains(&phase) && row.when.fits(answer));
    row.map_or(Verdict::End(Outcome::ProviderFault), |row| row.verdict)
}

/// The report of an attempt that ended with this answer.
pub(super) fn report(outcome: Outcome, phase: Phase, answer: &Answer) -> Report {
    match answer {
        Ok(reply) => {
            Report { outcome, phase, code: Some(reply.code), enhanced: reply.enhanced, reply: Some(reply.text()) }
        }
        Err(fault) => said(outcome, phase, fault.to_string()),
    }
}

/// A report in our own words.
pub(super) fn said(outcome: Outcome, phase: Phase, words: String) -> Report {
    Report { reply: Some(Secret::new(words)), ..Report::of(outcome, phase) }
}
