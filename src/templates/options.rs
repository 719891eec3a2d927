//! What the configuration says about templates, in words of our own.

use crate::domain::TemplateType;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The language that every built-in template has, and that is used when nothing else fits.
pub(super) const BUILT_IN_LOCALE: &str = "en";

/// What the configuration says about templates.
#[derive(Debug, Clone)]
pub struct Options {
    /// The operator's own files, laid out as the repository's `templates/`.
    pub directory: Option<PathBuf>,
    /// The language when nothing else decides, and that of files without translations.
    pub default_locale: String,
    /// Where in an identity's traits the reader's language is, best first; dots go deeper.
    pub locale_traits: Vec<String>,
    /// Types that go out as Kratos rendered them.
    pub kratos_types: BTreeSet<String>,
    /// All types go out as Kratos rendered them, except `postrider_types`.
    pub render_default_kratos: bool,
    /// Types that are rendered here although the default is Kratos.
    pub postrider_types: BTreeSet<String>,
    /// Who writes.
    pub brand: Brand,
    /// Who writes for sources that have a brand of their own.
    pub brands: BTreeMap<String, Brand>,
    /// Who writes to those that sign in to an OAuth2 client, by its `client_id`; before the source's.
    pub clients: BTreeMap<String, Brand>,
    /// Whether subjects hold the code, as Kratos's do.
    pub code_in_subject: bool,
}

impl Options {
    /// Whether a type goes out as Kratos rendered it; of our own types Kratos knows nothing.
    pub(super) fn in_kratos_words(&self, name: &str) -> bool {
        let by_default = self.render_default_kratos && !self.postrider_types.contains(name);
        (by_default || self.kratos_types.contains(name)) && !TemplateType::parse(name).is_ours()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            directory: None,
            default_locale: BUILT_IN_LOCALE.to_owned(),
            locale_traits: ["locale", "lang", "language"].map(str::to_owned).to_vec(),
            kratos_types: BTreeSet::new(),
            render_default_kratos: false,
            postrider_types: BTreeSet::new(),
            brand: Brand::default(),
            brands: BTreeMap::new(),
            clients: BTreeMap::new(),
            code_in_subject: true,
        }
    }
}

/// Who writes, as the reader knows them.
#[derive(Debug, Clone, Default)]
pub struct Brand {
    /// A product or company; may be empty.
    pub name: String,
    /// Where a reader finds help: a mail address or a page.
    pub support_address: Option<String>,
    /// What stands below every mail, such as a postal address.
    pub footer: Option<String>,
    /// Of buttons and links, such as `#1a73e8`.
    pub colour: Option<String>,
    /// A PNG, JPEG or GIF that each mail carries.
    pub logo_file: Option<PathBuf>,
    /// Where readers type their codes: the last line of a text message binds its code to it.
    pub domain: Option<String>,
}
