//! How long Kratos goes on trying, and how many mails it takes at a time.

use crate::doctor::lint::Lint;
use crate::doctor::{Check, Finding, Run};
use std::time::Duration;

pub(super) const CHECK: Check = Check {
    name: "attempts",
    good: "Kratos tries long enough to outlast a restart of postrider",
    run: Run::KratosYml(run),
};

const RETRIES: &str = "courier.message_retries";
const COUNT: &str = "courier.worker.pull_count";
const WAIT: &str = "courier.worker.pull_wait";
/// Shorter than this, a restart loses mail.
const RESTART: Duration = Duration::from_mins(1);
/// Shorter than this, an upgrade or a fail-over may.
const FAILOVER: Duration = Duration::from_mins(5);
/// A mail waits half of it for its first attempt.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

fn run(lint: &Lint<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(wait) = lint.span(WAIT, Duration::from_secs(1)) else {
        let means = "Kratos takes whole numbers with ns, us, ms, s, m or h, and does not start with this";
        return vec![Finding::bad(WAIT, means).change("courier.worker.pull_wait: 1s")];
    };
    let retries = lint.text(RETRIES).map_or(Some(5), |text| text.parse::<u32>().ok());
    let Some(retries) = retries else {
        return vec![Finding::bad(RETRIES, "expected a whole number").change("courier.message_retries: 720")];
    };
    let tries_for = wait.saturating_mul(retries.saturating_add(1));
    let means = format!(
        "Kratos gives a mail up for good after {} attempts, which are over in {} s: nothing else is as likely to lose one",
        retries.saturating_add(1),
        tries_for.as_secs()
    );
    let change = "courier.message_retries: 720";
    if tries_for < RESTART {
        findings.push(Finding::bad(RETRIES, means).change(change));
    } else if tries_for < FAILOVER {
        findings.push(Finding::warning(RETRIES, means).change(change));
    }
    if wait > LONGEST_WAIT {
        let means = "each mail waits half of it on average before Kratos posts it";
        findings.push(Finding::warning(WAIT, means).change("courier.worker.pull_wait: 1s"));
    }
    findings.extend(count(lint, wait));
    findings
}

fn count(lint: &Lint<'_>, wait: Duration) -> Option<Finding> {
    let change = "courier.worker.pull_count: 255";
    let count = lint.text(COUNT).map_or(Some(10), |text| text.parse::<u32>().ok());
    let Some(count @ 1..=255) = count else {
        let means = "Kratos keeps this number in 8 bits: only 1 to 255 mean what they say, 256 is 0";
        return Some(Finding::bad(COUNT, means).change(change));
    };
    let a_second = f64::from(count) / wait.as_secs_f64().max(0.001);
    (a_second < 50.0).then(|| {
        let means = format!(
            "Kratos posts {a_second:.0} mails a second at most, and as many that can never be posted hold up all others"
        );
        Finding::note(COUNT, means).change(change)
    })
}

#[cfg(test)]
mod tests {
    use super::{COUNT, RETRIES, WAIT, run};
    use crate::doctor::lint::said;

    #[test]
    fn attempts_must_last_longer_than_a_restart() {
        let with = |text: &str| said(run, &format!("courier: {{worker: {{pull_count: 255}}, {text}}}"));
        assert_eq!(with("a: b"), [format!("bad {RETRIES}")], "Kratos's default is over in six seconds");
        assert_eq!(with("message_retries: 58"), [format!("bad {RETRIES}")]);
        assert_eq!(with("message_retries: 59"), [format!("warning {RETRIES}")]);
        assert!(with("message_retries: 299").is_empty());
        assert!(with("message_retries: 720").is_empty());
        assert_eq!(with("message_retries: many"), [format!("bad {RETRIES}")]);
    }

    #[test]
    fn the_worker_takes_1_to_255_at_a_time() {
        let with = |worker: &str| said(run, &format!("courier: {{message_retries: 7200, worker: {{{worker}}}}}"));
        assert_eq!(with(""), [format!("note {COUNT}")]);
        assert!(with("pull_count: 255").is_empty() && with("pull_count: 10, pull_wait: 100ms").is_empty());
        for count in ["0", "256", "-1", "x"] {
            assert_eq!(with(&format!("pull_count: {count}")), [format!("bad {COUNT}")], "{count}");
        }
        assert_eq!(with("pull_count: 255, pull_wait: 1.5s"), [format!("bad {WAIT}")]);
        assert_eq!(with("pull_count: 255, pull_wait: 10s"), [format!("warning {WAIT}"), format!("note {COUNT}")]);
    }
}
