//! The listeners.

use super::{Finding, find};
use crate::config::Config;
use std::{net::IpAddr, path::PathBuf};

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
    for (index, network) in serve.public.trusted_proxies.iter().enumerate() {
        if !is_network(network) {
            let key = format!("serve.public.trusted_proxies[{index}]");
            find(findings, key, "expected an address or a network such as 10.0.0.0/8");
        }
    }
}

fn pair(findings: &mut Vec<Finding>, section: &str, cert: Option<&PathBuf>, key: Option<&PathBuf>) {
    match (cert, key) {
        (Some(_), None) => find(findings, format!("{section}.tls.key"), "tls.cert is set, so tls.key is needed too"),
        (None, Some(_)) => find(findings, format!("{section}.tls.cert"), "tls.key is set, so tls.cert is needed too"),
        _ => {}
    }
}

fn is_network(text: &str) -> bool {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    bits.is_none_or(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= most))
}
