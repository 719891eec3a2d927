//! What one key alone cannot tell: keys that need each other, lists with rules, words with a
//! meaning. Each finding names the key and the cure, and quotes no value.

mod access;
mod courier;
mod serve;
mod text;

use super::{Config, Dsn, dev};

/// A key, and what to do about it.
pub(super) type Finding = (String, String);

/// Everything that is wrong with a configuration whose every key is well-formed.
pub(super) fn validate(config: &Config, dev: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    if config.dsn_listen.is_some() && !matches!(config.dsn, Dsn::Postgres(_)) {
        find(&mut findings, "dsn_listen", "it goes with a dsn of Postgres only: remove it");
    }
    serve::check(config, &mut findings);
    access::check(config, &mut findings);
    courier::check(config, dev, &mut findings);
    text::check(config, &mut findings);
    dev::check(config, dev, &mut findings);
    findings
}

fn find(findings: &mut Vec<Finding>, key: impl Into<String>, why: impl Into<String>) {
    findings.push((key.into(), why.into()));
}
