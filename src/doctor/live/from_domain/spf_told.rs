//! What is to be said of the SPF record of an envelope's domain.

use super::names::{Absent, Names};
use super::sender::Sender;
use super::spf::{Sign, Spf, is_spf};
use super::spf_walk::{Walked, walk};
use super::{record, unknown};
use crate::doctor::Finding;
use std::net::IpAddr;

/// RFC 7208 4.6.4.
const MOST_LOOKUPS: usize = 10;
const MOST_VOIDS: usize = 2;
/// So few left are worth a word.
const TIGHT: usize = 9;

pub(super) async fn examine(names: &Names, sender: &Sender) -> Vec<Finding> {
    let domain = sender.envelope.as_str();
    let subject = format!("{domain} SPF");
    let texts = match names.texts(domain).await {
        Ok(texts) => texts,
        Err(Absent::Unknown(why)) => return vec![unknown(&subject, &why)],
        Err(Absent::NoName | Absent::NoRecord) => Vec::new(),
    };
    let records: Vec<&String> = texts.iter().filter(|text| is_spf(text)).collect();
    match records.as_slice() {
        [] => {
            let means = "there is no record: receivers cannot tell our mail from a forger's, and some refuse it (right \
                         only if the provider puts an envelope sender of its own)";
            vec![Finding::warning(subject, means).change(record(domain, &suggestion(sender)))]
        }
        [text] => match Spf::parse(text) {
            Err(why) => vec![
                Finding::bad(subject, format!("receivers throw the record away: {why}")).change("correct that term"),
            ],
            Ok(spf) => told(names, sender, text, walk(names, domain, spf).await).await,
        },
        several => {
            let means = "there is more than one record: receivers throw all of them away";
            vec![Finding::bad(subject, means).change(record(domain, &merged(several)))]
        }
    }
}

async fn told(names: &Names, sender: &Sender, text: &str, walked: Walked) -> Vec<Finding> {
    let domain = sender.envelope.as_str();
    let subject = format!("{domain} SPF");
    let mut findings: Vec<Finding> = Vec::new();
    for fault in &walked.faults {
        findings.push(
            Finding::bad(&subject, format!("receivers throw the record away: {fault}"))
                .change("correct or remove that term"),
        );
    }
    if walked.lookups > MOST_LOOKUPS {
        let means = format!(
            "the record makes receivers look up {} names, and they give up after {MOST_LOOKUPS} and throw it away",
            walked.lookups
        );
        let change = "remove what you do not use any more, or give a provider an envelope domain of its own";
        findings.push(Finding::bad(&subject, means).change(change));
    }
    if walked.voids > MOST_VOIDS {
        let means = format!(
            "{} names in the record do not exist; after {MOST_VOIDS} receivers may throw it away",
            walked.voids
        );
        findings.push(Finding::warning(&subject, means).change("remove them"));
    }
    if let Some(term) = &walked.anybody {
        let means = format!("{term}: everybody may send for {domain}, and receivers treat such a domain as a forger's");
        findings.push(Finding::bad(&subject, means).change(record(domain, &closed(text))));
    } else if !walked.somebody {
        let means = "the record says that nobody sends for the domain: receivers refuse our mail";
        findings.push(Finding::bad(&subject, means).change(record(domain, &suggestion(sender))));
    }
    if walked.by_reverse_names {
        let means = "ptr is slow and not to be used any more (RFC 7208 5.5)";
        findings.push(Finding::warning(&subject, means).change("name the servers by ip4, ip6, a or mx"));
    }
    if walked.anybody.is_none() && matches!(walked.others, None | Some(Sign::Neutral)) && walked.unknown.is_empty() {
        let means = "the record says nothing of those whom it does not name, so that it stops no forger";
        findings.push(Finding::note(&subject, means).change(record(domain, &closed(text))));
    }
    findings.extend(stranger(names, sender, &walked).await.map(|means| Finding::note(&subject, means)));
    findings.extend(walked.unknown.iter().map(|why| unknown(&subject, why)));
    if findings.iter().all(|finding| finding.verdict == crate::doctor::Verdict::Note) {
        let left = if walked.lookups >= TIGHT { ", which leaves hardly any for more" } else { "" };
        let means = format!("SPF says who sends for {domain}, by {} of {MOST_LOOKUPS} look-ups{left}", walked.lookups);
        findings.push(Finding::good(subject, means));
    }
    findings
}

/// A provider that a record of addresses only has none of.
async fn stranger(names: &Names, sender: &Sender, walked: &Walked) -> Option<String> {
    let closed =
        !walked.names_others && walked.unknown.is_empty() && walked.faults.is_empty() && walked.anybody.is_none();
    for relay in sender.relays.iter().filter(|_| closed && walked.somebody) {
        let addresses = match relay.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => names.addresses(relay).await.unwrap_or_default(),
        };
        let public: Vec<IpAddr> = addresses.into_iter().filter(|address| is_public(*address)).collect();
        let is_listed = |address: &IpAddr| walked.networks.iter().any(|network| network.holds(*address));
        if !public.is_empty() && !public.iter().any(is_listed) {
            return Some(format!(
                "the record has no address of {relay}: right only if that server sends on by others, or puts an envelope \
                 sender of its own"
            ));
        }
    }
    None
}

fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(ip) => !(ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified()),
        IpAddr::V6(ip) => {
            !(ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_unspecified())
        }
    }
}

/// A record that names the providers: those under the same domain by their host, others as they say.
fn suggestion(sender: &Sender) -> String {
    let own = |relay: &&String| relay.ends_with(&format!(".{}", sender.envelope)) || **relay == sender.envelope;
    let hosts: Vec<String> = sender.relays.iter().filter(own).map(|relay| format!("a:{relay} ")).collect();
    let others = sender.relays.iter().find(|relay| !own(relay));
    let include = others.map(|relay| format!("include:the name that the provider of {relay} gives for SPF "));
    format!("v=spf1 {}{}~all", hosts.concat(), include.unwrap_or_default())
}

/// All of several records in one.
fn merged(records: &[&String]) -> String {
    let mut terms: Vec<&str> = Vec::new();
    for term in records.iter().flat_map(|text| text.split(' ').skip(1)).filter(|term| !term.is_empty()) {
        if !is_all(term) && !terms.contains(&term) {
            terms.push(term);
        }
    }
    format!("v=spf1 {} ~all", terms.join(" "))
}

/// The same record, with a word for all others.
fn closed(text: &str) -> String {
    let terms: Vec<&str> = text.split(' ').filter(|term| !term.is_empty() && !is_all(term)).collect();
    format!("{} ~all", terms.join(" "))
}

fn is_all(term: &str) -> bool {
    term.trim_start_matches(['+', '-', '~', '?']).eq_ignore_ascii_case("all")
}
