//! The doctor: looks at kratos.yml, at the Kratos that runs, and at everything that postrider needs, and
//! says of each thing whether it is as it should be, what it means if not, and the line to change.
//! It changes nothing and mails nobody.
//!
//! A check is a file with its own tests, and one line in `CHECKS`.

mod finding;
mod kratos_yml;
mod lint;
mod live;
#[cfg(test)]
mod testing;

pub use finding::{Finding, Verdict};

use crate::config::{Config, Document, Loaded};
use crate::domain::Clock;
use lint::Lint;
use serde_json::{Value, json};
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

/// What there is to look at.
pub struct Setup {
    /// postrider's configuration, or what is wrong with it.
    pub config: Result<Loaded, String>,
    /// kratos.yml, or what is wrong with it; none if nobody gave one.
    pub kratos_yml: Option<Result<Document, String>>,
    /// Our time.
    pub clock: Arc<dyn Clock>,
    /// Whom to ask for records of DNS; none for the machine's own name server.
    pub name_server: Option<SocketAddr>,
}

/// What a check of something that runs will say.
type Saying<'a> = Pin<Box<dyn Future<Output = Vec<Finding>> + Send + 'a>>;

/// One check.
struct Check {
    /// Its name in the report.
    name: &'static str,
    /// What is said if it finds nothing.
    good: &'static str,
    run: Run,
}

/// What a check looks at.
enum Run {
    /// kratos.yml.
    KratosYml(lint::Run),
    /// Our configuration and what it leads to.
    Live(for<'a> fn(&'a Setup, &'a Config) -> Saying<'a>),
}

/// All checks, in the order of the report.
const CHECKS: &[&[Check]] = &[kratos_yml::CHECKS, live::CHECKS];

/// What all checks had to say.
pub struct Report(Vec<(&'static str, Finding)>);

/// Runs all checks.
pub async fn examine(setup: &Setup) -> Report {
    let mut said = Vec::new();
    let config = match &setup.config {
        Ok(loaded) => Some(&loaded.config),
        Err(why) => {
            let change = "correct it; `postrider config default` is the reference";
            said.push(("configuration", Finding::bad("postrider.yml", why).change(change)));
            None
        }
    };
    match &setup.kratos_yml {
        Some(Err(why)) => said.push(("kratos.yml", Finding::bad("kratos.yml", why))),
        Some(Ok(_)) => {}
        None => said.push(("kratos.yml", Finding::skipped("kratos.yml", "nobody looked: give it as --kratos-config"))),
    }
    for check in CHECKS.iter().copied().flatten() {
        let findings = match (&check.run, &setup.kratos_yml, config) {
            (Run::KratosYml(run), Some(Ok(kratos)), _) => placed(run(&Lint { kratos, config }), kratos),
            (Run::Live(run), _, Some(config)) => run(setup, config).await,
            _ => continue,
        };
        if findings.is_empty() {
            said.push((check.name, Finding::good(check.name, check.good)));
        }
        said.extend(findings.into_iter().map(|finding| (check.name, finding)));
    }
    Report(said)
}

fn placed(mut findings: Vec<Finding>, kratos: &Document) -> Vec<Finding> {
    for finding in &mut findings {
        finding.place = kratos.place(&finding.subject);
    }
    findings
}

impl Report {
    /// The worst verdict.
    pub fn verdict(&self) -> Verdict {
        self.0.iter().map(|(_, finding)| finding.verdict).max().unwrap_or(Verdict::Good)
    }

    /// Everything, check by check.
    pub fn findings(&self) -> impl Iterator<Item = (&'static str, &Finding)> {
        self.0.iter().map(|(check, finding)| (*check, finding))
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        let findings: Vec<Value> = self.findings().map(|(check, finding)| finding.to_json(check)).collect();
        json!({ "verdict": self.verdict().as_str(), "findings": findings })
    }
}
