//! As much of CSS as mails use: colours in `style` attributes and in rules for a tag or a class, for
//! light and for dark. What else there is changes no colour here; a colour that cannot be told makes
//! the text on it unmeasured, never wrong.

use super::super::colour::Colour;

/// What a declaration says of a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    Known(Colour),
    /// Something that is not measured: an image, a gradient, a half-transparent colour.
    Unknown,
}

/// What one block of declarations says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Block {
    pub(super) ink: Option<Paint>,
    pub(super) ground: Option<Paint>,
    pub(super) hidden: bool,
}

impl Block {
    /// Another block's word over this one's.
    pub(super) fn under(self, over: Self) -> Self {
        Self { ink: over.ink.or(self.ink), ground: over.ground.or(self.ground), hidden: self.hidden || over.hidden }
    }
}

/// Declarations, those marked `!important` apart.
pub(super) fn declarations(text: &str) -> (Block, Block) {
    let (mut normal, mut important) = (Block::default(), Block::default());
    for declaration in text.split(';') {
        let Some((name, value)) = declaration.split_once(':') else { continue };
        let value = value.trim().to_ascii_lowercase();
        let (value, block) = match value.strip_suffix("!important") {
            Some(value) => (value.trim(), &mut important),
            None => (value.as_str(), &mut normal),
        };
        match (name.trim().to_ascii_lowercase().as_str(), value) {
            ("color", _) => block.ink = paint(value),
            ("background-color" | "background", _) => block.ground = paint(value),
            ("display", "none") | ("visibility", "hidden") | ("opacity" | "font-size", "0" | "0px") => {
                block.hidden = true;
            }
            _ => {}
        }
    }
    (normal, important)
}

fn paint(value: &str) -> Option<Paint> {
    if matches!(value, "inherit" | "transparent" | "none" | "initial" | "unset") {
        return None;
    }
    Some(Colour::parse(value).map_or(Paint::Unknown, Paint::Known))
}

/// The rules of a page's `<style>`.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    tag: Option<String>,
    class: Option<String>,
    dark: bool,
    normal: Block,
    important: Block,
}

impl Sheet {
    /// Adds what a `<style>` holds.
    pub(super) fn read(&mut self, text: &str) {
        let mut clean = String::new();
        for (index, piece) in text.split("/*").enumerate() {
            clean.push_str(if index == 0 { piece } else { piece.split_once("*/").map_or("", |(_, after)| after) });
        }
        self.rules(&clean, false);
    }

    /// Whether anything is said for dark mode.
    pub(super) fn has_dark(&self) -> bool {
        self.rules.iter().any(|rule| rule.dark)
    }

    /// What the rules say of an element: in plain words, and with `!important`.
    pub(super) fn of(&self, tag: &str, classes: &str, dark: bool) -> (Block, Block) {
        let fits = |rule: &&Rule| {
            let class = rule.class.as_deref();
            (dark || !rule.dark)
                && rule.tag.as_deref().is_none_or(|name| name == tag)
                && class.is_none_or(|class| classes.split_ascii_whitespace().any(|one| one == class))
        };
        let fitting = self.rules.iter().filter(fits);
        fitting.fold(Default::default(), |(normal, important): (Block, Block), rule| {
            (normal.under(rule.normal), important.under(rule.important))
        })
    }

    fn rules(&mut self, text: &str, dark: bool) {
        let mut rest = text;
        while let Some((prelude, after)) = rest.split_once('{') {
            // `@import …;` and its like end without a block.
            let prelude = prelude.rsplit(';').next().unwrap_or_default().trim();
            let (block, next) = block(after);
            rest = next;
            if let Some(query) = prelude.strip_prefix("@media") {
                let is_dark = query.contains("prefers-color-scheme") && query.contains("dark");
                // Rules for narrow screens change sizes, not colours.
                if is_dark {
                    self.rules(block, true);
                }
            } else if !prelude.starts_with('@') {
                let (normal, important) = declarations(block);
                let rule =
                    |selector: &str| simple(selector).map(|(tag, class)| Rule { tag, class, dark, normal, important });
                self.rules.extend(prelude.split(',').filter_map(rule));
            }
        }
    }
}

/// What stands up to the closing brace, and what follows it.
fn block(after: &str) -> (&str, &str) {
    let mut depth = 1_usize;
    for (at, c) in after.char_indices() {
        depth = match c {
            '{' => depth.saturating_add(1),
            '}' => depth.saturating_sub(1),
            _ => depth,
        };
        if depth == 0 {
            let (inside, rest) = after.split_at(at);
            return (inside, rest.strip_prefix('}').unwrap_or_default());
        }
    }
    (after, "")
}

/// `td`, `.card` and `td.card`; nothing else.
fn simple(selector: &str) -> Option<(Option<String>, Option<String>)> {
    let selector = selector.trim();
    let plain = |word: &str| word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let (tag, class) = selector.split_once('.').map_or((selector, None), |(tag, class)| (tag, Some(class)));
    if selector.is_empty() || !plain(tag) || !class.is_none_or(plain) {
        return None;
    }
    Some(((!tag.is_empty()).then(|| tag.to_ascii_lowercase()), class.map(str::to_owned)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(text: &str) -> Option<Paint> {
        Colour::parse(text).map(Paint::Known)
    }

    #[test]
    fn declarations_tell_colours() {
        let (normal, important) = declarations(
            "margin:0; COLOR : #111 ;background:url(x.png) #fff;background-color:#eee!important;display:none",
        );
        assert_eq!((normal.ink, normal.ground, normal.hidden), (known("#111"), Some(Paint::Unknown), true));
        assert_eq!((important.ink, important.ground), (None, known("#eee")));
        assert_eq!(declarations("color:inherit;background:transparent").0, Block::default());
    }

    #[test]
    fn rules_are_found_for_light_and_dark() {
        let mut sheet = Sheet::default();
        sheet.read(
            "/* a { color: red } */ @import 'x'; p, .soft { color: #333 } a[x] { color: red } .card p { color: red }\n\
             @media (max-width: 9px) { p { color: red } } @media (prefers-color-scheme: dark) { .soft { color: #eee !important } }",
        );
        assert_eq!(sheet.of("p", "", false).0.ink, known("#333"));
        assert_eq!(sheet.of("td", "x soft", false).0.ink, known("#333"));
        assert_eq!(sheet.of("td", "soft", true).1.ink, known("#eee"));
        assert_eq!((sheet.of("td", "soft", false).1.ink, sheet.of("a", "", true).0.ink), (None, None));
        assert!(sheet.has_dark());
    }
}
