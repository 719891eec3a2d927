//! A Go template as a tree, and the tree as a Go template again.

use super::literal::quote;
use super::place::At;
use std::fmt::{self, Display, Formatter};

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// Text, its trim markers applied.
    Text(String),
    /// `{{/* … */}}`
    Comment(String),
    /// `{{pipeline}}`: prints, or sets a variable.
    Action(Pipeline),
    /// `{{if}}`
    If(Branch),
    /// `{{with}}`
    With(Branch),
    /// `{{range}}`
    Range(Branch),
    /// `{{template "name" pipeline}}`
    Template(Call),
    /// `{{block "name" pipeline}} … {{end}}`
    Block(Call, Vec<Node>),
    /// `{{define "name"}} … {{end}}`
    Define(At, String, Vec<Node>),
    /// `{{break}}`
    Break(At),
    /// `{{continue}}`
    Continue(At),
}

/// `{{if}}`, `{{with}}` or `{{range}}`; an `{{else if}}` is an `{{if}}` alone in `otherwise`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Branch {
    /// Where it begins.
    pub(super) at: At,
    /// What is asked, or ranged over.
    pub(super) pipeline: Pipeline,
    /// What stands in it.
    pub(super) body: Vec<Node>,
    /// Behind `{{else}}`.
    pub(super) otherwise: Option<Vec<Node>>,
}

/// The use of another template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    /// Where it begins.
    pub(super) at: At,
    /// Whose.
    pub(super) name: String,
    /// What it gets as its dot.
    pub(super) argument: Option<Pipeline>,
}

/// `$a, $b := command | command`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pipeline {
    /// Where it begins.
    pub(super) at: At,
    /// Variables that it sets, with their `$`.
    pub(super) variables: Vec<String>,
    /// `=` and not `:=`.
    pub(super) assigns: bool,
    /// At least one.
    pub(super) commands: Vec<Command>,
}

/// A function with its arguments, or a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command {
    /// At least one.
    pub(super) operands: Vec<Operand>,
}

/// A value, and the fields that are read of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Operand {
    /// Where it begins.
    pub(super) at: At,
    /// The value.
    pub(super) term: Term,
    /// `.A.B` of it.
    pub(super) fields: Vec<String>,
}

/// What an operand begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Term {
    /// `.`
    Dot,
    /// `nil`
    Nil,
    /// `true`
    Bool(bool),
    /// A number or a character, as written.
    Number(String),
    /// A string.
    Str(String),
    /// A function.
    Function(String),
    /// `$x`
    Variable(String),
    /// `(pipeline)`
    Group(Box<Pipeline>),
}

/// A list of nodes, as Go source.
pub(super) fn source(nodes: &[Node]) -> String {
    let mut printer = Printer(String::new());
    printer.nodes(nodes);
    printer.0
}

struct Printer(String);

impl Printer {
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            self.node(node);
        }
    }

    /// Opens an action; a brace before it would be taken for one of its own.
    fn open(&mut self) {
        self.0.push_str(if self.0.ends_with('{') { " {{- " } else { "{{" });
    }

    fn tag(&mut self, inner: fmt::Arguments<'_>) {
        self.open();
        self.0.push_str(&inner.to_string());
        self.0.push_str("}}");
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Text(text) => self.0.push_str(text),
            Node::Comment(text) => self.tag(format_args!("/*{text}*/")),
            Node::Action(pipeline) => self.tag(format_args!("{pipeline}")),
            Node::If(branch) => self.branch("if", branch),
            Node::With(branch) => self.branch("with", branch),
            Node::Range(branch) => self.branch("range", branch),
            Node::Template(call) => self.tag(format_args!("template {call}")),
            Node::Block(call, body) => {
                self.tag(format_args!("block {call}"));
                self.body(body);
            }
            Node::Define(_, name, body) => {
                self.tag(format_args!("define {}", quote(name)));
                self.body(body);
            }
            Node::Break(_) => self.tag(format_args!("break")),
            Node::Continue(_) => self.tag(format_args!("continue")),
        }
    }

    fn branch(&mut self, word: &str, branch: &Branch) {
        self.tag(format_args!("{word} {}", branch.pipeline));
        self.nodes(&branch.body);
        if let Some(otherwise) = &branch.otherwise {
            self.tag(format_args!("else"));
            self.nodes(otherwise);
        }
        self.tag(format_args!("end"));
    }

    fn body(&mut self, body: &[Node]) {
        self.nodes(body);
        self.tag(format_args!("end"));
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&source(std::slice::from_ref(self)))
    }
}

impl Display for Call {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&quote(&self.name))?;
        self.argument.iter().try_for_each(|argument| write!(f, " {argument}"))
    }
}

impl Display for Pipeline {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !self.variables.is_empty() {
            let sign = if self.assigns { "=" } else { ":=" };
            write!(f, "{} {sign} ", self.variables.join(", "))?;
        }
        for (index, command) in self.commands.iter().enumerate() {
            if index > 0 {
                f.write_str(" | ")?;
            }
            write!(f, "{command}")?;
        }
        Ok(())
    }
}

impl Display for Command {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, operand) in self.operands.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{operand}")?;
        }
        Ok(())
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.term {
            Term::Dot if !self.fields.is_empty() => {}
            Term::Dot => f.write_str(".")?,
            Term::Nil => f.write_str("nil")?,
            Term::Bool(value) => write!(f, "{value}")?,
            Term::Number(raw) => f.write_str(raw)?,
            Term::Str(text) => f.write_str(&quote(text))?,
            Term::Function(name) | Term::Variable(name) => f.write_str(name)?,
            Term::Group(pipeline) => write!(f, "({pipeline})")?,
        }
        self.fields.iter().try_for_each(|field| write!(f, ".{field}"))
    }
}
