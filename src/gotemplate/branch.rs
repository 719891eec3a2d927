//! `{{if}}`, `{{with}}` and `{{range}}`.

use super::ast::{Branch, Node, Pipeline};
use super::value::{Path, Value};
use super::walk::Walker;
use serde_json::Value as Json;

impl Walker<'_> {
    /// `{{if}}` and `{{with}}`, and what hangs on `{{else}}`.
    pub(super) fn branch(&mut self, branch: &Branch, opens: &str, with: bool) {
        let scope = self.variables.len();
        let condition = self.pipeline(&branch.pipeline).and_then(|value| {
            let written = if value.truth().is_some() { Ok(String::new()) } else { value.written(self.looping()) };
            written.map(|written| (value, written)).map_err(|why| (branch.at, why))
        });
        let (value, written, why) = match condition {
            Ok((value, written)) => (value, written, None),
            Err((at, why)) => {
                self.mark(at, &why, &branch.pipeline);
                let value = Value::failure(&why);
                let written = value.written(false).unwrap_or_default();
                (value, written, Some(format!("if {}", branch.pipeline)))
            }
        };
        self.set_in(&branch.pipeline, &value);
        let dot = with.then(|| std::mem::replace(&mut self.dot, value.clone()));
        let chained = opens == "else if";
        let otherwise = branch.otherwise.as_deref().unwrap_or_default();
        if let Some(known) = value.truth() {
            if chained {
                self.emit.block("else");
            }
            if known {
                self.nodes(&branch.body);
            }
            self.dot_back(dot);
            if !known {
                self.nodes(otherwise);
            }
            self.variables.truncate(scope);
            return;
        }
        self.emit.block(&format!("{opens} {written}"));
        if let Some(source) = why {
            self.emit.note(&source);
        }
        let (before, place) = (self.variables.clone(), self.emit.html());
        self.nodes(&branch.body);
        self.dot_back(dot);
        let then = std::mem::replace(&mut self.variables, before);
        let after = self.emit.html();
        self.emit.back(place);
        match otherwise {
            [] => {}
            [Node::If(inner)] => self.branch(inner, "else if", false),
            [Node::With(inner)] => self.branch(inner, "else if", true),
            nodes => {
                self.emit.block("else");
                self.nodes(nodes);
            }
        }
        self.emit.back(after);
        if !chained {
            self.emit.block("/if");
        }
        self.join(branch, &value, &then, scope);
    }

    fn dot_back(&mut self, dot: Option<Value>) {
        if let Some(dot) = dot {
            self.dot = dot;
        }
    }

    /// What variables are worth behind a branch: what the one side gave them, or the other.
    fn join(&mut self, branch: &Branch, condition: &Value, then: &[(String, Value)], scope: usize) {
        self.variables.truncate(scope);
        let mut wrong = Vec::new();
        for ((name, otherwise), (_, then)) in self.variables.iter_mut().zip(then) {
            match Value::choice(condition.clone(), then.clone(), otherwise.clone()) {
                Ok(value) => *otherwise = value,
                Err(why) => {
                    *otherwise = Value::failure(&why);
                    wrong.push(format!("{name} becomes {why}"));
                }
            }
        }
        for why in wrong {
            self.mark(branch.at, &why, &branch.pipeline);
        }
    }

    /// Variables that a branch declares for itself.
    fn set_in(&mut self, pipeline: &Pipeline, value: &Value) {
        if !pipeline.variables.is_empty() {
            self.set(pipeline, value);
        }
    }

    pub(super) fn range(&mut self, branch: &Branch, node: &Node) {
        let value = match self.pipeline(&branch.pipeline) {
            Ok(value) => value,
            Err((at, why)) => {
                self.mark(at, &why, &branch.pipeline);
                self.emit.note(&format!("range {}", branch.pipeline));
                Value::failure(&why)
            }
        };
        let items: Vec<(Value, Value)> = match &value {
            Value::List(items) => {
                items.iter().enumerate().map(|(index, item)| (Value::Literal(index.into()), item.clone())).collect()
            }
            Value::Dict(entries) => {
                entries.iter().map(|(key, item)| (Value::text(key.as_str()), item.clone())).collect()
            }
            Value::Literal(Json::Null) => Vec::new(),
            Value::Path(_) | Value::Call(..) => return self.each(branch, &value),
            _ => return self.fail(branch.at, "a loop over something that is no list", node),
        };
        if items.is_empty() {
            return self.nodes(branch.otherwise.as_deref().unwrap_or_default());
        }
        let scope = self.variables.len();
        for (key, item) in items {
            let dot = std::mem::replace(&mut self.dot, item.clone());
            self.loop_variables(&branch.pipeline, key, item);
            self.nodes(&branch.body);
            self.variables.truncate(scope);
            self.dot = dot;
        }
    }

    fn loop_variables(&mut self, pipeline: &Pipeline, key: Value, item: Value) {
        let values = if pipeline.variables.len() == 2 { vec![key, item] } else { vec![item] };
        for (name, value) in pipeline.variables.iter().zip(values) {
            let one = Pipeline { variables: vec![name.clone()], ..pipeline.clone() };
            self.set(&one, &value);
        }
    }

    /// A loop over what only a mail knows.
    fn each(&mut self, branch: &Branch, value: &Value) {
        let list = match value.written(self.looping()) {
            Ok(written) => written,
            Err(why) => return self.fail(branch.at, &why, &branch.pipeline),
        };
        let variables = &branch.pipeline.variables;
        let named = |index: usize| variables.get(index).map(|name| name.trim_start_matches('$'));
        let (key, item) = if variables.len() == 2 { (named(0), named(1)) } else { (None, named(0)) };
        let item = self.loop_name(item.unwrap_or("item"));
        self.loops.push(item.clone());
        let key = key.map(|key| self.loop_name(key));
        let shown = key.as_ref().map_or_else(|| item.clone(), |key| format!("{item} {key}"));
        self.emit.block(&format!("#each {list} as |{shown}|"));
        let scope = self.variables.len();
        let element = Value::Path(Path::local(&item));
        let place = key.as_deref().map_or(Value::NULL, |key| Value::Path(Path::local(key)));
        let dot = std::mem::replace(&mut self.dot, element.clone());
        self.loop_variables(&branch.pipeline, place, element);
        let before = self.variables.clone();
        self.nodes(&branch.body);
        self.dot = dot;
        let mut changed = Vec::new();
        for ((name, value), (_, old)) in self.variables.iter_mut().zip(&before).take(scope) {
            if value != old {
                *value = Value::failure("it is set inside a loop");
                changed.push(name.clone());
            }
        }
        self.variables.truncate(scope);
        self.loops.pop();
        for name in changed {
            self.mark(branch.at, &format!("{name} is set inside a loop"), &branch.pipeline);
        }
        // With an {{else}}, a list that is absent is an empty one.
        self.emit.block("else");
        self.nodes(branch.otherwise.as_deref().unwrap_or_default());
        self.emit.block("/each");
    }

    /// A name that means nothing else.
    fn loop_name(&self, wish: &str) -> String {
        let plain: String = wish.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        let plain =
            if plain.is_empty() || plain.starts_with(|c: char| c.is_ascii_digit()) { "item".to_owned() } else { plain };
        let taken = |name: &str| super::reserved(name) || self.loops.iter().any(|other| other == name);
        let mut name = plain.clone();
        let mut count = 1_usize;
        while taken(&name) {
            count = count.saturating_add(1);
            name = format!("{plain}{count}");
        }
        name
    }
}
