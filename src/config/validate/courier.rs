//! Delivery: providers, senders, headers, routes and times.

use super::text::{has_control, is_token};
use super::{Finding, find};
use crate::config::{Config, Courier, Provider, ProviderKind, ProviderUri, Smtp, Span};
use crate::domain::{Channel, EmailAddress};
use std::collections::BTreeSet;

/// What postrider itself writes into every mail.
const OURS: [&str; 7] = ["to", "from", "cc", "bcc", "subject", "date", "message-id"];

pub(super) fn check(config: &Config, dev: bool, findings: &mut Vec<Finding>) {
    let courier = &config.courier;
    smtp(&courier.smtp, "courier.smtp", findings);
    providers(courier, findings);
    let effective = config.providers();
    let mail: Vec<&Provider> = effective.iter().filter(|provider| provider.channel == Channel::Email).collect();
    if mail.is_empty() {
        find(findings, "courier.smtp.connection_uri", "at least one provider for mail is needed");
    }
    senders(config, &mail, findings);
    if !dev && !courier.keep_readable {
        readable(config, findings);
    }
    routes(config, &effective, findings);
    times(courier, findings);
}

fn smtp(smtp: &Smtp, key: &str, findings: &mut Vec<Finding>) {
    for (name, value) in &smtp.headers {
        let key = format!("{key}.headers");
        if OURS.contains(&name.to_ascii_lowercase().as_str()) {
            // One of seven names, so it may be shown.
            find(
                findings,
                key,
                format!("{name} is set by postrider for each mail; a second one would break or redirect it"),
            );
        } else if !is_token(name) {
            find(findings, key, "the name of a header has only letters, digits and -");
        } else if has_control(value) {
            find(findings, key, format!("the value of {name} has control characters, which could open another header"));
        }
    }
    if smtp.client_cert_path.is_some() != smtp.client_key_path.is_some() {
        find(findings, format!("{key}.client_cert_path"), "client_cert_path and client_key_path need each other");
    }
    if !smtp.token_command.is_empty() {
        let why = match &smtp.connection_uri {
            Some(ProviderUri::Smtp(uri)) if uri.username.is_none() => {
                Some("connection_uri must name the user of the token")
            }
            Some(ProviderUri::Smtp(uri)) if uri.password.is_some() => {
                Some("connection_uri has a password; keep one of them")
            }
            Some(ProviderUri::Smtp(_)) => None,
            _ => Some("a token is for smtp:// and smtps:// only"),
        };
        if let Some(why) = why {
            find(findings, format!("{key}.token_command"), why);
        }
    }
    let is_name = |name: &String| !name.is_empty() && !has_control(name) && !name.contains(char::is_whitespace);
    if !smtp.local_name.as_ref().is_none_or(is_name) {
        find(findings, format!("{key}.local_name"), "expected a host name");
    }
    let is_selector = |name: &String| {
        name.split('.')
            .all(|label| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)))
    };
    if !smtp.dkim_selectors.iter().all(is_selector) {
        let why = "expected the name before ._domainkey, such as s1: letters, digits, -, _ and dots between";
        find(findings, format!("{key}.dkim_selectors"), why);
    }
    if smtp.from_name.as_ref().is_some_and(|name| has_control(name)) {
        find(findings, format!("{key}.from_name"), "control characters have no place in a name");
    }
}

fn providers(courier: &Courier, findings: &mut Vec<Finding>) {
    let mut ids = BTreeSet::new();
    for (index, entry) in courier.providers.iter().enumerate() {
        let key = format!("courier.providers[{index}]");
        if !ids.insert(&entry.id) || (courier.smtp.connection_uri.is_some() && entry.id.as_str() == "smtp") {
            find(findings, format!("{key}.id"), "another provider has the same id (courier.smtp is called smtp)");
        }
        match entry.provider() {
            None => find(findings, format!("{key}.connection_uri"), "this key is missing"),
            Some(provider) if provider.kind != entry.kind => {
                find(findings, format!("{key}.connection_uri"), "its scheme does not fit the type of this provider");
            }
            Some(_) => {}
        }
        if entry.channel == Channel::Sms && entry.kind != ProviderKind::Http {
            find(findings, format!("{key}.channel"), "text messages need a provider of type http");
        }
        smtp(&entry.smtp, &key, findings);
    }
    if matches!(courier.smtp.connection_uri, Some(ProviderUri::Http(_))) {
        let why = "expected smtp://, smtps://, inbox:// or file:///; an http provider stands in courier.providers";
        find(findings, "courier.smtp.connection_uri", why);
    }
}

fn senders(config: &Config, mail: &[&Provider], findings: &mut Vec<Finding>) {
    let by_provider = !mail.is_empty() && mail.iter().all(|provider| provider.from_address.is_some());
    let by_source = !config.sources.is_empty() && config.sources.values().all(|source| source.from_address.is_some());
    if config.courier.smtp.from_address.is_none() && !by_provider && !by_source {
        let why = "a sender is needed: here, or at every provider, or at every source";
        find(findings, "courier.smtp.from_address", why);
    }
    for (id, source) in &config.sources {
        if source.from_name.as_ref().is_some_and(|name| has_control(name)) {
            find(findings, format!("sources.{id}.from_name"), "control characters have no place in a name");
        }
    }
}

fn readable(config: &Config, findings: &mut Vec<Finding>) {
    const WHY: &str = "inbox:// and file:// keep mail readable, codes included; \
                       outside --dev that needs courier.keep_readable: true";
    let keeps = |provider: &Provider| matches!(provider.uri, ProviderUri::Inbox | ProviderUri::File(_));
    if matches!(config.courier.smtp.connection_uri, Some(ProviderUri::Inbox | ProviderUri::File(_))) {
        find(findings, "courier.smtp.connection_uri", WHY);
    }
    for (index, entry) in config.courier.providers.iter().enumerate() {
        if entry.provider().as_ref().is_some_and(keeps) {
            find(findings, format!("courier.providers[{index}].connection_uri"), WHY);
        }
    }
}

fn routes(config: &Config, providers: &[Provider], findings: &mut Vec<Finding>) {
    for (index, route) in config.courier.routes.iter().enumerate() {
        let key = format!("courier.routes[{index}]");
        if route.providers.is_empty() {
            find(findings, format!("{key}.providers"), "a route needs at least one provider");
        }
        if !route.providers.iter().all(|id| providers.iter().any(|provider| provider.id == *id)) {
            find(findings, format!("{key}.providers"), "one of these ids is no provider's");
        }
        if route.domain.as_ref().is_some_and(|domain| EmailAddress::parse(&format!("x@{domain}")).is_err()) {
            find(findings, format!("{key}.domain"), "expected a domain such as example.org");
        }
        if route.source.as_ref().is_some_and(|source| !config.sources.contains_key(source)) {
            find(findings, format!("{key}.source"), "there is no such source");
        }
    }
}

fn times(courier: &Courier, findings: &mut Vec<Finding>) {
    let (retry, lifetime, timeouts) = (&courier.retry, &courier.lifetime, &courier.timeouts);
    for (lane, waits) in [("codes", &retry.codes), ("links", &retry.links), ("notices", &retry.notices)] {
        if waits.is_empty() {
            find(findings, format!("courier.retry.{lane}"), "at least one wait is needed");
        }
        for (index, _) in waits.iter().enumerate().filter(|(_, wait)| wait.get().is_zero()) {
            find(findings, format!("courier.retry.{lane}[{index}]"), "a wait of 0 would try again without pause");
        }
    }
    let above_zero: [(&str, Span); 9] = [
        ("courier.timeouts.connect", timeouts.connect),
        ("courier.timeouts.greeting", timeouts.greeting),
        ("courier.timeouts.command", timeouts.command),
        ("courier.timeouts.block", timeouts.block),
        ("courier.timeouts.dot.codes", timeouts.dot.codes),
        ("courier.timeouts.dot.notices", timeouts.dot.notices),
        ("courier.lifetime.codes", lifetime.codes),
        ("courier.lifetime.links", lifetime.links),
        ("courier.lifetime.notices", lifetime.notices),
    ];
    for (key, _) in above_zero.iter().filter(|(_, span)| span.get().is_zero()) {
        find(findings, *key, "0 would leave no time at all");
    }
}
