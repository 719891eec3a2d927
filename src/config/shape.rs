//! One place of the JSON Schema, and what may stand there. The only reader of the schema's
//! words; everything else asks a [`Shape`].

use super::schema::is_secret;
use super::tree::{Kind, Node};
use serde_json::Value;

/// What may stand at one place.
#[derive(Clone, Copy)]
pub(super) struct Shape<'a> {
    schema: &'a Value,
    nullable: bool,
}

impl<'a> Shape<'a> {
    pub(super) fn of(schema: &'a Value) -> Self {
        let is_null = |branch: &Value| branch.get("type").is_some_and(|kind| kind == "null");
        let nullable = schema.get("type").and_then(Value::as_array).is_some_and(|kinds| kinds.contains(&"null".into()));
        match schema.get("anyOf").and_then(Value::as_array) {
            Some(branches) if branches.iter().any(is_null) => {
                let inner = branches.iter().find(|branch| !is_null(branch)).unwrap_or(schema);
                Self { schema: inner, nullable: true }
            }
            _ => Self { schema, nullable },
        }
    }

    pub(super) const fn is_nullable(&self) -> bool {
        self.nullable
    }

    pub(super) fn is_secret(&self) -> bool {
        is_secret(self.schema)
    }

    /// Whether the value may be of this JSON type.
    pub(super) fn takes(&self, kind: &str) -> bool {
        match self.schema.get("type") {
            Some(Value::String(only)) => only == kind,
            Some(Value::Array(kinds)) => kinds.iter().any(|one| one == kind),
            // oneOf of words, each with its own description.
            _ => kind == "string" && self.words().is_some(),
        }
    }

    /// The closed list of words, if it is one.
    pub(super) fn words(&self) -> Option<Vec<&'a str>> {
        if let Some(words) = self.schema.get("enum").and_then(Value::as_array) {
            return Some(words.iter().filter_map(Value::as_str).collect());
        }
        let words: Vec<&str> = self
            .branches()
            .iter()
            .flat_map(|branch| match (branch.get("const"), branch.get("enum").and_then(Value::as_array)) {
                (Some(word), _) => vec![word],
                (None, Some(words)) => words.iter().collect(),
                (None, None) => Vec::new(),
            })
            .filter_map(Value::as_str)
            .collect();
        (!words.is_empty()).then_some(words)
    }

    /// Least and greatest number.
    pub(super) fn bounds(&self) -> (Option<u64>, Option<u64>) {
        let bound = |name: &str| self.schema.get(name).and_then(Value::as_u64);
        (bound("minimum"), bound("maximum"))
    }

    fn branches(&self) -> &'a [Value] {
        self.schema.get("oneOf").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The branches that a `type` key chooses from: its words and their schemas.
    fn tagged(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.branches().iter().filter_map(|branch| Some((branch.pointer("/properties/type/const")?.as_str()?, branch)))
    }

    /// The words that `type` may be, where it chooses the rest.
    pub(super) fn tags(&self) -> Vec<&'a str> {
        self.tagged().map(|(tag, _)| tag).collect()
    }

    /// The schemas that describe this map: its own, and the branch that its `type` chooses.
    fn parts(&self, map: Option<&Node>) -> Vec<&'a Value> {
        let mut parts = vec![self.schema];
        if let Some(Node { kind: Kind::Map(entries), .. }) = map
            && let Some(Node { kind: Kind::Text(tag), .. }) = entries.get("type")
        {
            parts.extend(self.tagged().filter(|(known, _)| known == tag).map(|(_, branch)| branch));
        } else {
            parts.extend(self.tagged().map(|(_, branch)| branch));
        }
        parts
    }

    /// The known keys of a section. Without a map at hand, those of every branch, so that a
    /// key may stand more than once.
    pub(super) fn keys(&self, map: Option<&Node>) -> Vec<(&'a str, Self)> {
        let properties = |part: &'a Value| part.get("properties").and_then(Value::as_object).into_iter().flatten();
        let parts = self.parts(map).into_iter();
        parts.flat_map(properties).map(|(key, schema)| (key.as_str(), Self::of(schema))).collect()
    }

    /// Keys that must be there.
    pub(super) fn required(&self, map: &Node) -> Vec<&'a str> {
        let parts = self.parts(Some(map));
        parts.iter().filter_map(|part| part.get("required")?.as_array()).flatten().filter_map(Value::as_str).collect()
    }

    /// What each value of a map with free keys is.
    pub(super) fn entry(&self) -> Option<Self> {
        let free = self.schema.get("additionalProperties").filter(|schema| schema.is_object());
        let patterned = || self.schema.get("patternProperties")?.as_object()?.values().next();
        free.or_else(patterned).map(Self::of)
    }

    /// What each item of a list is.
    pub(super) fn items(&self) -> Option<Self> {
        self.schema.get("items").map(Self::of)
    }

    /// What stands under a key.
    pub(super) fn child(&self, key: &str, map: Option<&Node>) -> Option<Self> {
        self.keys(map).into_iter().find(|(known, _)| *known == key).map(|(_, shape)| shape).or_else(|| self.entry())
    }
}
