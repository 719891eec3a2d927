//! Which Kratos it is, and what that one cannot do.

use super::{each_kratos, goes_on_by_app};
use crate::config::{Config, Document};
use crate::doctor::{Check, Finding, Run, Saying, Setup};

pub(super) const CHECK: Check =
    Check { name: "version", good: "no Kratos tells its version", run: Run::Live(|setup, config| run(setup, config)) };

fn run<'a>(setup: &'a Setup, config: &'a Config) -> Saying<'a> {
    Box::pin(async move {
        let mut findings = Vec::new();
        for (section, kratos) in each_kratos(config) {
            let Ok(kratos) = kratos else { continue };
            // That it does not answer is said elsewhere.
            let Ok(version) = kratos.version().await else { continue };
            let yml = setup.kratos_yml.as_ref().and_then(|read| read.as_ref().ok());
            let by_app = goes_on_by_app(config, &section);
            findings.extend(limits(&section, &version, by_app, yml));
        }
        findings
    })
}

fn limits(section: &str, version: &str, by_app: bool, yml: Option<&Document>) -> Vec<Finding> {
    let Some((major, minor)) = release(version) else {
        return vec![Finding::note(section, format!("Kratos calls itself {version:?}, which is no release"))];
    };
    let mut findings = Vec::new();
    let has = |key: &str| yml.is_some_and(|yml| yml.get(key).is_some());
    if (major, minor) < (1, 1) {
        let means =
            format!("{version} gives no session token at the end of a recovery: its users finish in the browser");
        findings.push(Finding::warning(section, means).change("upgrade Kratos to v1.2 or later"));
        for key in ["courier.worker", "feature_flags"] {
            if has(key) {
                let means = format!("{version} does not know this key");
                findings.push(Finding::bad(key, means).change("leave it out"));
            }
        }
    }
    if (major, minor) < (1, 2) {
        if by_app {
            let means = format!("{version} makes browser flows only for an admin's codes, whatever is asked for");
            let change = "recovery.flow: browser, or upgrade Kratos to v1.2 or later";
            findings.push(Finding::bad("recovery.flow", means).change(change));
        }
        if yml.is_some() && !has("courier.smtp.connection_uri") {
            let means = format!("{version} does not start without it, though it is never used");
            let change = "courier.smtp.connection_uri: smtp://127.0.0.1:25/?disable_starttls=true";
            findings.push(Finding::bad("courier.smtp.connection_uri", means).change(change));
        }
        if (major, minor) == (1, 1) && has("courier.channels[0]") {
            let means = format!("{version} sends no mail at all once there is a channel for text messages");
            findings.push(Finding::bad("courier.channels", means).change("leave it out, or upgrade Kratos"));
        }
    }
    findings.push(Finding::good(section, format!("Kratos {version} answers")));
    findings
}

/// Major and minor of `v1.3.1`.
fn release(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.strip_prefix('v')?.split(['.', '-']);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    fn said(version: &str, by_app: bool, yml: Option<&str>) -> Vec<String> {
        let yml = yml.map(|text| Document::parse(text, "kratos.yml").unwrap());
        let findings = limits("kratos", version, by_app, yml.as_ref());
        let worse = findings.into_iter().filter(|finding| finding.verdict != Verdict::Good);
        worse.map(|finding| format!("{} {}", finding.verdict, finding.subject)).collect()
    }

    #[test]
    fn old_versions_have_limits_and_newer_ones_none() {
        for version in ["v1.2.0", "v1.3.1", "v25.4.0", "v26.2.0", "v26.2.0-pre.1"] {
            assert!(said(version, true, Some("courier: {channels: [{id: sms}]}")).is_empty(), "{version}");
        }
        assert_eq!(said("v1.1.0", true, None), ["bad recovery.flow"]);
        assert!(said("v1.1.0", false, None).is_empty());
        let channels = Some("courier: {channels: [{id: sms}], smtp: {connection_uri: x}}");
        assert_eq!(said("v1.1.0", false, channels), ["bad courier.channels"]);
        let modern = Some("{courier: {worker: {pull_count: 1}}, feature_flags: {}}");
        assert_eq!(
            said("v1.0.0", false, modern),
            ["warning kratos", "bad courier.worker", "bad feature_flags", "bad courier.smtp.connection_uri"]
        );
        assert_eq!(said("master", true, None), ["note kratos"]);
    }
}
