//! The Kratos that runs: whether both of its APIs answer, and whether a recovery can go all the way. Flows are
//! begun and forgotten; nobody is mailed.

use super::each_kratos;
use crate::config::Config;
use crate::doctor::{Check, Finding, Run, Saying, Setup};
use crate::domain::RecoveryFlow;
use crate::kratos::{Caller, Issue, Kratos, KratosError, Missing};
use std::time::Duration;
use uuid::Uuid;

pub(super) const CHECK: Check =
    Check { name: "kratos", good: "no source, no Kratos", run: Run::Live(|setup, config| run(setup, config)) };

fn run<'a>(_setup: &'a Setup, config: &'a Config) -> Saying<'a> {
    Box::pin(async move {
        let mut findings = Vec::new();
        for (section, kratos) in each_kratos(config) {
            match kratos {
                Ok(kratos) => findings.extend(examine(&kratos, &section).await),
                Err(error) => findings.push(Finding::bad(section, format!("{error:#}"))),
            }
        }
        findings
    })
}

async fn examine(kratos: &Kratos, section: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    match admin(kratos).await {
        Ok(()) => findings.push(Finding::good(section, "the admin API answers and makes codes for recoveries")),
        Err(error) => findings.push(told(section, "admin_url", &error)),
    }
    match public(kratos).await {
        Ok(()) => {
            findings.push(Finding::good(section, "the public API begins recoveries and ends them with a session"));
        }
        Err(error) => findings.push(told(section, "public_url", &error)),
    }
    findings
}

async fn admin(kratos: &Kratos) -> Result<(), KratosError> {
    match kratos.ready().await {
        // Who stands before Kratos may keep this route to himself: the next call decides.
        Ok(()) | Err(KratosError::Misconfigured(Missing::AdminUrl)) => {}
        Err(error) => return Err(error),
    }
    // For nobody: Kratos refuses, and how it does tells whether it would make codes.
    let nobody = Uuid::nil().to_string();
    let issue = kratos.create_recovery_code(&nobody, Some(Duration::from_mins(1)), RecoveryFlow::Api).await?;
    match issue {
        Issue::IdentityNotFound | Issue::ExpiryRefused | Issue::Issued(_) => Ok(()),
    }
}

async fn public(kratos: &Kratos) -> Result<(), KratosError> {
    kratos.create_recovery_flow(&Caller::default()).await?;
    kratos.ensure_transitions().await
}

fn told(section: &str, url: &str, error: &KratosError) -> Finding {
    match error {
        KratosError::Misconfigured(missing) => {
            // A key of ours stands in this section.
            let key = missing
                .key()
                .strip_prefix("kratos.")
                .map_or_else(|| missing.key().to_owned(), |own| format!("{section}.{own}"));
            Finding::bad(key, "Kratos answers, but a recovery over REST cannot work").change(missing.cure())
        }
        KratosError::Unreachable(..) => Finding::bad(format!("{section}.{url}"), error.to_string())
            .change(format!("start Kratos, or correct {section}.{url}")),
        KratosError::Failed(_) | KratosError::Unexpected(_) => {
            Finding::bad(format!("{section}.{url}"), error.to_string()).change("Kratos's log says more")
        }
    }
}
