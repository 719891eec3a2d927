//! Questions: `eq`, `and` and their kin, as in Handlebars, but that a value which is absent is equal to
//! nothing instead of an error: what a trait holds can be asked without asking first whether it is there.

use super::{Answer, derived};
use handlebars::{Context, Handlebars, Helper, HelperDef, HelperResult, JsonTruthy, Output, RenderContext, Renderable};
use serde_json::Value;
use std::cmp::Ordering;

/// A helper that answers from its values alone; also as a block, `{{#eq a b}}…{{/eq}}`.
pub(super) struct Question(fn(&[&Value]) -> Value);

/// All of them, by name.
pub(super) const ALL: &[(&str, Question)] = &[
    ("eq", Question(|values| any(values, same))),
    ("ne", Question(|values| Value::Bool(!yes(&any(values, same))))),
    ("gt", Question(|values| any(values, |a, b| order(a, b) == Some(Ordering::Greater)))),
    ("gte", Question(|values| any(values, |a, b| order(a, b).is_some_and(Ordering::is_ge)))),
    ("lt", Question(|values| any(values, |a, b| order(a, b) == Some(Ordering::Less)))),
    ("lte", Question(|values| any(values, |a, b| order(a, b).is_some_and(Ordering::is_le)))),
    ("and", Question(|values| decided(values, false))),
    ("or", Question(|values| decided(values, true))),
    ("not", Question(|values| Value::Bool(!values.first().is_some_and(|value| yes(value))))),
    ("len", Question(|values| values.first().map_or(0, |value| length(value)).into())),
    ("ternary", Question(choice)),
];

fn yes(value: &Value) -> bool {
    value.is_truthy(false)
}

/// Whether the first stands so to any of the others.
fn any(values: &[&Value], stands: impl Fn(&Value, &Value) -> bool) -> Value {
    let found = values.split_first().is_some_and(|(first, rest)| rest.iter().any(|other| stands(first, other)));
    Value::Bool(found)
}

fn same(a: &Value, b: &Value) -> bool {
    a == b || (a.is_number() && b.is_number() && order(a, b) == Some(Ordering::Equal))
}

/// Numbers by size, also where one stands in a text; texts by their letters.
fn order(a: &Value, b: &Value) -> Option<Ordering> {
    let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    match (a, b) {
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        (Value::Number(_), _) | (_, Value::Number(_)) => number(a)?.partial_cmp(&number(b)?),
        _ => None,
    }
}

/// The first value that decides, else the last.
fn decided(values: &[&Value], by: bool) -> Value {
    let found = values.iter().find(|value| yes(value) == by).or_else(|| values.last());
    found.map_or(Value::Null, |value| (*value).clone())
}

fn length(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.len(),
        Value::Object(fields) => fields.len(),
        Value::String(text) => text.len(),
        _ => 0,
    }
}

/// `ternary condition value … otherwise`
fn choice(values: &[&Value]) -> Value {
    let mut pairs = values.chunks(2);
    let found = pairs.find_map(|pair| match pair {
        [condition, value] => yes(condition).then_some(*value),
        [otherwise] => Some(*otherwise),
        _ => None,
    });
    found.cloned().unwrap_or_default()
}

impl HelperDef for &'static Question {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Answer<'rc> {
        let values: Vec<&Value> = helper.params().iter().map(handlebars::PathAndJson::value).collect();
        Ok(derived((self.0)(&values)))
    }

    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        render: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let answer = self.call_inner(helper, registry, context, render)?;
        if helper.is_block() {
            let chosen = if yes(answer.as_json()) { helper.template() } else { helper.inverse() };
            return chosen.map_or(Ok(()), |template| template.render(registry, context, render, out));
        }
        // Strings that a comparison gives back are a payload's, and escaped like any other.
        out.write(&registry.get_escape_fn()(&answer.render()))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ask(name: &str, values: &Value) -> Value {
        let values: Vec<&Value> = values.as_array().unwrap().iter().collect();
        (ALL.iter().find(|(known, _)| *known == name).unwrap().1.0)(&values)
    }

    #[test]
    fn answers() {
        for (name, values, expected) in [
            ("eq", json!(["a", "b", "a"]), json!(true)),
            ("eq", json!([null, "a"]), json!(false)),
            ("eq", json!([1, 1.0]), json!(true)),
            ("ne", json!([null, null]), json!(false)),
            ("lt", json!([2, "10"]), json!(true)),
            ("lt", json!(["2", "10"]), json!(false)),
            ("gte", json!([null, 1]), json!(false)),
            ("and", json!(["a", "", "b"]), json!("")),
            ("and", json!(["a", "b"]), json!("b")),
            ("or", json!(["", null, "b"]), json!("b")),
            ("or", json!(["", 0]), json!(0)),
            ("not", json!([{}]), json!(true)),
            ("len", json!(["né"]), json!(3)),
            ("ternary", json!([true, "a", "b"]), json!("a")),
            ("ternary", json!([false, "a", 1, "b", "c"]), json!("b")),
            ("ternary", json!([null, "a"]), json!(null)),
        ] {
            assert_eq!(ask(name, &values), expected, "{name} {values}");
        }
    }
}
