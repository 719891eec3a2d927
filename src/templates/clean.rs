//! Cleaning of what is printed: nothing that a visitor wrote may carry control characters, turn
//! the reading direction, open a second header line or form a link.

use serde_json::{Map, Value};

/// The longest subject that is sent.
const SUBJECT: usize = 200;
/// The longest name that is greeted.
const NAME: usize = 40;

/// A value for a body: line ends become `\n`, other control characters but `\t` go.
pub(super) fn value(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// Cleans every string of a JSON value, keys too.
pub(super) fn json(data: Value) -> Value {
    match data {
        Value::String(text) => Value::String(value(&text)),
        Value::Array(items) => Value::Array(items.into_iter().map(json).collect()),
        Value::Object(map) => {
            Value::Object(map.into_iter().map(|(key, data)| (value(&key), json(data))).collect::<Map<_, _>>())
        }
        other => other,
    }
}

/// One line without control characters and without characters that turn the reading direction.
pub(super) fn line(text: &str) -> String {
    let visible = text.chars().filter_map(|c| match c {
        _ if c.is_whitespace() || matches!(c, '\u{2028}' | '\u{2029}') => Some(' '),
        _ if c.is_control() || turns(c) => None,
        _ => Some(c),
    });
    visible.collect::<String>().split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A subject: one line of at most 200 characters.
pub(super) fn subject(text: &str) -> String {
    cut(&line(text), SUBJECT)
}

/// A name to greet, or nothing if nothing is left of it: at most 40 characters, and none with
/// which a mail program would make a link of it.
pub(super) fn name(text: &str) -> Option<String> {
    // U+3002, U+FF0E and U+FF61 are dots to IDNA, the others look like what they stand for.
    let links = |c: char| {
        matches!(c, '.' | '/' | ':' | '\\' | '@' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}' | '\u{ff0f}' | '\u{ff1a}')
    };
    let name = cut(&line(&text.replace(links, "")), NAME);
    if name.is_empty() { None } else { Some(name) }
}

/// A rendered text: no spaces at line ends, no two empty lines in a row, one line end at the end.
pub(super) fn text(rendered: &str) -> String {
    let mut tidy = String::with_capacity(rendered.len());
    let mut empty = 0_usize;
    for line in rendered.trim().lines().map(str::trim_end) {
        empty = if line.is_empty() { empty.saturating_add(1) } else { 0 };
        if empty < 2 {
            tidy.push_str(line);
            tidy.push('\n');
        }
    }
    tidy
}

const fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_subject_is_one_harmless_line() {
        assert_eq!(subject("  Hi\r\nBcc: x@y\u{2028}\u{202e}z\u{0}\u{9b} "), "Hi Bcc: x@y z");
        assert_eq!(subject(&"ä".repeat(500)).chars().count(), 200);
    }

    #[test]
    fn a_name_carries_no_link() {
        assert_eq!(name("Anne\tMarie\u{7} O'Brien & Co"), Some("Anne Marie O'Brien & Co".to_owned()));
        assert_eq!(name("https://evil.example/x"), Some("httpsevilexamplex".to_owned()));
        assert_eq!(name("evil。example"), Some("evilexample".to_owned()));
        assert_eq!(name(" ./:\n"), None);
        assert_eq!(name(&"a".repeat(99)).map(|name| name.len()), Some(40));
    }

    #[test]
    fn a_text_is_tidied() {
        assert_eq!(text("\n\nHello,  \n\n\n\n012345\n\n"), "Hello,\n\n012345\n");
    }

    proptest! {
        #[test]
        fn no_control_character_survives(text in any::<String>()) {
            prop_assert!(!value(&text).chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
            prop_assert!(!subject(&text).chars().any(|c| c.is_control() || turns(c)));
            prop_assert!(name(&text).is_none_or(|name| !name.contains(['.', '/', ':']) && name.chars().count() <= 40));
        }
    }
}
