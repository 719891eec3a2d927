//! What receivers read in DNS about a domain that our mail is From: whether it takes answers (MX), who may
//! send for it (SPF), with which key its mails are signed (DKIM), and what is to become of those that are
//! neither (DMARC). Where DNS does not tell, nothing is held against the domain.

mod dkim;
mod dmarc;
mod key;
mod mailboxes;
mod names;
mod policy;
mod sender;
mod spf;
mod spf_told;
mod spf_walk;
mod tags;

use crate::config::Config;
use crate::doctor::{Check, Finding, Run, Saying, Setup};
use names::{Absent, Names};
use policy::Walked;
use sender::{Sender, senders};
use std::time::Duration;
use tokio::time::timeout;

pub(super) const CHECK: Check = Check {
    name: "from domain",
    good: "no mail leaves this machine",
    run: Run::Live(|setup, config| run(setup, config)),
};

/// For all domains together; each look-up has a limit of its own.
const LIMIT: Duration = Duration::from_mins(2);

fn run<'a>(setup: &'a Setup, config: &'a Config) -> Saying<'a> {
    Box::pin(async move {
        let senders = senders(config);
        if senders.is_empty() {
            return Vec::new();
        }
        let names = match Names::new(setup.name_server) {
            Ok(names) => names,
            Err(why) => return vec![Finding::skipped("DNS", why)],
        };
        let mut findings = Vec::new();
        let looking = async {
            for sender in &senders {
                findings.extend(examine(&names, sender).await);
            }
        };
        if timeout(LIMIT, looking).await.is_err() {
            findings.push(Finding::skipped("DNS", format!("not everything could be looked up within {LIMIT:?}")));
        }
        findings
    })
}

async fn examine(names: &Names, sender: &Sender) -> Vec<Finding> {
    let Sender { domain, envelope, key, .. } = sender;
    if domain.starts_with('[') {
        let means = "is an address, which has no records in DNS: receivers refuse such mail";
        return vec![Finding::warning(domain, means).change(format!("{key}: an address of a domain of yours"))];
    }
    if let Some(finding) = absence(names, domain, key).await {
        return vec![finding];
    }
    let mut findings = mailboxes::examine(names, domain, envelope == domain).await;
    if envelope != domain {
        match absence(names, envelope, "courier.bounce_address").await {
            Some(finding) => findings.push(finding),
            None => findings.extend(mailboxes::examine(names, envelope, true).await),
        }
    }
    findings.extend(spf_told::examine(names, sender).await);
    let walked = Walked::from(names, domain).await;
    let organisation = walked.as_ref().map_or(domain.as_str(), Walked::organisation);
    let (signed, keys) = dkim::examine(names, sender, organisation).await;
    findings.extend(keys);
    findings.extend(dmarc::examine(names, sender, &walked, &signed).await);
    findings
}

/// Whether a domain is no domain, or nobody can tell.
async fn absence(names: &Names, domain: &str, key: &str) -> Option<Finding> {
    match names.exchangers(domain).await {
        Err(Absent::NoName) if names.knows_the_end_of(domain).await => {
            let means = "does not exist in DNS: receivers refuse mail from it";
            Some(Finding::bad(domain, means).change(format!("register {domain}, or correct {key}")))
        }
        Err(Absent::NoName) => {
            let means = "is unknown to this name server, and so is everything else under its last label: it may well \
                         exist elsewhere";
            Some(Finding::skipped(domain, means).change("doctor --name-server with one that knows the Internet"))
        }
        Err(Absent::Unknown(why)) => Some(unknown(domain, &why)),
        Ok(_) | Err(Absent::NoRecord) => None,
    }
}

fn unknown(subject: &str, why: &str) -> Finding {
    Finding::skipped(subject, format!("could not be looked up: {why}"))
}

/// A line for the zone file, or the form of a DNS provider.
fn record(name: &str, text: &str) -> String {
    format!("{name}. TXT \"{text}\"")
}
