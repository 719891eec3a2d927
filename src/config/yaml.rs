//! YAML files as trees: what stands there and on which line. Knows YAML, no key.

use super::tree::{Kind, Node, Origin};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};
use serde_saphyr::{Location, Spanned};
use std::{fmt, sync::Arc};

/// Reads a file's text. `name` is how an operator knows the file.
pub(super) fn parse(text: &str, name: &str) -> Result<Node, String> {
    // Snippets would print the lines around a mistake, secrets included.
    let options = serde_saphyr::options! {
        with_snippet: false,
        non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::PassThrough,
    };
    let root = serde_saphyr::from_str_with_options::<Spanned<Raw>>(text, options).map_err(|error| {
        let line = error.location().map_or(1, |location| location.line());
        match error.without_snippet() {
            serde_saphyr::Error::DuplicateMappingKey { .. } => format!("{name}:{line}: this key stands twice"),
            serde_saphyr::Error::UnknownAnchor { .. } => {
                format!("{name}:{line}: a value that begins with * must be put in quotes")
            }
            other => format!("{name}:{line}: no valid YAML: {other}"),
        }
    })?;
    let reader = Reader { text, name: Arc::from(name) };
    match root.value {
        Raw::Null => Ok(Node::empty_map(reader.origin(root.referenced))),
        Raw::Map(_) => Ok(reader.node(root.value, root.referenced, root.defined)),
        Raw::Plain(_) | Raw::Text(_) | Raw::List(_) => {
            Err(format!("{name}:{}: expected keys and values", root.referenced.line()))
        }
    }
}

/// A YAML value with the places of all its parts.
enum Raw {
    Null,
    Plain(Value),
    Text(String),
    List(Vec<Spanned<Self>>),
    Map(Vec<(Spanned<String>, Spanned<Self>)>),
}

struct Reader<'a> {
    text: &'a str,
    name: Arc<str>,
}

impl Reader<'_> {
    fn origin(&self, place: Location) -> Origin {
        Origin::File(Arc::clone(&self.name), place.line())
    }

    fn node(&self, raw: Raw, place: Location, defined: Location) -> Node {
        let kind = match raw {
            Raw::Null => Kind::Null,
            Raw::Text(text) => Kind::Text(text),
            // The text as written, since a password may look like a number: 0123, 1e5, 1_000.
            Raw::Plain(value) => {
                let written = self.written(defined).unwrap_or_else(|| value.to_string());
                if value.is_null() { Kind::Text(written) } else { Kind::Plain(value, written) }
            }
            Raw::List(items) => {
                Kind::List(items.into_iter().map(|item| self.node(item.value, item.referenced, item.defined)).collect())
            }
            Raw::Map(entries) => Kind::Map(
                entries
                    .into_iter()
                    .map(|(key, item)| (key.value, self.node(item.value, key.referenced, item.defined)))
                    .collect(),
            ),
        };
        Node::new(kind, self.origin(place))
    }

    fn written(&self, place: Location) -> Option<String> {
        let (start, length) = place.span().byte_offset().zip(place.span().byte_len())?;
        let start = usize::try_from(start).ok()?;
        let end = start.checked_add(usize::try_from(length).ok()?)?;
        self.text.get(start..end).map(str::to_owned)
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Plain(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Plain(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Plain(value.into()))
    }

    fn visit_i128<E>(self, _value: i128) -> Result<Raw, E> {
        Ok(Raw::Plain(Value::Null))
    }

    fn visit_u128<E>(self, _value: u128) -> Result<Raw, E> {
        Ok(Raw::Plain(Value::Null))
    }

    /// Null stands for what JSON has no number for; the text as written takes its place.
    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Plain(Number::from_f64(value).map_or(Value::Null, Value::Number)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}
