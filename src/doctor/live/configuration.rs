//! What postrider itself warns of at its start.

use crate::config::Config;
use crate::doctor::{Check, Finding, Run, Saying, Setup};

pub(super) const CHECK: Check =
    Check { name: "configuration", good: "postrider.yml passes", run: Run::Live(|setup, config| run(setup, config)) };

fn run<'a>(setup: &'a Setup, _config: &'a Config) -> Saying<'a> {
    let warnings = setup.config.iter().flat_map(|loaded| &loaded.warnings);
    let findings = warnings.map(|warning| Finding::warning("postrider.yml", warning.as_str())).collect();
    Box::pin(std::future::ready(findings))
}
