//! Where an admin's recovery mail leads.

use crate::config::{Config, Recovery, RecoveryFlow};
use crate::doctor::{Check, Finding, Run, Saying, Setup};

pub(super) const CHECK: Check = Check {
    name: "recovery_page",
    good: "recovery mails lead to a page",
    run: Run::Live(|setup, config| run(setup, config)),
};

fn run<'a>(_setup: &'a Setup, config: &'a Config) -> Saying<'a> {
    let own =
        config.sources.iter().filter_map(|(id, source)| Some((format!("sources.{id}."), source.recovery.as_ref()?)));
    // The general one counts only for sources without their own.
    let general = config.sources.values().any(|source| source.recovery.is_none());
    let all = own.chain(general.then(|| (String::new(), &config.recovery)));
    let has_no_page = |recovery: &Recovery| matches!(recovery.flow, RecoveryFlow::Api) && recovery.ui_url.is_none();
    let findings = all.filter(|(_, recovery)| has_no_page(recovery)).map(|(prefix, _)| {
        let means = "the mail of an admin's recovery holds a code, but no link to a page that takes it";
        let key = format!("{prefix}recovery.ui_url");
        let change = format!("{key}: https://app.example.org/recovery (or {prefix}recovery.flow: browser)");
        Finding::warning(key, means).change(change)
    });
    Box::pin(std::future::ready(findings.collect()))
}
