//! Mails to people who have no account.

use crate::doctor::lint::Lint;
use crate::doctor::{Check, Finding, Run};

pub(super) const CHECK: Check = Check {
    name: "strangers",
    good: "nobody can have Kratos mail addresses that have no account",
    run: Run::KratosYml(run),
};

fn run(lint: &Lint<'_>) -> Vec<Finding> {
    let keys = ["recovery", "verification"].map(|flow| format!("selfservice.flows.{flow}.notify_unknown_recipients"));
    let on = keys.into_iter().filter(|key| lint.is_on(key, false));
    let means = "anybody can have mail sent to any address in the world: complaints will hurt your sender's name";
    on.map(|key| {
        let change = format!("{key}: false");
        Finding::warning(key, means).change(change)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::doctor::lint::said;

    #[test]
    fn mail_to_strangers_is_named() {
        assert!(said(run, "selfservice: {flows: {recovery: {notify_unknown_recipients: false}}}").is_empty());
        let both = "selfservice: {flows: {recovery: {notify_unknown_recipients: true}, verification: {notify_unknown_recipients: true}}}";
        let expected = ["recovery", "verification"]
            .map(|flow| format!("warning selfservice.flows.{flow}.notify_unknown_recipients"));
        assert_eq!(said(run, both), expected);
    }
}
