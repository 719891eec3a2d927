//! Whether Kratos's clock and ours agree: it says until when a code is good, and we mail it no longer.

use super::each_kratos;
use crate::config::Config;
use crate::doctor::{Check, Finding, Run, Saying, Setup};
use jiff::Timestamp;

pub(super) const CHECK: Check = Check {
    name: "clock",
    good: "Kratos's clock agrees with ours",
    run: Run::Live(|setup, config| run(setup, config)),
};

/// A second of theirs is cut off, and their answer takes time.
const CLOSE: u64 = 5;
/// Signatures are believed for five minutes.
const FAR: u64 = 60;

fn run<'a>(setup: &'a Setup, config: &'a Config) -> Saying<'a> {
    Box::pin(async move {
        let mut findings = Vec::new();
        for (section, kratos) in each_kratos(config) {
            let Ok(kratos) = kratos else { continue };
            // That it does not answer is said elsewhere.
            let Ok(Some(theirs)) = kratos.time().await else { continue };
            findings.extend(compare(&section, setup.clock.now(), theirs));
        }
        findings
    })
}

fn compare(section: &str, ours: Timestamp, theirs: Timestamp) -> Option<Finding> {
    let apart = ours.duration_since(theirs).as_secs().unsigned_abs();
    let means = format!(
        "Kratos's clock and ours are {apart} s apart: expiry of codes is Kratos's, and signed posts are refused when too old"
    );
    let change = "let both machines follow a time server (NTP)";
    let how_bad = if apart > FAR { Finding::bad } else { Finding::warning };
    (apart > CLOSE).then(|| how_bad(section, means).change(change))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_may_be_a_little_apart() {
        let ours: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let said = |theirs: &str| compare("kratos", ours, theirs.parse().unwrap()).map(|found| found.verdict.as_str());
        assert_eq!(said("2026-11-24T11:59:56Z"), None);
        assert_eq!(said("2026-11-24T12:00:30Z"), Some("warning"));
        assert_eq!(said("2026-11-24T11:58:00Z"), Some("bad"));
    }
}
