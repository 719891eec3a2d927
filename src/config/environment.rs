//! Variables as keys: `POSTRIDER_COURIER_SMTP_CONNECTION_URI`, lists by index or JSON, maps by
//! JSON. Only names that map to a key are read.

use super::path::Path;
use super::shape::Shape;
use super::tree::{Kind, Node, Origin};
use serde_json::Value;
use std::sync::Arc;

const PREFIX: &str = "POSTRIDER_";

/// Variables that other parts of postrider read.
const ELSEWHERE: [&str; 3] = ["ENDPOINT", "TOKEN", "ACTOR"];

/// The environment of this process, names and values that are UTF-8. The only place that looks.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| name.into_string().ok().zip(value.into_string().ok()))
}

/// Lays the variables over the tree, and gives back the names that mean nothing.
pub(super) fn overlay(
    root: &mut Node,
    shape: &Shape<'_>,
    variables: impl Iterator<Item = (String, String)>,
    problems: &mut Vec<String>,
) -> Vec<String> {
    let (mut found, mut strangers) = (Vec::new(), Vec::new());
    for (name, value) in variables {
        let Some(rest) = name.strip_prefix(PREFIX) else { continue };
        if ELSEWHERE.contains(&rest) || rest.starts_with("TEST_") || value.starts_with("tcp://") {
            continue;
        }
        match find(shape, rest, &Path::default()) {
            Some((path, shape)) => found.push((path, shape, name, value)),
            None if is_injected(rest) => {}
            None => strangers.push(name),
        }
    }
    // A whole list comes before its items, and items in their order.
    found.sort_by(|one, other| one.0.cmp(&other.0));
    for (path, shape, name, value) in found {
        match node(&shape, &name, &value) {
            Ok(node) => {
                if !root.set(&path, node) {
                    problems.push(format!("{name}: the items of a list are numbered from 0 without a gap"));
                }
            }
            Err(why) => problems.push(format!("{name}: {why}")),
        }
    }
    strangers.sort();
    strangers
}

/// The key that the rest of a name stands for.
fn find<'a>(shape: &Shape<'a>, rest: &str, path: &Path) -> Option<(Path, Shape<'a>)> {
    for (key, below) in shape.keys(None) {
        let Some(behind) = rest.strip_prefix(key.to_ascii_uppercase().as_str()) else { continue };
        let path = path.key(key);
        if behind.is_empty() {
            return Some((path, below));
        }
        if let Some(found) = behind.strip_prefix('_').and_then(|rest| find(&below, rest, &path)) {
            return Some(found);
        }
    }
    if let Some(items) = shape.items() {
        let (index, behind) = rest.split_once('_').map_or((rest, None), |(index, behind)| (index, Some(behind)));
        let path = path.index(index.parse().ok()?);
        return behind.map_or(Some((path.clone(), items)), |rest| find(&items, rest, &path));
    }
    // A named entry, as in POSTRIDER_SOURCES_DEFAULT_AUTH; plain values only by JSON, since their
    // names may have letters that no variable has.
    let entry = shape.entry().filter(|entry| !entry.keys(None).is_empty())?;
    rest.match_indices('_').find_map(|(at, _)| {
        let (name, rest) = (rest.get(..at)?, rest.get(at + 1..)?);
        find(&entry, rest, &path.key(&name.to_ascii_lowercase()))
    })
}

fn node(shape: &Shape<'_>, name: &str, value: &str) -> Result<Node, &'static str> {
    let origin = Origin::Variable(Arc::from(name));
    if value.is_empty() && shape.is_nullable() {
        return Ok(Node::new(Kind::Null, origin));
    }
    let is_list = shape.items().is_some();
    if !is_list && shape.entry().is_none() && shape.keys(None).is_empty() {
        return Ok(Node::new(Kind::Text(value.to_owned()), origin));
    }
    match serde_json::from_str::<Value>(value) {
        Ok(value) if is_list == value.is_array() && is_list != value.is_object() => Ok(Node::from_json(value, &origin)),
        _ if is_list => {
            Err("expected a JSON list such as [\"…\"], or one variable an item with _0, _1 … behind the name")
        }
        _ => Err("expected a JSON object such as {\"key\": \"value\"}"),
    }
}

/// What Kubernetes gives to each pod for a service called `postrider…`.
fn is_injected(rest: &str) -> bool {
    let framed = format!("_{rest}_");
    framed.ends_with("_SERVICE_HOST_") || framed.contains("_SERVICE_PORT_") || framed.ends_with("_PORT_") || {
        framed.rsplit_once("_PORT_").is_some_and(|(_, behind)| {
            let mut words = behind.split('_');
            let is_number =
                words.next().is_some_and(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()));
            is_number && matches!(words.next(), Some("TCP" | "UDP" | "SCTP"))
        })
    }
}

#[cfg(test)]
pub(super) fn variable(path: &Path) -> String {
    use super::path::Step;
    let steps = path.0.iter().map(|step| match step {
        Step::Key(key) => key.to_ascii_uppercase(),
        Step::Index(index) => index.to_string(),
    });
    format!("{PREFIX}{}", steps.collect::<Vec<_>>().join("_"))
}
