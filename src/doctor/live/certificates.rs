//! The certificates of our listeners: readable, fitting their keys, and valid for some time yet.

use crate::app;
use crate::config::Config;
use crate::doctor::{Check, Finding, Run, Saying, Setup};
use jiff::SignedDuration;

pub(super) const CHECK: Check = Check {
    name: "certificates",
    good: "the listeners' certificates fit and are valid, where there are any",
    run: Run::Live(|setup, config| run(setup, config)),
};

/// Time enough to see to it.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);

fn run<'a>(setup: &'a Setup, config: &'a Config) -> Saying<'a> {
    let now = setup.clock.now();
    let mut findings = Vec::new();
    for (section, loaded) in app::listener_certificates(config) {
        match loaded {
            Err(error) => findings.push(Finding::bad(format!("{section}.tls"), format!("{error:#}"))),
            Ok(Some(chain)) if !chain.is_valid_at(now) => {
                let means = "the certificate is not valid today: callers will refuse it";
                findings.push(Finding::bad(format!("{section}.tls.cert"), means).change("renew it"));
            }
            Ok(Some(chain)) if !chain.is_valid_at(now + SOON) => {
                let means = "the certificate expires within 14 days";
                findings.push(Finding::warning(format!("{section}.tls.cert"), means).change("renew it"));
            }
            Ok(_) => {}
        }
    }
    Box::pin(std::future::ready(findings))
}
