//! The samples: bodies as Kratos posts them, one or more a type, to check and to look at.

use super::files::{Files, Slot};
use std::collections::BTreeMap;

/// All samples, by type and variant.
pub(super) struct Samples(BTreeMap<(String, String), String>);

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
    /// Those among files.
    pub(super) fn of(files: &Files) -> Self {
        let sample = |(path, file): (&String, &super::files::File)| match Slot::parse(path)? {
            Slot::Sample { name, variant } => Some(((name.to_owned(), variant.to_owned()), file.text.clone())),
            _ => None,
        };
        Self(files.iter().filter_map(sample).collect())
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
