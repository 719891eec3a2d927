//! A domain's DMARC policy (RFC 7489, RFC 9989): the record as it is written, and where it is found. What
//! is one organisation is told by the tree walk of RFC 9989 4.10, so that no list of suffixes is needed.

use super::names::{Absent, Names};
use super::tags::Tags;

/// RFC 9989 4.10: a longer name is cut to so many labels after the first question.
const LABELS: usize = 7;

/// What a domain wants of receivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Policy {
    /// `none`, `quarantine` or `reject`.
    pub(super) own: String,
    /// The same for names below.
    pub(super) below: String,
    /// Whether DKIM's domain must be the very same.
    pub(super) strict_dkim: bool,
    /// Whether SPF's domain must be the very same.
    pub(super) strict_spf: bool,
    /// Where reports are mailed to.
    pub(super) reports: Vec<String>,
    /// `psd`: y, n or u.
    suffix: String,
}

/// What the walk up from a name met.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Names with their records, from the name itself upwards.
    pub(super) met: Vec<(String, Policy)>,
    /// Records that receivers throw away, in words.
    pub(super) faults: Vec<String>,
    start: String,
}

impl Policy {
    /// Reads a record, or says why receivers throw it away.
    fn parse(text: &str) -> Result<Self, String> {
        let tags = Tags::parse(text)?;
        let named = |name: &str| match tags.get(name).map(str::to_ascii_lowercase) {
            Some(policy) if matches!(policy.as_str(), "none" | "quarantine" | "reject") => Ok(Some(policy)),
            Some(policy) => Err(format!("{name}={policy} is none of none, quarantine and reject")),
            None => Ok(None),
        };
        // RFC 9989 takes a record without p for p=none, RFC 7489 takes it only with a rua.
        let own = named("p")?;
        let reports: Vec<String> = tags.list("rua", ',').unwrap_or_default().into_iter().map(mailbox).collect();
        if own.is_none() && reports.is_empty() {
            return Err("it has no p=".to_owned());
        }
        let own = own.unwrap_or_else(|| "none".to_owned());
        let strict = |name| tags.get(name).is_some_and(|mode| mode.eq_ignore_ascii_case("s"));
        Ok(Self {
            below: named("sp")?.unwrap_or_else(|| own.clone()),
            own,
            strict_dkim: strict("adkim"),
            strict_spf: strict("aspf"),
            reports,
            suffix: tags.get("psd").unwrap_or("u").to_ascii_lowercase(),
        })
    }
}

impl Walked {
    /// Looks for policies from a name upwards. An error says why nobody knows.
    pub(super) async fn from(names: &Names, domain: &str) -> Result<Self, String> {
        let mut walked = Self { start: domain.to_owned(), ..Self::default() };
        for name in upwards(domain) {
            let texts = match names.texts(&format!("_dmarc.{name}")).await {
                Ok(texts) => texts,
                Err(Absent::NoName | Absent::NoRecord) => continue,
                Err(Absent::Unknown(why)) => return Err(why),
            };
            let records: Vec<&String> = texts.iter().filter(|text| is_dmarc(text)).collect();
            match records.as_slice() {
                [] => {}
                [record] => match Policy::parse(record) {
                    Ok(policy) => walked.met.push((name.to_owned(), policy)),
                    Err(why) => walked.faults.push(format!("the record of _dmarc.{name} is thrown away: {why}")),
                },
                _ => walked.faults.push(format!("_dmarc.{name} has more than one record: all are thrown away")),
            }
            // One that is above all others says so.
            if walked.met.last().is_some_and(|(at, policy)| at == name && matches!(policy.suffix.as_str(), "n" | "y")) {
                break;
            }
        }
        Ok(walked)
    }

    /// The domain of the whole organisation.
    pub(super) fn organisation(&self) -> &str {
        let Some((name, policy)) = self.met.last() else { return &self.start };
        if policy.suffix != "y" || *name == self.start {
            return name;
        }
        // A suffix for everybody: the organisation is one label below.
        let below = self.start.strip_suffix(name.as_str()).and_then(|rest| rest.strip_suffix('.')).unwrap_or_default();
        let labels = below.rsplit('.').next().map_or(0, str::len) + 1 + name.len();
        self.start.get(self.start.len().saturating_sub(labels)..).unwrap_or(&self.start)
    }

    /// The record that counts: the domain's own, else the organisation's, with the policy for the domain.
    pub(super) fn policy(&self) -> Option<(&str, &Policy, &str)> {
        let own = self.met.first().filter(|(name, _)| *name == self.start);
        let (name, policy) = own.or(self.met.last())?;
        Some((name, policy, if *name == self.start { &policy.own } else { &policy.below }))
    }
}

fn is_dmarc(text: &str) -> bool {
    let first = text.split(';').next().unwrap_or_default();
    first.split_once('=').is_some_and(|(name, value)| name.trim() == "v" && value.trim() == "DMARC1")
}

/// `mailto:a@example.org!10m` → `a@example.org`.
fn mailbox(uri: &str) -> String {
    let (_scheme, address) = uri.split_once(':').unwrap_or(("", uri));
    address.split('!').next().unwrap_or_default().to_owned()
}

/// The name, and those above it.
fn upwards(domain: &str) -> impl Iterator<Item = &str> {
    let above = std::iter::successors(Some(domain), |name| Some(name.split_once('.')?.1));
    above.enumerate().filter(|(step, name)| *step == 0 || name.split('.').count() <= LABELS).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(start: &str, met: &[(&str, &str)]) -> Walked {
        let met = met.iter().map(|(name, text)| ((*name).to_owned(), Policy::parse(text).unwrap())).collect();
        Walked { met, faults: Vec::new(), start: start.to_owned() }
    }

    #[test]
    fn the_highest_record_is_the_organisation_s_unless_it_is_a_suffix_s() {
        let plain = "v=DMARC1; p=none";
        assert_eq!(walked("a.b.example.org", &[]).organisation(), "a.b.example.org");
        assert_eq!(walked("a.b.example.org", &[("b.example.org", plain)]).organisation(), "b.example.org");
        let two = [("a.b.example.org", plain), ("example.org", plain)];
        assert_eq!(walked("a.b.example.org", &two).organisation(), "example.org");
        let suffix = [("bank.example", plain), ("example", "v=DMARC1; p=reject; psd=y")];
        assert_eq!(walked("mail.bank.example", &suffix).organisation(), "bank.example");
        assert_eq!(walked("bank.example", &suffix[1..]).organisation(), "bank.example");
    }

    #[test]
    fn the_own_record_counts_before_the_organisation_s() {
        let above =
            ("example.org", "v=DMARC1; p=none; sp=reject; adkim=s; rua=mailto:d@example.org!10m, mailto:e@x.org");
        let counts = walked("a.example.org", &[above]);
        let (name, policy, wanted) = counts.policy().unwrap();
        assert_eq!((name, wanted, policy.strict_dkim, policy.strict_spf), ("example.org", "reject", true, false));
        assert_eq!(policy.reports, ["d@example.org", "e@x.org"]);
        let own = walked("a.example.org", &[("a.example.org", "v=DMARC1; p=quarantine"), above]);
        assert_eq!(own.policy().map(|(name, _, wanted)| (name, wanted)), Some(("a.example.org", "quarantine")));
    }

    #[test]
    fn what_receivers_throw_away_is_told() {
        assert!(Policy::parse("v=DMARC1").unwrap_err().contains("no p="));
        assert!(Policy::parse("v=DMARC1; p=monitor").unwrap_err().contains("p=monitor"));
        assert!(Policy::parse("v=DMARC1; p=none; sp=off").unwrap_err().contains("sp=off"));
        assert_eq!(Policy::parse("v=DMARC1; rua=mailto:d@x.org").unwrap().own, "none");
        assert!(is_dmarc("v = DMARC1 ; p=none") && !is_dmarc("v=DMARC1x") && !is_dmarc("v=spf1 -all"));
    }

    #[test]
    fn the_walk_goes_up_and_skips_the_middle_of_long_names() {
        assert_eq!(upwards("a.example.org").collect::<Vec<_>>(), ["a.example.org", "example.org", "org"]);
        let long = upwards("a.b.c.d.e.f.g.h.example.org").collect::<Vec<_>>();
        assert_eq!(long[..2], ["a.b.c.d.e.f.g.h.example.org", "d.e.f.g.h.example.org"]);
        assert_eq!(long.len(), 8);
    }
}
