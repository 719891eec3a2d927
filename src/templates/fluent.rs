//! Fluent files as text: what may be parsed at all, where a message stands, and what it asks for.

use super::error::Problem;
use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use std::collections::BTreeSet;

/// More opening braces in one message could nest so deeply that parsing overflows the stack.
const BRACES: usize = 200;

/// A message or, with a leading `-`, a term.
pub(super) struct Entrance {
    pub(super) key: String,
    pub(super) line: usize,
    /// The variables that it prints or chooses by, without `$`.
    pub(super) variables: BTreeSet<String>,
    /// Other messages and terms in it.
    pub(super) references: BTreeSet<String>,
}

/// Parses a file; what is wrong with it is told with its place.
pub(super) fn parse(path: &str, text: &str) -> Result<(FluentResource, Vec<Entrance>), Vec<Problem>> {
    let mut braces = 0_usize;
    for (line, content) in text.lines().enumerate() {
        if starts_message(content) {
            braces = 0;
        }
        braces = braces.saturating_add(content.matches('{').count());
        if braces > BRACES {
            let message = format!("more than {BRACES} braces in one message; write it more simply");
            return Err(vec![Problem::at(path, line.saturating_add(1), message)]);
        }
    }
    let resource = FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| {
        let problem = |error: fluent_syntax::parser::ParserError| {
            let before = text.get(..error.pos.start).unwrap_or(text);
            let line = before.matches('\n').count().saturating_add(1);
            let column = before.chars().rev().take_while(|c| *c != '\n').count().saturating_add(1);
            let message = format!("is no valid Fluent: {}", error.kind);
            Problem { column: Some(column), ..Problem::at(path, line, message) }
        };
        errors.into_iter().map(problem).collect::<Vec<_>>()
    })?;
    let entrances = resource.entries().filter_map(|entry| match entry {
        Entry::Message(message) => Some((message.id.name.to_owned(), message.value.as_ref())),
        Entry::Term(term) => Some((format!("-{}", term.id.name), Some(&term.value))),
        _ => None,
    });
    let entrances = entrances.map(|(key, value)| entrance(text, key, value)).collect();
    Ok((resource, entrances))
}

/// Whether a message or term starts here; no expression can go on over such a line.
fn starts_message(line: &str) -> bool {
    line.split_once('=').is_some_and(|(name, _)| {
        let name = name.trim_end();
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    })
}

fn entrance(text: &str, key: String, value: Option<&Pattern<&str>>) -> Entrance {
    let starts = |line: &str| line.strip_prefix(&key).is_some_and(|rest| rest.trim_start().starts_with('='));
    let line = text.lines().position(starts).map_or(1, |line| line.saturating_add(1));
    let mut entrance = Entrance { key, line, variables: BTreeSet::new(), references: BTreeSet::new() };
    if let Some(pattern) = value {
        entrance.pattern(pattern);
    }
    entrance
}

impl Entrance {
    fn pattern(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.expression(expression);
            }
        }
    }

    fn expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                self.inline(selector);
                for variant in variants {
                    self.pattern(&variant.value);
                }
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id } => drop(self.variables.insert(id.name.to_owned())),
            InlineExpression::MessageReference { id, .. } => drop(self.references.insert(id.name.to_owned())),
            InlineExpression::TermReference { id, .. } => drop(self.references.insert(format!("-{}", id.name))),
            InlineExpression::FunctionReference { arguments, .. } => {
                for value in &arguments.positional {
                    self.inline(value);
                }
            }
            InlineExpression::Placeable { expression } => self.expression(expression),
            InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_message_asks_for_is_told() {
        let text = "# c\na = { $x } { -t } { b }\n b2 = no\nc = { $n ->\n [one] { $y }\n *[other] { NUMBER($z) }\n }\n";
        let (_, found) = parse("f", text).unwrap();
        let of = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(" ");
        let told: Vec<_> =
            found.iter().map(|e| (e.key.as_str(), e.line, of(&e.variables), of(&e.references))).collect();
        assert_eq!(told, [("a", 2, "x".to_owned(), "-t b".to_owned()), ("c", 4, "n y z".to_owned(), String::new())]);
    }

    #[test]
    fn what_would_overflow_the_stack_is_refused() {
        for deep in ["a = ".to_owned() + &"{ ".repeat(50_000), "a = {\n".to_owned() + &"F({\n".repeat(50_000)] {
            assert!(parse("f", &deep).err().unwrap()[0].message.contains("more than 200 braces"));
        }
        let most = format!("a = {}\"x\"{}\n", "{ ".repeat(200), " }".repeat(200));
        assert!(parse("f", &most).is_ok());
    }
}
