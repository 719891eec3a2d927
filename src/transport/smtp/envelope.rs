//! The envelope as commands: MAIL and RCPT with the parameters that the server offers and the
//! mail needs, or why this server cannot take this mail.

use super::body::Body;
use super::capabilities::Capabilities;
use super::outcome::said;
use crate::domain::{EmailAddress, Envelope, Outcome, Phase, Reason, Report};
use std::fmt::Write as _;

/// One mail to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// From whom to whom.
    pub envelope: &'a Envelope,
    /// RFC 5322 bytes.
    pub message: &'a [u8],
    /// Asks for delivery status notifications (RFC 3461) that carry this id and no body.
    pub envelope_id: Option<&'a str>,
    /// One command at a time and only the extensions that the mail needs, whatever is offered: for
    /// a mail that a server stumbled over before.
    pub plainly: bool,
}

/// The MAIL and RCPT commands, or why this server cannot take this mail.
pub(super) fn commands(
    offered: &Capabilities,
    envelope: &Envelope,
    body: &Body,
    envelope_id: Option<&str>,
) -> Result<(String, String), Box<Report>> {
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
    let mut rcpt = format!("RCPT TO:<{}>", to.as_str());
    if let Some(id) = envelope_id.filter(|_| offered.dsn) {
        // Headers only: the body holds the code, and the mailbox of bounces is read by others.
        write!(mail, " RET=HDRS ENVID={}", xtext(id)).unwrap_or_default();
        rcpt.push_str(" NOTIFY=FAILURE,DELAY");
    }
    Ok((mail, rcpt))
}

/// RFC 3461 4.
fn xtext(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_graphic() && !matches!(byte, b'+' | b'=') {
            out.push(char::from(byte));
        } else {
            write!(out, "+{byte:02X}").unwrap_or_default();
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(offered: &Capabilities, from: &str, to: &str, message: &str) -> Result<(String, String), Outcome> {
        let envelope = Envelope { from: from.to_owned(), to: to.to_owned() };
        commands(offered, &envelope, &Body::of(message.as_bytes()), None).map_err(|report| report.outcome)
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
    fn status_notifications_are_asked_for_where_they_are_offered() {
        let asked = |offered: &Capabilities| {
            let envelope = Envelope { from: "a@b.org".to_owned(), to: "c@d.org".to_owned() };
            commands(offered, &envelope, &Body::of(b"x"), Some("0-a+b=c ü")).unwrap()
        };
        let plain = ("MAIL FROM:<a@b.org>".to_owned(), "RCPT TO:<c@d.org>".to_owned());
        assert_eq!(asked(&Capabilities::default()), plain);
        let dsn = Capabilities { dsn: true, ..Capabilities::default() };
        let (mail, rcpt) = asked(&dsn);
        assert_eq!(mail, "MAIL FROM:<a@b.org> RET=HDRS ENVID=0-a+2Bb+3Dc+20+C3+BC");
        assert_eq!(rcpt, "RCPT TO:<c@d.org> NOTIFY=FAILURE,DELAY");
        assert_eq!(asked(&dsn.plainly()), plain);
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
