//! `<key>_file` beside each secret: reads the file and puts its content where the key is.

use super::path::Path;
use super::shape::Shape;
use super::tree::{Kind, Node};
use std::path::PathBuf;

/// Replaces each `<key>_file` below by its key, and notes the file for watching.
pub(super) fn resolve(
    node: &mut Node,
    shape: &Shape<'_>,
    path: &Path,
    files: &mut Vec<PathBuf>,
    problems: &mut Vec<String>,
) {
    let keys = shape.keys(Some(node));
    match &mut node.kind {
        Kind::Map(_) => {
            for (key, secret) in keys.iter().filter(|(_, shape)| shape.is_secret()) {
                if let Err(problem) = replace(node, key, secret, path, files) {
                    problems.push(problem);
                }
            }
            let Kind::Map(entries) = &mut node.kind else { return };
            for (key, entry) in entries {
                let known = keys.iter().find(|(known, _)| known == key).map(|(_, shape)| *shape);
                if let Some(shape) = known.or_else(|| shape.entry()) {
                    resolve(entry, &shape, &path.key(key), files, problems);
                }
            }
        }
        Kind::List(items) => {
            let Some(shape) = shape.items() else { return };
            for (index, item) in items.iter_mut().enumerate() {
                resolve(item, &shape, &path.index(index), files, problems);
            }
        }
        Kind::Null | Kind::Plain(..) | Kind::Text(_) => {}
    }
}

fn replace(
    node: &mut Node,
    key: &str,
    secret: &Shape<'_>,
    path: &Path,
    files: &mut Vec<PathBuf>,
) -> Result<(), String> {
    let Kind::Map(entries) = &mut node.kind else { return Ok(()) };
    let file_key = format!("{key}_file");
    let Some(given) = entries.remove(&file_key) else { return Ok(()) };
    let Node { kind: Kind::Text(file), origin } = given else {
        let is_null = matches!(given.kind, Kind::Null);
        let problem = || format!("{}{}: expected the path of a file", given.origin, path.key(&file_key));
        return if is_null { Ok(()) } else { Err(problem()) };
    };
    if entries.get(key).is_some_and(|value| value.origin.is_operators() && !value.is_empty()) {
        return Err(format!("{origin}{} and {} are both set; keep one", path.key(key), path.key(&file_key)));
    }
    let content = std::fs::read_to_string(&file)
        .map_err(|error| format!("{origin}{}: cannot read {file}: {error}", path.key(&file_key)))?;
    let text = |line: &str| Node::new(Kind::Text(line.to_owned()), origin.clone());
    let kind = if secret.items().is_some() {
        Kind::List(content.lines().map(str::trim_end).filter(|line| !line.is_empty()).map(text).collect())
    } else {
        let line = content.strip_suffix('\n').unwrap_or(&content);
        Kind::Text(line.strip_suffix('\r').unwrap_or(line).to_owned())
    };
    files.push(PathBuf::from(file));
    entries.insert(key.to_owned(), Node::new(kind, origin));
    Ok(())
}
