//! What a recovered user with a second factor must show before a new password.

use crate::doctor::lint::Lint;
use crate::doctor::{Check, Finding, Run};

pub(super) const CHECK: Check =
    Check { name: "second_factor", good: "a recovery is enough to set a password", run: Run::KratosYml(run) };

const KEY: &str = "selfservice.flows.settings.required_aal";

fn run(lint: &Lint<'_>) -> Vec<Finding> {
    match lint.text(KEY).as_deref() {
        Some("aal1") => {
            let means =
                "whoever has a code can change the password, and switch off the second factor, without showing it";
            vec![Finding::warning(KEY, means).change(format!("{KEY}: highest_available"))]
        }
        Some("highest_available") | None if !has_second_factor(lint) => Vec::new(),
        Some("highest_available") | None => {
            let means = "users with a second factor must show it (TOTP or lookup secret, by the login routes) before the \
                         new password: your app needs that screen, or an operator who removes the factor";
            vec![Finding::note(KEY, means)]
        }
        Some(_) => {
            let means = "Kratos knows aal1 and highest_available only, and does not start";
            vec![Finding::bad(KEY, means).change(format!("{KEY}: highest_available"))]
        }
    }
}

fn has_second_factor(lint: &Lint<'_>) -> bool {
    let methods = ["totp", "lookup_secret", "webauthn"].map(|method| format!("selfservice.methods.{method}.enabled"));
    methods.iter().any(|key| lint.is_on(key, false))
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::doctor::lint::said;

    #[test]
    fn who_has_a_second_factor_must_show_it() {
        let with = |aal: &str, totp: bool| {
            said(
                run,
                &format!(
                    "selfservice: {{methods: {{totp: {{enabled: {totp}}}}}, flows: {{settings: {{required_aal: {aal}}}}}}}"
                ),
            )
        };
        let key = "selfservice.flows.settings.required_aal";
        assert!(said(run, "{}").is_empty() && with("highest_available", false).is_empty());
        assert_eq!(with("highest_available", true), [format!("note {key}")]);
        assert_eq!(with("aal1", true), [format!("warning {key}")]);
        assert_eq!(with("aal2", true), [format!("bad {key}")]);
    }
}
