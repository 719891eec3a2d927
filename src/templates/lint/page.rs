//! A rendered page, read tag by tag as a browser would: what a mail may not hold, what a reader with
//! a screen reader needs, and whether each text can be read on its ground.

use super::contrast::{Contrast, Mode};
use super::css::Sheet;
use super::mark::AT;
use html5gum::emitters::default::DefaultEmitter;
use html5gum::{HtmlString, StartTag, Token, Tokenizer};
use std::collections::BTreeSet;

/// What is wrong with a page, and the mark of the element that is to blame.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Flaw {
    pub(super) at: String,
    pub(super) message: String,
}

/// Elements without content.
const VOID: &[&str] = &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"];
/// Elements whose end tag may be left out.
const OPEN_ENDED: &[&str] = &["p", "li", "td", "th", "tr", "tbody", "thead", "option", "dt", "dd"];
/// Elements that mail programs remove, or take as a sign of spam.
const REMOVED: &[&str] =
    &["script", "iframe", "object", "embed", "form", "input", "video", "audio", "svg", "link", "base"];

/// Reads a page.
pub(super) fn read(html: &str) -> Vec<Flaw> {
    let tokens: Vec<Token> = tokens(html);
    let mut sheet = Sheet::default();
    let mut flaws = BTreeSet::new();
    let mut in_style = None;
    for token in &tokens {
        match token {
            Token::StartTag(tag) => in_style = (text(&tag.name) == "style").then(|| mark_of(tag)),
            Token::String(content) => {
                if let Some(at) = &in_style {
                    let css = text(content);
                    remote_style(&css, at, &mut flaws);
                    sheet.read(&css);
                }
            }
            _ => in_style = None,
        }
    }
    let dark = sheet.has_dark();
    let mut page = Page { flaws, open: Vec::new(), mute: None, titled: false };
    page.walk(&tokens);
    let mut flaws = page.flaws;
    for mode in [Mode::Light, Mode::Dark] {
        if mode == Mode::Light || dark {
            flaws.extend(Contrast::measure(&tokens, &sheet, mode));
        }
    }
    flaws.into_iter().collect()
}

fn tokens(html: &str) -> Vec<Token> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let Ok(tokens) = Tokenizer::new_with_emitter(html, emitter).collect::<Result<Vec<Token>, _>>();
    tokens
}

/// Bytes as text.
pub(super) fn text(bytes: &HtmlString) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An attribute's value.
pub(super) fn attribute(tag: &StartTag<()>, name: &str) -> Option<String> {
    tag.attributes.get(name.as_bytes()).map(|value| text(value))
}

/// Where an element is written.
pub(super) fn mark_of(tag: &StartTag<()>) -> String {
    attribute(tag, AT).unwrap_or_default()
}

/// Whether an element has no content.
pub(super) fn is_void(name: &str) -> bool {
    VOID.contains(&name)
}

struct Page {
    flaws: BTreeSet<Flaw>,
    /// Names and marks of the elements around.
    open: Vec<(String, String)>,
    /// A title or heading that is open and has said nothing yet.
    mute: Option<(String, String)>,
    titled: bool,
}

impl Page {
    fn walk(&mut self, tokens: &[Token]) {
        let mut last = String::new();
        for token in tokens {
            match token {
                Token::StartTag(tag) => {
                    last = mark_of(tag);
                    self.start(tag);
                }
                Token::EndTag(tag) => self.end(&text(&tag.name), &last),
                Token::Error(error) => {
                    self.flaw(&last, format!("it is no clean HTML here: {}", error.value));
                }
                Token::String(content) if !text(content).trim().is_empty() => {
                    self.titled |= self.mute.take().is_some_and(|(name, _)| name == "title");
                }
                Token::String(_) | Token::Comment(_) | Token::Doctype(_) => {}
            }
        }
        while let Some((name, at)) = self.open.pop() {
            if !OPEN_ENDED.contains(&name.as_str()) {
                self.flaw(&at, format!("<{name}> is never closed"));
            }
        }
        if !self.titled {
            self.flaw("", "there is no <title>, or nothing in it; screen readers read it first".to_owned());
        }
    }

    fn flaw(&mut self, at: &str, message: String) {
        self.flaws.insert(Flaw { at: at.to_owned(), message });
    }

    fn start(&mut self, tag: &StartTag<()>) {
        let (name, at) = (text(&tag.name), mark_of(tag));
        if REMOVED.contains(&name.as_str()) {
            self.flaw(&at, format!("<{name}> does not work in mail; leave it out"));
        }
        self.needs(tag, &name, &at);
        for (attribute, value) in &tag.attributes {
            let (attribute, value) = (text(attribute).to_ascii_lowercase(), text(value));
            match attribute.as_str() {
                "href" => self.link(&value, &at),
                "src" | "background" | "srcset" | "poster" if name != "script" => self.picture(&value, &at),
                "style" => remote_style(&value, &at, &mut self.flaws),
                _ if attribute.starts_with("on") => {
                    self.flaw(&at, format!("{attribute} does not work in mail; leave it out"));
                }
                _ => {}
            }
        }
        if matches!(name.as_str(), "title" | "h1" | "h2" | "h3") {
            self.mute = Some((name.clone(), at.clone()));
        }
        if !is_void(&name) && !tag.self_closing {
            self.open.push((name, at));
        }
    }

    /// What readers with a screen reader need.
    fn needs(&mut self, tag: &StartTag<()>, name: &str, at: &str) {
        let lacks = |attribute: &str| self::attribute(tag, attribute).is_none();
        let mut want = |lacking: bool, message: &str| {
            if lacking {
                self.flaws.insert(Flaw { at: at.to_owned(), message: message.to_owned() });
            }
        };
        match name {
            "html" => {
                want(lacks("lang"), "<html> has no language; write lang=\"{{locale}}\"");
                want(lacks("dir"), "<html> has no direction; write dir=\"{{dir}}\"");
            }
            "img" => want(lacks("alt"), "<img> has no alt; write what it says, or alt=\"\" if it says nothing"),
            "table" => want(
                lacks("role"),
                "<table> has no role; write role=\"presentation\" unless it holds data, else role=\"table\"",
            ),
            _ => {}
        }
    }

    fn link(&mut self, value: &str, at: &str) {
        let scheme = value.trim().split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
        let safe = scheme.as_deref().is_some_and(|scheme| matches!(scheme, "http" | "https" | "mailto" | "tel"));
        if !safe && !value.starts_with('#') {
            let cure = "a link in a mail begins with https://, mailto: or tel:";
            self.flaw(at, format!("the link is unsafe or leads nowhere; {cure}"));
        }
    }

    fn picture(&mut self, value: &str, at: &str) {
        if value.starts_with("data:") {
            self.flaw(at, "many mail programs show no data: pictures; use the brand's logo_file".to_owned());
        } else if !value.starts_with("cid:") {
            let message =
                "remote content is blocked, and tells its server who reads; use the brand's logo_file or leave it out";
            self.flaw(at, message.to_owned());
        }
    }

    fn end(&mut self, name: &str, last: &str) {
        if let Some((_, at)) = self.mute.take_if(|(open, _)| open == name && name != "title") {
            self.flaw(&at, format!("<{name}> says nothing; leave it out or say something"));
        }
        if !self.open.iter().any(|(open, _)| open == name) {
            return self.flaw(last, format!("</{name}> closes nothing"));
        }
        while let Some((open, at)) = self.open.pop() {
            if open == name {
                break;
            }
            if !OPEN_ENDED.contains(&open.as_str()) {
                self.flaw(&at, format!("<{open}> is not closed before </{name}>"));
            }
        }
    }
}

fn remote_style(css: &str, at: &str, flaws: &mut BTreeSet<Flaw>) {
    let css = css.to_ascii_lowercase();
    if let Some(found) = ["url(", "@import", "@font-face"].iter().find(|word| css.contains(**word)) {
        let message = format!("{found} loads remote content, which is blocked; leave it out");
        flaws.insert(Flaw { at: at.to_owned(), message });
    }
}
