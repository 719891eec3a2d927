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

/// The longest wait for an answer that changes nothing any more: to RSET, or behind a refusal.
const AFTERWARDS: Duration = Duration::from_secs(5);

/// What came of a mail, and whether the session is as good as new.
pub(super) struct Ended {
    pub(super) report: Report,
    pub(super) clean: bool,
}

/// The three commands with their phases.
type Commands<'a> = [(Phase, &'a str); 3];

/// Sends one mail. With `clean` false, or if this future is dropped, the wire must be closed.
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
        Err(report) => return Ended { report: *report, clean: true },
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
    let answered = phase == Phase::Dot && is_answer(outcome, &answer);
    // A server that refused in the midst of the body may answer the dot as well: the answer to RSET tells.
    let clean = answered && (outcome == Outcome::Sent || reset(wire, limits.command).await);
    Ended { report: report(outcome, phase, &answer), clean }
}

/// Each command after the answer to the one before. Nothing, if all is well.
async fn one_by_one(wire: &mut Wire, lines: Commands<'_>, limit: Duration) -> Option<Ended> {
    for (phase, line) in lines {
        let answer = wire.command(line, limit).await;
        if let Verdict::End(outcome) = judge(phase, &answer) {
            let clean = is_refusal(outcome, &answer) && reset(wire, limit).await;
            return Some(Ended { report: report(outcome, phase, &answer), clean });
        }
    }
    None
}

/// All commands in one write, then their answers in order. The first that fails decides; those
/// behind it are read away, so that no later command takes one of them for its own.
async fn together(wire: &mut Wire, lines: Commands<'_>, limit: Duration) -> Option<Ended> {
    let afterwards = limit.min(AFTERWARDS);
    if let Err(fault) = wire.say(&lines.map(|(_phase, line)| line), limit).await {
        // Often it said why before it hung up. What it said before it was asked is no answer.
        let last_words = if matches!(fault, Fault::Io(_)) { wire.reply(Duration::ZERO).await.ok() } else { None };
        let answer = last_words.filter(|reply| reply.code >= 400).ok_or(fault);
        return Some(Ended { report: report(outcome_of(Phase::Mail, &answer), Phase::Mail, &answer), clean: false });
    }
    let mut refused: Option<Report> = None;
    let mut last = 0;
    for (phase, _line) in lines {
        let answer = wire.reply(if refused.is_some() { afterwards } else { limit }).await;
        last = answer.as_ref().map_or(0, |reply| reply.code);
        match refused.take() {
            None => {
                let Verdict::End(outcome) = judge(phase, &answer) else { continue };
                let report = report(outcome, phase, &answer);
                if !is_refusal(outcome, &answer) {
                    return Some(Ended { report, clean: false });
                }
                refused = Some(report);
            }
            Some(report) if matches!(last, 0 | 421) => return Some(Ended { report, clean: false }),
            Some(report) => refused = Some(report),
        }
    }
    let report = refused?;
    let clean = match (report.phase, last) {
        // RFC 2920 3.1: DATA may be taken although no recipient was; the dot then ends it empty.
        (Phase::Rcpt, 354) => matches!(wire.command(".", afterwards).await, Ok(reply) if reply.code >= 400),
        (_, 400..) => reset(wire, limit).await,
        _ => false,
    };
    Some(Ended { report, clean })
}

const fn unbegun(outcome: Outcome) -> Ended {
    Ended { report: Report::of(outcome, Phase::Data), clean: false }
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

fn is_refusal(outcome: Outcome, answer: &Answer) -> bool {
    is_answer(outcome, answer) && matches!(answer, Ok(reply) if reply.code >= 400)
}

async fn reset(wire: &mut Wire, limit: Duration) -> bool {
    matches!(wire.command("RSET", limit.min(AFTERWARDS)).await, Ok(reply) if reply.code == 250)
}
