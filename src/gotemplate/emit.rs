//! Writes Handlebars, so that it renders to the letter what Go would: Handlebars drops lines on which
//! only a block's tag stands, Go does not; and a brace or a backslash before a tag means something in
//! Handlebars only.

use super::html::{Html, Piece, Place};

/// The text of a Handlebars file as it grows.
pub(super) struct Emitter {
    out: String,
    /// In an HTML file: where we are.
    html: Option<Html>,
    /// The comment that is open.
    comment: String,
    /// A tag was written last that Handlebars takes away with its line, if nothing else stands on it.
    alone: Option<Alone>,
    blocks: Vec<Block>,
}

/// A block that is open.
struct Block {
    /// White space is before it.
    spaced: bool,
    /// So it is at the end of each of its branches.
    ends: bool,
    /// It has an else.
    forks: bool,
    /// Where the branch begins.
    start: usize,
}

/// What stands before a tag that is alone on its line.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Alone {
    /// Where the tag ends.
    end: usize,
    /// Its line is indented.
    indented: bool,
    /// Without its line there is still white space.
    spaced: bool,
}

impl Emitter {
    pub(super) fn new(html: bool) -> Self {
        Self { out: String::new(), html: html.then(Html::new), comment: String::new(), alone: None, blocks: Vec::new() }
    }

    /// Whether an HTML comment is open: nothing of what stands in it is sent.
    pub(super) fn in_comment(&self) -> bool {
        self.html.as_ref().is_some_and(Html::comment)
    }

    pub(super) const fn is_html(&self) -> bool {
        self.html.is_some()
    }

    pub(super) const fn len(&self) -> usize {
        self.out.len()
    }

    /// What may be printed here.
    pub(super) fn place(&self) -> Place {
        self.html.as_ref().map_or(Place::Open, Html::place)
    }

    /// Where the document is, to come back to.
    pub(super) fn html(&self) -> Option<Html> {
        self.html.clone()
    }

    /// Goes back to a place of the document, for the other branch of a block.
    pub(super) fn back(&mut self, html: Option<Html>) {
        self.html = html;
    }

    /// Text of the template.
    pub(super) fn text(&mut self, text: &str) {
        let Some(html) = &mut self.html else { return self.plain(text) };
        for piece in html.read(text) {
            match piece {
                Piece::Shown(text) => self.plain(&text),
                Piece::Comment(text) => self.comment.push_str(&text),
                Piece::End { blank } => {
                    let comment = std::mem::take(&mut self.comment);
                    self.note(&comment);
                    if blank {
                        self.plain(" ");
                    }
                }
            }
        }
    }

    /// Go source inside a comment.
    pub(super) fn commented(&mut self, source: &str) {
        self.comment.push_str(source);
    }

    /// A value that is written out in the template; escaped as one that is not.
    pub(super) fn literal(&mut self, text: &str) {
        if self.is_html() {
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            self.plain(&escaped.replace('"', "&quot;").replace('\'', "&#39;"));
        } else {
            self.plain(text);
        }
        self.html.iter_mut().for_each(Html::printed);
    }

    /// `{{inner}}`, which prints something.
    pub(super) fn print(&mut self, inner: &str) {
        self.tag(inner);
        self.alone = None;
        self.html.iter_mut().for_each(Html::printed);
    }

    /// `{{#inner}}`, `{{else}}`, `{{/inner}}`
    pub(super) fn block(&mut self, inner: &str) {
        self.guard();
        let spaced = self.spaced(inner);
        let line = self.out.rsplit('\n').next().unwrap_or_default();
        let blank = line.chars().all(|c| matches!(c, ' ' | '\t'));
        let indented = !line.is_empty();
        self.tag(inner);
        self.alone = blank.then_some(Alone { end: self.out.len(), indented, spaced });
        if let Some(block) = self.blocks.last_mut().filter(|_| inner.starts_with(['#', 'e'])) {
            block.start = self.out.len();
        }
    }

    /// Whether, whatever is rendered, white space is before a tag that is alone on its line.
    fn spaced(&mut self, inner: &str) -> bool {
        let before = self.out.is_empty() || self.out.ends_with(char::is_whitespace);
        if inner.starts_with('#') {
            self.blocks.push(Block { spaced: before, ends: true, forks: false, start: 0 });
            // The second round of a loop begins where the first ends.
            return before && !inner.starts_with("#each");
        }
        let closes = inner.starts_with('/');
        let Some(block) = self.blocks.last_mut().filter(|_| closes || inner.starts_with("else")) else { return before };
        block.ends &= if block.start == self.out.len() { block.spaced } else { before };
        if !closes {
            block.forks |= inner == "else";
            return block.spaced;
        }
        let spaced = block.ends && (block.forks || block.spaced);
        self.blocks.pop();
        spaced
    }

    /// A comment of Handlebars, for whoever reads the file.
    pub(super) fn note(&mut self, text: &str) {
        self.block(&format!("!-- {} --", text.trim().replace("--}}", "-- }}")));
    }

    /// The finished file.
    pub(super) fn finish(mut self) -> String {
        if self.out.is_empty() || self.out.ends_with('\n') {
            return self.out;
        }
        self.out.push('\n');
        self.out
    }

    fn tag(&mut self, inner: &str) {
        self.guard();
        self.out.push_str("{{");
        self.out.push_str(inner);
        self.out.push_str("}}");
    }

    /// A brace or backslash before a tag would change what the tag is.
    fn guard(&mut self) {
        let last = self.out.chars().next_back();
        if let Some(c @ ('{' | '\\')) = last {
            self.out.pop();
            self.guard();
            self.out.push_str(if c == '{' { "{{concat \"{\"}}" } else { "{{concat \"\\\\\"}}" });
        }
    }

    fn plain(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let behind = text.trim_start_matches([' ', '\t']);
        // Only blanks: what comes next decides.
        if let Some(Alone { end, indented, spaced }) = self.alone.take_if(|_| !behind.is_empty())
            && behind.starts_with('\n')
        {
            // Handlebars takes the line away, from its beginning to its end; Go does not.
            match (self.is_html(), indented, spaced) {
                // Less white space is none in HTML, as long as there is some.
                (true, _, true) => {}
                (false, true, _) => self.out.insert_str(end, "{{!}}"),
                _ => self.out.insert(end, '\n'),
            }
        }
        for c in text.chars() {
            if c == '{' && self.out.ends_with('{') {
                self.guard();
            }
            self.out.push(c);
        }
    }
}
