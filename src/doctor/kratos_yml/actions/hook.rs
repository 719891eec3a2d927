//! One web hook that calls postrider.

use super::super::{credential, url};
use super::{WebHook, jsonnet, place};
use crate::doctor::Finding;
use crate::doctor::lint::Lint;
use crate::domain::NoticeKind;

/// Keys of a web hook that earlier versions refuse, and the first that takes them.
const SINCE: [(&str, [u64; 2]); 3] = [("headers", [1, 2]), ("emit_analytics_event", [1, 1]), ("id", [25, 4])];

/// All that is wrong with it.
pub(super) fn look_at(lint: &Lint<'_>, hook: &WebHook) -> Vec<Finding> {
    let config = format!("{}.config", hook.key);
    let of = |name: &str| format!("{config}.{name}");
    let mut findings = Vec::new();
    findings.extend(waits(lint, &config));
    if lint.text(&of("method")).as_deref() != Some("POST") {
        let means = "postrider takes hooks by POST only, and Kratos has no default here";
        findings.push(Finding::bad(of("method"), means).change("method: POST"));
    }
    findings.extend(url::way(lint, &of("url"), hook.url.as_str(), &hook.url));
    findings.extend(route(lint, hook, &of("url")));
    let costs = "nobody is notified";
    findings.extend(credential::of_request(lint, &config, Some(&hook.source), costs));
    findings.extend(jsonnet::look_at(lint, &of("body")));
    findings.extend(place::misplaced(lint, hook));
    findings.extend(versions(lint, hook, &config));
    findings
}

/// A login must never wait for a notice.
fn waits(lint: &Lint<'_>, config: &str) -> Option<Finding> {
    let key = format!("{config}.response.ignore");
    let change = || "response: {ignore: true}, without parse and can_interrupt";
    let is_on = |name: &str| lint.is_on(&format!("{config}.{name}"), false);
    if is_on("response.parse") || is_on("can_interrupt") {
        let means = if is_on("response.ignore") {
            "Kratos refuses to ignore an answer that it is to read: the flow fails"
        } else {
            "Kratos waits for postrider to let the flow go on, which it never forbids: while it is down, the flow fails"
        };
        return Some(Finding::bad(key, means).change(change()));
    }
    (!is_on("response.ignore")).then(|| {
        let means = "Kratos waits for postrider's answer: while it is down or slow, the flow fails or takes a minute and a half";
        Finding::bad(key, means).change(change())
    })
}

fn route(lint: &Lint<'_>, hook: &WebHook, key: &str) -> Option<Finding> {
    let (config, name, source) = (lint.config?, &hook.name, &hook.source);
    if name.is_empty() || name.contains('/') {
        let means = "postrider takes hooks at /hooks/<name> and /hooks/<source>/<name> only, and answers 404 there";
        return Some(Finding::bad(key, means).change("url: http://127.0.0.1:4478/hooks/…"));
    }
    if !config.sources.contains_key(source.as_str()) {
        let means = format!("postrider.yml has no source {source}, so every call is answered 401");
        return Some(Finding::bad(key, means).change(format!("add sources.{source} to postrider.yml")));
    }
    (!config.hooks.contains_key(name)).then(|| {
        let means = format!("postrider.yml has no hook {name}: the call is answered and nobody is notified");
        Finding::bad(key, means).change(format!("hooks: {{{name}: {{notice: …}}}} in postrider.yml"))
    })
}

/// What the version that kratos.yml names does not know.
fn versions(lint: &Lint<'_>, hook: &WebHook, config: &str) -> Vec<Finding> {
    let Some(version) = lint.text("version").as_deref().and_then(parsed) else { return Vec::new() };
    if version < [1, 0] {
        let means = "postrider knows the hooks of Kratos v1.0 and later";
        return vec![Finding::bad("version", means).change("a later Kratos, or no hooks")];
    }
    let untold = hook.notice(lint) == Some(NoticeKind::Welcome) && version < [1, 2];
    let untold = untold.then(|| {
        let means =
            "before v1.2 Kratos tells this hook of the address as it was before it was proven: nobody is welcomed";
        Finding::warning(&hook.key, means).change("a later Kratos, or take it out")
    });
    let too_early = SINCE.into_iter().filter(|(name, since)| version < *since && lint.has(&format!("{config}.{name}")));
    let say = |(name, [major, minor]): (&str, [u64; 2])| {
        let means = format!("Kratos takes this from v{major}.{minor} on; the version that stands here does not start");
        Finding::bad(format!("{config}.{name}"), means).change("take it out")
    };
    untold.into_iter().chain(too_early.map(say)).collect()
}

/// `v1.3.1` → 1, 3.
fn parsed(text: &str) -> Option<[u64; 2]> {
    let mut parts = text.trim_start_matches('v').split('.').map(|part| part.parse().ok());
    Some([parts.next()??, parts.next()??])
}
