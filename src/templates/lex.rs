//! The tags of a template, as Handlebars's grammar (6.4, `grammar.pest`) cuts them. Rare forms whose
//! ends cannot be told without parsing expressions are refused, so that nothing hides in them.

use super::scan::Refusal;
use std::ops::Range;

/// How deep round brackets may nest in one tag.
const BRACKETS: usize = 8;

/// One tag, as far as nesting goes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Tag {
    /// `{{#if …}}` and its kin.
    Block,
    /// `{{else if …}}`, which Handlebars nests one deeper.
    Else,
    /// `{{/…}}`
    Close,
    /// `{{> name}}`
    Partial(String),
    /// `{{#> name}}`
    PartialBlock(String),
    /// `{{> @partial-block}}`
    Slot,
    /// `{{#*inline "name"}}`
    Inline(String),
    /// Everything else.
    Plain,
}

/// A tag and the bytes that it takes, braces and all.
pub(super) struct Piece {
    pub(super) span: Range<usize>,
    pub(super) tag: Tag,
}

/// Every tag with its line, up to the first that is refused.
pub(super) fn tags(text: &str) -> impl Iterator<Item = Result<(usize, Tag), Refusal>> {
    pieces(text).map(|piece| piece.map(|piece| (line_at(text, piece.span.start), piece.tag)))
}

/// Every tag with its place, up to the first that is refused.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = Result<Piece, Refusal>> {
    let place = |rest: &str| text.len().saturating_sub(rest.len());
    let mut rest = text;
    let mut broken = false;
    std::iter::from_fn(move || {
        while !broken {
            let (before, after) = rest.split_once("{{")?;
            // One backslash makes the braces text, with two or more they are a tag again.
            let slashes = before.len().saturating_sub(before.trim_end_matches('\\').len());
            if slashes == 1 {
                rest = after.strip_prefix("{{").unwrap_or(after);
                continue;
            }
            let start = place(after).saturating_sub(2);
            match tag(after) {
                Ok((tag, next)) => {
                    rest = next;
                    return Some(Ok(Piece { span: start..place(next), tag }));
                }
                Err(why) => {
                    broken = true;
                    return Some(Err((line_at(text, start), why)));
                }
            }
        }
        None
    })
}

fn line_at(text: &str, start: usize) -> usize {
    text.get(..start).unwrap_or(text).matches('\n').count().saturating_add(1)
}

fn trim(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\n', '\r'])
}

/// Reads one tag behind its opening braces; gives it and what follows.
fn tag(after: &str) -> Result<(Tag, &str), String> {
    if after.starts_with("{{") {
        return Err("raw blocks ({{{{…}}}}) are not supported; write \\{{ for braces that are text".to_owned());
    }
    if let Some(comment) = after.strip_prefix('!') {
        let long = trim(comment).strip_prefix("--").and_then(|inner| inner.split_once("--}}"));
        let (_, next) = long.or_else(|| comment.split_once("}}")).ok_or("the comment is never closed")?;
        return Ok((Tag::Plain, next));
    }
    let start = trim(after);
    let start = trim(start.strip_prefix('~').unwrap_or(start));
    if start.starts_with(['{', '&']) {
        return Err(
            "{{{…}}} and {{&…}} are not supported; write {{…}}: HTML files escape, text files do not".to_owned()
        );
    }
    let (content, next) = content(start)?;
    let content = content.trim_end().trim_end_matches('~').trim_end();
    Ok((classify(content)?, next))
}

fn classify(content: &str) -> Result<Tag, String> {
    if let Some(block) = content.strip_prefix('#').map(trim) {
        if let Some(name) = block.strip_prefix('>') {
            let name = partial(name)?;
            return Ok(if name == "@partial-block" { Tag::Block } else { Tag::PartialBlock(name) });
        }
        return block.strip_prefix('*').map_or(Ok(Tag::Block), inline);
    }
    if let Some(name) = content.strip_prefix('>') {
        let name = partial(name)?;
        return Ok(if name == "@partial-block" { Tag::Slot } else { Tag::Partial(name) });
    }
    if content.starts_with('*') {
        return Err("only {{#*inline \"name\"}} is a decorator here".to_owned());
    }
    if content.starts_with('/') {
        return Ok(Tag::Close);
    }
    let alternative = content.strip_prefix('^').or_else(|| content.strip_prefix("else"));
    Ok(if alternative.is_some_and(|rest| !rest.trim().is_empty()) { Tag::Else } else { Tag::Plain })
}

/// The content of a tag up to its closing braces, which may also stand inside a string.
fn content(start: &str) -> Result<(&str, &str), String> {
    let mut quote = None;
    let mut segment = false;
    let mut brackets = 0_usize;
    let mut chars = start.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            // As in JSON; Handlebars knows no others.
            (Some('"'), '\\') if chars.next_if(|(_, next)| "\"\\/bfnrtu".contains(*next)).is_some() => {}
            (Some(_), '\\') => {
                return Err("a string in a tag may hold \\\" \\\\ \\n \\t and the like, in double quotes, and no other backslash".to_owned());
            }
            (Some(open), _) => {
                if c == open {
                    quote = None;
                }
            }
            (None, ']') if segment => segment = false,
            (None, '"' | '\'' | '[' | '{') if segment => return Err("[…] may hold only a plain name".to_owned()),
            (None, '}') if !segment && chars.next_if(|(_, next)| *next == '}').is_some() => {
                let inside = start.get(..at).unwrap_or_default();
                let next = start.get(at..).and_then(|rest| rest.strip_prefix("}}")).unwrap_or_default();
                return Ok((inside, next));
            }
            (None, '{' | '}') => return Err("a tag may hold no braces".to_owned()),
            (None, '"' | '\'') => quote = Some(c),
            (None, '[') => segment = true,
            (None, '(') => {
                brackets = brackets.saturating_add(1);
                if brackets > BRACKETS {
                    return Err(format!("brackets nest more than {BRACKETS} deep"));
                }
            }
            (None, ')') => brackets = brackets.saturating_sub(1),
            (None, _) => {}
        }
    }
    Err("the tag is never closed".to_owned())
}

fn partial(content: &str) -> Result<String, String> {
    let name = trim(content).split([' ', '\t', '\n', '\r']).next().unwrap_or_default();
    if name.starts_with('(') {
        return Err("a partial's name must be written out; choose with {{#if}} instead of (lookup …)".to_owned());
    }
    if name == "@partial-block" || plain(name) {
        return Ok(name.to_owned());
    }
    Err("a partial's name has only letters, digits, _ and -".to_owned())
}

fn inline(content: &str) -> Result<Tag, String> {
    let name = trim(content).strip_prefix("inline").map(|rest| rest.trim().trim_matches('"'));
    match name {
        Some(name) if plain(name) => Ok(Tag::Inline(name.to_owned())),
        _ => Err("an inline partial is {{#*inline \"name\"}}, its name letters, digits, _ and -".to_owned()),
    }
}

fn plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Result<Vec<Tag>, String> {
        tags(text).map(|tag| tag.map(|(_, tag)| tag).map_err(|(_, why)| why)).collect()
    }

    #[test]
    fn tags_are_told_apart() {
        let text = "a {{b}} {{~#if c}}{{else}}{{^}}{{else if d}}{{/if~}} {{> e f=g}}{{#> h}}{{> @partial-block}}{{/h}}";
        assert_eq!(
            all(text).unwrap(),
            [
                Tag::Plain,
                Tag::Block,
                Tag::Plain,
                Tag::Plain,
                Tag::Else,
                Tag::Close,
                Tag::Partial("e".to_owned()),
                Tag::PartialBlock("h".to_owned()),
                Tag::Slot,
                Tag::Close,
            ]
        );
    }

    #[test]
    fn what_could_hide_a_tag_is_refused() {
        for text in [
            "{{> (lookup . 'x')}}",
            "{{#> (lookup . 'x')}}{{/x}}",
            "{{> 'x y'}}",
            "{{> a/b}}",
            "{{*inline \"x\"}}",
            "{{#*inline name}}{{/inline}}{{#*other \"x\"}}",
            "{{{{raw}}}}{{{{/raw}}}}",
            "{{{x}}}",
            "{{ ~ { x } }}",
            "{{&x}}",
            "{{f 'a\\'}}'}}",
            "{{f \"a\\q}}\"}}",
            "{{f [']}}",
            "{{f {\"a\":1}}}",
            "{{f",
            "{{!-- never",
        ] {
            assert!(all(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_line_is_told() {
        assert_eq!(
            tags("a\n\n{{> (x)}}").next(),
            Some(Err((
                3,
                "a partial's name must be written out; choose with {{#if}} instead of (lookup …)".to_owned()
            )))
        );
    }
}
