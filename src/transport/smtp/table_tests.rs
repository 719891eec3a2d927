//! The table of the design, row by row, and its print in the documentation.

use super::super::outcome::{Fault, judge, report};
use super::super::reply::{Parsed, parse};
use super::*;
use crate::domain::Reason::Refused;
use std::fmt::Write as _;
use std::time::Duration;

#[path = "../../../tests/support/docs.rs"]
mod docs;

const LATER: [Phase; 4] = [Phase::Rcpt, Phase::Data, Phase::Body, Phase::Dot];

fn faults() -> Vec<Fault> {
    vec![
        Fault::Closed,
        Fault::Half,
        Fault::Timeout(Duration::from_secs(1)),
        Fault::Garbled,
        Fault::TooLong,
        Fault::Unsolicited,
        Fault::Io(std::io::ErrorKind::ConnectionReset),
        Fault::Setup("x".to_owned()),
    ]
}

fn answer(text: &str) -> Answer {
    match parse(format!("{text}\r\n").as_bytes()) {
        Parsed::Whole(reply, _used) => Ok(reply),
        _ => Err(Fault::Garbled),
    }
}

fn end(phase: Phase, text: &str) -> Outcome {
    match judge(phase, &answer(text)) {
        Verdict::End(outcome) => outcome,
        Verdict::GoOn => panic!("{phase} {text} goes on"),
    }
}

#[test]
fn only_the_listed_replies_go_on() {
    for (phase, hoped) in [
        (Phase::Greeting, &[220][..]),
        (Phase::Ehlo, &[250]),
        (Phase::Starttls, &[220]),
        (Phase::Auth, &[235]),
        (Phase::Mail, &[250]),
        (Phase::Rcpt, &[250, 251]),
        (Phase::Data, &[354]),
        (Phase::Connect, &[]),
        (Phase::Tls, &[]),
        (Phase::Body, &[]),
        (Phase::Dot, &[]),
        (Phase::Local, &[]),
    ] {
        for code in 200..600 {
            let goes_on = judge(phase, &answer(&format!("{code} x"))) == Verdict::GoOn;
            assert_eq!(goes_on, hoped.contains(&code), "{phase} {code}");
        }
    }
}

#[test]
fn row_1_up_to_mail_trouble_is_about_us() {
    for phase in SETUP.iter().copied() {
        for fault in faults() {
            assert_eq!(judge(phase, &Err(fault)), Verdict::End(ProviderFault), "{phase}");
        }
        if phase != Phase::Auth {
            for text in
                ["421 x", "454 x", "500 x", "501 x", "502 x", "503 x", "530 x", "535 x", "550 x", "554 x", "555 x"]
            {
                assert_eq!(end(phase, text), ProviderFault, "{phase} {text}");
            }
        }
    }
    for text in ["450 x", "451 x", "452 x", "501 5.1.7 sender", "530 x", "535 x", "550 5.7.1 x", "553 x", "554 x"] {
        assert_eq!(end(Phase::Mail, text), ProviderFault, "{text}");
    }
}

#[test]
fn row_1_a_refused_log_in_waits_long() {
    for text in ["530 x", "534 x", "535 5.7.8 x", "538 x", "454 4.7.0 x", "504 x", "550 x", "421 4.7.0 too many"] {
        assert_eq!(end(Phase::Auth, text), AuthFault, "{text}");
    }
    for text in ["421 4.3.2 going down", "421 x", "250 x", "334 x"] {
        assert_eq!(end(Phase::Auth, text), ProviderFault, "{text}");
    }
}

#[test]
fn row_1_at_mail_some_are_about_the_message() {
    for text in ["552 x", "552 5.3.4 too big", "554 5.3.4 too big", "550 5.6.7 x", "553 5.6.7 x"] {
        assert_eq!(end(Phase::Mail, text), Abandon(Refused), "{text}");
    }
    assert_eq!(end(Phase::Mail, "452 4.3.4 x"), ProviderFault);
}

#[test]
fn rows_2_and_3_rcpt() {
    for text in ["450 4.2.1 greylisted", "451 4.7.1 x", "452 x"] {
        assert_eq!(end(Phase::Rcpt, text), Retry, "{text}");
    }
    for text in ["550 5.7.1 spam", "554 5.7.0 x", "550 5.7.26 x"] {
        assert_eq!(end(Phase::Rcpt, text), Denied, "{text}");
    }
    for text in ["550 5.1.1 x", "550 x", "551 x", "552 x", "553 x", "554 x", "501 5.1.3 x"] {
        assert_eq!(end(Phase::Rcpt, text), Abandon(Refused), "{text}");
    }
}

#[test]
fn row_4_log_in_wanted_later_is_about_us() {
    for phase in LATER {
        for code in [530, 534, 535, 538] {
            assert_eq!(end(phase, &format!("{code} 5.7.0 x")), ProviderFault, "{phase} {code}");
        }
    }
}

#[test]
fn rows_5_to_7_data_and_dot() {
    for phase in [Phase::Data, Phase::Body, Phase::Dot] {
        assert_eq!(end(phase, "451 x"), Retry, "{phase}");
        assert_eq!(end(phase, "452 x"), Retry, "{phase}");
        assert_eq!(end(phase, "550 5.7.1 x"), Denied, "{phase}");
        assert_eq!(end(phase, "550 5.2.1 x"), Abandon(Refused), "{phase}");
        assert_eq!(end(phase, "552 x"), Abandon(Refused), "{phase}");
        assert_eq!(end(phase, "554 x"), Abandon(Refused), "{phase}");
    }
    for code in 200..300 {
        assert_eq!(end(Phase::Dot, &format!("{code} x")), Sent);
    }
}

#[test]
fn row_8_protocol_faults_from_mail_on() {
    for phase in [Phase::Mail, Phase::Rcpt, Phase::Data, Phase::Body, Phase::Dot] {
        for text in ["421 x", "500 x", "502 x", "503 x", "504 x", "555 x", "501 x", "501 5.5.4 x"] {
            assert_eq!(end(phase, text), ProtocolFault, "{phase} {text}");
        }
    }
    // Positive, but not what was asked for.
    for (phase, text) in
        [(Phase::Mail, "251 x"), (Phase::Rcpt, "252 x"), (Phase::Rcpt, "354 x"), (Phase::Data, "250 x")]
    {
        assert_eq!(end(phase, text), ProtocolFault, "{phase} {text}");
    }
}

#[test]
fn rows_9_and_10_no_reply() {
    for fault in faults() {
        for phase in [Phase::Mail, Phase::Rcpt, Phase::Data] {
            assert_eq!(judge(phase, &Err(fault.clone())), Verdict::End(Dropped), "{phase}");
        }
        assert_eq!(judge(Phase::Body, &Err(fault.clone())), Verdict::End(Retry));
        assert_eq!(judge(Phase::Dot, &Err(fault)), Verdict::End(Ambiguous));
    }
    for text in ["354 x", "334 x", "399 x"] {
        assert_eq!(end(Phase::Dot, text), Ambiguous, "{text}");
    }
}

#[test]
fn a_report_holds_codes_in_clear_and_text_as_a_secret() {
    let seen = report(Retry, Phase::Rcpt, &answer("450 4.2.1 u@example.org is busy"));
    assert_eq!((seen.code, seen.enhanced), (Some(450), Some(EnhancedCode(4, 2, 1))));
    assert_eq!(seen.reply.as_ref().map(|text| text.expose().as_str()), Some("4.2.1 u@example.org is busy"));
    assert!(!format!("{seen:?}").contains("example"));
}

#[test]
fn every_row_is_reached() {
    let codes = || (200..600).map(|code| code.to_string());
    let marks = ["", " 5.3.4 x", " 5.6.7 x", " 5.1.1 x", " 5.7.1 x"];
    let replies = codes().flat_map(|code| marks.map(|mark| answer(&format!("{code}{mark}"))));
    let answers: Vec<Answer> = replies.chain([Err(Fault::Closed)]).collect();
    let mut reached = vec![false; TABLE.len()];
    for phase in Phase::ALL {
        for answer in &answers {
            let row = TABLE.iter().position(|row| row.phases.contains(phase) && row.when.fits(answer));
            if let Some(row) = row {
                reached[row] = true;
            }
            assert!(row.is_some() || *phase == Phase::Local || answer.is_err(), "{phase} {answer:?} has no row");
        }
    }
    let idle: Vec<_> = reached.iter().enumerate().filter(|(_, reached)| !**reached).map(|(row, _)| row).collect();
    assert!(idle.is_empty(), "rows that nothing comes to: {idle:?}");
}

#[test]
fn the_documentation_shows_this_table() {
    let mut text = "| phase | reply | outcome | what follows |\n|---|---|---|---|\n".to_owned();
    for row in TABLE {
        let phases = match row.phases {
            phases if phases == SETUP => "connect … auth".to_owned(),
            phases if phases == TRANSACTION => "mail … dot".to_owned(),
            phases if phases == CONTENT => "rcpt … dot".to_owned(),
            phases => phases.iter().map(|phase| phase.as_str()).collect::<Vec<_>>().join(", "),
        };
        let outcome = match row.verdict {
            GoOn => "–".to_owned(),
            End(outcome) => format!("`{}`", outcome.as_str()),
        };
        writeln!(text, "| {phases} | {} | {outcome} | {} |", row.when, row.follows).unwrap();
    }
    docs::assert_section("docs/smtp.md", "outcomes", &text);
}

impl std::fmt::Display for When {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ranges = |ranges: &[Range]| {
            let words = ranges.iter().map(|range| match range {
                (from, to) if from == to => from.to_string(),
                (from, to) if to - from == 99 => format!("{}yz", from / 100),
                (from, to) => format!("{from}–{to}"),
            });
            words.collect::<Vec<_>>().join(", ")
        };
        let marks = |marks: &[Mark]| {
            let part = |number: Option<u16>| number.map_or("x".to_owned(), |number| number.to_string());
            let words = marks.iter().map(|Mark(class, subject, detail)| {
                format!("{}.{subject}.{}", part(class.map(u16::from)), part(*detail))
            });
            words.collect::<Vec<_>>().join(", ")
        };
        match self {
            Nothing => f.write_str("none, half, over-long or garbled"),
            Codes(codes) => f.write_str(&ranges(codes)),
            Marked(codes, with) => write!(f, "{} with {}", ranges(codes), marks(with)),
            Unmarked(codes, without) => write!(f, "{} without {}", ranges(codes), marks(without)),
            Other => f.write_str("any other"),
        }
    }
}
