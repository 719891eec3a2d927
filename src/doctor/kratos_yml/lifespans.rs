//! How long codes, flows and fresh sessions live.

use crate::doctor::lint::Lint;
use crate::doctor::{Check, Finding, Run};
use std::time::Duration;

pub(super) const CHECK: Check = Check {
    name: "lifespans",
    good: "codes live long enough to be read, and no longer than their flow",
    run: Run::KratosYml(run),
};

const CODE: &str = "selfservice.methods.code.config.lifespan";
const FLOW: &str = "selfservice.flows.recovery.lifespan";
const PRIVILEGED: &str = "selfservice.flows.settings.privileged_session_max_age";
const HOUR: Duration = Duration::from_hours(1);
/// A greylisting server alone takes five minutes.
const SHORT: Duration = Duration::from_mins(5);
/// No mail is tried for longer.
const LONG: Duration = Duration::from_hours(24);

fn run(lint: &Lint<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut read = |key: &str| {
        let span = lint.span(key, HOUR);
        if span.is_none() {
            let means = "Kratos takes whole numbers with ns, us, ms, s, m or h, and does not start with this";
            findings.push(Finding::bad(key, means).change(format!("{key}: 1h")));
        }
        span.unwrap_or(HOUR)
    };
    let (code, flow, privileged) = (read(CODE), read(FLOW), read(PRIVILEGED));
    if code < SHORT {
        let means = "mail can take minutes (greylisting): postrider sends no code that has expired, and users will wait in vain";
        findings.push(Finding::warning(CODE, means).change(format!("{CODE}: 15m")));
    } else if code > LONG {
        let means = "whoever reads the mail has this long; postrider tries to deliver for a day at most";
        findings.push(Finding::warning(CODE, means).change(format!("{CODE}: 15m")));
    }
    if flow < code {
        let means = "the flow of a user's own recovery ends before its code does, and the code with it";
        findings.push(Finding::warning(FLOW, means).change(format!("{FLOW}: as long as {CODE}, or longer")));
    }
    if privileged < SHORT {
        let means =
            "after this long a new password is refused (session_refresh_required), and the recovery must begin anew";
        findings.push(Finding::warning(PRIVILEGED, means).change(format!("{PRIVILEGED}: 15m")));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{CODE, FLOW, PRIVILEGED, run};
    use crate::doctor::lint::said;

    fn with(code: &str, flow: &str, privileged: &str) -> Vec<String> {
        said(
            run,
            &format!(
                "
selfservice:
  methods: {{code: {{config: {{lifespan: {code}}}}}}}
  flows: {{recovery: {{lifespan: {flow}}}, settings: {{privileged_session_max_age: {privileged}}}}}"
            ),
        )
    }

    #[test]
    fn lifespans_must_fit_each_other_and_the_mail() {
        assert!(said(run, "{}").is_empty() && with("15m", "1h", "15m").is_empty());
        assert_eq!(with("1m", "1h", "15m"), [format!("warning {CODE}")]);
        assert_eq!(with("48h", "48h", "15m"), [format!("warning {CODE}")]);
        assert_eq!(with("30m", "15m", "15m"), [format!("warning {FLOW}")]);
        assert_eq!(with("15m", "15m", "1m"), [format!("warning {PRIVILEGED}")]);
        assert_eq!(
            with("1d", "1.5h", "soon"),
            [format!("bad {CODE}"), format!("bad {FLOW}"), format!("bad {PRIVILEGED}")]
        );
    }
}
