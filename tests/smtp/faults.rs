//! The rows and columns of the matrix: where a fault strikes, what it is, and what must come of it.

use crate::fake_smtp::{Act, Step};
use postrider::domain::Outcome::{Ambiguous, AuthFault, Dropped, ProtocolFault, ProviderFault, Retry, Sent};
use postrider::domain::{Outcome, Phase, Reason};
use std::time::Duration;

const REFUSED: Outcome = Outcome::Abandon(Reason::Refused);

/// Where a fault strikes, and the outcomes of 4yz, 5yz, 421 and no usable reply there.
pub(crate) struct Row {
    pub(crate) step: Step,
    phase: Phase,
    outcomes: [Outcome; 4],
}

pub(crate) const fn row(step: Step, phase: Phase, outcomes: [Outcome; 4]) -> Row {
    Row { step, phase, outcomes }
}

pub(crate) const ROWS: [Row; 13] = [
    row(Step::Connect, Phase::Connect, [ProviderFault; 4]),
    row(Step::Greeting, Phase::Greeting, [ProviderFault; 4]),
    row(Step::Ehlo, Phase::Ehlo, [ProviderFault; 4]),
    row(Step::StartTls, Phase::Starttls, [ProviderFault; 4]),
    row(Step::Tls, Phase::Tls, [ProviderFault; 4]),
    row(Step::Auth, Phase::Auth, [AuthFault, AuthFault, ProviderFault, ProviderFault]),
    row(Step::Mail, Phase::Mail, [ProviderFault, ProviderFault, ProtocolFault, Dropped]),
    row(Step::Rcpt, Phase::Rcpt, [Retry, REFUSED, ProtocolFault, Dropped]),
    row(Step::Data, Phase::Data, [Retry, REFUSED, ProtocolFault, Dropped]),
    row(Step::Body, Phase::Body, [Retry, REFUSED, ProtocolFault, Retry]),
    row(Step::Dot, Phase::Dot, [Retry, REFUSED, ProtocolFault, Ambiguous]),
    // A recipient that was refused before, and a mail that was sent: nothing changes that.
    row(Step::Rset, Phase::Rcpt, [REFUSED; 4]),
    row(Step::Quit, Phase::Dot, [Sent; 4]),
];

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    Temporary,
    Permanent,
    Leaving,
    Drop,
    HalfClose,
    Stall,
    Garbage,
    Half,
    OverLong,
    Dribble,
    Latin1,
    Split,
    OneTooMany,
}

impl Fault {
    pub(crate) const ALL: [(Self, &str); 13] = [
        (Self::Temporary, "4yz"),
        (Self::Permanent, "5yz"),
        (Self::Leaving, "421"),
        (Self::Drop, "drop"),
        (Self::HalfClose, "half-close"),
        (Self::Stall, "stall"),
        (Self::Garbage, "garbage"),
        (Self::Half, "half a reply"),
        (Self::OverLong, "over-long"),
        (Self::Dribble, "dribble"),
        (Self::Latin1, "Latin-1"),
        (Self::Split, "split bytes"),
        (Self::OneTooMany, "a reply too many"),
    ];

    /// How the server does it; nothing where it cannot.
    pub(crate) fn acts(self, step: Step) -> Vec<Act> {
        let leaving = "421 4.3.2 leaving";
        let reply = |text: &str| vec![Act::reply(text)];
        match (step, self) {
            (Step::Connect, Self::Drop | Self::Stall) => vec![Act::Accept],
            (Step::Connect, _) | (Step::Tls | Step::Body, Self::Half | Self::Dribble | Self::Latin1 | Self::Split) => {
                Vec::new()
            }
            (Step::Tls | Step::Quit, Self::OneTooMany) => Vec::new(),
            (Step::Body, Self::Drop) => vec![Act::DropAfter(100_000)],
            (Step::Body, Self::OneTooMany) => reply("250 2.0.0 queued"),
            (Step::Body, Self::Permanent) => reply("552 5.3.4 too big"),
            (_, Self::Temporary) => reply("450 4.2.0 later"),
            (_, Self::Permanent) => reply("550 5.1.0 never"),
            (_, Self::Leaving) => vec![Act::reply(leaving), Act::ReplyThenDrop(leaving.to_owned())],
            (_, Self::Drop) => vec![Act::Drop],
            (_, Self::HalfClose) => vec![Act::HalfClose],
            (_, Self::Stall) => vec![Act::Stall],
            (Step::Tls | Step::Body, Self::Garbage) => vec![Act::Garbage],
            (_, Self::Garbage) => {
                let mixed = Act::Reply("250-one\r\n550 two".to_owned());
                vec![Act::Garbage, mixed, Act::Reply("250 ok\u{0}".repeat(600))]
            }
            (_, Self::Half) => vec![Act::Half],
            (Step::Tls | Step::Body, Self::OverLong) => vec![Act::LongLine],
            (_, Self::OverLong) => vec![Act::LongLine, Act::Endless],
            (_, Self::Dribble) => vec![Act::Slowly(Duration::from_millis(400))],
            (_, Self::Latin1) => vec![Act::Latin1],
            (_, Self::Split) => vec![Act::Slowly(Duration::ZERO), Act::Delay(Duration::from_millis(20))],
            (_, Self::OneTooMany) => vec![Act::Inject(b"250 2.0.0 ok\r\n".to_vec())],
        }
    }
}

impl Row {
    pub(crate) fn expected(&self, fault: Fault, pipelined: bool) -> (Outcome, Phase) {
        let [temporary, permanent, leaving, lost] = self.outcomes;
        let outcome = match fault {
            Fault::Temporary => temporary,
            Fault::Permanent => permanent,
            Fault::Leaving => leaving,
            Fault::Latin1 | Fault::Split if self.step == Step::Rset => REFUSED,
            Fault::Latin1 | Fault::Split => return (Sent, Phase::Dot),
            Fault::OneTooMany => return self.one_too_many(pipelined),
            _ => lost,
        };
        (outcome, self.phase)
    }

    /// Found out where the next answer is due, or before the next command is sent.
    fn one_too_many(&self, pipelined: bool) -> (Outcome, Phase) {
        match self.step {
            Step::Greeting => (ProviderFault, Phase::Ehlo),
            Step::Ehlo | Step::StartTls => (ProviderFault, Phase::Starttls),
            Step::Auth => (Dropped, Phase::Mail),
            Step::Mail | Step::Rcpt if pipelined => (ProtocolFault, Phase::Data),
            Step::Mail => (Dropped, Phase::Rcpt),
            Step::Rcpt => (Dropped, Phase::Data),
            Step::Data | Step::Body => (ProtocolFault, Phase::Body),
            // Behind the last answer it spoils only the connection.
            Step::Dot => (Sent, Phase::Dot),
            _ => (REFUSED, self.phase),
        }
    }
}
