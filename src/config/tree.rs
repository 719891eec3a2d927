//! Values before they have types, each with the place where it was written. Not `Debug`, since
//! it holds secrets in clear.

use super::path::{Path, Step};
use super::shape::Shape;
use serde_json::Value;
use std::{collections::BTreeMap, fmt, sync::Arc};

/// Where a value was written.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// `postrider.default.yml`.
    Default,
    /// What `--dev` stands in for.
    Dev,
    /// A line of a file.
    File(Arc<str>, u64),
    /// A variable.
    Variable(Arc<str>),
}

/// A value and its place.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) origin: Origin,
}

/// A value.
#[derive(Clone)]
pub(super) enum Kind {
    /// Nothing behind the colon.
    Null,
    /// A boolean or number, and how it was written.
    Plain(Value, String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A section or map.
    Map(BTreeMap<String, Node>),
}

impl Origin {
    /// Whether an operator wrote it.
    pub(super) const fn is_operators(&self) -> bool {
        matches!(self, Self::File(..) | Self::Variable(_))
    }
}

/// `postrider.yml:12: ` or nothing.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str(""),
            Self::Dev => f.write_str("--dev: "),
            Self::File(file, line) => write!(f, "{file}:{line}: "),
            Self::Variable(name) => write!(f, "{name}: "),
        }
    }
}

impl Node {
    pub(super) const fn new(kind: Kind, origin: Origin) -> Self {
        Self { kind, origin }
    }

    pub(super) const fn empty_map(origin: Origin) -> Self {
        Self::new(Kind::Map(BTreeMap::new()), origin)
    }

    /// A JSON value, all of it from one place.
    pub(super) fn from_json(value: Value, origin: &Origin) -> Self {
        let kind = match value {
            Value::Null => Kind::Null,
            Value::Bool(_) | Value::Number(_) => {
                let text = value.to_string();
                Kind::Plain(value, text)
            }
            Value::String(text) => Kind::Text(text),
            Value::Array(items) => Kind::List(items.into_iter().map(|item| Self::from_json(item, origin)).collect()),
            Value::Object(entries) => {
                Kind::Map(entries.into_iter().map(|(key, value)| (key, Self::from_json(value, origin))).collect())
            }
        };
        Self::new(kind, origin.clone())
    }

    pub(super) fn to_json(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Plain(value, _) => value.clone(),
            Kind::Text(text) => Value::String(text.clone()),
            Kind::List(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            Kind::Map(entries) => {
                Value::Object(entries.iter().map(|(key, node)| (key.clone(), node.to_json())).collect())
            }
        }
    }

    /// Whether it says nothing: null, or an empty list or map.
    pub(super) fn is_empty(&self) -> bool {
        match &self.kind {
            Kind::Null => true,
            Kind::List(items) => items.is_empty(),
            Kind::Map(entries) => entries.is_empty(),
            Kind::Plain(..) | Kind::Text(_) => false,
        }
    }

    fn child(&self, step: &Step) -> Option<&Self> {
        match (&self.kind, step) {
            (Kind::Map(entries), Step::Key(key)) => entries.get(key),
            (Kind::List(items), Step::Index(index)) => items.get(*index),
            _ => None,
        }
    }

    /// What stands at a path.
    pub(super) fn get(&self, path: &Path) -> Option<&Self> {
        path.0.iter().try_fold(self, |node, step| node.child(step))
    }

    /// The place of a key, or of the nearest section around it that an operator wrote.
    pub(super) fn origin_of(&self, path: &Path) -> Origin {
        let mut node = self;
        let mut origin = &self.origin;
        for step in &path.0 {
            match node.child(step) {
                Some(child) => node = child,
                None => break,
            }
            if !matches!(node.origin, Origin::Default) {
                origin = &node.origin;
            }
        }
        origin.clone()
    }

    /// Puts a value at a path, making the sections on the way, and says whether it could: a list
    /// grows by one at most.
    pub(super) fn set(&mut self, path: &Path, value: Self) -> bool {
        let Some((last, way)) = path.0.split_last() else {
            *self = value;
            return true;
        };
        let mut node = self;
        for step in way {
            let Some(inner) = node.enter(step, &value.origin) else { return false };
            node = inner;
        }
        let Some(place) = node.enter(last, &value.origin) else { return false };
        *place = value;
        true
    }

    fn enter(&mut self, step: &Step, origin: &Origin) -> Option<&mut Self> {
        let nothing = || Self::new(Kind::Null, origin.clone());
        match step {
            Step::Key(key) => {
                if !matches!(self.kind, Kind::Map(_)) {
                    *self = Self::empty_map(origin.clone());
                }
                let Kind::Map(entries) = &mut self.kind else { return None };
                Some(entries.entry(key.clone()).or_insert_with(nothing))
            }
            Step::Index(index) => {
                if !matches!(self.kind, Kind::List(_)) {
                    *self = Self::new(Kind::List(Vec::new()), origin.clone());
                }
                let Kind::List(items) = &mut self.kind else { return None };
                if *index == items.len() {
                    items.push(nothing());
                }
                items.get_mut(*index)
            }
        }
    }

    /// Lays another tree over this one: maps grow together, all else is replaced. A null resets
    /// what may be null and leaves the rest, so that an empty `courier:` says nothing.
    pub(super) fn merge(&mut self, over: Self, shape: Option<&Shape<'_>>) {
        match (&mut self.kind, over.kind) {
            (Kind::Map(entries), Kind::Map(overs)) => {
                for (key, over) in overs {
                    let below = shape.and_then(|shape| shape.child(&key, None));
                    match entries.get_mut(&key) {
                        Some(entry) => entry.merge(over, below.as_ref()),
                        None => drop(entries.insert(key, over)),
                    }
                }
                if over.origin.is_operators() {
                    self.origin = over.origin;
                }
            }
            (_, Kind::Null) if !shape.is_some_and(Shape::is_nullable) => {}
            (_, kind) => *self = Self::new(kind, over.origin),
        }
    }
}
