//! What an expression is worth, and how its value is printed where it stands.

use super::ast::{Operand, Pipeline, Term};
use super::functions;
use super::html::Place;
use super::literal::number;
use super::place::At;
use super::value::{Value, Why};
use super::walk::Walker;
use serde_json::Value as Json;

impl Walker<'_> {
    /// Prints a value, as the place in the document needs it.
    pub(super) fn print(&mut self, value: &Value) -> Result<(), Why> {
        match value {
            Value::Literal(Json::Null) => return Ok(()),
            Value::Literal(Json::String(text)) => {
                self.emit.literal(text);
                return Ok(());
            }
            Value::Literal(json) => {
                self.emit.literal(&json.to_string());
                return Ok(());
            }
            Value::Mail | Value::Struct(..) | Value::List(_) | Value::Dict(_) => {
                return Err("a struct, list or dict cannot be printed".to_owned());
            }
            Value::Call("concat", parts) => return parts.iter().try_for_each(|part| self.print(part)),
            _ => {}
        }
        let code = matches!(value, Value::Path(path) if path.is("code"));
        let sure = matches!(value, Value::Path(path) if path.sure);
        let written = value.written(self.looping())?;
        match self.emit.place() {
            // A code has only digits.
            _ if code => self.emit.print("code"),
            Place::Unsafe(place) => return Err(format!("a value {place}, where escaping does not help")),
            Place::Query => self.emit.print(&format!("urlquery {written}")),
            Place::Address if sure => self.emit.print(&format!("url {written}")),
            Place::Address => {
                self.emit.block(&format!("#if {written}"));
                self.emit.print(&format!("url {written}"));
                self.emit.block("/if");
            }
            Place::Open => match value {
                Value::Path(path) if path.is("link") => self.emit.print(&format!("url {written}")),
                Value::Path(path) if !path.sure => self.emit.print(&format!("default {written} \"\"")),
                Value::Path(_) => self.emit.print(&written),
                Value::Call(name, values) => self.emit.print(&Value::helper(name, values, self.looping(), 0)?),
                _ => return Err("a struct, list or dict cannot be printed".to_owned()),
            },
        }
        Ok(())
    }

    pub(super) fn looping(&self) -> bool {
        !self.loops.is_empty()
    }

    /// What a pipeline gives, its variables not yet set.
    pub(super) fn pipeline(&self, pipeline: &Pipeline) -> Result<Value, (At, Why)> {
        let mut piped: Option<Value> = None;
        for command in &pipeline.commands {
            let Some((head, rest)) = command.operands.split_first() else { continue };
            let mut values = rest.iter().map(|operand| self.operand(operand)).collect::<Result<Vec<_>, _>>()?;
            values.extend(piped.take());
            let value = match &head.term {
                Term::Function(name) if head.fields.is_empty() => {
                    functions::call(name, values, self.emit.is_html()).map_err(|why| (head.at, why))?
                }
                _ if values.is_empty() => self.operand(head)?,
                _ => return Err((head.at, format!("{head} is no function"))),
            };
            piped = Some(value);
        }
        Ok(piped.unwrap_or(Value::NULL))
    }

    fn operand(&self, operand: &Operand) -> Result<Value, (At, Why)> {
        let value = match &operand.term {
            Term::Dot => self.dot.clone(),
            Term::Nil => Value::NULL,
            Term::Bool(flag) => Value::Literal(Json::Bool(*flag)),
            Term::Number(raw) => Value::Literal(number(raw).map_or(Json::Null, Json::Number)),
            Term::Str(text) => Value::text(text.as_str()),
            Term::Function(name) => {
                functions::call(name, Vec::new(), self.emit.is_html()).map_err(|why| (operand.at, why))?
            }
            Term::Variable(name) => {
                let found = self.variables.iter().rev().find(|(known, _)| known == name);
                found.map(|(_, value)| value.clone()).ok_or_else(|| (operand.at, format!("{name} is not declared")))?
            }
            Term::Group(pipeline) => self.pipeline(pipeline)?,
        };
        let read = operand.fields.iter().try_fold(value, |value, field| value.field(field, self.mail));
        read.map_err(|why| (operand.at, why))
    }
}
