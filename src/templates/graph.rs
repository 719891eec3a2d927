//! What a mail's template pulls in, through partials and inline partials: no cycle, no deeper than
//! [`DEPTH`] all told, and not swelling beyond a megabyte. An inline partial counts under its name
//! wherever it may be used, so a cycle through one is found, too.

use super::error::Problem;
use super::scan::{Body, DEPTH, Point, Scan};
use std::collections::{BTreeMap, BTreeSet};

/// How large a template may be with all its partials written out.
const WEIGHT: usize = 1024 * 1024;

/// One template and every partial that it could use.
pub(super) struct Graph<'a> {
    nodes: BTreeMap<&'a str, Vec<(&'a str, &'a Body)>>,
    entry: &'a Body,
    file: &'a str,
    measured: BTreeMap<&'a str, Measure>,
}

#[derive(Clone, Copy, Default)]
struct Measure {
    depth: usize,
    weight: usize,
}

impl<'a> Graph<'a> {
    /// `partials`: by name, with the file.
    pub(super) fn new(file: &'a str, entry: &'a Scan, partials: &'a BTreeMap<String, (String, Scan)>) -> Self {
        let mut nodes: BTreeMap<&str, Vec<(&str, &Body)>> = BTreeMap::new();
        for (name, (path, scan)) in partials {
            nodes.entry(name).or_default().push((path, &scan.main));
        }
        let inlines = partials.values().map(|(path, scan)| (path.as_str(), scan)).chain([(file, entry)]);
        for (path, scan) in inlines {
            for (name, body) in &scan.inlines {
                let bodies = nodes.entry(name).or_default();
                if !bodies.iter().any(|(_, known)| std::ptr::eq(*known, body)) {
                    bodies.push((path, body));
                }
            }
        }
        Self { nodes, entry: &entry.main, file, measured: BTreeMap::new() }
    }

    /// The files that may take part in a rendering, or what is wrong.
    pub(super) fn check(mut self) -> Result<BTreeSet<&'a str>, Vec<Problem>> {
        let measure = self.body(self.file, self.entry, &mut Vec::new()).map_err(|problem| vec![*problem])?;
        if measure.depth > DEPTH {
            let message =
                format!("blocks and partials nest more than {DEPTH} deep; use fewer partials inside partials");
            return Err(vec![Problem::new(self.file, message)]);
        }
        if measure.weight > WEIGHT {
            let message = "with its partials written out it exceeds 1 MiB; use fewer or smaller partials";
            return Err(vec![Problem::new(self.file, message)]);
        }
        let used = self.measured.keys().filter_map(|name| self.nodes.get(name)).flatten().map(|(file, _)| *file);
        Ok(used.chain([self.file]).collect())
    }

    fn body(&mut self, file: &str, body: &'a Body, path: &mut Vec<&'a str>) -> Result<Measure, Box<Problem>> {
        let mut whole = Measure { depth: 0, weight: body.bytes };
        for point in &body.points {
            let mut depth = point.depth;
            for outer in &point.within {
                depth = depth.saturating_add(self.node(file, point, outer, true, path)?.depth);
            }
            if let Some(used) = &point.uses {
                let inner = self.node(file, point, &used.name, used.has_default, path)?;
                depth = depth.saturating_add(inner.depth);
                whole.weight = whole.weight.saturating_add(inner.weight);
            }
            whole.depth = whole.depth.max(depth);
        }
        Ok(whole)
    }

    fn node(
        &mut self,
        file: &str,
        point: &Point,
        name: &'a str,
        has_default: bool,
        path: &mut Vec<&'a str>,
    ) -> Result<Measure, Box<Problem>> {
        if let Some(known) = self.measured.get(name) {
            return Ok(*known);
        }
        let refuse = |message: String| Err(Box::new(Problem::at(file, point.line, message)));
        if let Some(start) = path.iter().position(|above| *above == name) {
            let chain = path.get(start..).unwrap_or_default().join(" → ");
            return refuse(format!("the partials {chain} → {name} include each other; break the circle"));
        }
        if path.len() >= DEPTH {
            return refuse(format!("partials include each other more than {DEPTH} deep; use fewer inside one another"));
        }
        let Some(bodies) = self.nodes.get(name).cloned() else {
            if has_default {
                return Ok(Measure::default());
            }
            let near = super::near::nearest(name, self.nodes.keys().copied(), 3);
            let hint = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
            return refuse(format!("there is no partial {name}{hint}"));
        };
        path.push(name);
        let mut most = Measure::default();
        for (file, body) in bodies {
            let inner = self.body(file, body, path)?;
            most.depth = most.depth.max(inner.depth);
            most.weight = most.weight.max(inner.weight);
        }
        path.pop();
        most.depth = most.depth.saturating_add(1);
        self.measured.insert(name, most);
        Ok(most)
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan::scan;
    use super::*;

    fn check(entry: &str, partials: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let entry = scan(entry).unwrap();
        let partials: BTreeMap<_, _> = partials
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (format!("partials/{name}.hbs"), scan(text).unwrap())))
            .collect();
        let result = Graph::new("mails/x/text.hbs", &entry, &partials).check();
        result.map(|used| used.into_iter().map(str::to_owned).collect()).map_err(|problems| problems[0].to_string())
    }

    #[test]
    fn what_is_used_is_told() {
        let used = check("{{> a}}", &[("a", "{{> b}}"), ("b", ""), ("c", "")]).unwrap();
        assert_eq!(used, ["mails/x/text.hbs", "partials/a.hbs", "partials/b.hbs"]);
    }

    #[test]
    fn circles_are_refused() {
        for (entry, partials) in [
            ("{{> a}}", &[("a", "{{> a}}")][..]),
            ("{{> a}}", &[("a", "{{> b}}"), ("b", "x{{#if y}}{{> a}}{{/if}}")]),
            ("{{#> a}}{{/a}}", &[("a", "{{#> b}}{{/b}}"), ("b", "{{> a}}")]),
            ("{{#*inline \"i\"}}{{> a}}{{/inline}}{{> a}}", &[("a", "{{> i}}")]),
            ("{{#*inline \"i\"}}{{> i}}{{/inline}}{{> i}}", &[]),
            ("{{> a}}", &[("a", "{{#*inline \"i\"}}{{> j}}{{/inline}}{{#*inline \"j\"}}{{> i}}{{/inline}}{{> i}}")]),
            ("{{#> a}}{{#*inline \"b\"}}{{> a}}{{/inline}}{{/a}}", &[("a", "{{> b}}"), ("b", "")]),
        ] {
            let problem = check(entry, partials).unwrap_err();
            assert!(problem.contains("include each other; break the circle"), "{entry}: {problem}");
        }
    }

    #[test]
    fn long_chains_are_refused() {
        let chain = |length: usize| {
            let names: Vec<_> = (0..length).map(|n| (format!("p{n}"), format!("{{{{> p{}}}}}", n + 1))).collect();
            let mut partials: Vec<_> = names.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            let last = format!("p{length}");
            partials.push((&last, ""));
            check("{{> p0}}", &partials)
        };
        assert!(chain(30).is_ok());
        assert!(chain(70).unwrap_err().contains("64 deep"));
        assert!(chain(3_000).unwrap_err().contains("64 deep"));
        let nested = format!("{}{{{{> b}}}}{}", "{{#if x}}".repeat(40), "{{/if}}".repeat(40));
        let deep = nested.replace("> b", "> c");
        assert!(check(&nested, &[("b", &deep), ("c", "")]).unwrap_err().contains("64 deep"));
    }

    #[test]
    fn swelling_is_refused() {
        let texts: Vec<_> =
            (0..20).map(|n| (format!("p{n}"), format!("{{{{> p{0}}}}}{{{{> p{0}}}}}", n + 1))).collect();
        let mut partials: Vec<_> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        partials.push(("p20", "text"));
        assert!(check("{{> p0}}", &partials).unwrap_err().contains("1 MiB"));
    }

    #[test]
    fn a_missing_partial_is_told_with_the_nearest() {
        assert!(
            check("\n{{> buton}}", &[("button", "")])
                .unwrap_err()
                .contains(":2: there is no partial buton; did you mean button?")
        );
        assert!(check("{{#> maybe}}default{{/maybe}}", &[]).is_ok());
    }
}
