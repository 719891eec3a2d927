//! Everything that an SPF record leads to: what a receiver has to look up, at most ten names (RFC 7208
//! 4.6.4), and what it finds.

use super::names::{Absent, Found, Names};
use super::spf::{Mechanism, Network, Sign, Sizes, Spf, is_spf};
use std::net::IpAddr;

/// A record that needs more is not looked at to its end.
const ENOUGH: usize = 60;
/// RFC 7208 4.6.4: so many servers of one `mx`.
const MOST_SERVERS: usize = 10;

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// How many names a receiver looks up at most.
    pub(super) lookups: usize,
    /// How many of them do not exist.
    pub(super) voids: usize,
    /// Why a receiver throws all of it away, in words.
    pub(super) faults: Vec<String>,
    /// What could not be looked up, in words.
    pub(super) unknown: Vec<String>,
    /// The term by which everybody may send.
    pub(super) anybody: Option<String>,
    /// Whether somebody may send.
    pub(super) somebody: bool,
    /// What is said of all others; nothing is `?all`.
    pub(super) others: Option<Sign>,
    /// Who may send, as far as that is written down.
    pub(super) networks: Vec<Network>,
    /// Whether senders are named by other records, or in ways that only a receiver can follow.
    pub(super) names_others: bool,
    /// Whether `ptr` is used.
    pub(super) by_reverse_names: bool,
}

/// A record still to be looked at.
struct Next {
    /// The names that led to it, its own last.
    chain: Vec<String>,
    record: Spf,
    /// Whether its `all` is the answer: it is the first one, or redirected to.
    decides: bool,
}

/// Follows the record of a domain.
pub(super) async fn walk(names: &Names, domain: &str, record: Spf) -> Walked {
    let mut walked = Walked::default();
    let mut waiting = vec![Next { chain: vec![domain.to_owned()], record, decides: true }];
    while let Some(next) = waiting.pop() {
        let Next { chain, record, decides } = next;
        let own = chain.last().cloned().unwrap_or_default();
        let all = record.all();
        if decides && all.is_some() {
            walked.others = all;
        }
        for (sign, mechanism) in record.terms {
            if walked.lookups > ENOUGH {
                return walked;
            }
            walked.somebody |= sign == Sign::Pass;
            match mechanism {
                Mechanism::All if sign == Sign::Pass => walked.anybody = Some(term(&own, domain, "+all")),
                Mechanism::All => {}
                Mechanism::Network(Network(address, 0)) if sign == Sign::Pass => {
                    walked.anybody = Some(term(&own, domain, &format!("{address}/0")));
                }
                Mechanism::Network(network) => walked.networks.push(network),
                Mechanism::Include(name) => {
                    walked.names_others = true;
                    waiting.extend(walked.follow(names, &chain, "include:", &name, false).await);
                }
                Mechanism::A(name, sizes) => walked.add_host(names, &name.unwrap_or_else(|| own.clone()), sizes).await,
                Mechanism::Mx(name, sizes) => {
                    walked.add_servers(names, &name.unwrap_or_else(|| own.clone()), sizes).await;
                }
                Mechanism::Ptr => {
                    walked.lookups += 1;
                    (walked.by_reverse_names, walked.names_others) = (true, true);
                }
                Mechanism::Exists(_) => {
                    walked.lookups += 1;
                    walked.names_others = true;
                }
            }
        }
        // Where there is an `all`, nobody gets as far as redirect.
        if let Some(name) = record.redirect.filter(|_| all.is_none()) {
            walked.names_others = true;
            waiting.extend(walked.follow(names, &chain, "redirect=", &name, decides).await);
        }
    }
    walked
}

impl Walked {
    async fn follow(&mut self, names: &Names, chain: &[String], how: &str, name: &str, decides: bool) -> Option<Next> {
        self.lookups += 1;
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        if name.contains('%') {
            return None;
        }
        let what = format!("{how}{name}");
        if chain.contains(&name) {
            self.faults.push(format!("{what} leads back to itself"));
            return None;
        }
        let records: Vec<String> = match names.texts(&name).await {
            Ok(texts) => texts.into_iter().filter(|text| is_spf(text)).collect(),
            Err(Absent::Unknown(why)) => {
                self.unknown.push(format!("{what}: {why}"));
                return None;
            }
            Err(Absent::NoName) => {
                self.faults.push(format!("{what}: there is no such name"));
                return None;
            }
            Err(Absent::NoRecord) => Vec::new(),
        };
        let [record] = records.as_slice() else {
            let count = if records.is_empty() { "no SPF record" } else { "more than one SPF record" };
            self.faults.push(format!("{what} has {count}"));
            return None;
        };
        match Spf::parse(record) {
            Ok(record) => Some(Next { chain: chain.iter().cloned().chain([name]).collect(), record, decides }),
            Err(why) => {
                self.faults.push(format!("{what}: {why}"));
                None
            }
        }
    }

    async fn add_host(&mut self, names: &Names, host: &str, sizes: Sizes) {
        self.lookups += 1;
        if !self.skips(host) {
            let found = names.addresses(host).await;
            self.add(host, found, sizes);
        }
    }

    async fn add_servers(&mut self, names: &Names, domain: &str, sizes: Sizes) {
        self.lookups += 1;
        if self.skips(domain) {
            return;
        }
        let hosts = match names.exchangers(domain).await {
            Ok(hosts) => hosts,
            Err(absent) => return self.add(domain, Err(absent), sizes),
        };
        if hosts.len() > MOST_SERVERS {
            self.faults.push(format!("mx: {domain} has {} mail servers, more than ten", hosts.len()));
        }
        for host in hosts.iter().filter(|host| !host.is_empty()).take(MOST_SERVERS) {
            let found = names.addresses(host).await;
            // That a server has no address is none of SPF's ten names.
            if !matches!(found, Err(Absent::NoName | Absent::NoRecord)) {
                self.add(host, found, sizes);
            }
        }
    }

    fn add(&mut self, name: &str, found: Found<IpAddr>, sizes: Sizes) {
        match found {
            Ok(addresses) => self
                .networks
                .extend(addresses.into_iter().map(|ip| Network(ip, if ip.is_ipv4() { sizes.0 } else { sizes.1 }))),
            Err(Absent::Unknown(why)) => self.unknown.push(format!("{name}: {why}")),
            Err(Absent::NoName | Absent::NoRecord) => self.voids += 1,
        }
    }

    /// A name with a macro is known only to who gets a mail.
    fn skips(&mut self, name: &str) -> bool {
        let is_macro = name.contains('%');
        self.names_others |= is_macro;
        is_macro
    }
}

fn term(own: &str, domain: &str, term: &str) -> String {
    if own == domain { term.to_owned() } else { format!("{term} of {own}") }
}
