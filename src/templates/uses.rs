//! What a compiled template asks for: keys of the catalogues, and names of values. Read from
//! Handlebars's own syntax tree, so that nothing is overlooked that a rendering would see.

use super::helpers::NAMES;
use handlebars::Template;
use handlebars::template::{DecoratorTemplate, HelperTemplate, Parameter, TemplateElement};
use serde_json::Value;
use std::collections::HashMap;

/// A word and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) word: String,
    pub(super) line: usize,
    pub(super) column: usize,
    /// What a key's message is given, by name.
    pub(super) given: Vec<String>,
}

/// All that one template asks for.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// `{{t "key"}}`
    pub(super) keys: Vec<Place>,
    /// `{{t …}}` whose key is not written out.
    pub(super) loose: Vec<Place>,
    /// `{{fail "why"}}`, which may stand where no sample comes.
    pub(super) fails: Vec<Place>,
    /// Values by their path, as far as they are looked up from the top.
    pub(super) names: Vec<Place>,
    /// What it hands to partials, by name.
    pub(super) handed: Vec<String>,
    /// It looks at something else than the top of the context: in `each` and `with`, by a path that
    /// begins with `this`, `.` or `@`, in a partial that is given a value of its own.
    pub(super) scoped: bool,
}

/// Reads a template.
pub(super) fn uses(template: &Template) -> Uses {
    let mut reader = Reader { found: Uses::default(), at: (1, 1), inside: 0 };
    reader.template(template);
    reader.found
}

struct Reader {
    found: Uses,
    at: (usize, usize),
    /// Inside so many `each` and `with`, whose names are of something else.
    inside: usize,
}

impl Reader {
    fn template(&mut self, template: &Template) {
        for (index, element) in template.elements.iter().enumerate() {
            if let Some(mapping) = template.mapping.get(index) {
                self.at = (mapping.0, mapping.1);
            }
            match element {
                TemplateElement::Expression(helper)
                | TemplateElement::HtmlExpression(helper)
                | TemplateElement::HelperBlock(helper) => self.helper(helper),
                TemplateElement::DecoratorExpression(of)
                | TemplateElement::DecoratorBlock(of)
                | TemplateElement::PartialExpression(of)
                | TemplateElement::PartialBlock(of) => self.partial(of),
                _ => {}
            }
        }
    }

    fn helper(&mut self, helper: &HelperTemplate) {
        let name = helper.name.as_name().unwrap_or_default();
        let bare = helper.params.is_empty() && helper.hash.is_empty() && !helper.block;
        if bare && !NAMES.contains(&name) && name != "else" {
            self.name(name);
        }
        if name == "t" {
            match helper.params.first() {
                Some(Parameter::Literal(Value::String(key))) => {
                    let given = helper.hash.keys().cloned().collect();
                    self.found.keys.push(Place { given, ..place(key, self.at) });
                }
                _ => self.found.loose.push(place("t", self.at)),
            }
        }
        if let ("fail", Some(Parameter::Literal(Value::String(why)))) = (name, helper.params.first()) {
            self.found.fails.push(place(why, self.at));
        }
        self.values(&helper.params, &helper.hash);
        let scoped = helper.block && matches!(name, "each" | "with");
        self.found.scoped |= scoped;
        self.inside = self.inside.saturating_add(usize::from(scoped));
        for inner in [&helper.template, &helper.inverse].into_iter().flatten() {
            self.template(inner);
        }
        self.inside = self.inside.saturating_sub(usize::from(scoped));
    }

    fn partial(&mut self, partial: &DecoratorTemplate) {
        self.values(&partial.params, &partial.hash);
        let is_inline = partial.name.as_name() == Some("inline");
        self.found.scoped |= !is_inline && !partial.params.is_empty();
        self.found.handed.extend(partial.hash.keys().cloned());
        if let Some(inner) = &partial.template {
            self.template(inner);
        }
    }

    fn values(&mut self, params: &[Parameter], hash: &HashMap<String, Parameter>) {
        for value in params.iter().chain(hash.values()) {
            match value {
                Parameter::Path(_) => self.name(value.as_name().unwrap_or_default()),
                Parameter::Subexpression(inner) => {
                    if let TemplateElement::Expression(helper) = inner.as_element() {
                        self.helper(helper);
                    }
                }
                _ => {}
            }
        }
    }

    fn name(&mut self, path: &str) {
        let relative = path.starts_with(['@', '.']) || path.starts_with("this");
        self.found.scoped |= relative;
        if self.inside == 0 && !relative && !path.is_empty() {
            self.found.names.push(place(path, self.at));
        }
    }
}

fn place(word: &str, (line, column): (usize, usize)) -> Place {
    Place { word: word.to_owned(), line, column, given: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_elsewhere_than_at_the_top_is_told() {
        let scoped = |text: &str| uses(&Template::compile(text).unwrap()).scoped;
        for text in [
            "{{#each a}}{{/each}}",
            "{{#with a}}{{/with}}",
            "{{this.a}}",
            "{{../a}}",
            "{{@root.a}}",
            "{{> p a}}",
            "{{#if (eq ./a 1)}}{{/if}}",
        ] {
            assert!(scoped(text), "{text}");
        }
        assert!(!scoped(
            "{{#> p a=b.c}}{{#*inline \"x\"}}{{y}}{{/inline}}{{#if z}}{{t \"k\"}}{{/if}}{{/p}}{{> @partial-block}}"
        ));
    }

    #[test]
    fn keys_and_names_are_found_wherever_they_stand() {
        let text = "{{#> base title=(t \"title\" a=b.c)}}\n{{#if x}}{{t \"yes\"}}{{else if y}}{{t z}}{{/if}}\n\
                    {{#each list as |item|}}{{this}} {{name}} {{t \"each\"}}{{/each}}{{code}}{{v}}\n{{> p q=(default r \"s\")}}{{/base}}";
        let mut found = uses(&Template::compile(text).unwrap());
        found.handed.sort();
        let words = |places: &[Place]| places.iter().map(|p| format!("{}:{}", p.word, p.line)).collect::<Vec<_>>();
        assert_eq!(words(&found.keys), ["title:1", "yes:2", "each:3"]);
        assert_eq!(found.keys[0].given, ["a"]);
        assert_eq!(words(&found.loose), ["t:2"]);
        assert_eq!(words(&found.names), ["b.c:1", "x:2", "y:2", "z:2", "list:3", "v:3", "r:4"]);
        assert_eq!(found.handed, ["q", "title"]);
    }
}
