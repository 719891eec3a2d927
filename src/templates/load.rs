//! Loading: ours is compiled, the operator's is read, compiled and tried with every sample in every
//! language that it touches. What is wrong is told all at once.

use super::error::{Problem, TemplatesError};
use super::files::{self, Files};
use super::look::Looks;
use super::samples::Samples;
use super::set::Set;
use super::{Options, Templates, check, names, overlay};
use crate::domain::Channel;

impl Templates {
    /// Compiles everything and renders the samples with what the operator changed.
    pub fn load(options: Options) -> Result<Self, TemplatesError> {
        let ours = files::built_in();
        // Ours are proven by tests in every language; here they only have to compile.
        let (built_in, mut problems) = Set::build(&ours, &Files::new(), &options.default_locale);
        let (looks, found) = Looks::new(&options);
        problems.extend(found);
        TemplatesError::unless_empty(problems)?;
        let mut templates =
            Self { samples: Samples::of(&ours), options, looks, built_in, overlay: None, warnings: Vec::new() };
        let Some(directory) = templates.options.directory.clone() else {
            templates.default_locale_is_there()?;
            return Ok(templates);
        };
        let (theirs, mut problems) = overlay::read(&directory, &ours);
        let (set, found) = Set::build(&ours, &theirs, &templates.options.default_locale);
        problems.extend(found);
        templates.samples = Samples::of(&set.files);
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
        for sample in self.samples.iter() {
            let name = sample.name;
            let mut payload = match check::parse(&sample) {
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
                    let found = check::sample(&set.engine, &payload, &self.options, &self.looks.general, &locale, true);
                    // A language that lacks a text is not offered for this mail; the default must have all.
                    let may_lack = Some(&locale) != default.as_ref();
                    if may_lack && found.iter().any(|(_, untranslated)| *untranslated) {
                        withdrawn.push((name.to_owned(), channel, locale));
                    }
                    // What goes out in Kratos's words may still be in the making.
                    let unused = self.options.in_kratos_words(name);
                    for (problem, untranslated) in found {
                        let minor = unused || (may_lack && untranslated);
                        let kept = if minor { &mut self.warnings } else { &mut problems };
                        kept.push(problem);
                    }
                }
            }
        }
        for (name, channel, locale) in withdrawn {
            set.withdraw(&name, channel, &locale);
        }
        problems
    }

    fn default_locale_is_there(&self) -> Result<(), TemplatesError> {
        let set = self.overlay.as_ref().unwrap_or(&self.built_in);
        TemplatesError::unless_empty(default_locale_is_known(set, &self.options.default_locale).into_iter().collect())
    }
}

/// A default that no mail can be had in is a slip of the pen.
pub(super) fn default_locale_is_known(set: &Set, wanted: &str) -> Option<Problem> {
    let parsed = super::locale::parse(wanted);
    let there = |tags: &[unic_langid::LanguageIdentifier]| {
        tags.iter().any(|tag| parsed.as_ref().is_some_and(|wanted| wanted.language == tag.language))
    };
    if set.all().any(|(_, _, tags)| there(tags)) {
        return None;
    }
    let known = set.catalogues.iter().map(|(tag, _)| tag).collect::<Vec<_>>().join(", ");
    let message = format!("there is no language {wanted}; there are {known}, or write locales/{wanted}/*.ftl");
    Some(Problem::new("templates.default_locale", message))
}
