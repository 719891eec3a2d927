//! The table "outcomes by phase": the only place that says what a reply means. The first row that
//! fits decides. `docs/smtp.md` shows it, printed by its test.

use super::outcome::{Answer, Verdict};
use crate::domain::{EnhancedCode, Outcome, Phase, Reason};
use Outcome::{Abandon, Ambiguous, AuthFault, Denied, Dropped, ProtocolFault, ProviderFault, Retry, Sent};
use Phase::{Auth, Body, Connect, Data, Dot, Ehlo, Greeting, Mail, Rcpt, Starttls, Tls};
use Verdict::{End, GoOn};
use When::{Codes, Marked, Nothing, Other, Unmarked};

/// One row.
pub(super) struct Row {
    pub(super) phases: &'static [Phase],
    pub(super) when: When,
    pub(super) verdict: Verdict,
    /// What follows, for the reader of the documentation.
    #[cfg_attr(not(test), expect(dead_code, reason = "the test prints it into docs/smtp.md"))]
    pub(super) follows: &'static str,
}

/// Which answers a row is about. Codes are ranges, both ends included.
pub(super) enum When {
    /// No reply, or half, an over-long or a garbled one.
    Nothing,
    /// These codes.
    Codes(&'static [Range]),
    /// These codes, if the enhanced code is among the marks.
    Marked(&'static [Range], &'static [Mark]),
    /// These codes, unless the enhanced code is among the marks.
    Unmarked(&'static [Range], &'static [Mark]),
    /// Any reply.
    Other,
}

pub(super) type Range = (u16, u16);

/// An enhanced code (RFC 3463): class, subject, detail; none is any.
pub(super) struct Mark(pub(super) Option<u8>, pub(super) u16, pub(super) Option<u16>);

const SETUP: &[Phase] = &[Connect, Tls, Greeting, Ehlo, Starttls, Auth];
const TRANSACTION: &[Phase] = &[Mail, Rcpt, Data, Body, Dot];
const CONTENT: &[Phase] = &[Rcpt, Data, Body, Dot];
const TEMPORARY: Range = (400, 499);
const PERMANENT: Range = (500, 599);
const TOO_BIG: Mark = Mark(Some(5), 3, Some(4));
const NOT_ASCII: Mark = Mark(Some(5), 6, Some(7));
const ADDRESS: Mark = Mark(Some(5), 1, None);
const POLICY: Mark = Mark(None, 7, None);
const AGAIN: &str = "new connection, try again";

pub(super) const TABLE: &[Row] = &[
    row(&[Greeting, Starttls], Codes(&[(220, 220)]), GoOn, "go on"),
    row(&[Ehlo, Mail], Codes(&[(250, 250)]), GoOn, "go on"),
    row(&[Auth], Codes(&[(235, 235)]), GoOn, "go on"),
    row(&[Rcpt], Codes(&[(250, 251)]), GoOn, "go on"),
    row(
        &[Data],
        Codes(&[(354, 354)]),
        GoOn,
        "begin the body, unless the code has expired by now: then close without the dot",
    ),
    row(&[Dot], Codes(&[(200, 299)]), End(Sent), "done"),
    row(&[Ehlo], Codes(&[(500, 500), (502, 502)]), End(ProviderFault), "HELO first"),
    // Every refused log-in counts as bad, since bad log-ins lock accounts; but a 421 without a word
    // of policy is a server going down.
    row(&[Auth], Unmarked(&[(421, 421)], &[POLICY]), End(ProviderFault), "next provider"),
    row(
        &[Auth],
        Codes(&[TEMPORARY, PERMANENT]),
        End(AuthFault),
        "next provider; this one rests 30 s, growing to 15 min",
    ),
    row(SETUP, Nothing, End(ProviderFault), "next provider"),
    row(SETUP, Other, End(ProviderFault), "next provider"),
    row(&[Mail], Codes(&[(552, 552)]), End(Abandon(Reason::Refused)), "over"),
    row(&[Mail], Marked(&[PERMANENT], &[TOO_BIG, NOT_ASCII]), End(Abandon(Reason::Refused)), "over"),
    row(
        TRANSACTION,
        Codes(&[(421, 421)]),
        End(ProtocolFault),
        "new connection, try again until its deadline, with growing waits",
    ),
    row(
        TRANSACTION,
        Codes(&[(500, 500), (502, 504), (555, 555)]),
        End(ProtocolFault),
        "new connection, try again plainly; the third time `refused`",
    ),
    row(
        TRANSACTION,
        Unmarked(&[(501, 501)], &[ADDRESS]),
        End(ProtocolFault),
        "new connection, try again plainly; the third time `refused`",
    ),
    row(TRANSACTION, Codes(&[(530, 530), (534, 535), (538, 538)]), End(ProviderFault), "next provider"),
    row(&[Mail], Codes(&[TEMPORARY, PERMANENT]), End(ProviderFault), "next provider"),
    row(CONTENT, Codes(&[TEMPORARY]), End(Retry), "try again"),
    row(CONTENT, Marked(&[PERMANENT], &[POLICY]), End(Denied), "the next provider once, else `refused`"),
    row(CONTENT, Codes(&[PERMANENT]), End(Abandon(Reason::Refused)), "over"),
    row(
        &[Mail, Rcpt, Data],
        Nothing,
        End(Dropped),
        "new connection, try again; not counted, though drops in a row lengthen the wait",
    ),
    // RFC 5321 4.1.1.4: without the dot the server may not accept, so nothing is in doubt.
    row(&[Body], Nothing, End(Retry), AGAIN),
    row(
        &[Dot],
        Nothing,
        End(Ambiguous),
        "it may have arrived: once more after a minute by the same provider; the second time `unconfirmed`",
    ),
    // A 3yz is no answer to the dot: perhaps it was meant for something else.
    row(&[Dot], Other, End(Ambiguous), "the same"),
    row(
        &[Mail, Rcpt, Data, Body],
        Other,
        End(ProtocolFault),
        "new connection, try again plainly; the third time `refused`",
    ),
];

const fn row(phases: &'static [Phase], when: When, verdict: Verdict, follows: &'static str) -> Row {
    Row { phases, when, verdict, follows }
}

impl When {
    pub(super) fn fits(&self, answer: &Answer) -> bool {
        let Ok(reply) = answer else { return matches!(self, Nothing) };
        let within = |ranges: &[Range]| ranges.iter().any(|(from, to)| (*from..=*to).contains(&reply.code));
        let marked = |marks: &[Mark]| reply.enhanced.is_some_and(|code| marks.iter().any(|mark| mark.is(code)));
        match self {
            Nothing => false,
            Codes(ranges) => within(ranges),
            Marked(ranges, marks) => within(ranges) && marked(marks),
            Unmarked(ranges, marks) => within(ranges) && !marked(marks),
            Other => true,
        }
    }
}

impl Mark {
    fn is(&self, EnhancedCode(class, subject, detail): EnhancedCode) -> bool {
        self.0.is_none_or(|own| own == class) && self.1 == subject && self.2.is_none_or(|own| own == detail)
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
