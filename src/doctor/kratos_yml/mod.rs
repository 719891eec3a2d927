//! Checks of kratos.yml. Each knows one trap of Kratos's, and the line that avoids it.

mod actions;
mod addresses;
mod attempts;
mod base_url;
mod body;
mod channels;
mod credential;
mod language;
mod leaks;
mod lifespans;
mod recovery;
mod rendering;
mod request;
mod request_size;
mod second_factor;
mod strangers;
mod strategy;
mod transitions;
mod url;

use super::Check;

/// In the order of the report: the way of a mail first, then recovery.
pub(super) const CHECKS: &[Check] = &[
    strategy::CHECK,
    url::CHECK,
    request::CHECK,
    body::CHECK,
    credential::CHECK,
    attempts::CHECK,
    channels::CHECK,
    rendering::CHECK,
    request_size::CHECK,
    language::CHECK,
    leaks::CHECK,
    strangers::CHECK,
    base_url::CHECK,
    transitions::CHECK,
    recovery::CHECK,
    lifespans::CHECK,
    second_factor::CHECK,
    addresses::CHECK,
    actions::CHECK,
];
