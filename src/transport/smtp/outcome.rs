//! What an answer means: the table "Outcomes by phase" of the design, as one function.

use super::reply::Reply;
use crate::domain::{EnhancedCode, Outcome, Phase, Reason, Report, Secret};
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
    let reply = match answer {
        Ok(reply) => reply,
        Err(_fault) => return Verdict::End(of_fault(phase)),
    };
    if hoped_for(phase, reply.code) {
        return if phase == Phase::Dot { Verdict::End(Outcome::Sent) } else { Verdict::GoOn };
    }
    Verdict::End(match phase {
        Phase::Auth => of_auth(reply),
        Phase::Mail | Phase::Rcpt | Phase::Data | Phase::Body | Phase::Dot => of_transaction(phase, reply),
        _ => Outcome::ProviderFault,
    })
}

/// The only replies that an exchange goes on with.
fn hoped_for(phase: Phase, code: u16) -> bool {
    match phase {
        Phase::Greeting | Phase::Starttls => code == 220,
        Phase::Ehlo | Phase::Mail => code == 250,
        Phase::Auth => code == 235,
        Phase::Rcpt => matches!(code, 250 | 251),
        Phase::Data => code == 354,
        Phase::Dot => code / 100 == 2,
        Phase::Connect | Phase::Tls | Phase::Body | Phase::Local => false,
    }
}

const fn of_fault(phase: Phase) -> Outcome {
    match phase {
        Phase::Mail | Phase::Rcpt | Phase::Data => Outcome::Dropped,
        // RFC 5321 4.1.1.4: without the dot the server may not accept, so nothing is in doubt.
        Phase::Body => Outcome::Retry,
        Phase::Dot => Outcome::Ambiguous,
        _ => Outcome::ProviderFault,
    }
}

/// Every refused log-in counts as bad, since bad log-ins lock accounts; but a 421 without a word of
/// policy is a server going down.
fn of_auth(reply: &Reply) -> Outcome {
    let policy = reply.enhanced.is_some_and(|EnhancedCode(_, subject, _)| subject == 7);
    match reply.code {
        421 if !policy => Outcome::ProviderFault,
        400..=599 => Outcome::AuthFault,
        _ => Outcome::ProviderFault,
    }
}

fn of_transaction(phase: Phase, reply: &Reply) -> Outcome {
    let Reply { code, enhanced, .. } = reply;
    let about_address = enhanced.is_some_and(|EnhancedCode(class, subject, _)| (class, subject) == (5, 1));
    let about_message = matches!(enhanced, Some(EnhancedCode(5, 3, 4) | EnhancedCode(5, 6, 7)));
    match (phase, code) {
        (Phase::Mail, 552) => Outcome::Abandon(Reason::Refused),
        (Phase::Mail, 500..=599) if about_message => Outcome::Abandon(Reason::Refused),
        (_, 421 | 500 | 502 | 503 | 504 | 555) => Outcome::ProtocolFault,
        (_, 501) if !about_address => Outcome::ProtocolFault,
        (_, 530 | 534 | 535 | 538) | (Phase::Mail, 400..=599) => Outcome::ProviderFault,
        (_, 400..=499) => Outcome::Retry,
        (_, 500..=599) => Outcome::Abandon(Reason::Refused),
        // A 3yz is no answer to the dot: perhaps it was meant for something else.
        (Phase::Dot, _) => Outcome::Ambiguous,
        _ => Outcome::ProtocolFault,
    }
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

#[cfg(test)]
#[path = "outcome_tests.rs"]
mod tests;
