//! Reads tokens into a tree, as `text/template/parse/parse.go` does.

use super::ast::{Branch, Call, Node};
use super::lex::{Placed, Token, tokens};
use super::place::{At, SyntaxError};
use std::iter::Peekable;
use std::vec::IntoIter;

/// How deep blocks and brackets may nest.
const DEPTH: usize = 60;

/// Read, or refused.
pub(super) type Parsed<T> = Result<T, SyntaxError>;

/// Reads a template.
pub(super) fn parse(text: &str) -> Parsed<Vec<Node>> {
    let mut parser = Parser { tokens: tokens(text)?.into_iter().peekable(), at: At::START, depth: 0, ranges: 0 };
    let (nodes, end) = parser.list()?;
    match end {
        End::OfFile => Ok(nodes),
        End::Block(at) => Err(SyntaxError::new(at, "{{end}} closes nothing; remove it")),
        End::Else(at, _) => Err(SyntaxError::new(at, "{{else}} belongs to nothing; remove it")),
    }
}

/// What ended a list of nodes.
enum End {
    OfFile,
    Block(At),
    /// `{{else}}`, or `{{else if …}}` with its `if` or `with`.
    Else(At, Option<String>),
}

pub(super) struct Parser {
    pub(super) tokens: Peekable<IntoIter<Placed>>,
    pub(super) at: At,
    depth: usize,
    /// Loops around.
    ranges: usize,
}

impl Parser {
    pub(super) fn next(&mut self) -> Option<Token> {
        let (token, at) = self.tokens.next()?;
        self.at = at;
        Some(token)
    }

    pub(super) fn peek(&mut self) -> Option<&Token> {
        self.tokens.peek().map(|(token, _)| token)
    }

    pub(super) fn blanks(&mut self) -> bool {
        let found = self.peek() == Some(&Token::Space);
        while self.peek() == Some(&Token::Space) {
            self.next();
        }
        found
    }

    pub(super) fn refuse<T>(&self, why: impl Into<String>) -> Parsed<T> {
        Err(SyntaxError::new(self.at, why))
    }

    pub(super) fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > DEPTH {
            return self.refuse(format!("it nests more than {DEPTH} deep"));
        }
        let read = inner(self);
        self.depth = self.depth.saturating_sub(1);
        read
    }

    fn list(&mut self) -> Parsed<(Vec<Node>, End)> {
        let mut nodes = Vec::new();
        while let Some(token) = self.next() {
            match token {
                Token::Text(text) => nodes.push(Node::Text(text)),
                Token::Comment(text) => nodes.push(Node::Comment(text)),
                // Outside of text and comments, the lexer gives whole actions only.
                _ => match self.action()? {
                    Ok(node) => nodes.push(node),
                    Err(end) => return Ok((nodes, end)),
                },
            }
        }
        Ok((nodes, End::OfFile))
    }

    /// What stands behind `{{`.
    fn action(&mut self) -> Parsed<Result<Node, End>> {
        let at = self.at;
        self.blanks();
        let word = match self.peek() {
            Some(Token::Word(word)) => word.clone(),
            _ => return Ok(Ok(Node::Action(self.pipeline(&Token::Close)?))),
        };
        let node = match word.as_str() {
            "if" | "with" | "range" => {
                self.next();
                self.branch(at, &word)?
            }
            "template" => {
                self.next();
                Node::Template(self.call(at)?)
            }
            "block" => {
                self.next();
                let call = self.call(at)?;
                if call.argument.is_none() {
                    return self.refuse("behind the name of a {{block}} stands its value, such as .");
                }
                Node::Block(call, self.body(at, "block")?)
            }
            "define" => {
                self.next();
                let name = self.template_name()?;
                self.close()?;
                if self.depth > 0 {
                    return self.refuse("{{define}} stands inside of something; move it out");
                }
                Node::Define(at, name, self.body(at, "define")?)
            }
            "end" => {
                self.next();
                self.close()?;
                return Ok(Err(End::Block(at)));
            }
            "else" => {
                self.next();
                return Ok(Err(End::Else(at, self.chained()?)));
            }
            "break" | "continue" => {
                self.next();
                self.close()?;
                if self.ranges == 0 {
                    return self.refuse(format!("{{{{{word}}}}} stands outside of {{{{range}}}}"));
                }
                if word == "break" { Node::Break(at) } else { Node::Continue(at) }
            }
            _ => Node::Action(self.pipeline(&Token::Close)?),
        };
        Ok(Ok(node))
    }

    fn close(&mut self) -> Parsed<()> {
        self.blanks();
        match self.next() {
            Some(Token::Close) => Ok(()),
            _ => self.refuse("this does not belong here; }} is expected"),
        }
    }

    /// The `if` or `with` behind `else`, if there is one.
    fn chained(&mut self) -> Parsed<Option<String>> {
        self.blanks();
        match self.peek() {
            Some(Token::Word(word)) if word == "if" || word == "with" => {
                let word = word.clone();
                self.next();
                Ok(Some(word))
            }
            _ => self.close().map(|()| None),
        }
    }

    fn branch(&mut self, at: At, word: &str) -> Parsed<Node> {
        let pipeline = self.pipeline(&Token::Close)?;
        let loops = usize::from(word == "range");
        if loops == 0 && pipeline.variables.len() > 1 {
            return self.refuse(format!("{{{{{word}}}}} sets one variable at most"));
        }
        self.ranges = self.ranges.saturating_add(loops);
        let read = self.deeper(Self::list);
        self.ranges = self.ranges.saturating_sub(loops);
        let (body, end) = read?;
        let otherwise = match end {
            End::Block(_) => None,
            End::OfFile => return Err(unclosed(at, word)),
            End::Else(_, None) => Some(self.body(at, word)?),
            End::Else(at, Some(chained)) => {
                if loops == 1 || (word == "if" && chained == "with") || (word == "with" && chained == "if") {
                    return self.refuse(format!("{{{{else {chained}}}}} cannot belong to {{{{{word}}}}}"));
                }
                Some(vec![self.deeper(|parser| parser.branch(at, &chained))?])
            }
        };
        let branch = Branch { at, pipeline, body, otherwise };
        Ok(match word {
            "if" => Node::If(branch),
            "with" => Node::With(branch),
            _ => Node::Range(branch),
        })
    }

    /// Everything up to `{{end}}`.
    fn body(&mut self, at: At, word: &str) -> Parsed<Vec<Node>> {
        let (body, end) = self.deeper(Self::list)?;
        match end {
            End::Block(_) => Ok(body),
            End::OfFile => Err(unclosed(at, word)),
            End::Else(at, _) => Err(SyntaxError::new(at, "a second {{else}}; remove it")),
        }
    }

    fn template_name(&mut self) -> Parsed<String> {
        self.blanks();
        match self.next() {
            Some(Token::Str(name)) => Ok(name),
            _ => self.refuse("the name of a template stands in quotes"),
        }
    }

    fn call(&mut self, at: At) -> Parsed<Call> {
        let name = self.template_name()?;
        self.blanks();
        if self.peek() == Some(&Token::Close) {
            self.next();
            return Ok(Call { at, name, argument: None });
        }
        Ok(Call { at, name, argument: Some(self.pipeline(&Token::Close)?) })
    }
}

fn unclosed(at: At, what: &str) -> SyntaxError {
    SyntaxError::new(at, format!("{{{{{what}}}}} is never closed; add {{{{end}}}}"))
}
