//! The flag without which a recovery over REST ends without a session.

use crate::doctor::lint::Lint;
use crate::doctor::{Check, Finding, Run};
use crate::kratos::Missing;

pub(super) const CHECK: Check =
    Check { name: "transitions", good: "the right code gives a session token", run: Run::KratosYml(run) };

fn run(lint: &Lint<'_>) -> Vec<Finding> {
    let key = Missing::Transitions.key();
    if lint.is_on(key, false) {
        return Vec::new();
    }
    let means = "a recovery over REST spends the code and gets no session token: Kratos answers with a redirect";
    vec![Finding::bad(key, means).change(format!("{key}: true"))]
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::doctor::lint::said;

    #[test]
    fn the_flag_must_be_on() {
        assert!(said(run, "feature_flags: {use_continue_with_transitions: true}").is_empty());
        for text in ["{}", "feature_flags: {use_continue_with_transitions: false}"] {
            assert_eq!(said(run, text), ["bad feature_flags.use_continue_with_transitions"]);
        }
    }
}
