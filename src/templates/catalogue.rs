//! The translations: one Fluent catalogue a locale, built of all its files. The operator's lie over
//! ours message by message. What a template asks for is there whole or not at all: a missing
//! message or variable is an error, never a hole.

use super::error::Problem;
use super::files::{Files, Slot};
use super::fluent::{Entrance, parse};
use super::locale;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::resolver::errors::{ReferenceKind, ResolverError};
use fluent_bundle::{FluentArgs, FluentError, FluentResource};
use std::collections::BTreeMap;
use unic_langid::LanguageIdentifier;

/// All catalogues by tag.
#[derive(Default)]
pub(super) struct Catalogues(BTreeMap<String, Catalogue>);

/// The messages of one locale.
pub(super) struct Catalogue {
    pub(super) tag: LanguageIdentifier,
    pub(super) rtl: bool,
    bundle: FluentBundle<FluentResource>,
    messages: BTreeMap<String, Origin>,
}

/// Where a message is written, and what it asks for.
pub(super) struct Origin {
    pub(super) file: String,
    pub(super) overlay: bool,
    /// It stands in the place of one of ours.
    pub(super) replaces: bool,
    pub(super) entrance: Entrance,
}

/// Why a message cannot be had. Quotes the catalogue, never a value.
#[derive(Debug)]
pub(super) struct Unformatted {
    pub(super) why: String,
    /// It is just not there.
    pub(super) untranslated: bool,
}

impl Catalogues {
    /// Builds the catalogues of several layers; a message of a later one replaces the same of an
    /// earlier one. What is refused is left out and told.
    pub(super) fn build(layers: &[&Files]) -> (Self, Vec<Problem>) {
        let mut catalogues = Self::default();
        let mut problems = Vec::new();
        for layer in layers {
            let mut seen: BTreeMap<(String, String), String> = BTreeMap::new();
            for (path, file) in *layer {
                let Some(Slot::Catalogue(tag)) = Slot::parse(path) else { continue };
                match parse(path, &file.text) {
                    Ok((resource, entrances)) => {
                        let Some(catalogue) = catalogues.entry(tag) else { continue };
                        catalogue.bundle.add_resource_overriding(resource);
                        for entrance in entrances {
                            let (key, line) = (entrance.key.clone(), entrance.line);
                            let replaces = catalogue.messages.contains_key(&key);
                            let origin = Origin { file: path.clone(), overlay: file.overlay, replaces, entrance };
                            catalogue.messages.insert(key.clone(), origin);
                            if let Some(other) = seen.insert((tag.to_owned(), key.clone()), path.clone()) {
                                let message = format!("{key} is already in {other}; remove one");
                                problems.push(Problem::at(path, line, message));
                            }
                        }
                    }
                    Err(found) => problems.extend(found),
                }
            }
        }
        (catalogues, problems)
    }

    /// A locale's catalogue.
    pub(super) fn get(&self, tag: &str) -> Option<&Catalogue> {
        self.0.get(tag)
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Catalogue)> {
        self.0.iter().map(|(tag, catalogue)| (tag.as_str(), catalogue))
    }

    fn entry(&mut self, tag: &str) -> Option<&mut Catalogue> {
        if !self.0.contains_key(tag) {
            self.0.insert(tag.to_owned(), Catalogue::new(locale::parse(tag)?));
        }
        self.0.get_mut(tag)
    }
}

impl Catalogue {
    fn new(tag: LanguageIdentifier) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![tag.clone()]);
        // Its marks around each value are invisible, and a copied code would hold them; `t` sets
        // them where a name runs against the text.
        bundle.set_use_isolating(false);
        let rtl = locale::direction(&tag) == "rtl";
        Self { tag, rtl, bundle, messages: BTreeMap::new() }
    }

    /// Whether a file of the operator's takes part.
    pub(super) fn overlaid(&self) -> bool {
        self.messages.values().any(|origin| origin.overlay)
    }

    /// Its messages and where they are written.
    pub(super) fn messages(&self) -> impl Iterator<Item = (&str, &Origin)> {
        self.messages.iter().map(|(key, origin)| (key.as_str(), origin))
    }

    /// Where a message is written.
    pub(super) fn origin(&self, key: &str) -> Option<&Origin> {
        self.messages.get(key)
    }

    /// Formats a message; what is missing is named.
    pub(super) fn format(&self, key: &str, args: &FluentArgs<'_>) -> Result<String, Unformatted> {
        let why = || format!("{key} has no translation in locales/{}/; write one", self.tag);
        let missing = || Unformatted { why: why(), untranslated: true };
        let pattern = self.bundle.get_message(key).and_then(|message| message.value()).ok_or_else(missing)?;
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
        match errors.first() {
            None => Ok(text),
            Some(error) => {
                let why = format!("{key} in locales/{}/: {}", self.tag, told(error));
                Err(Unformatted { why, untranslated: false })
            }
        }
    }
}

fn told(error: &FluentError) -> String {
    match error {
        FluentError::ResolverError(ResolverError::Reference(ReferenceKind::Variable { id })) => {
            format!("it prints ${id}, which the template does not hand over; write {{{{t \"…\" {id}=…}}}}")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::files::File;
    use super::*;

    fn files(texts: &[(&str, &str)], overlay: bool) -> Files {
        texts
            .iter()
            .map(|(path, text)| ((*path).to_owned(), File { text: (*text).to_owned().into(), overlay }))
            .collect()
    }

    fn built(texts: &[(&str, &str)]) -> (Catalogues, Vec<String>) {
        let (catalogues, problems) = Catalogues::build(&[&files(texts, false)]);
        (catalogues, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn plurals_codes_and_missing_things() {
        let text = "n = { $count ->\n    [one] { $count } minuta\n    [few] { $count } minuty\n   *[many] { $count } minut\n }\ncode = Kod { $code }\n";
        let (catalogues, problems) = built(&[("locales/pl/a.ftl", text)]);
        assert_eq!(problems, Vec::<String>::new());
        let polish = catalogues.get("pl").unwrap();
        let count = |n: u32| {
            let mut args = FluentArgs::new();
            args.set("count", n);
            polish.format("n", &args).unwrap()
        };
        assert_eq!([count(1), count(3), count(5)], ["1 minuta", "3 minuty", "5 minut"]);
        let mut args = FluentArgs::new();
        args.set("code", "012345");
        assert_eq!(polish.format("code", &args).unwrap(), "Kod 012345");
        assert!(
            polish.format("code", &FluentArgs::new()).unwrap_err().why.contains("hand over; write {{t \"…\" code=…}}")
        );
        assert!(polish.format("nobody", &args).unwrap_err().why.contains("no translation in locales/pl/"));
    }

    #[test]
    fn the_operator_s_messages_lie_over_ours() {
        let ours = files(&[("locales/de/common.ftl", "a = Unser A\nb = Unser B\n")], false);
        let theirs = files(&[("locales/de/my.ftl", "b = Ihr B\n")], true);
        let (catalogues, problems) = Catalogues::build(&[&ours, &theirs]);
        assert!(problems.is_empty());
        let german = catalogues.get("de").unwrap();
        let of = |key| german.format(key, &FluentArgs::new()).unwrap();
        assert_eq!((of("a"), of("b")), ("Unser A".to_owned(), "Ihr B".to_owned()));
        assert!(german.overlaid() && german.origin("b").unwrap().overlay && !german.origin("a").unwrap().overlay);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let (_, problems) = built(&[
            ("locales/de/a.ftl", "one = 1\ntwo = { \nthree = 3\n"),
            ("locales/fr/a.ftl", "x = 1\n"),
            ("locales/fr/b.ftl", "# twice\nx = 2\n"),
        ]);
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].starts_with("locales/de/a.ftl:3:7: is no valid Fluent: Expected"), "{problems:?}");
        assert_eq!(problems[1], "locales/fr/b.ftl:2: x is already in locales/fr/a.ftl; remove one");
    }
}
