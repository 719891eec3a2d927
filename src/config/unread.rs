//! Keys that this version accepts and does not use yet. A row goes when its feature comes.

use super::{Config, load};
use crate::domain::Channel;

/// Whether the first configuration says something that the second, the defaults, does not.
type Differs = fn(&Config, &Config) -> bool;

const TABLE: &[(&str, Differs)] = &[
    ("courier.providers for text messages", |c, _| c.providers().iter().any(|one| one.channel == Channel::Sms)),
    ("courier.supersede", |c, _| c.courier.supersede),
    ("suppression", |c, d| c.suppression != d.suppression),
];

/// The keys that the operator set and this version does not use yet; [`Config::load`] has a
/// warning for each.
pub fn not_yet_read(config: &Config) -> Vec<&'static str> {
    let Ok(defaults) = load::defaults().and_then(|root| load::typed(&root)) else { return Vec::new() };
    TABLE.iter().filter(|(_, differs)| differs(config, &defaults)).map(|(key, _)| *key).collect()
}
