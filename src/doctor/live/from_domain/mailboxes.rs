//! Whether a domain takes mail: bounces come to it, and people answer. Receivers doubt senders that nobody
//! can answer.

use super::names::{Absent, Names};
use super::unknown;
use crate::doctor::Finding;
use std::net::IpAddr;

/// Looks at the mail servers of a domain that exists. `bounces` says whether it is the envelope's.
pub(super) async fn examine(names: &Names, domain: &str, bounces: bool) -> Vec<Finding> {
    let subject = format!("{domain} MX");
    let record = format!("{domain}. MX 10 the mail server of {domain}");
    let worse = if bounces { Finding::bad } else { Finding::note };
    let hurts =
        if bounces { "bounces cannot come back, and many receivers refuse such senders" } else { "nobody can answer" };
    let servers = match names.exchangers(domain).await {
        Ok(servers) => servers,
        Err(Absent::Unknown(why)) => return vec![unknown(&subject, &why)],
        Err(Absent::NoName | Absent::NoRecord) => {
            return vec![match names.addresses(domain).await {
                Ok(_) => Finding::warning(subject, "there is none: mail for the domain goes to its own address")
                    .change(record),
                Err(Absent::Unknown(why)) => unknown(&subject, &why),
                Err(_) => worse(subject, format!("there is none, and no address either: {hurts}")).change(record),
            }];
        }
    };
    if servers.iter().any(String::is_empty) {
        let means = format!("the domain says that it takes no mail (null MX, RFC 7505): {hurts}");
        return vec![worse(subject, means).change(record)];
    }
    let (mut lost, mut vague) = (Vec::new(), None);
    for server in &servers {
        match names.addresses(server).await {
            Ok(_) => {}
            Err(Absent::Unknown(why)) => vague = Some(why),
            Err(_) if server.parse::<IpAddr>().is_ok() => {
                lost.push(format!("{server} is an address where the name of a host must stand"));
            }
            Err(_) => lost.push(format!("{server} has no address")),
        }
    }
    let lost_all = lost.len() == servers.len();
    let mut findings = Vec::new();
    if lost_all {
        findings.push(worse(subject.clone(), format!("{}: {hurts}", lost.join("; "))).change(record));
    } else if !lost.is_empty() {
        findings.push(Finding::warning(subject.clone(), lost.join("; ")).change("correct or remove it"));
    }
    match vague {
        Some(why) => findings.push(unknown(&subject, &why)),
        None if findings.is_empty() => findings.push(Finding::good(subject, format!("{domain} takes mail"))),
        None => {}
    }
    findings
}
