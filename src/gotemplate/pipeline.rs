//! Pipelines, commands and their operands.

use super::ast::{Command, Operand, Pipeline, Term};
use super::lex::Token;
use super::parse::{Parsed, Parser};
use super::place::SyntaxError;

impl Parser {
    /// A pipeline and the token that ends it.
    pub(super) fn pipeline(&mut self, end: &Token) -> Parsed<Pipeline> {
        self.blanks();
        let at = self.tokens.peek().map_or(self.at, |(_, at)| *at);
        let mut pipeline = Pipeline { at, variables: Vec::new(), assigns: false, commands: Vec::new() };
        let mut operands = self.declaration(&mut pipeline)?;
        loop {
            operands.extend(self.operands()?);
            if operands.is_empty() {
                return self.refuse("a value is missing");
            }
            Self::is_command(&operands, pipeline.commands.is_empty())?;
            pipeline.commands.push(Command { operands: std::mem::take(&mut operands) });
            match self.next() {
                Some(Token::Pipe) => {}
                Some(token) if token == *end => return Ok(pipeline),
                Some(_) => return self.refuse("this has no meaning here"),
                None => return self.refuse("the action is never closed"),
            }
        }
    }

    /// `$a := ` or `$a, $b := `; a variable that is no declaration is the first operand.
    fn declaration(&mut self, pipeline: &mut Pipeline) -> Parsed<Vec<Operand>> {
        let Some(Token::Variable(_)) = self.peek() else { return Ok(Vec::new()) };
        let mut first = self.operand()?;
        let spaced = self.blanks();
        let plain = |operand: &Operand| match &operand.term {
            Term::Variable(name) if operand.fields.is_empty() && name != "$" => Some(name.clone()),
            _ => None,
        };
        let mut names = Vec::new();
        loop {
            match (self.peek(), plain(&first)) {
                (Some(Token::Comma), Some(name)) if names.is_empty() => {
                    self.next();
                    self.blanks();
                    names.push(name);
                    first = self.operand()?;
                    self.blanks();
                }
                (Some(Token::Declare | Token::Assign), Some(name)) => {
                    pipeline.assigns = self.next() == Some(Token::Assign);
                    names.push(name);
                    pipeline.variables = names;
                    return Ok(Vec::new());
                }
                _ if !names.is_empty() => return self.refuse("behind $a, $b stands := and a value"),
                (Some(Token::Comma | Token::Declare | Token::Assign), _) => {
                    return self.refuse("only a variable can be set");
                }
                (Some(Token::Close | Token::Pipe | Token::Right), _) => return Ok(vec![first]),
                _ if spaced => return Ok(vec![first]),
                _ => return self.refuse("a blank is missing"),
            }
        }
    }

    /// Operands with blanks between.
    fn operands(&mut self) -> Parsed<Vec<Operand>> {
        self.blanks();
        let (mut found, mut apart) = (Vec::new(), true);
        while !matches!(self.peek(), None | Some(Token::Pipe | Token::Close | Token::Right)) {
            if !apart {
                self.next();
                return self.refuse("a blank is missing");
            }
            found.push(self.operand()?);
            apart = self.blanks();
        }
        Ok(found)
    }

    fn operand(&mut self) -> Parsed<Operand> {
        let token = self.next();
        let at = self.at;
        let mut fields = Vec::new();
        let term = match token {
            Some(Token::Dot) => Term::Dot,
            Some(Token::Field(name)) => {
                fields.push(name);
                Term::Dot
            }
            Some(Token::Variable(name)) => Term::Variable(name),
            Some(Token::Str(text)) => Term::Str(text),
            Some(Token::Number(raw)) if super::literal::number(&raw).is_some() => Term::Number(raw),
            Some(Token::Number(raw)) => return self.refuse(format!("{raw} is no number that we know")),
            Some(Token::Word(word)) => match word.as_str() {
                "nil" => Term::Nil,
                "true" | "false" => Term::Bool(word == "true"),
                "if" | "else" | "end" | "range" | "with" | "define" | "block" | "template" | "break" | "continue" => {
                    return self.refuse(format!("{word} cannot stand here"));
                }
                _ => Term::Function(word),
            },
            Some(Token::Left) => Term::Group(Box::new(self.deeper(|parser| parser.pipeline(&Token::Right))?)),
            Some(Token::Declare | Token::Assign) => return self.refuse("only a variable can be set"),
            _ => return self.refuse("a value is missing"),
        };
        let may =
            matches!(term, Term::Dot | Term::Variable(_) | Term::Group(_)) && (term != Term::Dot || !fields.is_empty());
        while let Some(Token::Field(name)) = self.peek() {
            let name = name.clone();
            if !may {
                return self.refuse(format!(".{name} of something that has no fields"));
            }
            self.next();
            fields.push(name);
        }
        Ok(Operand { at, term, fields })
    }

    /// Behind `|` only a function makes sense, and a plain value takes no arguments.
    fn is_command(operands: &[Operand], first: bool) -> Parsed<()> {
        let Some(head) = operands.first() else { return Ok(()) };
        let refuse = |why: &str| Err(SyntaxError::new(head.at, why));
        let literal = matches!(head.term, Term::Nil | Term::Bool(_) | Term::Number(_) | Term::Str(_));
        if literal && !first {
            return refuse("a pipeline goes on with a function");
        }
        if head.term == Term::Nil && operands.len() == 1 {
            return refuse("nil is no command");
        }
        Ok(())
    }
}
