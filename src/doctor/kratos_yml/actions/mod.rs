//! Web hooks that call postrider (Ory Actions): the shipped pack, or what became of it.

mod hook;
mod jsonnet;
mod place;

use crate::doctor::lint::Lint;
use crate::doctor::{Check, Finding, Run};
use crate::domain::NoticeKind;
use std::collections::BTreeSet;
use url::Url;

pub(super) const CHECK: Check = Check {
    name: "actions",
    good: "the web hooks that call postrider hold up nobody, and each leads to its notice",
    run: Run::KratosYml(run),
};

const FLOWS: [&str; 5] = ["login", "registration", "recovery", "settings", "verification"];

/// A web hook of kratos.yml that calls postrider.
struct WebHook {
    /// Where it stands: `selfservice.flows.settings.after.password.hooks[0]`.
    key: String,
    /// `settings`.
    flow: &'static str,
    /// Whether it runs after the flow did its work.
    is_after: bool,
    /// `password`; none for all methods without hooks of their own.
    method: Option<String>,
    url: Url,
    source: String,
    /// The last part of its URL.
    name: String,
}

impl WebHook {
    /// What postrider.yml asks of it.
    fn notice(&self, lint: &Lint<'_>) -> Option<NoticeKind> {
        Some(lint.config?.hooks.get(&self.name)?.notice)
    }
}

fn run(lint: &Lint<'_>) -> Vec<Finding> {
    let lists = lists(lint);
    let ours: Vec<WebHook> = lists.iter().flat_map(|list| list.ours(lint)).collect();
    let mut findings: Vec<Finding> = ours.iter().flat_map(|hook| hook::look_at(lint, hook)).collect();
    findings.extend(lists.iter().filter_map(|list| place::shadow(list, &ours)));
    findings.extend(not_called(lint, &ours));
    findings
}

/// What postrider waits for in vain. Who has no hook at all may not want notices from Kratos.
fn not_called(lint: &Lint<'_>, ours: &[WebHook]) -> Vec<Finding> {
    let called: BTreeSet<&str> = ours.iter().map(|hook| hook.name.as_str()).collect();
    let asked = lint.config.into_iter().flat_map(|config| config.hooks.iter());
    let missing = asked.filter(|(name, _)| !called.contains(name.as_str()));
    let say = |(name, hook): (&String, &crate::config::Hook)| {
        let (key, notice) = (place::best(hook.notice), hook.notice);
        let means = format!("no web hook calls /hooks/{name}, so nobody is mailed {notice} by it");
        Finding::warning(key, means).change("as in deploy/kratos/actions.yml, or take it out of hooks in postrider.yml")
    };
    missing.map(say).collect()
}

/// A list of hooks.
struct List {
    key: String,
    flow: &'static str,
    is_after: bool,
    method: Option<String>,
    length: usize,
}

impl List {
    fn ours(&self, lint: &Lint<'_>) -> Vec<WebHook> {
        (0..self.length).filter_map(|index| self.one(lint, format!("{}[{index}]", self.key))).collect()
    }

    fn one(&self, lint: &Lint<'_>, key: String) -> Option<WebHook> {
        if lint.text(&format!("{key}.hook")).as_deref() != Some("web_hook") {
            return None;
        }
        let url = Url::parse(&lint.text(&format!("{key}.config.url"))?).ok()?;
        let (_, route) = url.path().split_once("/hooks/")?;
        let (source, name) = route.split_once('/').unwrap_or(("default", route));
        let (source, name) = (source.to_owned(), name.to_owned());
        if !is_ours(lint, &url, &name) {
            return None;
        }
        Some(WebHook { key, flow: self.flow, is_after: self.is_after, method: self.method.clone(), url, source, name })
    }
}

/// Others have a path `/hooks/` too: ours is where the courier posts, on a port of ours, or asked for.
fn is_ours(lint: &Lint<'_>, url: &Url, name: &str) -> bool {
    let courier = lint.text("courier.http.request_config.url").and_then(|text| Url::parse(&text).ok());
    let beside = courier.is_some_and(|courier| courier.origin() == url.origin());
    let asked = lint.config.is_none_or(|config| {
        let ports = [config.serve.admin.port, config.serve.inbound.port];
        config.hooks.contains_key(name) || url.port().is_some_and(|port| ports.contains(&port))
    });
    beside || asked
}

fn lists(lint: &Lint<'_>) -> Vec<List> {
    let mut lists = Vec::new();
    for flow in FLOWS {
        for (when, is_after) in [("before", false), ("after", true)] {
            let key = format!("selfservice.flows.{flow}.{when}");
            let mut add = |key: String, method: Option<String>| {
                let key = format!("{key}.hooks");
                let length = lint.items(&key);
                lists.push(List { key, flow, is_after, method, length });
            };
            add(key.clone(), None);
            let methods = lint.kratos.get(&key).unwrap_or_default();
            for method in methods.as_object().into_iter().flat_map(|methods| methods.keys()) {
                if method != "hooks" {
                    add(format!("{key}.{method}"), Some(method.clone()));
                }
            }
        }
    }
    lists
}

#[cfg(test)]
mod tests;
