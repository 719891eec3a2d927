//! Holds a tree against its shape: unknown keys with the nearest known one, values of the wrong
//! kind, keys that are missing. Finds all of them at once and quotes no value.

use super::path::Path;
use super::shape::Shape;
use super::tree::{Kind, Node, Origin};
use serde_json::Value;

/// Checks everything below, and turns scalars into the kind that the shape asks for.
pub(super) fn check(node: &mut Node, shape: &Shape<'_>, path: &Path, problems: &mut Vec<String>) {
    let is_section = matches!(node.kind, Kind::Map(_));
    if is_section && (shape.entry().is_some() || !shape.keys(None).is_empty()) {
        return section(node, shape, path, problems);
    }
    if let (Kind::List(items), Some(shape)) = (&mut node.kind, shape.items()) {
        for (index, item) in items.iter_mut().enumerate() {
            check(item, &shape, &path.index(index), problems);
        }
        return;
    }
    if !scalar(node, shape) {
        problems.push(format!("{}{path}: {}", node.origin, expected(shape)));
    }
}

fn section(node: &mut Node, shape: &Shape<'_>, path: &Path, problems: &mut Vec<String>) {
    let keys = shape.keys(Some(node));
    let (tags, required) = (shape.tags(), shape.required(node));
    let origin = node.origin.clone();
    let Kind::Map(entries) = &mut node.kind else { return };
    if !tags.is_empty() && !entries.get("type").is_some_and(|tag| is_word(tag, &tags)) {
        let origin = entries.get("type").map_or(&origin, |tag| &tag.origin);
        problems.push(format!("{origin}{}: expected {}", path.key("type"), one_of(&tags)));
        return;
    }
    let missing = required.iter().filter(|key| !entries.contains_key(**key));
    problems.extend(missing.map(|key| format!("{origin}{}: this key is missing", path.key(key))));
    let free = shape.entry();
    for (key, value) in entries {
        match keys.iter().find(|(known, _)| known == key).map(|(_, shape)| *shape).or(free) {
            Some(shape) => check(value, &shape, &path.key(key), problems),
            None => problems.push(unknown(path, key, &keys, &value.origin)),
        }
    }
}

fn unknown(path: &Path, key: &str, known: &[(&str, Shape<'_>)], origin: &Origin) -> String {
    let full = path.key(key);
    let nearest = known.iter().map(|(name, _)| (distance(key, name), *name)).min();
    match nearest {
        Some((steps, name)) if steps <= 2.max(name.len() / 3) => {
            format!("{origin}unknown key {full}; did you mean {name}?")
        }
        _ => {
            let names: Vec<&str> =
                known.iter().map(|(name, _)| *name).filter(|name| !name.ends_with("_file")).collect();
            format!("{origin}unknown key {full}; known here are {}", names.join(", "))
        }
    }
}

fn is_word(node: &Node, words: &[&str]) -> bool {
    matches!(&node.kind, Kind::Text(text) if words.contains(&text.as_str()))
}

/// Whether a scalar fits, after it was read as what the shape asks for.
fn scalar(node: &mut Node, shape: &Shape<'_>) -> bool {
    let (least, most) = shape.bounds();
    let in_bounds = |number: &Value| {
        number.as_u64().is_some_and(|n| least.is_none_or(|least| n >= least) && most.is_none_or(|most| n <= most))
    };
    match &node.kind {
        Kind::Null => shape.is_nullable(),
        Kind::Plain(value, _) if value.is_boolean() && shape.takes("boolean") => true,
        Kind::Plain(value, _) if value.is_number() && shape.takes("integer") && in_bounds(value) => true,
        Kind::Plain(_, written) if shape.takes("string") && shape.words().is_none() => {
            node.kind = Kind::Text(written.clone());
            true
        }
        Kind::Text(_) if shape.words().is_some() => shape.words().is_some_and(|words| is_word(node, &words)),
        Kind::Text(_) if shape.takes("string") => true,
        // A variable is text; what it means, its key says.
        Kind::Text(text) if matches!(node.origin, Origin::Variable(_)) => {
            let value = serde_json::from_str::<Value>(text.trim()).unwrap_or_default();
            let fits = value.is_boolean() && shape.takes("boolean")
                || value.is_number() && shape.takes("integer") && in_bounds(&value);
            node.kind = Kind::Plain(value, text.clone());
            fits
        }
        Kind::Plain(..) | Kind::Text(_) | Kind::List(_) | Kind::Map(_) => false,
    }
}

/// What the shape asks for, in words.
fn expected(shape: &Shape<'_>) -> String {
    if let Some(words) = shape.words() {
        return format!("expected {}", one_of(&words));
    }
    let kind = if shape.entry().is_some() || !shape.keys(None).is_empty() {
        "a section of keys and values".to_owned()
    } else if shape.items().is_some() {
        "a list".to_owned()
    } else if shape.takes("boolean") {
        "true or false".to_owned()
    } else if shape.takes("integer") && !shape.takes("string") {
        match shape.bounds() {
            (Some(least), Some(most)) => format!("a whole number from {least} to {most}"),
            (Some(least), None) => format!("a whole number from {least}"),
            _ => "a whole number".to_owned(),
        }
    } else {
        "a text".to_owned()
    };
    format!("expected {kind}")
}

fn one_of(words: &[&str]) -> String {
    format!("one of {}", words.join(", "))
}

/// How many letters must be put in, taken out or changed (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, letter) in from.chars().enumerate() {
        let mut next = vec![index + 1];
        for ((other, above), after) in to.iter().zip(row.windows(2)).zip(1..) {
            let [diagonal, up] = above else { continue };
            let left = next.get(after - 1).copied().unwrap_or(usize::MAX);
            let change = diagonal + usize::from(letter != *other);
            next.push(change.min(up + 1).min(left.saturating_add(1)));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
