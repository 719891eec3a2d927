//! The fields of a JSON object that somebody sent, taken out one by one; what is wrong with one
//! names it and never its value.

use super::problem::Problem;
use crate::domain::Secret;
use serde_json::{Map, Value};

/// What is left of the object. A field that is null is as good as absent.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    pub(super) const fn new(object: Map<String, Value>) -> Self {
        Self(object)
    }

    /// A text that is not empty and at most `most` characters long.
    pub(super) fn text(&mut self, name: &'static str, most: usize) -> Result<Option<String>, Problem> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(Value::String(text)) if text.chars().count() <= most => Ok(Some(text)),
            Some(Value::String(_)) => Err(Problem::BadField(name, "is too long")),
            Some(_) => Err(Problem::BadField(name, "must be a text")),
        }
    }

    /// A text that is nobody else's business.
    pub(super) fn secret(&mut self, name: &'static str, most: usize) -> Result<Option<Secret<String>>, Problem> {
        Ok(self.text(name, most)?.map(Secret::new))
    }

    /// The same, exactly as it came: blanks count.
    pub(super) fn exactly(&mut self, name: &'static str, most: usize) -> Result<Option<Secret<String>>, Problem> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.chars().count() <= most => Ok(Some(Secret::new(text))),
            Some(Value::String(_)) => Err(Problem::BadField(name, "is too long")),
            Some(_) => Err(Problem::BadField(name, "must be a text")),
        }
    }

    /// A text of a closed list or a certain form; `expected` says which.
    pub(super) fn parsed<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Option<T>,
        expected: &'static str,
    ) -> Result<Option<T>, Problem> {
        let text = self.text(name, 64)?;
        text.map(|text| parse(&text).ok_or(Problem::BadField(name, expected))).transpose()
    }

    /// True or false; false if absent.
    pub(super) fn flag(&mut self, name: &'static str) -> Result<bool, Problem> {
        match self.take(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(Problem::BadField(name, "must be true or false")),
        }
    }

    /// An object; empty if absent.
    pub(super) fn object(&mut self, name: &'static str) -> Result<Map<String, Value>, Problem> {
        match self.take(name) {
            None => Ok(Map::new()),
            Some(Value::Object(object)) => Ok(object),
            Some(_) => Err(Problem::BadField(name, "must be an object")),
        }
    }

    /// Refuses what nobody took: a misspelt field must not be ignored.
    pub(super) fn end(self) -> Result<(), Problem> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Problem::BadRequest("the body has a field that this route does not know"))
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }
}
