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

/// What is wrong with the HTML of a mail. `marked`: the same rendered from marked files, whose
/// numbers stand for `files`; `document` is to blame for what no element is.
pub(super) fn html(document: &str, html: &str, marked: &str, files: &[&str]) -> Vec<Problem> {
    let mut problems: Vec<Problem> = page::read(marked).iter().map(|flaw| placed(flaw, document, files)).collect();
    if html.len() > LARGEST_HTML {
        let message = format!(
            "the HTML is {} bytes long, {LARGEST_HTML} are the most; take out what readers do not need",
            html.len()
        );
        problems.push(Problem::new(document, message));
    }
    problems
}

/// What is wrong with a subject, as its file renders it.
pub(super) fn subject(document: &str, rendered: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let rendered = rendered.trim_end();
    if rendered.contains(['\n', '\r']) {
        problems.push(Problem::new(document, "the subject is longer than one line; leave out the line breaks"));
    }
    let length = rendered.chars().count();
    if length > LONGEST_SUBJECT {
        let message = format!("the subject has {length} characters, {LONGEST_SUBJECT} fit into one line; shorten it");
        problems.push(Problem::new(document, message));
    }
    problems
}

/// What is wrong with a text message.
pub(super) fn sms(document: &str, text: &str) -> Option<Problem> {
    let measure = Measure::of(text);
    (measure.parts > MOST_PARTS).then(|| {
        let (length, parts) = (measure.length, measure.parts);
        Problem::new(document, format!("the text message is {length} long and sent as {parts}; shorten it"))
    })
}

fn placed(Flaw { at, message }: &Flaw, document: &str, files: &[&str]) -> Problem {
    let mut numbers = at.split(':').map(|number| number.parse::<usize>().ok());
    let file = numbers.next().flatten().and_then(|number| files.get(number)).copied().unwrap_or(document);
    let (line, column) = (numbers.next().flatten(), numbers.next().flatten());
    Problem { line, column, ..Problem::new(file, message) }
}

#[cfg(test)]
mod tests;
