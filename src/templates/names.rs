//! What can be told of templates and catalogues without rendering them: values that no context has,
//! keys that no catalogue has, catalogues that lack or keep what no template asks for. Branches that
//! no sample takes are looked at, too.

use super::catalogue::{Catalogue, Origin};
use super::error::Problem;
use super::helpers::NAMES;
use super::near::nearest;
use super::options::BUILT_IN_LOCALE;
use super::set::Set;
use super::uses::{Place, Uses, uses};
use super::{context, look};
use std::collections::{BTreeMap, BTreeSet};

/// Values inside an object of the context that we know whole.
const KRATOS: &[&str] = &["subject", "body"];
/// Keys that the helpers ask for.
const OF_HELPERS: &[(&str, &[&str])] = &[
    ("duration-minutes", &["count"]),
    ("duration-hours", &["count"]),
    ("duration-days", &["count"]),
    ("datetime", &["day", "month", "year", "hour", "minute", "zone"]),
];

/// Where a key is asked for.
struct Site<'a> {
    path: &'a str,
    place: &'a Place,
}

/// Keys and where they are asked for.
type Wanted<'a> = BTreeMap<&'a str, Vec<Site<'a>>>;

/// Looks at a set.
pub(super) fn check(set: &Set) -> Vec<Problem> {
    let all: Vec<(&str, Uses)> = set.engine.compiled().map(|(path, template)| (path, uses(template))).collect();
    let handed: BTreeSet<&str> = all.iter().flat_map(|(_, found)| &found.handed).map(String::as_str).collect();
    let mut problems = Vec::new();
    for (path, found) in &all {
        for place in &found.names {
            problems.extend(unknown_value(&place.word, &handed).map(|message| at(path, place, message)));
        }
        let message = "the key of t must be written out in quotes: a value may be a stranger's";
        problems.extend(found.fails.iter().map(|place| at(path, place, place.word.clone())));
        problems.extend(found.loose.iter().map(|place| at(path, place, message.to_owned())));
    }
    let wanted = wanted(&all);
    for (path, found) in &all {
        let hidden = found.handed.iter().filter(|name| NAMES.contains(&name.as_str()));
        problems.extend(hidden.map(|name| {
            Problem::new(
                *path,
                format!("it hands {name} to a partial, where {{{{{name}}}}} is the helper; call it otherwise"),
            )
        }));
    }
    for (key, sites) in &wanted {
        let variables = variables(set, key);
        for Site { path, place } in sites {
            for variable in variables.iter().filter(|name| !place.given.contains(*name)) {
                let message = format!("{key} prints ${variable}; hand it over: {{{{t \"{key}\" {variable}=…}}}}");
                problems.push(at(path, place, message));
            }
        }
    }
    let overlaid = set.files.values().any(|file| file.overlay);
    for (tag, catalogue) in set.catalogues.iter() {
        problems.extend(missing(set, tag, catalogue, &wanted));
        problems.extend(orphans(catalogue, &wanted, overlaid));
    }
    problems.sort();
    problems.dedup();
    problems
}

fn at(path: &str, place: &Place, message: String) -> Problem {
    Problem { column: Some(place.column), ..Problem::at(path, place.line, message) }
}

fn unknown_value(path: &str, handed: &BTreeSet<&str>) -> Option<String> {
    let mut parts = path.split(['.', '/']);
    let first = parts.next()?.trim_matches(['[', ']']);
    if handed.contains(first) {
        return None;
    }
    let (wrong, known): (&str, Vec<&str>) = if context::NAMES.contains(&first) {
        let inner = match first {
            "brand" => look::FIELDS,
            "kratos" => KRATOS,
            _ => return None,
        };
        (parts.next().filter(|name| !inner.contains(name))?, inner.to_vec())
    } else {
        (first, context::NAMES.iter().copied().chain(handed.iter().copied()).collect())
    };
    let near = nearest(wrong, known.into_iter(), 2);
    let hint = near.map_or("; templates/README.md lists all".to_owned(), |near| format!("; did you mean {near}?"));
    Some(format!("there is no value {path}{hint}"))
}

fn wanted<'a>(all: &'a [(&'a str, Uses)]) -> Wanted<'a> {
    let mut wanted = Wanted::new();
    for (key, _) in OF_HELPERS {
        wanted.insert(key, Vec::new());
    }
    for (path, found) in all {
        for place in &found.keys {
            wanted.entry(&place.word).or_default().push(Site { path, place });
        }
    }
    wanted
}

/// What a message and those inside it print.
fn printed(catalogue: &Catalogue, key: &str) -> BTreeSet<String> {
    let (mut open, mut seen, mut variables) = (vec![key.to_owned()], BTreeSet::new(), BTreeSet::new());
    while let Some(key) = open.pop() {
        if let Some(origin) = catalogue.origin(&key).filter(|_| seen.insert(key.clone())) {
            variables.extend(origin.entrance.variables.iter().cloned());
            open.extend(origin.entrance.references.iter().cloned());
        }
    }
    variables
}

/// What a message may print: what it prints in the language that we write first.
fn variables(set: &Set, key: &str) -> BTreeSet<String> {
    if let Some((_, given)) = OF_HELPERS.iter().find(|(of, _)| *of == key) {
        return given.iter().map(|name| (*name).to_owned()).collect();
    }
    let first = set.catalogues.get(BUILT_IN_LOCALE).filter(|catalogue| catalogue.origin(key).is_some());
    let any =
        || set.catalogues.iter().map(|(_, catalogue)| catalogue).find(|catalogue| catalogue.origin(key).is_some());
    first.or_else(any).map(|catalogue| printed(catalogue, key)).unwrap_or_default()
}

/// What a catalogue lacks, or prints without being given it.
fn missing(set: &Set, tag: &str, catalogue: &Catalogue, wanted: &Wanted<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (key, sites) in wanted {
        let Some(origin) = catalogue.origin(key) else {
            problems.push(untranslated(set, tag, catalogue, key, sites));
            continue;
        };
        for variable in printed(catalogue, key).difference(&variables(set, key)) {
            let message = format!("{key} prints ${variable}, which no template hands over; leave it out");
            problems.push(Problem::at(&origin.file, origin.entrance.line, message));
        }
    }
    problems
}

/// A missing text is told in the file where ours has it, with the first place that asks for it.
fn untranslated(set: &Set, tag: &str, catalogue: &Catalogue, key: &str, sites: &[Site<'_>]) -> Problem {
    let near = nearest(key, catalogue.messages().map(|(key, _)| key), 3);
    let hint = near.map_or_else(String::new, |near| format!(" (is it {near}?)"));
    let place = sites.first().map_or_else(|| "a helper".to_owned(), |of| format!("{}:{}", of.path, of.place.line));
    let model = set.catalogues.get(BUILT_IN_LOCALE).and_then(|catalogue| catalogue.origin(key));
    let file = model.and_then(|origin| origin.file.rsplit('/').next()).unwrap_or("my.ftl");
    Problem::new(format!("locales/{tag}/{file}"), format!("{key} is missing{hint}; {place} asks for it"))
}

/// What a catalogue keeps and nobody asks for.
fn orphans(catalogue: &Catalogue, wanted: &Wanted<'_>, overlaid: bool) -> Vec<Problem> {
    let mut open: Vec<&str> = wanted.keys().copied().collect();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    while let Some(key) = open.pop() {
        if let Some(origin) = catalogue.origin(key).filter(|_| used.insert(key)) {
            open.extend(origin.entrance.references.iter().map(String::as_str));
        }
    }
    // Ours may lie idle beside an operator's documents, and so may his copies of ours.
    let idle = |origin: &Origin| overlaid && (!origin.overlay || origin.replaces);
    let unused = catalogue.messages().filter(|(key, origin)| !used.contains(key) && !idle(origin));
    let problem = |(key, origin): (&str, &Origin)| {
        let near = nearest(key, wanted.keys().copied().filter(|key| !used.contains(key)), 3);
        let cure = near.map_or("remove it".to_owned(), |near| format!("did you mean {near}?"));
        Problem::at(&origin.file, origin.entrance.line, format!("no template asks for {key}; {cure}"))
    };
    unused.map(problem).collect()
}
