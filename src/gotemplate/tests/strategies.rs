//! Any template that Go could read.

use crate::gotemplate::ast::{Branch, Call, Command, Node, Operand, Pipeline, Term};
use crate::gotemplate::place::At;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// The source of a template, valid as far as its form goes.
pub(crate) fn template() -> impl Strategy<Value = String> {
    nodes().prop_map(|nodes| super::super::ast::source(&nodes))
}

/// A template as a tree.
pub(super) fn nodes() -> impl Strategy<Value = Vec<Node>> {
    list(node().prop_recursive(4, 24, 3, |inner| {
        let body = list(inner);
        prop_oneof![
            branch(body.clone()).prop_map(Node::If),
            branch(body.clone()).prop_map(Node::With),
            branch(body.clone()).prop_map(Node::Range),
            (call(true), body).prop_map(|(call, body)| Node::Block(call, body)),
        ]
    }))
}

/// No two texts in a row: they would be read as one.
fn list(node: impl Strategy<Value = Node> + Clone) -> impl Strategy<Value = Vec<Node>> + Clone {
    let comment = || Node::Comment(String::new());
    vec(node, 0..4).prop_map(move |nodes| {
        let mut apart: Vec<Node> = Vec::new();
        for node in nodes {
            if matches!((&node, apart.last()), (Node::Text(_), Some(Node::Text(_)))) {
                apart.push(comment());
            }
            apart.push(node);
        }
        apart
    })
}

fn node() -> impl Strategy<Value = Node> + Clone {
    let text = "[a<>\"'&= \n\t{\\\\é-]{1,6}".prop_filter("no tag", |text: &String| !text.contains("{{"));
    prop_oneof![
        text.prop_map(Node::Text),
        "[a b}{]{0,5}".prop_map(Node::Comment),
        pipeline(true).prop_map(Node::Action),
        call(false).prop_map(Node::Template),
    ]
}

fn call(block: bool) -> impl Strategy<Value = Call> + Clone {
    let argument =
        option::of(pipeline(false)).prop_filter("a block has a value", move |found| found.is_some() || !block);
    ("[a-c]", argument).prop_map(|(name, argument)| Call { at: At::START, name, argument })
}

fn branch(body: impl Strategy<Value = Vec<Node>> + Clone) -> impl Strategy<Value = Branch> {
    (pipeline(false), body.clone(), option::of(body)).prop_map(|(pipeline, body, otherwise)| Branch {
        at: At::START,
        pipeline,
        body,
        otherwise,
    })
}

fn pipeline(sets: bool) -> impl Strategy<Value = Pipeline> + Clone {
    let names = vec("\\$[a-c]", if sets { 0..2 } else { 0..1 });
    (names, any::<bool>(), first(2), vec(function(1), 0..2)).prop_map(|(variables, assigns, first, rest)| {
        let commands = [vec![first], rest].concat();
        let assigns = assigns && !variables.is_empty();
        Pipeline { at: At::START, variables, assigns, commands }
    })
}

fn first(depth: u32) -> BoxedStrategy<Command> {
    let value = operand(depth).prop_filter("no command", |operand| operand.term != Term::Nil);
    prop_oneof![value.prop_map(|value| Command { operands: vec![value] }), function(depth)].boxed()
}

fn function(depth: u32) -> BoxedStrategy<Command> {
    const NAMES: &[&str] = &[
        "upper", "eq", "and", "or", "not", "default", "printf", "print", "index", "dict", "list", "len", "ternary",
        "trunc", "replace", "join", "split", "until", "get", "dig", "cat", "html", "urlquery", "nothing",
    ];
    let name = prop::sample::select(NAMES).prop_map(|name| Term::Function(name.to_owned()));
    (name, vec(operand(depth), 0..4))
        .prop_map(|(term, values)| Command {
            operands: [vec![Operand { at: At::START, term, fields: Vec::new() }], values].concat(),
        })
        .boxed()
}

fn operand(depth: u32) -> BoxedStrategy<Operand> {
    let field =
        prop::sample::select(&["To", "Identity", "traits", "VerificationURL", "VerificationCode", "x", "é"][..]);
    let fields = vec(field.prop_map(str::to_owned), 0..3);
    let plain = prop_oneof![
        Just(Term::Nil),
        any::<bool>().prop_map(Term::Bool),
        prop::sample::select(&["0", "1", "-2", "1.5", "'a'", "0x1F"][..]).prop_map(|raw| Term::Number(raw.to_owned())),
        any::<String>().prop_map(Term::Str),
        "[a\"'{}%s\\\\ \n-]{0,5}".prop_map(Term::Str),
    ];
    let plain = plain.prop_map(|term| Operand { at: At::START, term, fields: Vec::new() });
    let open = prop_oneof![Just(Term::Dot), "\\$[a-c]?".prop_map(Term::Variable)];
    let open = (open, fields.clone()).prop_map(|(term, fields)| Operand { at: At::START, term, fields });
    if depth == 0 {
        return prop_oneof![plain, open].boxed();
    }
    let group = first(depth.saturating_sub(1)).prop_map(|command| {
        let inner = Pipeline { at: At::START, variables: Vec::new(), assigns: false, commands: vec![command] };
        Term::Group(Box::new(inner))
    });
    let group = (group, fields).prop_map(|(term, fields)| Operand { at: At::START, term, fields });
    prop_oneof![2 => plain, 4 => open, 1 => group].boxed()
}
