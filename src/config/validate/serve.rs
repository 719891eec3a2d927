//! The listeners.

use super::text::is_token;
use super::{Finding, find};
use crate::config::{Config, Cors, Dsn};
use std::path::PathBuf;

pub(super) fn check(config: &Config, findings: &mut Vec<Finding>) {
    let serve = &config.serve;
    let listeners = [
        ("serve.public", &serve.public.host, serve.public.body_limit, &serve.public.tls.cert, &serve.public.tls.key),
        ("serve.admin", &serve.admin.host, serve.admin.body_limit, &serve.admin.tls.cert, &serve.admin.tls.key),
        (
            "serve.inbound",
            &serve.inbound.host,
            serve.inbound.body_limit,
            &serve.inbound.tls.cert,
            &serve.inbound.tls.key,
        ),
    ];
    for (section, host, body_limit, cert, key) in listeners {
        if host.is_empty() || host.chars().any(|c| c.is_whitespace() || c.is_control()) {
            find(findings, format!("{section}.host"), "expected an address or host name to bind to");
        }
        if body_limit.get() == 0 {
            find(findings, format!("{section}.body_limit"), "a limit of 0 refuses every body");
        }
        pair(findings, section, cert.as_ref(), key.as_ref());
    }
    for (section, tls) in [("serve.admin", &serve.admin.tls), ("serve.inbound", &serve.inbound.tls)] {
        if tls.client_ca.is_some() && tls.cert.is_none() {
            find(findings, format!("{section}.tls.client_ca"), "client certificates need tls.cert and tls.key too");
        }
    }
    let binds = [
        ("serve.public.port", serve.public.port, &serve.public.host),
        ("serve.admin.port", serve.admin.port, &serve.admin.host),
        ("serve.inbound.port", serve.inbound.port, &serve.inbound.host),
    ];
    let binds = if serve.inbound.enabled { &binds[..] } else { binds.split_last().map_or(&[][..], |(_, rest)| rest) };
    for (index, (key, port, host)) in binds.iter().enumerate() {
        if let Some((other, ..)) = binds.iter().take(index).find(|(_, p, h)| p == port && h == host && *port != 0) {
            find(findings, *key, format!("{other} has the same address and port"));
        }
    }
    if serve.reuse_port && matches!(config.dsn, Dsn::Sqlite(_)) {
        let why = "an SQLite file serves one process at a time; use Postgres, or restart without a gap by the socket \
                   units in deploy/systemd";
        find(findings, "serve.reuse_port", why);
    }
    cors(&serve.public.cors, findings);
}

fn pair(findings: &mut Vec<Finding>, section: &str, cert: Option<&PathBuf>, key: Option<&PathBuf>) {
    match (cert, key) {
        (Some(_), None) => find(findings, format!("{section}.tls.key"), "tls.cert is set, so tls.key is needed too"),
        (None, Some(_)) => find(findings, format!("{section}.tls.cert"), "tls.key is set, so tls.cert is needed too"),
        _ => {}
    }
}

fn cors(cors: &Cors, findings: &mut Vec<Finding>) {
    let key = "serve.public.cors";
    if cors.enabled && cors.allowed_origins.is_empty() {
        let why = "cors is enabled for nobody; name the origins of your pages, such as https://app.example.org";
        find(findings, format!("{key}.allowed_origins"), why);
    }
    for (index, origin) in cors.allowed_origins.iter().enumerate() {
        if !is_origin(origin) {
            let why = "expected an origin such as https://app.example.org or https://*.example.org, or *";
            find(findings, format!("{key}.allowed_origins[{index}]"), why);
        }
    }
    for (list, names) in [("allowed_headers", &cors.allowed_headers), ("exposed_headers", &cors.exposed_headers)] {
        for (index, name) in names.iter().enumerate() {
            if !is_token(name) {
                find(findings, format!("{key}.{list}[{index}]"), "expected the name of a header");
            }
        }
    }
}

/// `*`, or scheme, host and port, with one `*` at most.
fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else { return text == "*" };
    let is_scheme = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b)) && !scheme.is_empty();
    let is_host = host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:[]*".contains(&b)) && !host.is_empty();
    is_scheme && is_host && text.matches('*').count() <= 1
}
