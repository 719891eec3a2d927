//! Templates with their catalogues, and which language each mail can be had in.

use super::catalogue::Catalogues;
use super::engine::Engine;
use super::error::Problem;
use super::files::{Files, Part, Slot};
use super::{locale, uses};
use crate::domain::Channel;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use unic_langid::LanguageIdentifier;

/// A set of templates, whole.
pub(super) struct Set {
    pub(super) engine: Engine,
    pub(super) catalogues: Arc<Catalogues>,
    /// The sources, ours with the operator's laid over them.
    pub(super) files: Files,
    /// The languages of each mail type.
    languages: BTreeMap<(Channel, String), Vec<LanguageIdentifier>>,
}

impl Set {
    /// Compiles our files with the operator's laid over them.
    pub(super) fn build(ours: &Files, theirs: &Files, default_locale: &str) -> (Self, Vec<Problem>) {
        let (catalogues, mut problems) = Catalogues::build(&[ours, theirs]);
        let catalogues = Arc::new(catalogues);
        let mut files = ours.clone();
        files.extend(theirs.clone());
        let (engine, found) = Engine::build(&files, &catalogues);
        problems.extend(found);
        let mut set = Self { engine, catalogues, files, languages: BTreeMap::new() };
        let types = set.files.keys().filter_map(|path| Slot::parse(path)?.mail_type().map(str::to_owned));
        for name in types.collect::<BTreeSet<_>>() {
            for channel in [Channel::Email, Channel::Sms] {
                let languages = set.spoken(&name, channel, default_locale);
                if !languages.is_empty() {
                    set.languages.insert((channel, name.clone()), languages);
                }
            }
        }
        (set, problems)
    }

    /// The languages that a mail can be had in; none if there is no such mail.
    pub(super) fn languages(&self, name: &str, channel: Channel) -> &[LanguageIdentifier] {
        self.languages.get(&(channel, name.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// Every mail type, with its channel and languages.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, Channel, &[LanguageIdentifier])> {
        self.languages.iter().map(|((channel, name), tags)| (name.as_str(), *channel, tags.as_slice()))
    }

    /// A language that turned out not to work for a mail.
    pub(super) fn withdraw(&mut self, name: &str, channel: Channel, locale: &str) {
        if let Some(tags) = self.languages.get_mut(&(channel, name.to_owned())) {
            tags.retain(|tag| *tag != locale);
        }
    }

    /// Whether a file of the operator's takes part in a mail.
    pub(super) fn overlaid(&self, name: &str, channel: Channel, locale: &str) -> bool {
        self.catalogues.get(locale).is_some_and(super::catalogue::Catalogue::overlaid)
            || self.engine.documents(name, channel, locale).iter().any(|path| self.engine.overlaid(path))
    }

    /// A document that asks no catalogue for its words speaks the default language; one that does
    /// speaks all that there are. A document for one locale speaks that.
    fn spoken(&self, name: &str, channel: Channel, default_locale: &str) -> Vec<LanguageIdentifier> {
        let mut tags: BTreeSet<String> = BTreeSet::new();
        for path in self.files.keys() {
            match Slot::parse(path) {
                Some(Slot::Mail { name: of, part: Part::Text, locale: Some(tag) }) if channel == Channel::Email => {
                    tags.extend((of == name).then(|| tag.to_owned()));
                }
                Some(Slot::Sms { name: of, locale: Some(tag) }) if channel == Channel::Sms => {
                    tags.extend((of == name).then(|| tag.to_owned()));
                }
                _ => {}
            }
        }
        let general = match channel {
            Channel::Email => format!("mails/{name}/text.hbs"),
            Channel::Sms => format!("sms/{name}.hbs"),
        };
        if let Some((_, template)) = self.engine.compiled().find(|(path, _)| *path == general) {
            if uses::uses(template).keys.is_empty() {
                tags.extend(locale::parse(default_locale).map(|tag| tag.to_string()));
            } else {
                tags.extend(self.catalogues.iter().map(|(tag, _)| tag.to_owned()));
            }
        }
        tags.iter().filter_map(|tag| locale::parse(tag)).collect()
    }
}
