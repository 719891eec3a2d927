//! Where in an HTML document a template stands. `html/template` escapes by that and leaves comments
//! out; what prints a value must know the same.

/// What may be printed at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Text, or an attribute in quotes: escaped is safe.
    Open,
    /// The beginning of an address, such as `href="`.
    Address,
    /// Behind `?` or `#` in an address.
    Query,
    /// Escaping does not help here; the words say where.
    Unsafe(&'static str),
}

/// A piece of text as it is taken over.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Part of the document.
    Shown(String),
    /// Part of a comment, without its marks.
    Comment(String),
    /// A comment ends here; in a style sheet it stands for a blank.
    End {
        /// In a style sheet.
        blank: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Text,
    /// Behind `<`.
    Element,
    /// Between attributes, or in the name of one.
    Tag {
        attribute: String,
        ended: bool,
    },
    /// Behind `=`.
    Before(String),
    Value {
        attribute: String,
        quote: Option<char>,
        address: Place,
    },
    Comment,
    /// Inside `<style>` and the like, whose text is no HTML.
    Raw,
    /// `/* … */` in a style sheet.
    RawComment,
}

/// Reads a document piece by piece.
#[derive(Debug, Clone)]
pub(super) struct Html {
    state: State,
    /// The element whose tag is read, or was read last.
    element: String,
}

const RAW: &[&str] = &["script", "style", "textarea", "title"];
const ADDRESSES: &[&str] =
    &["href", "src", "action", "formaction", "background", "cite", "data", "poster", "longdesc", "icon", "xlink:href"];

impl Html {
    pub(super) const fn new() -> Self {
        Self { state: State::Text, element: String::new() }
    }

    /// Whether a comment is open.
    pub(super) const fn comment(&self) -> bool {
        matches!(self.state, State::Comment | State::RawComment)
    }

    /// What may be printed here.
    pub(super) fn place(&self) -> Place {
        match &self.state {
            State::Raw => match self.element.as_str() {
                "style" => Place::Unsafe("in a style sheet"),
                "script" => Place::Unsafe("in a script"),
                _ => Place::Open,
            },
            State::Element | State::Tag { .. } => Place::Unsafe("inside a tag"),
            State::Before(_) | State::Value { quote: None, .. } => {
                Place::Unsafe("in an attribute without quotes; put quotes around it")
            }
            State::Value { attribute, .. } if attribute == "style" => Place::Unsafe("in a style"),
            State::Value { attribute, .. } if attribute.starts_with("on") => Place::Unsafe("in a script"),
            State::Value { attribute, address, .. } if ADDRESSES.contains(&attribute.as_str()) => *address,
            State::Text | State::Comment | State::RawComment | State::Value { .. } => Place::Open,
        }
    }

    /// Something was printed here.
    pub(super) fn printed(&mut self) {
        match &mut self.state {
            State::Value { address: address @ Place::Address, .. } => *address = Place::Open,
            State::Before(attribute) => self.state = value(attribute, None),
            _ => {}
        }
    }

    /// Reads on, and cuts the text where comments begin and end.
    pub(super) fn read(&mut self, text: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if let Some((length, blank)) = self.mark(rest) {
                rest = rest.get(length..).unwrap_or_default();
                pieces.push(if self.comment() { Piece::Comment(String::new()) } else { Piece::End { blank } });
                continue;
            }
            // Or what is printed behind it could make a tag of it.
            let lone = c == '<' && self.state == State::Text && !opens(rest);
            let shown = if lone { "&lt;".to_owned() } else { c.to_string() };
            match (pieces.last_mut(), self.comment()) {
                (Some(Piece::Comment(before)), true) | (Some(Piece::Shown(before)), false) => before.push_str(&shown),
                (_, true) => pieces.push(Piece::Comment(shown)),
                (_, false) => pieces.push(Piece::Shown(shown)),
            }
            self.step(c, rest);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
        pieces
    }

    /// The mark of a comment's begin or end, if one is next: its length, and whether it ends one in a
    /// style sheet.
    fn mark(&mut self, rest: &str) -> Option<(usize, bool)> {
        let (mark, next) = match self.state {
            State::Text => ("<!--", State::Comment),
            State::Comment => ("-->", State::Text),
            State::Raw if self.element == "style" => ("/*", State::RawComment),
            State::RawComment => ("*/", State::Raw),
            _ => return None,
        };
        rest.starts_with(mark).then(|| {
            self.state = next;
            (mark.len(), mark == "*/")
        })
    }

    fn step(&mut self, c: char, rest: &str) {
        match &mut self.state {
            State::Text if c == '<' && opens_tag(rest) => {
                self.element.clear();
                self.state = State::Element;
            }
            State::Element => match c {
                '>' => self.opened(),
                c if c.is_whitespace() => self.between(),
                c => self.element.push(c.to_ascii_lowercase()),
            },
            State::Tag { attribute, ended } => match c {
                '>' => self.opened(),
                '=' => self.state = State::Before(attribute.clone()),
                c if c.is_whitespace() => *ended = true,
                c => {
                    if std::mem::take(ended) {
                        attribute.clear();
                    }
                    attribute.push(c.to_ascii_lowercase());
                }
            },
            State::Before(attribute) => match c {
                '"' | '\'' => self.state = value(attribute, Some(c)),
                '>' => self.opened(),
                c if c.is_whitespace() => {}
                _ => self.state = value(attribute, None),
            },
            State::Value { quote, address, .. } => match (c, *quote) {
                (c, Some(quote)) if c == quote => self.between(),
                ('>', None) => self.opened(),
                (c, None) if c.is_whitespace() => self.between(),
                ('?' | '#', _) => *address = Place::Query,
                (c, _) if *address == Place::Address && !c.is_whitespace() => *address = Place::Open,
                _ => {}
            },
            State::Raw => {
                let name = rest.strip_prefix("</").and_then(|rest| rest.get(..self.element.len()));
                if name.is_some_and(|name| name.eq_ignore_ascii_case(&self.element)) {
                    self.element.clear();
                    self.state = State::Element;
                }
            }
            _ => {}
        }
    }

    fn between(&mut self) {
        self.state = State::Tag { attribute: String::new(), ended: true };
    }

    fn opened(&mut self) {
        self.state = if RAW.contains(&self.element.as_str()) { State::Raw } else { State::Text };
    }
}

/// Whether a `<` in text is more than a sign.
fn opens(rest: &str) -> bool {
    opens_tag(rest) || rest.get(..9).is_some_and(|word| word.eq_ignore_ascii_case("<!doctype"))
}

fn opens_tag(rest: &str) -> bool {
    let name = rest.strip_prefix("</").or_else(|| rest.strip_prefix('<'));
    name.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
}

fn value(attribute: &str, quote: Option<char>) -> State {
    State::Value { attribute: attribute.to_owned(), quote, address: Place::Address }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(text: &str) -> Place {
        let mut html = Html::new();
        html.read(text);
        html.place()
    }

    #[test]
    fn places_are_told_apart() {
        for (text, expected) in [
            ("a <b>x ", Place::Open),
            ("1 < 2 </ <! ", Place::Open),
            ("<", Place::Open),
            ("<!DOCTYPE html>", Place::Open),
            ("<a class='x' href=\"", Place::Address),
            ("<a href = \" ", Place::Address),
            ("<a href=\"https://x/", Place::Open),
            ("<A HREF='https://x/?a=", Place::Query),
            ("<img alt=\"", Place::Open),
            ("<title>", Place::Open),
            ("<style>a{}</style><p>", Place::Open),
            ("<br/>", Place::Open),
        ] {
            assert_eq!(place(text), expected, "{text}");
        }
        for (text, words) in [
            ("<style>a{color:", "style sheet"),
            ("<td style=\"color:", "style"),
            ("<td onclick='", "script"),
            ("<script>", "script"),
            ("<a href=", "without quotes"),
            ("<a href=x", "without quotes"),
            ("<a ", "inside a tag"),
        ] {
            let found = place(text);
            assert!(matches!(found, Place::Unsafe(found) if found.contains(words)), "{text}: {found:?}");
        }
    }

    #[test]
    fn comments_are_cut_out() {
        let mut html = Html::new();
        let shown = |text: &str| Piece::Shown(text.to_owned());
        let comment = |text: &str| Piece::Comment(text.to_owned());
        assert_eq!(html.read("a<!-- b"), [shown("a"), comment(" b")]);
        assert!(html.comment());
        let style = html.read("-->c<style>/* d */e</style><!---->");
        let end = |blank| Piece::End { blank };
        let expected =
            [end(false), shown("c<style>"), comment(" d "), end(true), shown("e</style>"), comment(""), end(false)];
        assert_eq!(style, expected);
    }

    #[test]
    fn a_sign_is_no_tag() {
        let shown = |text: &str| [Piece::Shown(text.to_owned())];
        assert_eq!(
            Html::new().read("1 < 2 <!doctype html><b></b></ <"),
            shown("1 &lt; 2 <!doctype html><b></b>&lt;/ &lt;")
        );
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "(<!--|-->|<style>|</style>|/\\*|\\*/|<a href=|[\"'>< a?=é]){0,30}") {
            let kept: String = Html::new().read(&text).into_iter().map(|piece| match piece {
                Piece::Shown(text) | Piece::Comment(text) => text,
                Piece::End { .. } => String::new(),
            }).collect();
            let kept = kept.replace("&lt;", "<");
            let marks = text.len() - kept.len();
            prop_assert!(marks == 0 || ["<!--", "/*", "-->", "*/"].iter().any(|mark| text.contains(mark)));
        }
    }
}
