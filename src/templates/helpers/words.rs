//! Helpers that change a text or reckon with numbers; they bear the names that Sprig has for them, and
//! take first what they work on. A value that is absent is an empty text.

use super::{Answer, derived, refused};
use handlebars::{Context, Handlebars, Helper, HelperDef, RenderContext};
use serde_json::Value;

type Work = fn(&[&Value]) -> Result<Value, &'static str>;

/// A helper that makes a value of its values.
pub(super) struct Worker(&'static str, Work);

/// All of them, by name.
pub(super) const ALL: &[Worker] = &[
    Worker("upper", |v| Ok(text(v, 0)?.to_uppercase().into())),
    Worker("lower", |v| Ok(text(v, 0)?.to_lowercase().into())),
    Worker("title", |v| Ok(title(&text(v, 0)?).into())),
    Worker("trim", |v| Ok(text(v, 0)?.trim().into())),
    Worker("nospace", |v| Ok(text(v, 0)?.chars().filter(|c| !c.is_whitespace()).collect::<String>().into())),
    Worker("trimPrefix", |v| Ok(text(v, 0)?.strip_prefix(&text(v, 1)?).map_or(text(v, 0)?, str::to_owned).into())),
    Worker("trimSuffix", |v| Ok(text(v, 0)?.strip_suffix(&text(v, 1)?).map_or(text(v, 0)?, str::to_owned).into())),
    Worker("replace", |v| Ok(text(v, 0)?.replace(&text(v, 1)?, &text(v, 2)?).into())),
    Worker("hasPrefix", |v| Ok(text(v, 0)?.starts_with(&text(v, 1)?).into())),
    Worker("hasSuffix", |v| Ok(text(v, 0)?.ends_with(&text(v, 1)?).into())),
    Worker("contains", contains),
    Worker("trunc", trunc),
    Worker("substr", substr),
    Worker("concat", |v| (0..v.len()).map(|at| text(v, at)).collect::<Result<String, _>>().map(Value::from)),
    Worker("join", join),
    Worker("split", |v| Ok(text(v, 0)?.split(&text(v, 1)?).collect::<Vec<_>>().into())),
    Worker("get", |v| Ok(get(v).cloned().unwrap_or_default())),
    Worker("urlquery", |v| Ok(percent(&text(v, 0)?).into())),
    Worker("add", |v| reckon(v, i64::checked_add)),
    Worker("sub", |v| reckon(v, i64::checked_sub)),
    Worker("mul", |v| reckon(v, i64::checked_mul)),
    Worker("div", |v| reckon(v, i64::checked_div)),
    Worker("mod", |v| reckon(v, i64::checked_rem)),
];

impl Worker {
    pub(super) const fn name(&self) -> &'static str {
        self.0
    }
}

impl HelperDef for &'static Worker {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Answer<'rc> {
        let Worker(name, work) = self;
        // A bare name is the helper's even where a value of that name was meant.
        if helper.params().is_empty() {
            return Err(refused(format!("{name} is a helper and works on a value; call a value of yours otherwise")));
        }
        let values: Vec<&Value> = helper.params().iter().map(handlebars::PathAndJson::value).collect();
        work(&values).map(derived).map_err(|why| refused(format!("{name}: {why}")))
    }
}

/// `{{fail "why"}}`: the rendering fails.
pub(super) struct Fail;

impl HelperDef for Fail {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Answer<'rc> {
        // Written out, since it goes into our log.
        let why = helper.param(0).and_then(|param| param.try_get_constant_value()?.as_str());
        Err(refused(why.unwrap_or("fail: its reason is a text in quotes")))
    }
}

fn text(values: &[&Value], at: usize) -> Result<String, &'static str> {
    match values.get(at) {
        Some(Value::String(text)) => Ok(text.clone()),
        None | Some(Value::Null) => Ok(String::new()),
        Some(value @ (Value::Bool(_) | Value::Number(_))) => Ok(value.to_string()),
        Some(Value::Array(_) | Value::Object(_)) => Err("a list or an object is no text"),
    }
}

fn number(values: &[&Value], at: usize) -> Result<i64, &'static str> {
    let value = values.get(at).ok_or("a number is missing")?;
    let whole = value.as_i64().or_else(|| format!("{:.0}", value.as_f64()?.trunc()).parse().ok());
    whole.or_else(|| value.as_str()?.trim().parse().ok()).ok_or("it is no whole number")
}

fn place(values: &[&Value], at: usize) -> Result<Option<usize>, &'static str> {
    Ok(usize::try_from(number(values, at)?).ok())
}

fn reckon(values: &[&Value], step: fn(i64, i64) -> Option<i64>) -> Result<Value, &'static str> {
    let mut result = number(values, 0)?;
    for at in 1..values.len() {
        result = step(result, number(values, at)?).ok_or("there is no such number")?;
    }
    Ok(result.into())
}

/// The first letter of each word large, the others as they are: O'Brien, and Don'T, as in Go.
fn title(text: &str) -> String {
    let mut before = ' ';
    let large = |c: char| {
        let inside = before.is_alphanumeric() || before == '_' || (!before.is_ascii() && !before.is_whitespace());
        before = c;
        if inside { c.to_string() } else { c.to_uppercase().collect::<String>() }
    };
    text.chars().map(large).collect()
}

fn contains(values: &[&Value]) -> Result<Value, &'static str> {
    if let (Some(Value::Array(items)), Some(item)) = (values.first(), values.get(1)) {
        return Ok(items.contains(item).into());
    }
    Ok(text(values, 0)?.contains(&text(values, 1)?).into())
}

/// The first letters; with a number below zero, the last.
fn trunc(values: &[&Value]) -> Result<Value, &'static str> {
    let (text, most) = (text(values, 0)?, number(values, 1)?);
    let count = usize::try_from(most.unsigned_abs()).unwrap_or(usize::MAX);
    let skipped = if most < 0 { text.chars().count().saturating_sub(count) } else { 0 };
    Ok(text.chars().skip(skipped).take(count).collect::<String>().into())
}

/// From a place up to another; one below zero is the beginning, or the end.
fn substr(values: &[&Value]) -> Result<Value, &'static str> {
    let (start, end) = (place(values, 1)?.unwrap_or_default(), place(values, 2)?.unwrap_or(usize::MAX));
    Ok(text(values, 0)?.chars().skip(start).take(end.saturating_sub(start)).collect::<String>().into())
}

fn join(values: &[&Value]) -> Result<Value, &'static str> {
    let between = text(values, 1)?;
    let Some(Value::Array(items)) = values.first() else { return Ok(text(values, 0)?.into()) };
    let items: Result<Vec<String>, _> = items.iter().map(|item| text(&[item], 0)).collect();
    Ok(items?.join(&between).into())
}

fn get<'a>(values: &[&'a Value]) -> Option<&'a Value> {
    match (values.first()?, values.get(1)?) {
        (Value::Object(fields), Value::String(key)) => fields.get(key),
        (Value::Array(items), key) => items.get(usize::try_from(key.as_u64()?).ok()?),
        _ => None,
    }
}

/// For a query of an address: everything but letters, digits and `-_.~` as `%XX`.
fn percent(text: &str) -> String {
    let kept = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    text.bytes().map(|b| if kept(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn work(name: &str, values: &Value) -> Result<Value, &'static str> {
        let values: Vec<&Value> = values.as_array().unwrap().iter().collect();
        (ALL.iter().find(|worker| worker.name() == name).unwrap().1)(&values)
    }

    #[test]
    fn work_as_in_sprig() {
        for (name, values, expected) in [
            ("upper", json!(["straße"]), json!("STRASSE")),
            ("title", json!(["ada o'brien-king"]), json!("Ada O'Brien-King")),
            ("upper", json!([null]), json!("")),
            ("nospace", json!([" a\tb "]), json!("ab")),
            ("trimPrefix", json!(["+49 30", "+49"]), json!(" 30")),
            ("trimSuffix", json!(["a/b", "x"]), json!("a/b")),
            ("replace", json!(["a-b-c", "-", ""]), json!("abc")),
            ("trunc", json!(["Zoë!", 3]), json!("Zoë")),
            ("trunc", json!(["Zoë!", -2]), json!("ë!")),
            ("substr", json!(["abcdef", 1, 3]), json!("bc")),
            ("substr", json!(["abcdef", -1, 3]), json!("abc")),
            ("substr", json!(["abcdef", 2, -1]), json!("cdef")),
            ("concat", json!(["a", 1, null, true]), json!("a1true")),
            ("join", json!([["a", 2], ", "]), json!("a, 2")),
            ("join", json!(["a", ", "]), json!("a")),
            ("split", json!(["a@b", "@"]), json!(["a", "b"])),
            ("contains", json!(["abc", "bc"]), json!(true)),
            ("contains", json!([["a", "b"], "b"]), json!(true)),
            ("get", json!([{"a": 1}, "a"]), json!(1)),
            ("get", json!([["a"], 3]), json!(null)),
            ("urlquery", json!(["a b&c/ä~"]), json!("a%20b%26c%2F%C3%A4~")),
            ("div", json!([60, "7"]), json!(8)),
            ("add", json!([1, 2, 3.9]), json!(6)),
        ] {
            assert_eq!(work(name, &values), Ok(expected), "{name} {values}");
        }
        for (name, values) in [
            ("div", json!([1, 0])),
            ("mod", json!([1, 0])),
            ("mul", json!([i64::MAX, 2])),
            ("add", json!(["x"])),
            ("upper", json!([{}])),
        ] {
            assert!(work(name, &values).is_err(), "{name} {values}");
        }
    }
}
