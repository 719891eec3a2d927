//! One mail over an open session: MAIL, RCPT, DATA, the body, its dot (RFC 5321 3.3), the commands
//! one by one or in one write (RFC 2920).

use super::body::Body;
use super::capabilities::Capabilities;
use super::envelope::{Outgoing, commands};
use super::outcome::{Answer, Fault, Verdict, judge, report};
use super::settings::Timeouts;
use super::wire::Wire;
use crate::domain::{Begin, Outcome, Phase, Reason, Report};
use std::time::Duration;
use tokio::time::timeout;

/// The longest wait for answers that change nothing any more: behind a refusal, and to RSET.
const AFTERWARDS: Duration = Duration::from_secs(5);

/// What came of a mail, and how it leaves the session.
pub(super) struct Ended {
    pub(super) report: Report,
    pub(super) left: Left,
}

/// How a mail leaves its session.
pub(super) enum Left {
    /// As good as new.
    Clean,
    /// Of use again once [`forget`] has gone well.
    Refused(Refused),
    /// In doubt: the wire must be closed.
    Spoilt,
}

/// A refused mail that the server has not forgotten yet.
#[derive(Debug)]
pub(super) struct Refused {
    /// What was refused.
    phase: Phase,
    /// How many answers to pipelined commands behind it are still to come.
    unread: usize,
}

/// The three commands with their phases.
type Commands<'a> = [(Phase, &'a str); 3];

/// Sends one mail, and returns as soon as it is known what came of it. If this future is dropped the wire must
/// be closed.
pub(super) async fn exchange(
    wire: &mut Wire,
    offered: &Capabilities,
    outgoing: &Outgoing<'_>,
    may_begin: &(dyn Fn() -> Begin + Send + Sync),
    limits: &Timeouts,
) -> Ended {
    let body = Body::of(outgoing.message);
    let (mail, rcpt) = match commands(offered, outgoing.envelope, &body, outgoing.envelope_id) {
        Ok(commands) => commands,
        Err(report) => return Ended { report: *report, left: Left::Clean },
    };
    let lines = [(Phase::Mail, mail.as_str()), (Phase::Rcpt, rcpt.as_str()), (Phase::Data, "DATA")];
    let refused = if offered.pipelining {
        together(wire, lines, limits.command).await
    } else {
        one_by_one(wire, lines, limits.command).await
    };
    if let Some(ended) = refused {
        return ended;
    }
    // The last moment: the caller drops the connection on anything but Go, without the dot.
    match may_begin() {
        Begin::Go => {}
        Begin::Expired => return unbegun(Outcome::Abandon(Reason::Expired)),
        Begin::Hold => return unbegun(Outcome::Held),
    }
    wire.note(&format!("{} bytes of mail", body.size()));
    let (phase, answer) = match body.write(wire, limits.block).await {
        Ok(()) => (Phase::Dot, wire.reply(limits.dot).await),
        Err(broken_off) => broken_off,
    };
    let outcome = outcome_of(phase, &answer);
    let left = match outcome {
        _ if phase != Phase::Dot || !is_answer(outcome, &answer) => Left::Spoilt,
        Outcome::Sent => Left::Clean,
        // A server that refused in the midst of the body may answer the dot as well: the answer to RSET tells.
        _ => Left::Refused(Refused { phase, unread: 0 }),
    };
    Ended { report: report(outcome, phase, &answer), left }
}

/// Each command after the answer to the one before. Nothing, if all is well.
async fn one_by_one(wire: &mut Wire, lines: Commands<'_>, limit: Duration) -> Option<Ended> {
    for (phase, line) in lines {
        let answer = wire.command(line, limit).await;
        if let Verdict::End(outcome) = judge(phase, &answer) {
            return Some(ended(outcome, phase, &answer, 0));
        }
    }
    None
}

/// All commands in one write, then their answers in order. The first that fails decides.
async fn together(wire: &mut Wire, lines: Commands<'_>, limit: Duration) -> Option<Ended> {
    if let Err(fault) = wire.say(&lines.map(|(_phase, line)| line), limit).await {
        // Often it said why before it hung up. What it said before it was asked is no answer.
        let last_words = if matches!(fault, Fault::Io(_)) { wire.reply(Duration::ZERO).await.ok() } else { None };
        let answer = last_words.filter(|reply| reply.code >= 400).ok_or(fault);
        return Some(Ended {
            report: report(outcome_of(Phase::Mail, &answer), Phase::Mail, &answer),
            left: Left::Spoilt,
        });
    }
    for (index, (phase, _line)) in lines.iter().enumerate() {
        let answer = wire.reply(limit).await;
        if let Verdict::End(outcome) = judge(*phase, &answer) {
            return Some(ended(outcome, *phase, &answer, lines.len() - index - 1));
        }
    }
    None
}

/// Has the server forget a refused mail: answers behind the refusal are read away, so that no later command
/// takes one of them for its own, and RSET is answered as it should be. With false, or if this future is
/// dropped, the wire must be closed.
pub(super) async fn forget(wire: &mut Wire, refused: Refused, limit: Duration) -> bool {
    let limit = limit.min(AFTERWARDS);
    let forgetting = async {
        let mut last = None;
        for _ in 0..refused.unread {
            match wire.reply(limit).await {
                Ok(reply) if reply.code != 421 => last = Some(reply.code),
                _ => return false,
            }
        }
        match (refused.phase, last) {
            // RFC 2920 3.1: DATA may be taken although no recipient was; the dot then ends it empty.
            (Phase::Rcpt, Some(354)) => matches!(wire.command(".", limit).await, Ok(reply) if reply.code >= 400),
            (_, None | Some(400..)) => matches!(wire.command("RSET", limit).await, Ok(reply) if reply.code == 250),
            _ => false,
        }
    };
    timeout(limit, forgetting).await.unwrap_or(false)
}

/// An answer before the body that ended the attempt.
fn ended(outcome: Outcome, phase: Phase, answer: &Answer, unread: usize) -> Ended {
    let is_refusal = is_answer(outcome, answer) && matches!(answer, Ok(reply) if reply.code >= 400);
    let left = if is_refusal { Left::Refused(Refused { phase, unread }) } else { Left::Spoilt };
    Ended { report: report(outcome, phase, answer), left }
}

const fn unbegun(outcome: Outcome) -> Ended {
    Ended { report: Report::of(outcome, Phase::Data), left: Left::Spoilt }
}

fn outcome_of(phase: Phase, answer: &Answer) -> Outcome {
    match judge(phase, answer) {
        Verdict::End(outcome) => outcome,
        Verdict::GoOn => Outcome::ProtocolFault,
    }
}

/// A reply that leaves no doubt about where the session stands.
fn is_answer(outcome: Outcome, answer: &Answer) -> bool {
    !matches!(outcome, Outcome::ProtocolFault | Outcome::Ambiguous) && matches!(answer, Ok(reply) if reply.code != 421)
}
