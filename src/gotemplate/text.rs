//! Functions that make text of text.

use super::functions::Given;
use super::value::Value;
use serde_json::Value as Json;

/// Calls a function.
pub(super) fn call(name: &str, mut values: Vec<Value>) -> Given {
    let takes = |count: usize| {
        if values.len() == count { Ok(()) } else { Err(format!("{name} takes {count}, not {} values", values.len())) }
    };
    match name {
        "upper" | "lower" | "title" | "trim" | "nospace" | "urlquery" | "fail" => {
            takes(1)?;
            Value::call(helper(name), values)
        }
        "trunc" | "contains" | "hasPrefix" | "hasSuffix" | "trimPrefix" | "trimSuffix" | "replace" | "substr"
        | "split" | "splitList" => {
            takes(if matches!(name, "replace" | "substr") { 3 } else { 2 })?;
            values.rotate_right(1);
            Value::call(helper(name), values)
        }
        "join" => {
            takes(2)?;
            let list = values.pop().unwrap_or(Value::NULL);
            let between = values.pop().unwrap_or(Value::NULL);
            match list {
                Value::List(items) => concat(parted(items, &between)),
                list => Value::call("join", vec![list, between]),
            }
        }
        "cat" => concat(parted(values, &Value::text(" "))),
        "quote" | "squote" => {
            let mark = if name == "quote" { "\"" } else { "'" };
            let quoted = |value| concat(vec![Value::text(mark), value, Value::text(mark)]);
            concat(parted(values.into_iter().map(quoted).collect::<Result<_, _>>()?, &Value::text(" ")))
        }
        "print" => concat(values),
        "printf" => printf(values),
        "now" | "date" | "dateInZone" | "date_in_zone" | "htmlDate" | "env" | "expandenv" | "uuidv4"
        | "randAlphaNum" => Err(format!("Kratos has no {name} in its templates")),
        _ => Err(format!("there is no counterpart of {name}")),
    }
}

/// The name of our helper, where it has the function's.
pub(super) fn helper(name: &str) -> &'static str {
    const SAME: &[&str] = &[
        "add",
        "sub",
        "mul",
        "div",
        "mod",
        "upper",
        "lower",
        "title",
        "trim",
        "nospace",
        "urlquery",
        "fail",
        "trunc",
        "contains",
        "hasPrefix",
        "hasSuffix",
        "trimPrefix",
        "trimSuffix",
        "replace",
        "substr",
        "split",
    ];
    SAME.iter().find(|same| **same == name).copied().unwrap_or("split")
}

fn parted(items: Vec<Value>, between: &Value) -> Vec<Value> {
    let mut parts = Vec::new();
    for item in items {
        if !parts.is_empty() {
            parts.push(between.clone());
        }
        parts.push(item);
    }
    parts
}

/// One text of several; texts that stand written out beside each other become one.
fn concat(values: Vec<Value>) -> Given {
    let mut parts: Vec<Value> = Vec::new();
    let flat = values.into_iter().flat_map(|value| match value {
        Value::Call("concat", parts) => parts,
        other => vec![other],
    });
    for value in flat {
        let written = match &value {
            Value::Literal(Json::String(text)) => Some(text.clone()),
            Value::Literal(Json::Null) => Some(String::new()),
            Value::Literal(json) => Some(json.to_string()),
            _ => None,
        };
        match (written, parts.last_mut()) {
            (Some(text), _) if text.is_empty() => {}
            (Some(text), Some(Value::Literal(Json::String(before)))) => before.push_str(&text),
            (Some(text), _) => parts.push(Value::text(text)),
            (None, _) => parts.push(value),
        }
    }
    match parts.len() {
        0 => Ok(Value::text("")),
        1 => Ok(parts.remove(0)),
        _ => Value::call("concat", parts),
    }
}

fn printf(values: Vec<Value>) -> Given {
    let mut values = values.into_iter();
    let Some(Value::Literal(Json::String(format))) = values.next() else {
        return Err("the format of printf must be written out".to_owned());
    };
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            text.push(c);
            continue;
        }
        match chars.next() {
            Some('%') => text.push('%'),
            Some('s' | 'v' | 'd') => {
                parts.push(Value::text(std::mem::take(&mut text)));
                parts.push(values.next().ok_or("printf has fewer values than its format")?);
            }
            Some(verb) => return Err(format!("there is no counterpart of %{verb} in printf")),
            None => return Err("the format of printf ends with %".to_owned()),
        }
    }
    if values.next().is_some() {
        return Err("printf has more values than its format".to_owned());
    }
    parts.push(Value::text(text));
    concat(parts)
}
