//! What a Go expression is worth, as far as it is known without a mail: a place in the data, a value
//! written out, or a helper that has to be called.

use super::fields::{Kind, Mail, Model};
use serde_json::Value as Json;

/// How deep round brackets nest at most; the templates refuse more.
const BRACKETS: usize = 8;
/// How many parts a value may have.
const WEIGHT: usize = 300;

/// Why something has no counterpart, in words for the operator.
pub(super) type Why = String;

/// What an expression is worth.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Kratos's struct for this mail.
    Mail,
    /// A struct inside of it.
    Struct(Model, Path),
    /// Something in the data.
    Path(Path),
    /// Written out in the template.
    Literal(Json),
    /// A helper of ours with its values.
    Call(&'static str, Vec<Value>),
    /// `list …`
    List(Vec<Value>),
    /// `dict …`
    Dict(Vec<(String, Value)>),
}

/// A place in the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    /// A name at the top of what our templates print, or of a loop.
    pub(super) root: String,
    pub(super) local: bool,
    pub(super) keys: Vec<String>,
    /// It is never absent.
    pub(super) sure: bool,
}

impl Path {
    /// A variable of a loop.
    pub(super) fn local(name: &str) -> Self {
        Self { root: name.to_owned(), local: true, keys: Vec::new(), sure: true }
    }

    fn data(key: &str, sure: bool) -> Self {
        Self { root: "data".to_owned(), local: false, keys: vec![key.to_owned()], sure }
    }

    fn top(name: &str) -> Self {
        Self { root: name.to_owned(), local: false, keys: Vec::new(), sure: true }
    }

    fn then(&self, key: &str) -> Self {
        let keys = self.keys.iter().cloned().chain([key.to_owned()]).collect();
        Self { keys, sure: false, root: self.root.clone(), local: self.local }
    }

    /// Whether it is this name at the top.
    pub(super) fn is(&self, name: &str) -> bool {
        !self.local && self.root == name && self.keys.is_empty()
    }

    /// As Handlebars writes it; none if a key cannot be written so.
    fn written(&self, inside: bool) -> Option<String> {
        let mut path = if inside && !self.local { format!("@root.{}", self.root) } else { self.root.clone() };
        for key in &self.keys {
            path.push('.');
            let plain = |c: char| c.is_alphanumeric() && c <= '\u{ffff}' || matches!(c, '-' | '_' | '$' | ':');
            if !key.is_empty() && key.chars().all(plain) {
                path.push_str(key);
            } else if !key.is_empty() && !key.contains(['[', ']', '"', '\'', '{', '}', '\n', '\\']) {
                path.push('[');
                path.push_str(key);
                path.push(']');
            } else {
                return None;
            }
        }
        Some(path)
    }
}

impl Value {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Literal(Json::String(text.into()))
    }

    pub(super) const NULL: Self = Self::Literal(Json::Null);

    /// A call that is not too large.
    pub(super) fn call(name: &'static str, values: Vec<Self>) -> Result<Self, Why> {
        Self::Call(name, values).sized()
    }

    /// The value, if it is not too large.
    pub(super) fn sized(self) -> Result<Self, Why> {
        if self.weight() > WEIGHT { Err("it grows too large in Handlebars".to_owned()) } else { Ok(self) }
    }

    /// What cannot be translated: whoever renders it is told why.
    pub(super) fn failure(why: &str) -> Self {
        Self::Call("fail", vec![Self::text(why)])
    }

    fn weight(&self) -> usize {
        let all = |values: &[Self]| values.iter().map(Self::weight).fold(1, usize::saturating_add);
        match self {
            Self::Call(_, values) | Self::List(values) => all(values),
            Self::Dict(entries) => entries.iter().map(|(_, value)| value.weight()).fold(1, usize::saturating_add),
            _ => 1,
        }
    }

    /// `value.name` in Go.
    pub(super) fn field(&self, name: &str, mail: Mail) -> Result<Self, Why> {
        let (found, of, names): (_, _, Vec<&str>) = match self {
            Self::Mail => (mail.field(name), None, mail.names().collect()),
            Self::Struct(model, path) => (model.field(name), Some(path), model.names().collect()),
            Self::Call("split", _) => {
                let index = name.strip_prefix('_').and_then(|digits| digits.parse::<u64>().ok());
                return index.map_or_else(|| Ok(Self::NULL), |index| self.item(&Self::Literal(index.into())));
            }
            _ => return self.item(&Self::text(name)),
        };
        let (json, kind) =
            found.ok_or_else(|| format!("Kratos has no field .{name} here; it has .{}", names.join(", .")))?;
        let path = of.map_or_else(|| Path::data(json, kind == Kind::Sure), |path| path.then(json));
        Ok(match kind {
            Kind::Struct(model) => Self::Struct(model, path),
            Kind::Unposted => return Err(format!("Kratos does not post .{name}")),
            _ if of.is_none() && mail.row.code.contains(&json) => Self::Path(Path::top("code")),
            _ if of.is_none() && mail.row.link.contains(&json) => Self::Path(Path::top("link")),
            _ => Self::Path(path),
        })
    }

    /// `index value key` in Go.
    pub(super) fn item(&self, key: &Self) -> Result<Self, Why> {
        let word = match key {
            Self::Literal(Json::String(text)) => Some(text.clone()),
            Self::Literal(Json::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        match (self, word) {
            (Self::Mail | Self::Struct(..), _) => Err("index of a struct, which Go refuses, too".to_owned()),
            (Self::Literal(Json::Null), _) => Ok(Self::NULL),
            (Self::Literal(_), _) => Err("there is nothing inside of a text or a number".to_owned()),
            (Self::Path(path), Some(word)) if !word.is_empty() && path.then(&word).written(false).is_some() => {
                Ok(Self::Path(path.then(&word)))
            }
            (Self::Dict(entries), Some(word)) => {
                Ok(entries.iter().find(|(name, _)| *name == word).map_or(Self::NULL, |(_, value)| value.clone()))
            }
            (Self::Dict(entries), None) => entries.iter().try_fold(Self::NULL, |otherwise, (name, value)| {
                let is = Self::call("eq", vec![key.clone(), Self::text(name.as_str())])?;
                Self::choice(is, value.clone(), otherwise)
            }),
            (Self::List(items), Some(word)) => {
                let item = word.parse::<usize>().ok().and_then(|index| items.get(index));
                item.cloned().ok_or_else(|| "the list has no such item".to_owned())
            }
            (Self::List(_), None) => Err("the place in a list must be written out".to_owned()),
            (Self::Path(_) | Self::Call(..), _) => Self::call("get", vec![self.clone(), key.clone()]),
        }
    }

    /// One of two, by a condition.
    pub(super) fn choice(condition: Self, then: Self, otherwise: Self) -> Result<Self, Why> {
        if let Some(known) = condition.truth() {
            return Ok(if known { then } else { otherwise });
        }
        if then == otherwise {
            return Ok(then);
        }
        let whole = |value: &Self| matches!(value, Self::Mail | Self::Struct(..) | Self::List(_) | Self::Dict(_));
        if whole(&then) || whole(&otherwise) {
            return Err("a struct, list or dict that depends on a condition".to_owned());
        }
        let mut values = vec![condition, then];
        match otherwise {
            Self::Call("ternary", more) => values.extend(more),
            other => values.push(other),
        }
        Self::call("ternary", values)
    }

    /// Whether it counts as true, where that is known already.
    pub(super) fn truth(&self) -> Option<bool> {
        Some(match self {
            Self::Mail => true,
            Self::List(items) => !items.is_empty(),
            Self::Dict(entries) => !entries.is_empty(),
            Self::Literal(Json::Null) => false,
            Self::Literal(Json::Bool(flag)) => *flag,
            Self::Literal(Json::Number(number)) => number.as_f64() != Some(0.0),
            Self::Literal(Json::String(text)) => !text.is_empty(),
            _ => return None,
        })
    }

    /// As it stands among the values of a helper. `inside`: of a loop.
    pub(super) fn written(&self, inside: bool) -> Result<String, Why> {
        self.nested(inside, 0)
    }

    fn nested(&self, inside: bool, depth: usize) -> Result<String, Why> {
        match self {
            Self::Literal(Json::Number(number)) => Ok(number.to_string().replace("e+", "E").replace('e', "E")),
            Self::Literal(json) => Ok(json.to_string()),
            Self::Path(path) | Self::Struct(_, path) => {
                path.written(inside).ok_or_else(|| "a key that no path can hold".to_owned())
            }
            Self::Call(name, values) if depth < BRACKETS => {
                Ok(format!("({})", Self::helper(name, values, inside, depth.saturating_add(1))?))
            }
            Self::Call(..) => Err(format!("brackets would nest more than {BRACKETS} deep in Handlebars")),
            Self::Mail | Self::List(_) | Self::Dict(_) => Err("a struct, list or dict as a value".to_owned()),
        }
    }

    /// A helper's call without its braces.
    pub(super) fn helper(name: &str, values: &[Self], inside: bool, depth: usize) -> Result<String, Why> {
        let mut written = name.to_owned();
        for value in values {
            written.push(' ');
            written.push_str(&value.nested(inside, depth)?);
        }
        Ok(written)
    }
}
