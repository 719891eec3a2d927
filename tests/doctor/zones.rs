//! Domains as people have them in DNS, and what is to be said of them.

const RSA_512: &str = include_str!("../fixtures/dkim/rsa-512.txt");
const RSA_1024: &str = include_str!("../fixtures/dkim/rsa-1024.txt");
pub(crate) const RSA_2048: &str = include_str!("../fixtures/dkim/rsa-2048.txt");
const RSA_4096: &str = include_str!("../fixtures/dkim/rsa-4096.txt");

/// A domain, `$` in its lines, with what differs from a healthy one, and what is to be said of it.
pub(crate) struct Case {
    pub(crate) domain: &'static str,
    pub(crate) mx: &'static str,
    pub(crate) spf: &'static str,
    pub(crate) dkim: String,
    pub(crate) dmarc: &'static str,
    /// `verdict subject: a part of what it means | a part of the change`
    pub(crate) said: &'static [&'static str],
}

const MX: &str = "$ MX 10 mail.$\nmail.$ A 192.0.2.25";
const SPF: &str = "$ TXT v=spf1 mx -all";
const DMARC: &str = "_dmarc.$ TXT v=DMARC1; p=reject; rua=mailto:dmarc@$";

pub(crate) fn key(public: &str) -> String {
    format!("s1._domainkey.$ TXT v=DKIM1; k=rsa; p={public}")
}

pub(crate) fn healthy(domain: &'static str) -> Case {
    Case { domain, mx: MX, spf: SPF, dkim: key(RSA_2048), dmarc: DMARC, said: &[] }
}

impl Case {
    pub(crate) fn zone(&self) -> String {
        [self.mx, self.spf, &self.dkim, self.dmarc].join("\n").replace('$', self.domain)
    }
}

pub(crate) fn mail_servers() -> Vec<Case> {
    vec![
        Case {
            mx: "$ MX 0 .",
            said: &["bad $ MX: takes no mail (null MX, RFC 7505) | $. MX 10"],
            ..healthy("null-mx.org")
        },
        Case {
            mx: "",
            spf: "$ TXT v=spf1 ip4:192.0.2.1 -all",
            said: &["bad $ MX: there is none, and no address either | $. MX 10"],
            ..healthy("no-mx.org")
        },
        Case {
            mx: "$ A 192.0.2.1",
            spf: "$ TXT v=spf1 a -all",
            said: &["warning $ MX: to its own address | $. MX 10"],
            ..healthy("address-only.org")
        },
        Case {
            mx: "$ MX 10 gone.$",
            spf: "$ TXT v=spf1 ip4:192.0.2.1 -all",
            said: &["bad $ MX: gone.$ has no address | $. MX 10"],
            ..healthy("lost-mx.org")
        },
        Case {
            mx: "$ MX 10 mail.$\nmail.$ AAAA 2001:db8::25\n$ MX 20 gone.$",
            said: &["warning $ MX: gone.$ has no address | remove it"],
            ..healthy("one-lost.org")
        },
        Case {
            mx: "$ MX 10 192.0.2.1",
            spf: "$ TXT v=spf1 ip4:192.0.2.1 -all",
            said: &["bad $ MX: 192.0.2.1 is an address where | $. MX"],
            ..healthy("mx-is-address.org")
        },
        Case {
            mx: "$ MX 10 mail.$\nmail.$ !SERVFAIL",
            spf: "$ TXT v=spf1 ip4:192.0.2.1 -all",
            said: &["skipped $ MX: could not be looked up: the name server answered | "],
            ..healthy("mx-unknown.org")
        },
    ]
}

pub(crate) fn keys() -> Vec<Case> {
    vec![
        Case {
            dkim: String::new(),
            said: &[
                "bad s1._domainkey.$: no signature of provider smtp by this key | s1._domainkey.$. TXT \"v=DKIM1; k=rsa; p=",
            ],
            ..healthy("no-key.org")
        },
        Case {
            dkim: "s1._domainkey.$ TXT v=DKIM1; k=rsa; p=".to_owned(),
            said: &["bad s1._domainkey.$: is revoked | p=the public key"],
            ..healthy("revoked.org")
        },
        Case {
            dkim: key(RSA_512),
            said: &["bad s1._domainkey.$: RSA key of 512 bits | p="],
            ..healthy("short-key.org")
        },
        Case {
            dkim: key(RSA_1024),
            said: &["warning s1._domainkey.$: RSA key of 1024 bits | p="],
            ..healthy("old-key.org")
        },
        Case { dkim: key(RSA_4096), ..healthy("long-key.org") },
        Case {
            dkim: format!("s1._domainkey.$ CNAME s1.provider.net\ns1.provider.net TXT v=DKIM1; p={RSA_2048}"),
            ..healthy("alias.org")
        },
        Case {
            dkim: key(RSA_2048) + "\n" + &key(RSA_1024),
            said: &["bad s1._domainkey.$: more than one text | keep one"],
            ..healthy("two-keys.org")
        },
        Case {
            dkim: "s1._domainkey.$ !SERVFAIL".to_owned(),
            said: &["skipped s1._domainkey.$: could not be looked up | "],
            ..healthy("key-unknown.org")
        },
    ]
}

pub(crate) fn policies() -> Vec<Case> {
    let none = "_dmarc.$ TXT v=DMARC1; p=none; rua=mailto:dmarc@$";
    vec![
        Case {
            dmarc: "",
            said: &["warning $ DMARC: there is no policy | _dmarc.$. TXT \"v=DMARC1; p=none; rua=mailto:dmarc@$"],
            ..healthy("no-dmarc.org")
        },
        Case {
            dmarc: "_dmarc.$ !SERVFAIL",
            said: &["skipped $ DMARC: could not be looked up | "],
            ..healthy("dmarc-unknown.org")
        },
        Case {
            dmarc: none,
            said: &["note $ DMARC: is none: forged mail is only watched | p=quarantine"],
            ..healthy("watching.org")
        },
        Case {
            dmarc: "_dmarc.$ TXT v=DMARC1; p=none",
            said: &[
                "note $ DMARC: only watched | p=",
                "warning $ DMARC: nobody gets reports | rua=mailto:dmarc@$ in _dmarc.$",
            ],
            ..healthy("unheard.org")
        },
        Case {
            dmarc: "_dmarc.$ TXT v=DMARC1; p=reject",
            said: &["note $ DMARC: nobody gets reports | rua="],
            ..healthy("reject-unheard.org")
        },
        Case {
            dmarc: "_dmarc.$ TXT v=DMARC1; p=monitor",
            said: &["bad $ DMARC: thrown away: p=monitor | _dmarc.$. TXT"],
            ..healthy("dmarc-typo.org")
        },
        Case {
            dmarc: "_dmarc.$ TXT v=DMARC1; p=none\n_dmarc.$ TXT v=DMARC1; p=reject",
            said: &["bad $ DMARC: more than one record | _dmarc.$. TXT"],
            ..healthy("two-dmarc.org")
        },
        Case {
            dmarc: "_dmarc.$ TXT v=DMARC1; p=reject; rua=mailto:a@reports.net",
            said: &[
                "warning $ DMARC: reports.net does not say that it takes reports | $._report._dmarc.reports.net. TXT \"v=DMARC1\"",
            ],
            ..healthy("reports-away.org")
        },
        Case {
            dmarc: "_dmarc.$ TXT v=DMARC1; p=reject; rua=mailto:a@reports.net\n$._report._dmarc.reports.net TXT v=DMARC1",
            ..healthy("reports-taken.org")
        },
        // Subdomains of one organisation.
        Case {
            dmarc: "_dmarc.big.org TXT v=DMARC1; p=reject; sp=none; rua=mailto:d@big.org",
            said: &["note $ DMARC: policy of _dmarc.big.org for the domain is none | sp=quarantine"],
            ..healthy("login.big.org")
        },
        Case {
            dkim: format!("s1._domainkey.relaxed.org TXT p={RSA_2048}"),
            dmarc: "_dmarc.relaxed.org TXT v=DMARC1; p=reject; rua=mailto:d@relaxed.org",
            ..healthy("login.relaxed.org")
        },
        Case {
            mx: "",
            spf: "",
            dkim: String::new(),
            dmarc: "",
            said: &["bad $: does not exist in DNS | register $, or correct sources."],
            ..healthy("nowhere.org")
        },
        Case {
            mx: "",
            spf: "",
            dkim: String::new(),
            dmarc: "",
            said: &["skipped $: is unknown to this name server | --name-server"],
            ..healthy("inside.corp")
        },
        healthy("good.org"),
    ]
}
