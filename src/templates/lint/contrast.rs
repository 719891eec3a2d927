//! Whether text can be read on its ground, as far as [`super::css`] can tell.

use super::super::colour::{Colour, TEXT};
use super::css::{Block, Paint, Sheet, declarations};
use super::page::{Flaw, attribute, is_void, mark_of, text};
use html5gum::{StartTag, Token};

/// For whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Light,
    Dark,
}

/// An element around the text, as it looks.
struct Around {
    name: String,
    at: String,
    ink: Paint,
    ground: Paint,
    hidden: bool,
}

/// Walks a page with the colours of the elements around.
pub(super) struct Contrast<'a> {
    sheet: &'a Sheet,
    mode: Mode,
    around: Vec<Around>,
}

impl<'a> Contrast<'a> {
    /// Every text that is hard to read.
    pub(super) fn measure(tokens: &[Token], sheet: &'a Sheet, mode: Mode) -> Vec<Flaw> {
        let mut walk = Self { sheet, mode, around: Vec::new() };
        let mut flaws = Vec::new();
        for token in tokens {
            match token {
                Token::StartTag(tag) => walk.start(tag),
                Token::EndTag(tag) => walk.end(&text(&tag.name)),
                Token::String(content) => flaws.extend(walk.text(&text(content))),
                _ => {}
            }
        }
        flaws
    }

    fn start(&mut self, tag: &StartTag<()>) {
        let name = text(&tag.name);
        if is_void(&name) || tag.self_closing {
            return;
        }
        let dark = self.mode == Mode::Dark;
        let (ink, ground, hidden) = self.around.last().map_or(
            // What a browser has by itself.
            (Paint::Known(if dark { Colour::WHITE } else { Colour::BLACK }), Paint::Known(self.canvas()), false),
            |outer| (outer.ink, outer.ground, outer.hidden),
        );
        let inline = attribute(tag, "style").unwrap_or_default();
        let (own, own_important) = declarations(&inline);
        let (rules, rules_important) = self.sheet.of(&name, &attribute(tag, "class").unwrap_or_default(), dark);
        let attributes = Block {
            ink: self.link_ink(&name).or_else(|| painted(attribute(tag, "color"))),
            ground: painted(attribute(tag, "bgcolor")),
            hidden: matches!(name.as_str(), "head" | "style" | "title" | "script"),
        };
        let all = attributes.under(rules).under(own).under(rules_important).under(own_important);
        self.around.push(Around {
            name,
            at: mark_of(tag),
            ink: all.ink.unwrap_or(ink),
            ground: all.ground.unwrap_or(ground),
            hidden: hidden || all.hidden,
        });
    }

    fn end(&mut self, name: &str) {
        if let Some(at) = self.around.iter().rposition(|outer| outer.name == name) {
            self.around.truncate(at);
        }
    }

    fn text(&self, content: &str) -> Option<Flaw> {
        let seen = |c: char| !c.is_whitespace() && !matches!(c, '\u{34f}' | '\u{200b}'..='\u{200f}' | '\u{feff}');
        let outer = self.around.last().filter(|outer| !outer.hidden && content.contains(seen))?;
        let (Paint::Known(ink), Paint::Known(ground)) = (outer.ink, outer.ground) else { return None };
        let contrast = ink.contrast(ground);
        (contrast < TEXT).then(|| {
            let mode = if self.mode == Mode::Dark { " in dark mode" } else { "" };
            let better = ink.standing_out(ground, TEXT);
            let message = format!(
                "the text is hard to read{mode}: {ink} on {ground} has a contrast of {contrast:.1}, {TEXT} is the least; {better} would do"
            );
            Flaw { at: outer.at.clone(), message }
        })
    }

    fn canvas(&self) -> Colour {
        if self.mode == Mode::Dark { Colour::DARK_CARD } else { Colour::WHITE }
    }

    fn link_ink(&self, name: &str) -> Option<Paint> {
        let colour = if self.mode == Mode::Dark { "#9e9eff" } else { "#0000ee" };
        (name == "a").then(|| Colour::parse(colour).map(Paint::Known))?
    }
}

fn painted(value: Option<String>) -> Option<Paint> {
    Some(Colour::parse(&value?).map_or(Paint::Unknown, Paint::Known))
}
