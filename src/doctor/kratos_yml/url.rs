//! Where Kratos posts: a route of postrider's, at an address that Kratos will call.

use crate::config::Config;
use crate::doctor::lint::{Lint, source_of};
use crate::doctor::{Check, Finding, Run};
use crate::domain::Network;
use std::net::IpAddr;
use url::{Host, Url};

pub(super) const CHECK: Check = Check {
    name: "url",
    good: "Kratos posts to a route of postrider's, at an address that it will call",
    run: Run::KratosYml(run),
};

const KEY: &str = "courier.http.request_config.url";
const EXAMPLE: &str = "courier.http.request_config.url: http://127.0.0.1:4478/courier";

/// Kratos's dialer refuses these since v1.1, whatever is configured (contract 1.9). Of IPv6 it calls
/// `2000::/3`, `::1` and `fc00::/7` only.
const REFUSED: [&str; 9] = [
    "0.0.0.0/8",
    "100.64.0.0/10",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
];
const CALLED_V6: [&str; 3] = ["2000::/3", "::1", "fc00::/7"];
const PRIVATE: [&str; 7] =
    ["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "::1", "fc00::/7"];

fn run(lint: &Lint<'_>) -> Vec<Finding> {
    if lint.text("courier.delivery_strategy").as_deref() != Some("http") {
        return Vec::new();
    }
    let Some(text) = lint.text(KEY) else {
        return vec![Finding::bad(KEY, "Kratos does not know where to post").change(EXAMPLE)];
    };
    let Some(url) = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https")) else {
        return vec![Finding::bad(KEY, "Kratos takes http:// and https:// URLs only").change(EXAMPLE)];
    };
    let mut findings = Vec::new();
    findings.extend(path(&url, lint.config));
    findings.extend(way(lint, KEY, &text, &url));
    findings
}

/// What is wrong with the way to an address of ours that stands under this key.
pub(super) fn way(lint: &Lint<'_>, key: &str, text: &str, url: &Url) -> Vec<Finding> {
    let listener = lint.config.and_then(|config| listener(key, url, config));
    address(lint, key, text, url).into_iter().chain(listener).collect()
}

fn path(url: &Url, config: Option<&Config>) -> Option<Finding> {
    let Some(source) = source_of(url.path()) else {
        let means = "postrider takes mail at /courier and /courier/<source> only, and answers 404 there";
        return Some(Finding::bad(KEY, means).change(EXAMPLE));
    };
    let known = config.is_none_or(|config| config.sources.contains_key(source.as_str()));
    (!known).then(|| {
        let means = format!("postrider.yml has no source {source}, so every post is answered 401");
        Finding::bad(KEY, means).change(format!("add sources.{source} to postrider.yml"))
    })
}

fn address(lint: &Lint<'_>, key: &str, text: &str, url: &Url) -> Option<Finding> {
    let address: Option<IpAddr> = match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    };
    let is_localhost = url.host_str().is_some_and(|name| name == "localhost");
    if let Some(address) = address {
        let is_refused = if address.is_ipv4() { within(address, &REFUSED) } else { !within(address, &CALLED_V6) };
        if is_refused {
            let means = "Kratos refuses to call addresses of this range, whatever its configuration says";
            return Some(Finding::bad(key, means).change("give postrider an address of another range"));
        }
    }
    let is_private = is_localhost || address.is_some_and(|address| within(address, &PRIVATE));
    let exceptions = lint.kratos.get("clients.http.private_ip_exception_urls").unwrap_or_default();
    let is_excepted = exceptions.as_array().into_iter().flatten().filter_map(|one| one.as_str()).any(|one| {
        // A pattern is believed.
        one == text || one.contains('*')
    });
    if is_private && !is_excepted && lint.is_on("clients.http.disallow_private_ip_ranges", false) {
        let means = "disallow_private_ip_ranges is on, so Kratos does not call this address";
        let change = format!("clients.http.private_ip_exception_urls: [\"{}\"]", without_password(url));
        return Some(Finding::bad(key, means).change(change));
    }
    let is_loopback = is_localhost || address.is_some_and(|address| address.is_loopback());
    (url.scheme() == "http" && !is_loopback).then(|| {
        let means =
            "what Kratos posts and the credential cross the network in clear, unless this network is a private one";
        Finding::note(key, means).change("use https:// (serve.admin.tls), or keep the way between the two private")
    })
}

/// What contradicts our own listeners, if it is this machine that is named.
fn listener(key: &str, url: &Url, config: &Config) -> Option<Finding> {
    let serve = &config.serve;
    let port = url.port_or_known_default();
    if serve.inbound.enabled && port == Some(serve.admin.port) {
        let means = "serve.inbound is on, so the admin listener takes nothing from Kratos";
        return Some(Finding::bad(key, means).change(format!("the port of serve.inbound: {}", serve.inbound.port)));
    }
    let tls = if port == Some(serve.inbound.port) && serve.inbound.enabled {
        &serve.inbound.tls
    } else if port == Some(serve.admin.port) {
        &serve.admin.tls
    } else {
        return None;
    };
    let wants = if tls.cert.is_some() { "https" } else { "http" };
    (url.scheme() != wants).then(|| {
        let means = format!("the listener with this port speaks {wants}");
        Finding::warning(key, means).change(format!("{wants}://…, unless a proxy stands on this port"))
    })
}

fn within(address: IpAddr, networks: &[&str]) -> bool {
    networks.iter().filter_map(|text| Network::parse(text).ok()).any(|network| network.contains(address))
}

fn without_password(url: &Url) -> String {
    url.origin().ascii_serialization() + url.path()
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::doctor::lint::{said, said_beside};

    fn at(url: &str) -> Vec<String> {
        said(run, &format!("courier: {{delivery_strategy: http, http: {{request_config: {{url: '{url}'}}}}}}"))
    }

    #[test]
    fn routes_of_ours_at_addresses_that_kratos_calls_are_good() {
        for url in [
            "http://127.0.0.1:4478/courier",
            "http://localhost:4478/courier/signed",
            "https://mail.example.org/courier",
            "https://10.0.0.7/x/courier",
            "https://[fd00::7]:4478/courier",
        ] {
            let expected: &[&str] = if url.contains("4478") && url.contains("https") { &["warning"] } else { &[] };
            let verdicts: Vec<String> =
                at(url).iter().map(|said| said.replace(" courier.http.request_config.url", "")).collect();
            assert_eq!(verdicts, expected, "{url}");
        }
        assert_eq!(at("http://postrider:4478/courier"), ["note courier.http.request_config.url"]);
    }

    #[test]
    fn what_kratos_cannot_or_will_not_call_is_bad() {
        for url in [
            "postrider/courier",
            "ftp://mail.example.org/courier",
            "https://mail.example.org/",
            "https://mail.example.org/courier/",
            "https://mail.example.org/courier/unknown",
            "https://100.64.0.9/courier",
            "https://0.0.0.0/courier",
            "https://198.18.0.1/courier",
            "https://[fe80::1]/courier",
        ] {
            assert_eq!(at(url), ["bad courier.http.request_config.url"], "{url}");
        }
        assert_eq!(said(run, "courier: {delivery_strategy: http}"), ["bad courier.http.request_config.url"]);
        assert!(said(run, "courier: {delivery_strategy: smtp}").is_empty(), "said elsewhere");
    }

    #[test]
    fn private_addresses_need_an_exception_where_kratos_refuses_them() {
        let with = |exceptions: &str| {
            said(
                run,
                &format!(
                    "
courier: {{delivery_strategy: http, http: {{request_config: {{url: 'http://127.0.0.1:4478/courier'}}}}}}
clients: {{http: {{disallow_private_ip_ranges: true, private_ip_exception_urls: [{exceptions}]}}}}"
                ),
            )
        };
        assert_eq!(with(""), ["bad courier.http.request_config.url"]);
        assert_eq!(with("'http://127.0.0.1:4478/other'"), ["bad courier.http.request_config.url"]);
        assert!(with("'http://127.0.0.1:4478/courier'").is_empty());
        assert!(with("'http://127.0.0.1:4478/**'").is_empty());
    }

    #[test]
    fn the_listener_must_take_mail() {
        let yml = "courier: {delivery_strategy: http, http: {request_config: {url: 'http://127.0.0.1:4478/courier'}}}";
        let said = said_beside(run, yml, "serve: {inbound: {enabled: true}}");
        assert_eq!(said, ["bad courier.http.request_config.url"]);
        let said = said_beside(run, yml, "serve: {admin: {tls: {cert: /c, key: /k}}}");
        assert_eq!(said, ["warning courier.http.request_config.url"]);
    }
}
