//! Keys that this version accepts and does not use yet. A row goes when its feature comes.

use super::{Brand, Config, load};
use crate::domain::Channel;

/// Whether the first configuration says something that the second, the defaults, does not.
type Differs = fn(&Config, &Config) -> bool;

const TABLE: &[(&str, Differs)] = &[
    ("sources.*.brand.logo_file or colour", |c, _| {
        let unused = |brand: &Brand| brand.logo_file.is_some() || brand.colour.is_some();
        c.sources.values().any(|source| source.brand.as_ref().is_some_and(unused))
    }),
    ("serve.public.base_url", |c, _| c.serve.public.base_url.is_some()),
    ("courier.providers for text messages", |c, _| c.providers().iter().any(|one| one.channel == Channel::Sms)),
    ("courier.supersede", |c, _| c.courier.supersede),
    ("suppression", |c, d| c.suppression != d.suppression),
    ("templates.brand.logo_file", |c, _| c.templates.brand.logo_file.is_some()),
    ("templates.brand.colour", |c, _| c.templates.brand.colour.is_some()),
    ("limits.recipient", |c, d| c.limits.recipient != d.limits.recipient),
];

/// The keys that the operator set and this version does not use yet; [`Config::load`] has a
/// warning for each.
pub fn not_yet_read(config: &Config) -> Vec<&'static str> {
    let Ok(defaults) = load::defaults().and_then(|root| load::typed(&root)) else { return Vec::new() };
    TABLE.iter().filter(|(_, differs)| differs(config, &defaults)).map(|(key, _)| *key).collect()
}
