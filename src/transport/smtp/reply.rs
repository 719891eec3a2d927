//! SMTP replies (RFC 5321 4.2), parsed from bytes. Text may be in any encoding; the code may not be
//! in doubt.

use crate::domain::{EnhancedCode, Secret};

/// The longest line we read, with its end. RFC 5321 4.5.3.1.5 allows 512.
pub(super) const MAX_LINE: usize = 2 * 1024;
/// The longest reply we read.
pub(super) const MAX_REPLY: usize = 16 * 1024;

/// A whole reply. Servers quote addresses, so its text is secret.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    /// 200 to 599.
    pub(super) code: u16,
    /// The enhanced code (RFC 2034), if the first line began with one.
    pub(super) enhanced: Option<EnhancedCode>,
    /// The text of each line, without code, end and control characters.
    pub(super) lines: Secret<Vec<String>>,
}

impl Reply {
    /// All lines as one text.
    pub(super) fn text(&self) -> Secret<String> {
        Secret::new(self.lines.expose().join(" "))
    }
}

/// What a buffer holds.
#[derive(Debug)]
pub(super) enum Parsed {
    /// A whole reply, and how many bytes it took.
    Whole(Reply, usize),
    /// The beginning of one, as far as can be told.
    Partial,
    /// No SMTP reply.
    Garbled,
    /// More than anybody needs to say.
    TooLong,
}

/// Looks for one reply at the start of `input`.
pub(super) fn parse(input: &[u8]) -> Parsed {
    let mut used = 0;
    let mut first_code = None;
    let mut lines = Vec::new();
    loop {
        let rest = input.get(used..).unwrap_or_default();
        let end = rest.iter().take(MAX_LINE).position(|byte| *byte == b'\n');
        let line = end.and_then(|end| rest.get(..end)).unwrap_or(rest);
        // An unfinished line is looked at too: a peer that is no SMTP server need not end it.
        let Some(code) = start_of_line(line, end.is_some()) else { return Parsed::Garbled };
        let Some(end) = end else {
            return if rest.len() >= MAX_LINE || input.len() >= MAX_REPLY { Parsed::TooLong } else { Parsed::Partial };
        };
        used += end + 1;
        if used > MAX_REPLY {
            return Parsed::TooLong;
        }
        // RFC 5321 4.2.1: every line carries the same code.
        if *first_code.get_or_insert(code) != code {
            return Parsed::Garbled;
        }
        lines.push(readable(line.get(4..).unwrap_or_default()));
        if line.get(3) != Some(&b'-') {
            let enhanced = lines.first().and_then(|text| enhanced(text));
            return Parsed::Whole(Reply { code, enhanced, lines: Secret::new(lines) }, used);
        }
    }
}

/// The code of a line that begins as a reply's must: three digits of class 2 to 5, then blank, `-`
/// or the end. Of an unfinished line only what is there is checked, and 0 stands for the code.
fn start_of_line(line: &[u8], finished: bool) -> Option<u16> {
    let mut code = 0;
    for place in 0..3 {
        match line.get(place) {
            Some(digit @ b'2'..=b'5') if place == 0 => code = u16::from(digit - b'0'),
            Some(digit @ b'0'..=b'9') if place > 0 => code = code * 10 + u16::from(digit - b'0'),
            None if !finished => return Some(0),
            _ => return None,
        }
    }
    match line.get(3) {
        Some(b' ' | b'-') | None => Some(code),
        Some(b'\r') if line.len() == 4 => Some(code),
        _ => None,
    }
}

/// Text for people: lossy where it is not UTF-8, blanks for control characters.
fn readable(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.trim().to_owned()
}

/// RFC 3463: `class "." subject "." detail`, class 2, 4 or 5, at most three digits each.
fn enhanced(text: &str) -> Option<EnhancedCode> {
    let word = text.split(' ').next()?;
    let mut parts = word.split('.');
    let (class, subject, detail) = (parts.next()?, parts.next()?, parts.next()?);
    let number = |part: &str| -> Option<u16> {
        let digits = (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse().ok()).flatten()
    };
    if parts.next().is_some() || !matches!(class, "2" | "4" | "5") {
        return None;
    }
    Some(EnhancedCode(class.parse().ok()?, number(subject)?, number(detail)?))
}

#[cfg(test)]
#[path = "reply_tests.rs"]
mod tests;
