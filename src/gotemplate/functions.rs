//! The functions of Go's templates and of Sprig, as helpers of ours. Ours take what they work on
//! first; Sprig takes it last, so that it can be piped in.

use super::text;
use super::value::{Value, Why};
use serde_json::Value as Json;
use std::cmp::Ordering;

/// What a function gives.
pub(super) type Given = Result<Value, Why>;

/// Calls a function.
pub(super) fn call(name: &str, values: Vec<Value>, html: bool) -> Given {
    match name {
        "and" => logic("and", values),
        "or" | "coalesce" => logic("or", values),
        "not" | "empty" => {
            let [value] = exactly(name, values)?;
            value.truth().map_or_else(|| Value::call("not", vec![value]), |known| Ok(flag(!known)))
        }
        "eq" | "ne" | "lt" | "le" | "gt" | "ge" => compare(name, values),
        "has" => {
            let [item, list] = exactly(name, values)?;
            match list {
                Value::List(items) if items.is_empty() => Ok(flag(false)),
                Value::List(items) => compare("eq", [vec![item], items].concat()),
                list => Value::call("contains", vec![list, item]),
            }
        }
        "default" => {
            let mut values = values.into_iter();
            match (values.next(), values.next(), values.next()) {
                (Some(otherwise), None, _) => Ok(otherwise),
                (Some(otherwise), Some(value), None) => logic("or", vec![value, otherwise]),
                _ => Err("default takes a value and another".to_owned()),
            }
        }
        "ternary" => {
            let [yes, no, condition] = exactly(name, values)?;
            Value::choice(condition, yes, no)
        }
        "plural" => {
            let [one, many, count] = exactly(name, values)?;
            Value::choice(compare("eq", vec![count, number(1)])?, one, many)
        }
        "len" => {
            let [value] = exactly(name, values)?;
            match &value {
                Value::List(items) => Ok(Value::Literal(items.len().into())),
                Value::Dict(entries) => Ok(Value::Literal(entries.len().into())),
                _ => Value::call("len", vec![value]),
            }
        }
        "index" | "get" => {
            let mut values = values.into_iter();
            let first = values.next().ok_or("index takes a value and keys")?;
            values.try_fold(first, |value, key| value.item(&key))
        }
        "hasKey" => {
            let [dict, key] = exactly(name, values)?;
            match (&dict, &key) {
                (Value::Dict(entries), Value::Literal(Json::String(key))) => {
                    Ok(flag(entries.iter().any(|(name, _)| name == key)))
                }
                _ => Value::call("ne", vec![dict.item(&key)?, Value::NULL]),
            }
        }
        "dig" => {
            let mut keys = values;
            let dict = keys.pop().ok_or("dig takes keys, a default and a dict")?;
            let otherwise = keys.pop().ok_or("dig takes keys, a default and a dict")?;
            let found = keys.iter().try_fold(dict, |value, key| value.item(key))?;
            Value::call("default", vec![found, otherwise])
        }
        "first" => {
            let [list] = exactly(name, values)?;
            list.item(&number(0))
        }
        "list" | "tuple" => Value::List(values).sized(),
        "dict" => dict(values),
        "until" => {
            let [count] = exactly(name, values)?;
            match &count {
                Value::Literal(json) if json.as_u64().is_some_and(|count| count <= 100) => {
                    Ok(Value::List((0..json.as_u64().unwrap_or_default()).map(number).collect()))
                }
                _ => Err("until needs a number up to 100, written out".to_owned()),
            }
        }
        "toString" | "int" | "int64" | "atoi" | "float64" => {
            let [value] = exactly(name, values)?;
            Ok(value)
        }
        "html" if html => {
            let [value] = exactly(name, values)?;
            Ok(value)
        }
        "add" | "sub" | "mul" | "div" | "mod" => Value::call(text::helper(name), values),
        "add1" => {
            let [value] = exactly(name, values)?;
            Value::call("add", vec![value, number(1)])
        }
        _ => text::call(name, values),
    }
}

fn flag(value: bool) -> Value {
    Value::Literal(Json::Bool(value))
}

fn number(value: u64) -> Value {
    Value::Literal(value.into())
}

fn exactly<const N: usize>(name: &str, values: Vec<Value>) -> Result<[Value; N], Why> {
    let found = values.len();
    values.try_into().map_err(|_values| format!("{name} takes {N}, not {found} values"))
}

/// The first that counts as false, or as true; else the last.
fn logic(name: &'static str, values: Vec<Value>) -> Given {
    let decides = name == "or";
    let mut open = Vec::new();
    let last = values.len().saturating_sub(1);
    for (index, value) in values.into_iter().enumerate() {
        match value.truth() {
            Some(known) if known != decides && index < last => {}
            Some(known) if known == decides && open.is_empty() => return Ok(value),
            Some(known) if known == decides => {
                open.push(value);
                break;
            }
            _ => open.push(value),
        }
    }
    match open.len() {
        0 => Err(format!("{name} takes at least one value")),
        1 => Ok(open.remove(0)),
        _ => Value::call(name, open),
    }
}

fn compare(name: &str, values: Vec<Value>) -> Given {
    let count = values.len();
    if count < 2 || (count > 2 && name != "eq") {
        return Err(format!("{name} compares two values"));
    }
    if let [Value::Literal(left), rest @ ..] = values.as_slice() {
        let known: Option<Vec<&Json>> =
            rest.iter().map(|value| if let Value::Literal(json) = value { Some(json) } else { None }).collect();
        if let Some(known) = known {
            let order = known.first().and_then(|right| order(left, right));
            return Ok(flag(match name {
                "eq" => known.contains(&left),
                "ne" => !known.contains(&left),
                "lt" => order == Some(Ordering::Less),
                "le" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
                "gt" => order == Some(Ordering::Greater),
                _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            }));
        }
    }
    let name = match name {
        "eq" => "eq",
        "ne" => "ne",
        "lt" => "lt",
        "le" => "lte",
        "gt" => "gt",
        _ => "gte",
    };
    Value::call(name, values)
}

fn order(left: &Json, right: &Json) -> Option<Ordering> {
    match (left, right) {
        (Json::String(left), Json::String(right)) => Some(left.cmp(right)),
        (left, right) => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

fn dict(values: Vec<Value>) -> Given {
    let mut entries: Vec<(String, Value)> = Vec::new();
    let mut values = values.into_iter();
    while let Some(key) = values.next() {
        let Value::Literal(Json::String(key)) = key else {
            return Err("the keys of dict must be written out".to_owned());
        };
        entries.retain(|(name, _)| *name != key);
        entries.push((key, values.next().unwrap_or_else(|| Value::text(""))));
    }
    // Go ranges over a map in this order.
    entries.sort_by(|(left, _), (right, _)| left.cmp(right));
    Value::Dict(entries).sized()
}
