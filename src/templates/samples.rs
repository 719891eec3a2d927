//! The samples: bodies as Kratos posts them, one or more a type, to check and to look at.

use super::files::{Files, Slot};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// All samples, by type and variant.
pub(super) struct Samples(BTreeMap<(String, String), Cow<'static, str>>);

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample<'a> {
    pub(super) name: &'a str,
    /// Empty for `sample.json`.
    pub(super) variant: &'a str,
    pub(super) json: &'a str,
}

impl Sample<'_> {
    /// The file that it is in.
    pub(super) fn file(&self) -> String {
        let dot = if self.variant.is_empty() { "" } else { "." };
        format!("mails/{}/sample{dot}{}.json", self.name, self.variant)
    }
}

impl Samples {
    /// Those among files. Where an operator has samples of a type, ours are none: they lack what his
    /// templates print.
    pub(super) fn of(files: &Files) -> Self {
        let all = files.iter().filter_map(|(path, file)| match Slot::parse(path)? {
            Slot::Sample { name, variant } => Some((name, variant, file)),
            _ => None,
        });
        let all: Vec<_> = all.collect();
        let his: BTreeSet<&str> = all.iter().filter(|(_, _, file)| file.overlay).map(|(name, ..)| *name).collect();
        let kept = all.into_iter().filter(|(name, _, file)| file.overlay || !his.contains(name));
        Self(kept.map(|(name, variant, file)| ((name.to_owned(), variant.to_owned()), file.text.clone())).collect())
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = Sample<'_>> {
        self.0.iter().map(|((name, variant), json)| Sample { name, variant, json })
    }

    /// Those of a type; `sample.json` first.
    pub(super) fn of_type<'a>(&'a self, name: &str) -> impl Iterator<Item = Sample<'a>> {
        self.iter().filter(move |sample| sample.name == name)
    }
}
