//! The JSON Schema of the configuration. It is made from the types, ships as
//! `deploy/config.schema.json` for editors, and is the table by which files and variables are read.

use super::{Config, DEFAULT_YML, yaml};
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// The JSON Schema of `postrider.yml`, with `<key>_file` beside each secret.
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<Config>().to_value();
    add_files(&mut schema);
    close(&mut schema, true);
    // The defaults file gives every fixed section its keys, so no operator has to.
    drop_required(&mut schema);
    if let Ok(defaults) = yaml::parse(DEFAULT_YML, "postrider.default.yml") {
        add_defaults(&mut schema, &defaults.to_json());
    }
    schema
}

/// Whether a key's value is a secret, or a list of secrets.
pub(super) fn is_secret(property: &Value) -> bool {
    let marked = |schema: &Value| schema.get("writeOnly") == Some(&Value::Bool(true));
    marked(property) || property.get("items").is_some_and(marked)
}

/// Every schema that stands directly in another one.
fn below(schema: &mut Value) -> Vec<&mut Value> {
    let Value::Object(schema) = schema else { return Vec::new() };
    let mut found = Vec::new();
    for (keyword, value) in schema {
        match (keyword.as_str(), value) {
            ("properties" | "patternProperties", Value::Object(named)) => found.extend(named.values_mut()),
            ("oneOf" | "anyOf", Value::Array(branches)) => found.extend(branches),
            ("items" | "additionalProperties", value) if value.is_object() => found.push(value),
            _ => {}
        }
    }
    found
}

fn add_files(schema: &mut Value) {
    for inner in below(schema) {
        add_files(inner);
    }
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    let secrets: Vec<(String, bool)> = properties
        .iter()
        .filter(|(_, property)| is_secret(property))
        .map(|(key, property)| (key.clone(), property.get("items").is_some()))
        .collect();
    for (key, is_list) in &secrets {
        let lines = if *is_list { ", one item a line" } else { "" };
        let about = format!("A file that holds `{key}`{lines}, instead of the key itself.");
        properties.insert(format!("{key}_file"), json!({ "description": about, "type": ["string", "null"] }));
    }
    // A secret may come from its file instead, so the key alone cannot be asked for.
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|key| !secrets.iter().any(|(secret, _)| key == secret));
    }
}

/// Says that there are no keys but these. A branch of a `oneOf` sees only some of them.
fn close(schema: &mut Value, is_whole: bool) {
    let Value::Object(object) = schema else { return };
    if is_whole && object.contains_key("properties") {
        let keyword = if object.contains_key("oneOf") { "unevaluatedProperties" } else { "additionalProperties" };
        object.insert(keyword.to_owned(), Value::Bool(false));
    }
    let is_split = object.contains_key("properties") && object.contains_key("oneOf");
    for (keyword, value) in object {
        match (keyword.as_str(), value) {
            ("properties" | "patternProperties", Value::Object(named)) => {
                named.values_mut().for_each(|inner| close(inner, true));
            }
            ("oneOf" | "anyOf", Value::Array(branches)) => {
                for inner in branches {
                    close(inner, !is_split);
                }
            }
            ("items" | "additionalProperties", inner) => close(inner, true),
            _ => {}
        }
    }
}

fn drop_required(schema: &mut Value) {
    let Value::Object(object) = schema else { return };
    object.remove("required");
    if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
        properties.values_mut().for_each(drop_required);
    }
}

fn add_defaults(schema: &mut Value, defaults: &Value) {
    let (Some(properties), Some(defaults)) = (properties_of(schema), defaults.as_object()) else { return };
    for (key, default) in defaults {
        let Some(property) = properties.get_mut(key) else { continue };
        if property.get("properties").is_some() {
            add_defaults(property, default);
        } else if let (Value::Object(property), false) = (property, default.is_null()) {
            property.insert("default".to_owned(), default.clone());
        }
    }
}

fn properties_of(schema: &mut Value) -> Option<&mut Map<String, Value>> {
    schema.get_mut("properties").and_then(Value::as_object_mut)
}
