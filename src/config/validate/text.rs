//! Words and texts: locales, template types, colours, and what a header may hold.

use super::{Finding, find};
use crate::config::{Brand, Config};

pub(super) fn check(config: &Config, findings: &mut Vec<Finding>) {
    let templates = &config.templates;
    if !is_locale(&templates.default_locale) {
        find(findings, "templates.default_locale", "expected a language tag such as en or pt-BR");
    }
    for name in templates.render.keys() {
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
            find(findings, "templates.render", "expected `default` or types of mail such as login_code_valid");
        }
    }
    let own = config.sources.iter().filter_map(|(id, s)| Some((format!("sources.{id}.brand"), s.brand.as_ref()?)));
    let clients = templates.clients.iter().map(|(id, brand)| (format!("templates.clients.{id}"), brand));
    for (key, brand) in own.chain(clients).chain([("templates.brand".to_owned(), &templates.brand)]) {
        check_brand(brand, &key, findings);
    }
}

fn check_brand(brand: &Brand, key: &str, findings: &mut Vec<Finding>) {
    if brand.name.as_ref().is_some_and(|name| has_control(name)) {
        find(findings, format!("{key}.name"), "control characters have no place in a name");
    }
    let is_colour = |colour: &String| {
        colour
            .strip_prefix('#')
            .is_some_and(|digits| matches!(digits.len(), 3 | 6) && digits.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    if !brand.colour.as_ref().is_none_or(is_colour) {
        find(findings, format!("{key}.colour"), "expected a colour such as \"#1a73e8\"");
    }
    if !brand.domain.as_ref().is_none_or(|domain| is_domain(domain)) {
        find(
            findings,
            format!("{key}.domain"),
            "expected a domain such as example.org, in lower case, without https://",
        );
    }
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    (2..=8).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Whether it can be the name of a header or cookie (RFC 9110 5.6.2).
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// Whether a text could break out of a header.
pub(super) fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}
