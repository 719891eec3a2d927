//! One mail over an open session: MAIL, RCPT, DATA, the body, its dot (RFC 5321 3.3).

use super::body::Body;
use super::capabilities::Capabilities;
use super::outcome::{Answer, Verdict, judge, report, said};
use super::settings::Timeouts;
use super::wire::Wire;
use crate::domain::{Begin, EmailAddress, Envelope, Outcome, Phase, Reason, Report};
use std::fmt::Write as _;
use std::time::Duration;

/// The longest wait for the reply to RSET: a refusal need not wait for more.
const RSET_LIMIT: Duration = Duration::from_secs(5);

/// What came of a mail, and whether the session is as good as new.
pub(super) struct Ended {
    pub(super) report: Report,
    pub(super) clean: bool,
}

/// Sends one mail. With `clean` false, or if this future is dropped, the wire must be closed.
pub(super) async fn exchange(
    wire: &mut Wire,
    offered: &Capabilities,
    envelope: &Envelope,
    message: &[u8],
    may_begin: &(dyn Fn() -> Begin + Send + Sync),
    limits: &Timeouts,
) -> Ended {
    let body = Body::of(message);
    let (mail, rcpt) = match commands(offered, envelope, &body) {
        Ok(commands) => commands,
        Err(report) => return Ended { report: *report, clean: true },
    };
    for (phase, line) in [(Phase::Mail, mail.as_str()), (Phase::Rcpt, rcpt.as_str()), (Phase::Data, "DATA")] {
        let answer = wire.command(line, limits.command).await;
        if let Verdict::End(outcome) = judge(phase, &answer) {
            let clean = is_refusal(outcome, &answer) && reset(wire, limits.command.min(RSET_LIMIT)).await;
            return Ended { report: report(outcome, phase, &answer), clean };
        }
    }
    // The last moment: the caller drops the connection on anything but Go, without the dot.
    match may_begin() {
        Begin::Go => {}
        Begin::Expired => return unbegun(Outcome::Abandon(Reason::Expired)),
        Begin::Hold => return unbegun(Outcome::Held),
    }
    let (phase, answer) = match body.write(wire, limits.block).await {
        Ok(()) => (Phase::Dot, wire.reply(limits.dot).await),
        Err(broken_off) => broken_off,
    };
    let outcome = match judge(phase, &answer) {
        Verdict::End(outcome) => outcome,
        Verdict::GoOn => Outcome::ProtocolFault,
    };
    Ended { report: report(outcome, phase, &answer), clean: phase == Phase::Dot && is_answer(outcome, &answer) }
}

const fn unbegun(outcome: Outcome) -> Ended {
    Ended { report: Report::of(outcome, Phase::Data), clean: false }
}

/// A reply that leaves no doubt about where the session stands.
fn is_answer(outcome: Outcome, answer: &Answer) -> bool {
    !matches!(outcome, Outcome::ProtocolFault | Outcome::Ambiguous) && matches!(answer, Ok(reply) if reply.code != 421)
}

fn is_refusal(outcome: Outcome, answer: &Answer) -> bool {
    is_answer(outcome, answer) && matches!(answer, Ok(reply) if reply.code >= 400)
}

async fn reset(wire: &mut Wire, limit: Duration) -> bool {
    matches!(wire.command("RSET", limit).await, Ok(reply) if reply.code == 250)
}

/// The MAIL and RCPT commands, or why this server cannot take this mail.
fn commands(offered: &Capabilities, envelope: &Envelope, body: &Body) -> Result<(String, String), Box<Report>> {
    let refuse = |outcome, phase, words: &str| Err(Box::new(said(outcome, phase, words.to_owned())));
    let Ok(to) = EmailAddress::parse(&envelope.to) else {
        return refuse(Outcome::Abandon(Reason::Undeliverable), Phase::Local, "the recipient is no mail address");
    };
    // An empty one is the null sender (RFC 5321 4.5.5).
    let from = match envelope.from.as_str() {
        "" => None,
        from => match EmailAddress::parse(from) {
            Ok(from) => Some(from),
            Err(_) => return refuse(Outcome::ProviderFault, Phase::Local, "the sender is no mail address"),
        },
    };
    let from_utf8 = from.as_ref().is_some_and(EmailAddress::needs_smtputf8);
    if to.needs_smtputf8() && !offered.smtputf8 {
        let words = "the address needs SMTPUTF8 (RFC 6531), which the server does not offer";
        return refuse(Outcome::Abandon(Reason::Undeliverable), Phase::Mail, words);
    }
    if from_utf8 && !offered.smtputf8 {
        let words = "the sender's address needs SMTPUTF8 (RFC 6531), which the server does not offer";
        return refuse(Outcome::ProviderFault, Phase::Mail, words);
    }
    let size = u64::try_from(body.size()).unwrap_or(u64::MAX);
    if let Some(limit) = offered.size.filter(|limit| *limit > 0 && size > *limit) {
        let words = format!("the mail has {size} bytes, the server takes {limit} (SIZE, RFC 1870)");
        return refuse(Outcome::Abandon(Reason::Refused), Phase::Mail, &words);
    }
    let mut mail = format!("MAIL FROM:<{}>", from.as_ref().map_or("", EmailAddress::as_str));
    if offered.size.is_some() {
        // Writing to a String cannot fail.
        write!(mail, " SIZE={size}").unwrap_or_default();
    }
    if body.eight_bit() && offered.eight_bit_mime {
        mail.push_str(" BODY=8BITMIME");
    }
    if to.needs_smtputf8() || from_utf8 {
        mail.push_str(" SMTPUTF8");
    }
    Ok((mail, format!("RCPT TO:<{}>", to.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(offered: &Capabilities, from: &str, to: &str, message: &str) -> Result<(String, String), Outcome> {
        let envelope = Envelope { from: from.to_owned(), to: to.to_owned() };
        commands(offered, &envelope, &Body::of(message.as_bytes())).map_err(|report| report.outcome)
    }

    fn all() -> Capabilities {
        Capabilities { smtputf8: true, eight_bit_mime: true, size: Some(0), ..Capabilities::default() }
    }

    #[test]
    fn parameters_are_used_only_where_offered_and_needed() {
        let none = Capabilities::default();
        let pair = |mail: &str, rcpt: &str| Ok((mail.to_owned(), rcpt.to_owned()));
        let plain = pair("MAIL FROM:<a@b.org>", "RCPT TO:<c@d.org>");
        assert_eq!(lines(&none, "a@b.org", "c@d.org", "x"), plain);
        assert_eq!(lines(&none, "a@b.org", "c@d.org", "ü"), plain);
        assert_eq!(lines(&all(), "", "c@d.org", "x"), pair("MAIL FROM:<> SIZE=3", "RCPT TO:<c@d.org>"));
        let eight = pair("MAIL FROM:<a@b.org> SIZE=4 BODY=8BITMIME", "RCPT TO:<c@d.org>");
        assert_eq!(lines(&all(), "a@b.org", "c@d.org", "ü"), eight);
        let utf8 = pair("MAIL FROM:<a@b.org> SIZE=3 SMTPUTF8", "RCPT TO:<ü@d.org>");
        assert_eq!(lines(&all(), "a@b.org", "ü@d.org", "x"), utf8);
    }

    #[test]
    fn what_the_server_cannot_take_is_not_begun() {
        let none = Capabilities::default();
        let undeliverable = Err(Outcome::Abandon(Reason::Undeliverable));
        for to in ["ü@d.org", "", "nobody", "+12025550123", "c@d.org>\r\nDATA", "c@d.org> SIZE=1"] {
            assert_eq!(lines(&none, "a@b.org", to, "x"), undeliverable, "{to:?}");
        }
        assert_eq!(lines(&none, "ü@b.org", "c@d.org", "x"), Err(Outcome::ProviderFault));
        assert_eq!(lines(&all(), "a\r\n@b.org", "c@d.org", "x"), Err(Outcome::ProviderFault));
        let small = Capabilities { size: Some(4), ..all() };
        assert!(lines(&small, "", "c@d.org", "ab").is_ok());
        assert_eq!(lines(&small, "", "c@d.org", "abc"), Err(Outcome::Abandon(Reason::Refused)));
    }
}
