//! Whether the templates pass, built in and laid over.

use crate::app;
use crate::config::Config;
use crate::doctor::{Check, Finding, Run, Saying, Setup};

pub(super) const CHECK: Check =
    Check { name: "templates", good: "all templates pass", run: Run::Live(|setup, config| run(setup, config)) };

fn run<'a>(_setup: &'a Setup, config: &'a Config) -> Saying<'a> {
    Box::pin(async move {
        let loaded = app::load_templates(config);
        loaded.err().map(|error| Finding::bad("templates.directory", format!("{error:#}"))).into_iter().collect()
    })
}
