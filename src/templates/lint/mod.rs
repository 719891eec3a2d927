//! Looks at rendered mails for what `check` promises: nothing remote, nothing unsafe, legible in
//! light and in dark, light in weight, and a subject that is one line. Each flaw is told with the
//! place in the template that wrote it.

mod contrast;
mod css;
mod mark;
mod page;
mod sms;

pub(super) use mark::{mark, unchecked_links};
pub use sms::Measure;

use super::error::Problem;
use page::Flaw;

/// The largest HTML: beyond 36 kB Kratos's own mails break, and Gmail cuts at 102 kB.
pub(super) const LARGEST_HTML: usize = 36_000;
/// The longest subject: what a mail program shows in one line, and RFC 5322 2.1.1 asks for.
const LONGEST_SUBJECT: usize = 78;
/// So many messages in one text message are paid for without complaint.
const MOST_PARTS: usize = 2;

/// What is wrong with the HTML of a mail, rendered from marked files whose numbers stand for `files`;
/// `document` is to blame for what no element is.
pub(super) fn html(document: &str, marked: &str, files: &[&str]) -> Vec<Problem> {
    page::read(marked).iter().map(|flaw| placed(flaw, document, files)).collect()
}

/// A part that is longer than it may be.
#[derive(Debug)]
pub(super) struct Excess {
    /// How long it is.
    pub(super) length: usize,
    /// What to tell of it.
    pub(super) problem: Problem,
}

/// Whether the HTML of a mail is too large.
pub(super) fn large_html(document: &str, html: &str, locale: &str) -> Option<Excess> {
    let cure = format!("{LARGEST_HTML} are the most; take out what readers do not need");
    let told = |length| format!("the HTML is {length} bytes long in {locale}, {cure}");
    excess(document, html.len(), LARGEST_HTML, told)
}

/// Whether a subject, as its file renders it, has line breaks.
pub(super) fn broken_subject(document: &str, rendered: &str) -> Option<Problem> {
    let told = "the subject is longer than one line; leave out the line breaks";
    rendered.trim_end().contains(['\n', '\r']).then(|| Problem::new(document, told))
}

/// Whether a subject is too long.
pub(super) fn long_subject(document: &str, rendered: &str, locale: &str) -> Option<Excess> {
    let cure = format!("{LONGEST_SUBJECT} fit into one line; shorten it");
    let told = |length| format!("the subject has {length} characters in {locale}, {cure}");
    excess(document, rendered.trim_end().chars().count(), LONGEST_SUBJECT, told)
}

/// Whether a text message is too long.
pub(super) fn long_sms(document: &str, text: &str, locale: &str) -> Option<Excess> {
    let Measure { length, parts, .. } = Measure::of(text);
    let told = |parts| format!("the text message is {length} long in {locale} and sent as {parts}; shorten it");
    excess(document, parts, MOST_PARTS, told)
}

fn excess(document: &str, length: usize, most: usize, told: impl Fn(usize) -> String) -> Option<Excess> {
    (length > most).then(|| Excess { length, problem: Problem::new(document, told(length)) })
}

fn placed(Flaw { at, message }: &Flaw, document: &str, files: &[&str]) -> Problem {
    let mut numbers = at.split(':').map(|number| number.parse::<usize>().ok());
    let file = numbers.next().flatten().and_then(|number| files.get(number)).copied().unwrap_or(document);
    let (line, column) = (numbers.next().flatten(), numbers.next().flatten());
    Problem { line, column, ..Problem::new(file, message) }
}

#[cfg(test)]
mod tests;
