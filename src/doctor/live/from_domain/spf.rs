//! An SPF record as it is written (RFC 7208 5, 6). Asks nobody.

use std::net::IpAddr;

/// A record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spf {
    /// Mechanisms in their order.
    pub(super) terms: Vec<(Sign, Mechanism)>,
    /// Where to go on if none fits.
    pub(super) redirect: Option<String>,
}

/// What is said of those whom a mechanism fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// `+`
    Pass,
    /// `-`
    Fail,
    /// `~`
    SoftFail,
    /// `?`
    Neutral,
}

/// Whom it fits. A name that is missing is the domain's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mechanism {
    /// Everybody.
    All,
    /// Whom another record passes.
    Include(String),
    /// The addresses of a host, or networks of this size around them.
    A(Option<String>, Sizes),
    /// The same of the mail servers of a domain.
    Mx(Option<String>, Sizes),
    /// By reverse names.
    Ptr,
    /// Whoever makes this name exist.
    Exists(String),
    /// A network.
    Network(Network),
}

/// Prefix lengths for IPv4 and IPv6.
pub(super) type Sizes = (u8, u8);

/// An address and how many of its bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network(pub(super) IpAddr, pub(super) u8);

/// Whether a text is meant to be an SPF record (RFC 7208 4.5).
pub(super) fn is_spf(text: &str) -> bool {
    let (version, rest) = text.split_at_checked(6).unwrap_or((text, ""));
    version.eq_ignore_ascii_case("v=spf1") && (rest.is_empty() || rest.starts_with(' '))
}

impl Spf {
    /// Reads a record, or says which term of it nobody understands: receivers then look at none of it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut record = Self { terms: Vec::new(), redirect: None };
        for term in text.split(' ').skip(1).filter(|term| !term.is_empty()) {
            let wrong = || format!("\"{term}\" is no term of SPF");
            if let Some((name, value)) = modifier(term) {
                if name == "redirect" && record.redirect.replace(full(value).ok_or_else(wrong)?).is_some() {
                    return Err("redirect stands there twice".to_owned());
                }
                continue;
            }
            let (sign, rest) = signed(term);
            record.terms.push((sign, mechanism(rest).ok_or_else(wrong)?));
        }
        Ok(record)
    }

    /// What is said of everybody else, if that is said.
    pub(super) fn all(&self) -> Option<Sign> {
        self.terms.iter().find(|(_, mechanism)| *mechanism == Mechanism::All).map(|(sign, _)| *sign)
    }
}

impl Network {
    /// Whether an address is of it.
    pub(super) fn holds(&self, address: IpAddr) -> bool {
        let bits = |ip: IpAddr| match ip {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
            IpAddr::V6(v6) => (v6.to_bits(), 128),
        };
        let ((own, width), (other, other_width)) = (bits(self.0), bits(address.to_canonical()));
        let rest = width - u32::from(self.1).min(width);
        width == other_width && (own ^ other).checked_shr(rest).unwrap_or(0) == 0
    }
}

/// `name=value`, where no mechanism's `:` or `/` comes before the `=`.
fn modifier(term: &str) -> Option<(String, &str)> {
    let (name, value) = term.split_once('=')?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    is_name.then(|| (name.to_ascii_lowercase(), value))
}

fn signed(term: &str) -> (Sign, &str) {
    let signs = [('+', Sign::Pass), ('-', Sign::Fail), ('~', Sign::SoftFail), ('?', Sign::Neutral)];
    let found = signs.iter().find_map(|(mark, sign)| Some((*sign, term.strip_prefix(*mark)?)));
    found.unwrap_or((Sign::Pass, term))
}

fn mechanism(text: &str) -> Option<Mechanism> {
    let end = text.find([':', '/']).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    let value = rest.strip_prefix(':');
    Some(match (name.to_ascii_lowercase().as_str(), value) {
        ("all", None) if rest.is_empty() => Mechanism::All,
        ("include", Some(value)) => Mechanism::Include(full(value)?),
        ("exists", Some(value)) => Mechanism::Exists(full(value)?),
        ("ptr", value) if value.is_some() || rest.is_empty() => Mechanism::Ptr,
        ("ip4" | "ip6", Some(value)) => Mechanism::Network(network(value, name.ends_with('6'))?),
        ("a", _) => sized(rest).map(|(name, sizes)| Mechanism::A(name, sizes))?,
        ("mx", _) => sized(rest).map(|(name, sizes)| Mechanism::Mx(name, sizes))?,
        _ => return None,
    })
}

fn full(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| name.to_owned())
}

/// `[:name][/24][//64]`
fn sized(rest: &str) -> Option<(Option<String>, Sizes)> {
    let (rest, v6) = rest.split_once("//").map_or((rest, None), |(rest, size)| (rest, Some(size)));
    // A macro may hold a slash; its name ends with a brace.
    let (name, v4) = rest
        .rsplit_once('/')
        .filter(|(_, size)| !size.contains('}'))
        .map_or((rest, None), |(rest, size)| (rest, Some(size)));
    let size = |text: Option<&str>, most: u8| match text {
        None => Some(most),
        Some(text) => text.parse().ok().filter(|size| *size <= most),
    };
    let sizes = (size(v4, 32)?, size(v6, 128)?);
    match name.strip_prefix(':') {
        Some(name) => Some((Some(full(name)?), sizes)),
        None => name.is_empty().then_some((None, sizes)),
    }
}

fn network(text: &str, is_v6: bool) -> Option<Network> {
    let (address, size) = text.split_once('/').map_or((text, None), |(address, size)| (address, Some(size)));
    let address: IpAddr = address.parse().ok()?;
    let most = if is_v6 { 128 } else { 32 };
    let size = size.map_or(Some(most), |size| size.parse().ok().filter(|size| *size <= most))?;
    (address.is_ipv6() == is_v6).then_some(Network(address, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_term_by_term() {
        let text = "v=spf1 a mx:m.example.org/24//64 +ip4:192.0.2.0/24 ip6:2001:db8::/32 include:_spf.example.net exists:%{i}.x.org ptr exp=e.org ~all";
        let record = Spf::parse(text).unwrap();
        let network = |address: &str, size| Mechanism::Network(Network(address.parse().unwrap(), size));
        let expected = [
            Mechanism::A(None, (32, 128)),
            Mechanism::Mx(Some("m.example.org".to_owned()), (24, 64)),
            network("192.0.2.0", 24),
            network("2001:db8::", 32),
            Mechanism::Include("_spf.example.net".to_owned()),
            Mechanism::Exists("%{i}.x.org".to_owned()),
            Mechanism::Ptr,
            Mechanism::All,
        ];
        assert_eq!(record.terms.iter().map(|(_, mechanism)| mechanism.clone()).collect::<Vec<_>>(), expected);
        assert_eq!((record.all(), record.redirect), (Some(Sign::SoftFail), None));
        assert_eq!(Spf::parse("V=SPF1 redirect=_spf.x.org").unwrap().redirect.as_deref(), Some("_spf.x.org"));
    }

    #[test]
    fn one_bad_term_makes_all_of_it_void() {
        for term in [
            "ip4:1.2.3",
            "ip4:192.0.2.1/33",
            "ip6:192.0.2.1",
            "ipv4:192.0.2.1",
            "include",
            "include:",
            "all:x",
            "a/99",
            "mx:",
            "192.0.2.1",
            "a//129",
            "redirect=",
        ] {
            let wrong = Spf::parse(&format!("v=spf1 {term} -all")).unwrap_err();
            assert!(wrong.contains(term), "{term}: {wrong}");
        }
        assert!(Spf::parse("v=spf1 redirect=a.org redirect=b.org").is_err());
        assert!(is_spf("v=spf1") && is_spf("V=spf1 -all") && !is_spf("v=spf10 -all") && !is_spf("spf2.0/pra"));
    }

    #[test]
    fn a_network_holds_its_addresses_only() {
        let holds = |network: &str, is_v6, address: &str| {
            super::network(network, is_v6).unwrap().holds(address.parse().unwrap())
        };
        assert!(holds("192.0.2.0/24", false, "192.0.2.255") && !holds("192.0.2.0/24", false, "192.0.3.0"));
        assert!(holds("192.0.2.7", false, "192.0.2.7") && !holds("192.0.2.7", false, "2001:db8::7"));
        assert!(holds("0.0.0.0/0", false, "203.0.113.9") && holds("2001:db8::/32", true, "2001:db8:ffff::1"));
        assert!(holds("::/0", true, "2001:db8::1") && !holds("2001:db8::/32", true, "2001:db9::1"));
    }
}
