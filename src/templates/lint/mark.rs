//! Where an element of a rendered page was written. A page is put together from many files, so each
//! start tag is marked with its place before the files are compiled: `<td` becomes
//! `<td data-at=3:12:5`, the file's number, line and column. Only `check` renders marked files.

use super::super::error::Problem;
use super::super::lex::{Piece, Tag, pieces};
use std::ops::Range;

/// The attribute that holds the place.
pub(super) const AT: &str = "data-at";
/// Attributes that lead somewhere.
const LEADING: &[&str] = &["href", "src", "action", "background"];

/// Marks the start tags of a file's own HTML; what a tag of Handlebars holds is left alone.
pub(in super::super) fn mark(number: usize, text: &str) -> String {
    let mut marked = String::with_capacity(text.len().saturating_mul(2));
    let mut done = 0;
    for (start, name_end) in raw(text).into_iter().flat_map(|span| start_tags(text, span)) {
        let (line, column) = place(text, start);
        marked.push_str(text.get(done..name_end).unwrap_or_default());
        let numbers = [number, line, column].map(|number| number.to_string());
        marked.extend([" ", AT, "=", &numbers.join(":")]);
        done = name_end;
    }
    marked.push_str(text.get(done..).unwrap_or_default());
    marked
}

/// Values printed as a whole link without `url`, which alone refuses `javascript:` and its like.
pub(in super::super) fn unchecked_links(path: &str, text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    for Piece { span, tag } in pieces(text).map_while(Result::ok) {
        let before = text.get(..span.start).unwrap_or_default().trim_end_matches(['"', '\'']);
        let before = before.trim_end().strip_suffix('=').map(str::trim_end).unwrap_or_default().to_ascii_lowercase();
        let Some(attribute) = LEADING.iter().find(|name| before.ends_with(&format!(" {name}"))) else { continue };
        let printed = text.get(span.clone()).unwrap_or_default().trim_matches(['{', '}', '~', ' ']);
        let checked = printed.starts_with("url ") || printed == "brand.logo" || printed == "brand \"logo\"";
        if matches!(tag, Tag::Plain) && !checked {
            let (line, column) = place(text, span.start);
            let message = format!("{attribute} prints {printed} unchecked; write {{{{url {printed}}}}}");
            problems.push(Problem { column: Some(column), ..Problem::at(path, line, message) });
        }
    }
    problems
}

/// What stands between the tags of Handlebars.
fn raw(text: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut from = 0;
    for Piece { span, .. } in pieces(text).map_while(Result::ok) {
        spans.push(from..span.start);
        from = span.end;
    }
    spans.push(from..text.len());
    spans
}

/// Where start tags begin and where their names end; none whose name goes on in a tag of
/// Handlebars.
fn start_tags(text: &str, span: Range<usize>) -> Vec<(usize, usize)> {
    let raw = text.get(span.clone()).unwrap_or_default();
    let tag = |(at, _): (usize, &str)| {
        let inside = raw.get(at.saturating_add(1)..)?;
        let name = inside.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let is_tag = inside.starts_with(|c: char| c.is_ascii_alphabetic()) && name < inside.len();
        let start = span.start.saturating_add(at);
        is_tag.then(|| (start, start.saturating_add(1).saturating_add(name)))
    };
    raw.match_indices('<').filter_map(tag).collect()
}

/// Line and column of a byte, from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count().saturating_add(1);
    (line, before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_start_tag_is_marked_and_nothing_else() {
        let text = "<p>a</p>\n{{#if x}}<td class=\"{{y}}\">{{t \"<b>\"}} 1 < 2 {{/if}}<h{{n}}><br>";
        assert_eq!(
            mark(7, text),
            "<p data-at=7:1:1>a</p>\n{{#if x}}<td data-at=7:2:10 class=\"{{y}}\">{{t \"<b>\"}} 1 < 2 {{/if}}<h{{n}}><br data-at=7:2:61>"
        );
    }

    #[test]
    fn a_link_is_checked_or_told() {
        let text = "<a href=\"{{url link}}\"><img src=\"{{brand.logo}}\"><a href=\"mailto:{{x}}\">\n<a HREF = '{{data.x}}'>{{code}}";
        let told: Vec<_> = unchecked_links("f", text).iter().map(ToString::to_string).collect();
        assert_eq!(told, ["f:2:12: HREF prints data.x unchecked; write {{url data.x}}".replace("HREF", "href")]);
    }
}
