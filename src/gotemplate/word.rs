//! The words inside an action.

use super::lex::{BLANK, Lexer, Token};
use super::literal::unquote;
use super::place::SyntaxError;

impl<'a> Lexer<'a> {
    /// Reads one word.
    pub(super) fn word(&mut self) -> Result<(), SyntaxError> {
        let at = self.at;
        let Some(first) = self.rest.chars().next() else { return Ok(()) };
        let second = self.rest.chars().nth(1);
        let token = match first {
            c if BLANK.contains(&c) => {
                // The last blank may belong to ` -}}`.
                let blanks = self.rest.len().saturating_sub(self.rest.trim_start_matches(BLANK).len());
                let closing = self.rest.get(blanks..).is_some_and(|rest| rest.starts_with("-}}"));
                let taken = if closing { blanks.saturating_sub(1) } else { blanks };
                self.pass(taken.max(1));
                Token::Space
            }
            ':' if second == Some('=') => self.one(2, Token::Declare),
            '=' => self.one(1, Token::Assign),
            '|' => self.one(1, Token::Pipe),
            ',' => self.one(1, Token::Comma),
            '(' => self.one(1, Token::Left),
            ')' => self.one(1, Token::Right),
            '"' => Token::Str(self.quoted('"')?),
            '`' => self.raw()?,
            '\'' => {
                let before = self.rest;
                self.quoted('\'')?;
                let written = before.len().saturating_sub(self.rest.len());
                Token::Number(before.get(..written).unwrap_or_default().to_owned())
            }
            '$' => {
                self.pass(1);
                let name = self.name().to_owned();
                Token::Variable(format!("${name}"))
            }
            '.' if !second.is_some_and(|c| c.is_ascii_digit()) => {
                self.pass(1);
                match self.name() {
                    "" => Token::Dot,
                    name => Token::Field(name.to_owned()),
                }
            }
            '+' | '-' | '.' | '0'..='9' => Token::Number(self.number().to_owned()),
            c if c == '_' || c.is_alphabetic() => Token::Word(self.name().to_owned()),
            c => return Err(SyntaxError::new(at, format!("{c:?} has no meaning here"))),
        };
        self.push(at, token);
        Ok(())
    }

    fn one(&mut self, bytes: usize, token: Token) -> Token {
        self.pass(bytes);
        token
    }

    fn name(&mut self) -> &'a str {
        let letter = |c: char| c == '_' || c.is_alphanumeric();
        let length = self.rest.find(|c| !letter(c)).unwrap_or(self.rest.len());
        self.pass(length)
    }

    fn number(&mut self) -> &'a str {
        let mut before = '\0';
        let part = |(_, c): &(usize, char)| {
            let exponent = matches!(before, 'e' | 'E' | 'p' | 'P');
            let goes_on = c.is_alphanumeric()
                || matches!(c, '.' | '_')
                || (matches!(c, '+' | '-') && (before == '\0' || exponent));
            before = *c;
            goes_on
        };
        let length = self.rest.char_indices().take_while(part).map(|(_, c)| c.len_utf8()).sum();
        self.pass(length)
    }

    /// A string or character in quotes, escapes resolved.
    fn quoted(&mut self, quote: char) -> Result<String, SyntaxError> {
        let at = self.at;
        self.pass(1);
        let mut escaped = false;
        let end = self.rest.find(|c| {
            let ends = c == '\n' || (c == quote && !escaped);
            escaped = c == '\\' && !escaped;
            ends
        });
        let unclosed = || SyntaxError::new(at, format!("the {quote} is never closed on its line"));
        let inner = self.pass(end.ok_or_else(unclosed)?);
        if !self.rest.starts_with(quote) {
            return Err(unclosed());
        }
        self.pass(1);
        unquote(inner).map_err(|why| SyntaxError::new(at, why))
    }

    fn raw(&mut self) -> Result<Token, SyntaxError> {
        let at = self.at;
        self.pass(1);
        let end = self.rest.find('`').ok_or_else(|| SyntaxError::new(at, "the ` is never closed"))?;
        let text = self.pass(end).replace('\r', "");
        self.pass(1);
        Ok(Token::Str(text))
    }
}
