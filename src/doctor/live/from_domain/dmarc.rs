//! What is to be said of a From domain's DMARC policy, and of whether our mail meets it: one of SPF and DKIM
//! must pass for a domain that is aligned with the From domain.

use super::dkim::Signed;
use super::names::{Absent, Names};
use super::policy::{Policy, Walked};
use super::sender::Sender;
use super::{record, unknown};
use crate::doctor::Finding;

pub(super) async fn examine(
    names: &Names,
    sender: &Sender,
    walked: &Result<Walked, String>,
    signed: &Signed,
) -> Vec<Finding> {
    let domain = sender.domain.as_str();
    let subject = format!("{domain} DMARC");
    let walked = match walked {
        Ok(walked) => walked,
        Err(why) => return vec![unknown(&subject, why)],
    };
    let mut findings: Vec<Finding> = walked
        .faults
        .iter()
        .map(|fault| Finding::bad(&subject, fault.clone()).change(record(&format!("_dmarc.{domain}"), &usual(domain))))
        .collect();
    let Some((place, policy, wanted)) = walked.policy() else {
        if findings.is_empty() {
            let means = "there is no policy: anybody can write in the name of the domain, and large receivers refuse mail \
                         in bulk from it";
            let change = record(&format!("_dmarc.{domain}"), &usual(domain));
            findings.push(Finding::warning(&subject, means).change(change));
        }
        return findings;
    };
    if wanted == "none" {
        let means = format!("the policy of _dmarc.{place} for the domain is none: forged mail is only watched");
        let which = if place == domain { "p" } else { "sp" };
        let change =
            format!("once the reports show that all your mail passes: {which}=quarantine, then {which}=reject");
        findings.push(Finding::note(&subject, means).change(change));
    }
    findings.extend(unheard(names, place, policy, wanted, walked.organisation()).await);
    let aligned = alignment(names, sender, walked, policy, *signed).await;
    match aligned {
        Err(why) => findings.push(unknown(&subject, &why)),
        Ok(None) => {
            let means = format!("_dmarc.{place} wants {wanted} for mail that is not aligned, and ours can be");
            findings.push(Finding::good(subject, means));
        }
        Ok(Some(means)) => {
            let worse = if wanted == "none" || *signed == Signed::Unknown { Finding::warning } else { Finding::bad };
            let change = "courier.bounce_address of the From domain, or a DKIM key for the From domain";
            findings.push(worse(subject, means).change(change));
        }
    }
    findings
}

/// What keeps our mail from being aligned, if both ways are closed.
async fn alignment(
    names: &Names,
    sender: &Sender,
    walked: &Walked,
    policy: &Policy,
    signed: Signed,
) -> Result<Option<String>, String> {
    let Sender { domain, envelope, .. } = sender;
    let dkim = match signed {
        Signed::Same => return Ok(None),
        Signed::Organisation if !policy.strict_dkim => return Ok(None),
        Signed::Organisation => "its DKIM key is of the organisation's domain, and the policy is strict (adkim=s)",
        Signed::Broken => "none of its DKIM keys can be used",
        Signed::Unknown => "only a DKIM signature for the From domain can save it, whose key nobody looked at",
    };
    if envelope == domain {
        return Ok(None);
    }
    let same = !policy.strict_spf && Walked::from(names, envelope).await?.organisation() == walked.organisation();
    if same {
        return Ok(None);
    }
    let how = if policy.strict_spf { " (aspf=s)" } else { "" };
    Ok(Some(format!("SPF passes for {envelope}, which is not aligned with {domain}{how}, and {dkim}")))
}

/// Whether anybody hears what receivers saw.
async fn unheard(names: &Names, place: &str, policy: &Policy, wanted: &str, organisation: &str) -> Vec<Finding> {
    let subject = format!("{place} DMARC");
    if policy.reports.is_empty() {
        let worse = if wanted == "none" { Finding::warning } else { Finding::note };
        let means = "nobody gets reports, so that nobody hears whether our mail passes";
        return vec![worse(subject, means).change(format!("rua=mailto:dmarc@{place} in _dmarc.{place}"))];
    }
    let mut findings = Vec::new();
    for address in &policy.reports {
        let other = address.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
        let is_ours = other == organisation || other.ends_with(&format!(".{organisation}"));
        if is_ours || other == place {
            continue;
        }
        // RFC 7489 7.1: who gets reports about others must say so.
        let leave = format!("{place}._report._dmarc.{other}");
        match names.texts(&leave).await {
            Ok(texts) if texts.iter().any(|text| text.trim_start().starts_with("v=DMARC1")) => {}
            Err(Absent::Unknown(why)) => findings.push(unknown(&leave, &why)),
            _ => findings.push(
                Finding::warning(
                    subject.clone(),
                    format!("{other} does not say that it takes reports about {place}: none are sent"),
                )
                .change(record(&leave, "v=DMARC1")),
            ),
        }
    }
    findings
}

/// What to begin with.
fn usual(domain: &str) -> String {
    format!("v=DMARC1; p=none; rua=mailto:dmarc@{domain}")
}
