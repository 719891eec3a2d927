//! Cuts a Go template into tokens, as `text/template/parse/lex.go` does: text outside of `{{ }}`
//! with its trim markers already applied, and the words inside.

use super::place::{At, SyntaxError};

/// A word of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// Text between actions.
    Text(String),
    /// `{{/* … */}}`
    Comment(String),
    /// `{{`
    Open,
    /// `}}`
    Close,
    /// Blanks inside an action: they part the operands.
    Space,
    /// `|`
    Pipe,
    /// `:=`
    Declare,
    /// `=`
    Assign,
    /// `(`
    Left,
    /// `)`
    Right,
    /// `,`
    Comma,
    /// `.`
    Dot,
    /// `.Name`
    Field(String),
    /// `$` or `$name`
    Variable(String),
    /// A name, also `true`, `nil`, `if` and the like.
    Word(String),
    /// A string.
    Str(String),
    /// A number or a character, as written.
    Number(String),
}

/// A token and where it begins.
pub(super) type Placed = (Token, At);

/// All tokens of a template.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, SyntaxError> {
    let mut lexer = Lexer { rest: text, at: At::START, found: Vec::new() };
    lexer.outside()?;
    Ok(lexer.found)
}

pub(super) struct Lexer<'a> {
    pub(super) rest: &'a str,
    pub(super) at: At,
    found: Vec<Placed>,
}

/// What parts words.
pub(super) const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

impl<'a> Lexer<'a> {
    /// Moves on by some bytes, which must end between characters; gives what was passed.
    pub(super) fn pass(&mut self, bytes: usize) -> &'a str {
        let (passed, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.at = self.at.after(passed);
        self.rest = rest;
        passed
    }

    pub(super) fn push(&mut self, at: At, token: Token) {
        self.found.push((token, at));
    }

    fn outside(&mut self) -> Result<(), SyntaxError> {
        let mut trim_start = false;
        loop {
            let at = self.at;
            let open = self.rest.find("{{");
            let text = self.pass(open.unwrap_or(self.rest.len()));
            let trim_end = self.rest.strip_prefix("{{-").is_some_and(|after| after.starts_with(BLANK));
            let shown = if trim_start { text.trim_start_matches(BLANK) } else { text };
            let shown = if trim_end { shown.trim_end_matches(BLANK) } else { shown };
            if !shown.is_empty() {
                self.push(at, Token::Text(shown.to_owned()));
            }
            if open.is_none() {
                return Ok(());
            }
            trim_start = self.action(trim_end)?;
        }
    }

    /// One action with its braces; whether the text behind it is trimmed.
    fn action(&mut self, trimmed: bool) -> Result<bool, SyntaxError> {
        let open = self.at;
        self.pass(if trimmed { 3 } else { 2 });
        let behind = if trimmed { self.rest.trim_start_matches(BLANK) } else { self.rest };
        if behind.starts_with("/*") {
            self.pass(self.rest.len().saturating_sub(behind.len()));
            return self.comment(open);
        }
        self.push(open, Token::Open);
        loop {
            if let Some(trim) = self.close() {
                return Ok(trim);
            }
            if self.rest.is_empty() {
                return Err(SyntaxError::new(open, "the action is never closed: }} is missing"));
            }
            self.word()?;
        }
    }

    fn comment(&mut self, open: At) -> Result<bool, SyntaxError> {
        self.pass(2);
        let end = self.rest.find("*/").ok_or_else(|| SyntaxError::new(open, "the comment is never closed"))?;
        let comment = self.pass(end).to_owned();
        self.pass(2);
        self.push(open, Token::Comment(comment));
        match self.rest {
            rest if rest.starts_with("}}") => {
                self.pass(2);
                Ok(false)
            }
            rest if rest.starts_with(BLANK) && rest.get(1..).is_some_and(|rest| rest.starts_with("-}}")) => {
                self.pass(4);
                Ok(true)
            }
            _ => Err(SyntaxError::new(self.at, "a comment ends with */}}, with nothing between")),
        }
    }

    /// Closing braces, if they are next; whether they trim.
    fn close(&mut self) -> Option<bool> {
        let at = self.at;
        if self.rest.starts_with("}}") {
            self.pass(2);
            self.push(at, Token::Close);
            return Some(false);
        }
        let blank = self.rest.starts_with(BLANK);
        if blank && self.rest.get(1..).is_some_and(|rest| rest.starts_with("-}}")) {
            self.pass(4);
            self.push(at, Token::Close);
            return Some(true);
        }
        None
    }
}
