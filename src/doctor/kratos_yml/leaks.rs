//! Codes in Kratos's own logs.

use crate::doctor::lint::Lint;
use crate::doctor::{Check, Finding, Run};

pub(super) const CHECK: Check =
    Check { name: "leaks", good: "Kratos keeps codes out of its log", run: Run::KratosYml(run) };

const KEY: &str = "log.leak_sensitive_values";

fn run(lint: &Lint<'_>) -> Vec<Finding> {
    if !lint.is_on(KEY, false) {
        return Vec::new();
    }
    let means = "Kratos writes codes and addresses into its log, where whoever reads it can use them";
    vec![Finding::warning(KEY, means).change("log.leak_sensitive_values: false")]
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::doctor::lint::said;

    #[test]
    fn a_log_with_codes_is_named() {
        assert!(said(run, "{}").is_empty() && said(run, "log: {leak_sensitive_values: false}").is_empty());
        assert_eq!(said(run, "log: {leak_sensitive_values: true}"), ["warning log.leak_sensitive_values"]);
    }
}
