//! The keys of the signatures on our mail, by the selectors that the configuration names.

use super::key;
use super::names::{Absent, Found, Names};
use super::sender::Sender;
use super::unknown;
use crate::config::Id;
use crate::doctor::{Finding, Verdict};

/// Which domains a usable key was found for.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signed {
    /// None, or nobody looked.
    #[default]
    Unknown,
    /// Keys were named, and none is usable.
    Broken,
    /// For the organisation's domain only.
    Organisation,
    /// For the From domain itself.
    Same,
}

/// Looks at every key of a From domain, there or at its organisation's.
pub(super) async fn examine(names: &Names, sender: &Sender, organisation: &str) -> (Signed, Vec<Finding>) {
    let domain = sender.domain.as_str();
    let (mut signed, mut findings) = (Signed::default(), Vec::new());
    for (selector, provider) in &sender.selectors {
        let at = |domain: &str| format!("{selector}._domainkey.{domain}");
        let mut place = at(domain);
        let mut texts = names.texts(&place).await;
        let mut found = Signed::Same;
        if matches!(texts, Err(Absent::NoName | Absent::NoRecord)) && organisation != domain {
            let above = names.texts(&at(organisation)).await;
            if !matches!(above, Err(Absent::NoName | Absent::NoRecord)) {
                (place, texts, found) = (at(organisation), above, Signed::Organisation);
            }
        }
        let finding = told(&place, texts, provider);
        let rank = match finding.verdict {
            Verdict::Bad => Signed::Broken,
            Verdict::Skipped => Signed::Unknown,
            _ => found,
        };
        signed = if rank == Signed::Broken && signed == Signed::Unknown { rank } else { better(signed, rank) };
        findings.push(finding);
    }
    for provider in &sender.unsigned {
        let means = "nobody looked for the key of its signatures, since its selectors are not told";
        let change = format!("provider {provider}: dkim_selectors: [the s= of its DKIM-Signature headers]");
        findings.push(Finding::skipped(format!("{domain} DKIM"), means).change(change));
    }
    (signed, findings)
}

fn better(one: Signed, other: Signed) -> Signed {
    let rank = |signed| match signed {
        Signed::Broken => 0,
        Signed::Unknown => 1,
        Signed::Organisation => 2,
        Signed::Same => 3,
    };
    if rank(other) > rank(one) { other } else { one }
}

fn told(place: &str, texts: Found<String>, provider: &Id) -> Finding {
    let record = format!(
        "{place}. TXT \"v=DKIM1; k=rsa; p=the public key that provider {provider} shows\", or the CNAME that it asks for"
    );
    let texts = match texts {
        Ok(texts) => texts,
        Err(Absent::Unknown(why)) => return unknown(place, &why),
        Err(Absent::NoName | Absent::NoRecord) => {
            let means = format!("is not there: no signature of provider {provider} by this key can be checked");
            return Finding::bad(place, means).change(record);
        }
    };
    let [text] = texts.as_slice() else {
        return Finding::bad(place, "has more than one text: receivers may take any of them for the key")
            .change("keep one");
    };
    match key::examine(text) {
        None => Finding::good(place, format!("{place} is a good key for the signatures of provider {provider}")),
        Some((Verdict::Bad, why)) => Finding::bad(place, why).change(record),
        Some((Verdict::Note, why)) => Finding::note(place, why).change("an RSA key of 2048 bits besides"),
        Some((_, why)) => Finding::warning(place, why).change(record),
    }
}
