//! Loading: ours is compiled, the operator's is read, compiled and tried with every sample in every
//! language that it touches. What is wrong is told all at once.

use super::error::{Problem, TemplatesError};
use super::files::{self, Files, Slot};
use super::look::Look;
use super::set::Set;
use super::{Options, Templates, check, names, overlay};
use crate::domain::Channel;
use std::collections::BTreeMap;

impl Templates {
    /// Compiles everything and renders the samples with what the operator changed.
    pub fn load(options: Options) -> Result<Self, TemplatesError> {
        let ours = files::built_in();
        // Ours are proven by tests in every language; here they only have to compile.
        let (built_in, problems) = Set::build(&ours, &Files::new(), &options.default_locale);
        TemplatesError::unless_empty(problems)?;
        let look = Look::new(&options.brand);
        let looks = options.brands.iter().map(|(source, brand)| (source.clone(), Look::new(brand))).collect();
        let mut templates =
            Self { samples: samples(&ours), options, look, looks, built_in, overlay: None, warnings: Vec::new() };
        let Some(directory) = templates.options.directory.clone() else {
            templates.default_locale_is_there()?;
            return Ok(templates);
        };
        let (theirs, mut problems) = overlay::read(&directory, &ours);
        let (set, found) = Set::build(&ours, &theirs, &templates.options.default_locale);
        problems.extend(found);
        templates.samples.extend(samples(&theirs));
        templates.overlay = Some(set);
        problems.extend(templates.try_samples());
        TemplatesError::unless_empty(problems)?;
        templates.default_locale_is_there()?;
        // A name that no sample reaches may still be wrong; it is told, and our mail stands in for it.
        let named = templates.overlay.as_ref().map(names::check).unwrap_or_default();
        templates.warnings.extend(named);
        templates.warnings.sort();
        Ok(templates)
    }

    /// Renders what the operator's files change. A language that lacks a text is not offered for
    /// that mail; everything else is a problem.
    fn try_samples(&mut self) -> Vec<Problem> {
        let Some(set) = &mut self.overlay else { return Vec::new() };
        let default = super::locale::parse(&self.options.default_locale).map(|tag| tag.to_string());
        let mut problems = Vec::new();
        let mut withdrawn = Vec::new();
        for (name, json) in &self.samples {
            let mut payload = match check::parse(name, json) {
                Ok(payload) => payload,
                Err(problem) => {
                    problems.push(problem);
                    continue;
                }
            };
            for channel in [Channel::Email, Channel::Sms] {
                payload.channel = channel;
                for tag in set.languages(name, channel) {
                    let locale = tag.to_string();
                    if !set.overlaid(name, channel, &locale) {
                        continue;
                    }
                    match check::sample(&set.engine, &payload, &self.options, &self.look, &locale, true) {
                        Err((problem, true)) if Some(&locale) != default.as_ref() => {
                            self.warnings.push(problem);
                            withdrawn.push((name.clone(), channel, locale));
                        }
                        Err((problem, _)) => problems.push(problem),
                        Ok(()) => {}
                    }
                }
            }
        }
        for (name, channel, locale) in withdrawn {
            set.withdraw(&name, channel, &locale);
        }
        problems
    }

    /// A default that no mail can be had in is a slip of the pen.
    fn default_locale_is_there(&self) -> Result<(), TemplatesError> {
        let wanted = &self.options.default_locale;
        let set = self.overlay.as_ref().unwrap_or(&self.built_in);
        let parsed = super::locale::parse(wanted);
        let there = |tags: &[unic_langid::LanguageIdentifier]| {
            tags.iter().any(|tag| parsed.as_ref().is_some_and(|wanted| wanted.language == tag.language))
        };
        if set.all().any(|(_, _, tags)| there(tags)) {
            return Ok(());
        }
        let known = set.catalogues.iter().map(|(tag, _)| tag).collect::<Vec<_>>().join(", ");
        let message = format!("there is no language {wanted}; there are {known}, or write locales/{wanted}/*.ftl");
        TemplatesError::unless_empty(vec![Problem::new("templates.default_locale", message)])
    }
}

fn samples(files: &Files) -> BTreeMap<String, String> {
    let sample = |(path, file): (&String, &files::File)| match Slot::parse(path)? {
        Slot::Sample(name) => Some((name.to_owned(), file.text.clone())),
        _ => None,
    };
    files.iter().filter_map(sample).collect()
}
