//! The flag without which a recovery over REST ends without a session.

use crate::config::RecoveryFlow;
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
    let flow = lint.config.map(|config| {
        let source = lint.source().and_then(|id| config.sources.iter().find(|(name, _)| name.as_str() == id));
        source.and_then(|(_, source)| source.recovery.as_ref()).unwrap_or(&config.recovery).flow
    });
    if flow == Some(RecoveryFlow::Browser) {
        let means = "users can recover in the browser only, not by REST, which needs it (Kratos v1.1 or later)";
        return vec![Finding::note(key, means)];
    }
    let means = "a recovery over REST spends the code and gets no session token: Kratos answers with a redirect";
    vec![Finding::bad(key, means).change(format!("{key}: true"))]
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::doctor::lint::{said, said_beside};

    #[test]
    fn the_flag_must_be_on() {
        assert!(said(run, "feature_flags: {use_continue_with_transitions: true}").is_empty());
        for text in ["{}", "feature_flags: {use_continue_with_transitions: false}"] {
            assert_eq!(said(run, text), ["bad feature_flags.use_continue_with_transitions"]);
            let browser = said_beside(run, text, "recovery: {flow: browser}");
            assert_eq!(browser, ["note feature_flags.use_continue_with_transitions"], "v1.0 would not start with it");
        }
    }
}
