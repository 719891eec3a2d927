//! What must be switched on for a recovery by code.

use crate::doctor::lint::Lint;
use crate::doctor::{Check, Finding, Run};
use crate::kratos::Missing;

pub(super) const CHECK: Check =
    Check { name: "recovery", good: "recovery by code and the password are switched on", run: Run::KratosYml(run) };

fn run(lint: &Lint<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (missing, default, means) in [
        (
            Missing::RecoveryEnabled,
            false,
            "Kratos refuses every recovery, an admin's too once the user goes on with it",
        ),
        (Missing::CodeEnabled, true, "Kratos makes no codes, neither for admins nor for users"),
        (Missing::PasswordEnabled, true, "nobody can set a password at the end of a recovery"),
    ] {
        if !lint.is_on(missing.key(), default) {
            findings.push(Finding::bad(missing.key(), means).change(format!("{}: true", missing.key())));
        }
    }
    let uses = Missing::RecoveryUsesCode.key();
    if lint.text(uses).is_some_and(|method| method != "code") {
        let means = "users who ask for a recovery get a link, which only a browser can open; admins' codes still work";
        findings.push(Finding::bad(uses, means).change(format!("{uses}: code")));
    }
    let page = "selfservice.flows.recovery.ui_url";
    if !lint.has(page) {
        let means = "Kratos's recovery_link leads to a page of Ory's; it matters for recovery.flow: browser";
        findings.push(Finding::note(page, means).change(format!("{page}: https://app.example.org/recovery")));
    }
    let tries = "selfservice.methods.code.config.max_submissions";
    if lint.text(tries).and_then(|text| text.parse::<u32>().ok()).is_some_and(|tries| tries > 10) {
        let means = "each try is a chance in a million for a stranger; Kratos's default is 5";
        findings.push(Finding::warning(tries, means).change(format!("{tries}: 5")));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::doctor::lint::said;

    #[test]
    fn code_recovery_and_password_must_be_on() {
        let good = "
selfservice:
  methods: {code: {enabled: true, config: {max_submissions: 5}}, password: {enabled: true}}
  flows: {recovery: {enabled: true, use: code, ui_url: 'https://app.example.org/recovery'}}";
        assert!(said(run, good).is_empty());
        assert_eq!(
            said(run, "{}"),
            ["bad selfservice.flows.recovery.enabled", "note selfservice.flows.recovery.ui_url"],
            "the rest is on by default"
        );
        let bad = good
            .replace("enabled: true", "enabled: false")
            .replace("use: code", "use: link")
            .replace("ions: 5", "ions: 200");
        assert_eq!(
            said(run, &bad),
            [
                "bad selfservice.flows.recovery.enabled",
                "bad selfservice.methods.code.enabled",
                "bad selfservice.methods.password.enabled",
                "bad selfservice.flows.recovery.use",
                "warning selfservice.methods.code.config.max_submissions",
            ]
        );
    }
}
