//! Walks through a template and says the same in Handlebars. Variables, `with` and `{{template}}` are
//! followed here and now: each value is written where it is used.

use super::ast::{Call, Node, Pipeline};
use super::emit::Emitter;
use super::fields::Mail;
use super::place::At;
use super::value::Value;
use std::collections::BTreeMap;
use std::fmt::Display;

/// Templates by name, each with the file that it is written in.
pub(super) type Templates<'a> = BTreeMap<&'a str, (&'a str, &'a [Node])>;

/// A place that needs a hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The file, as it is called in Kratos's directory.
    pub file: String,
    /// Where in it.
    pub at: At,
    /// Why there is no counterpart.
    pub why: String,
    /// The Go that stands there.
    pub source: String,
}

/// The largest file that is written.
const LARGEST: usize = 128 * 1024;
/// How many pieces a template may have, with all that it includes.
const MOST: usize = 10_000;
/// How deep blocks and templates may stand in one another.
const DEPTH: usize = 100;

/// Translates one template of a set.
pub(super) fn translate(templates: &Templates<'_>, name: &str, mail: Mail, html: bool) -> (String, Vec<Mark>) {
    let mut walker = Walker {
        mail,
        templates,
        emit: Emitter::new(html),
        dot: Value::Mail,
        variables: vec![("$".to_owned(), Value::Mail)],
        file: templates.get(name).map_or(name, |(file, _)| file).to_owned(),
        inside: vec![name.to_owned()],
        loops: Vec::new(),
        steps: 0,
        depth: 0,
        over: false,
        marks: Vec::new(),
    };
    if let Some((_, nodes)) = templates.get(name) {
        walker.nodes(nodes);
    }
    (walker.emit.finish(), walker.marks)
}

/// How far it has come.
pub(super) struct Walker<'a> {
    pub(super) mail: Mail,
    pub(super) templates: &'a Templates<'a>,
    pub(super) emit: Emitter,
    pub(super) dot: Value,
    pub(super) variables: Vec<(String, Value)>,
    pub(super) file: String,
    /// The templates that are being walked through, outermost first.
    pub(super) inside: Vec<String>,
    /// The names of the loops around.
    pub(super) loops: Vec<String>,
    pub(super) steps: usize,
    pub(super) depth: usize,
    /// It has grown too large.
    pub(super) over: bool,
    pub(super) marks: Vec<Mark>,
}

impl Walker<'_> {
    pub(super) fn nodes(&mut self, nodes: &[Node]) {
        self.depth = self.depth.saturating_add(1);
        for node in nodes {
            self.steps = self.steps.saturating_add(1);
            if self.over || self.steps > MOST || self.emit.len() > LARGEST || self.depth > DEPTH {
                if !std::mem::replace(&mut self.over, true) {
                    self.fail(At::START, "with all that it includes, it is too large", node);
                }
                break;
            }
            match node {
                Node::Text(text) => self.emit.text(text),
                node if self.emit.in_comment() => self.emit.commented(&node.to_string()),
                node => self.node(node),
            }
        }
        self.depth = self.depth.saturating_sub(1);
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Text(_) | Node::Define(..) => {}
            Node::Comment(text) => self.emit.note(text),
            Node::Action(pipeline) => self.action(pipeline, node),
            Node::If(branch) => self.branch(branch, "#if", false),
            Node::With(branch) => self.branch(branch, "#if", true),
            Node::Range(branch) => self.range(branch, node),
            Node::Template(call) | Node::Block(call, _) => self.include(call, node),
            Node::Break(at) | Node::Continue(at) => self.fail(*at, "a loop cannot be left here", node),
        }
    }

    pub(super) fn mark(&mut self, at: At, why: &str, source: &dyn Display) {
        let (file, source) = (self.file.clone(), source.to_string());
        self.marks.push(Mark { file, at, why: why.to_owned(), source });
    }

    /// Marks a place; whoever renders it is told why.
    pub(super) fn fail(&mut self, at: At, why: &str, source: &dyn Display) {
        let source = source.to_string();
        self.emit.print(&Value::helper("fail", &[Value::text(why)], false, 0).unwrap_or_default());
        self.emit.note(&source);
        self.mark(at, why, &source);
    }

    fn action(&mut self, pipeline: &Pipeline, node: &Node) {
        let value = match self.pipeline(pipeline) {
            Ok(value) => value,
            Err((at, why)) if pipeline.variables.is_empty() => return self.fail(at, &why, node),
            Err((at, why)) => {
                self.mark(at, &why, node);
                Value::failure(&why)
            }
        };
        if pipeline.variables.is_empty() {
            if let Err(why) = self.print(&value) {
                self.fail(pipeline.at, &why, node);
            }
        } else {
            self.set(pipeline, &value);
        }
    }

    pub(super) fn set(&mut self, pipeline: &Pipeline, value: &Value) {
        for name in &pipeline.variables {
            if !pipeline.assigns {
                self.variables.push((name.clone(), value.clone()));
            } else if let Some((_, old)) = self.variables.iter_mut().rev().find(|(known, _)| known == name) {
                *old = value.clone();
            } else {
                self.mark(pipeline.at, &format!("{name} is not declared"), pipeline);
            }
        }
    }

    fn include(&mut self, call: &Call, node: &Node) {
        let Some((file, nodes)) = self.templates.get(call.name.as_str()).copied() else {
            return self.fail(call.at, &format!("there is no template {:?}", call.name), node);
        };
        if self.inside.contains(&call.name) {
            return self.fail(call.at, "a template that includes itself", node);
        }
        let value = match call.argument.as_ref().map(|argument| self.pipeline(argument)).transpose() {
            Ok(value) => value.unwrap_or(Value::NULL),
            Err((at, why)) => return self.fail(at, &why, node),
        };
        let dot = std::mem::replace(&mut self.dot, value.clone());
        let variables = std::mem::replace(&mut self.variables, vec![("$".to_owned(), value)]);
        let outer = std::mem::replace(&mut self.file, file.to_owned());
        self.inside.push(call.name.clone());
        self.nodes(nodes);
        self.inside.pop();
        self.file = outer;
        self.variables = variables;
        self.dot = dot;
    }
}
