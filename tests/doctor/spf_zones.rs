//! SPF records as people have them, and what is to be said of them.

use crate::zones::{Case, healthy};

pub(crate) fn spf_records() -> Vec<Case> {
    vec![
        Case {
            spf: "",
            said: &["warning $ SPF: there is no record | $. TXT \"v=spf1 include:"],
            ..healthy("no-spf.org")
        },
        Case {
            spf: "$ TXT v=spf1 mx -all\n$ TXT v=spf1 ip4:192.0.2.1 ~all",
            said: &["bad $ SPF: more than one record | TXT \"v=spf1 mx ip4:192.0.2.1 ~all\""],
            ..healthy("two-spf.org")
        },
        Case { spf: "$ TXT google-site-verification=x\n$ TXT v=spf1 mx ~all", ..healthy("other-texts.org") },
        Case {
            spf: "$ TXT v=spf1 mx +all",
            said: &["bad $ SPF: +all: everybody may send for $ | TXT \"v=spf1 mx ~all\""],
            ..healthy("plus-all.org")
        },
        Case {
            spf: "$ TXT v=spf1 ip4:0.0.0.0/0 -all",
            said: &["bad $ SPF: 0.0.0.0/0: everybody | TXT"],
            ..healthy("whole-world.org")
        },
        Case {
            spf: "$ TXT v=spf1 include:_spf.$ -all\n_spf.$ TXT v=spf1 all",
            said: &["bad $ SPF: +all of _spf.$: everybody | TXT"],
            ..healthy("plus-all-within.org")
        },
        Case {
            spf: "$ TXT v=spf1 -all",
            said: &["bad $ SPF: nobody sends | $. TXT \"v=spf1 include:"],
            ..healthy("nobody.org")
        },
        Case {
            spf: "$ TXT v=spf1 mx",
            said: &["note $ SPF: stops no forger | TXT \"v=spf1 mx ~all\""],
            ..healthy("open-end.org")
        },
        Case {
            spf: "$ TXT v=spf1 mx ipv4:192.0.2.1 -all",
            said: &["bad $ SPF: \"ipv4:192.0.2.1\" is no term of SPF | correct"],
            ..healthy("typo.org")
        },
        Case { spf: "$ TXT v=spf1 mx ptr -all", said: &["warning $ SPF: ptr is slow | ip4"], ..healthy("ptr.org") },
        Case {
            spf: "$ TXT v=spf1 include:a.$ -all\na.$ TXT v=spf1 include:b.$ -all\nb.$ TXT v=spf1 include:a.$ -all",
            said: &["bad $ SPF: include:a.$ leads back to itself | remove"],
            ..healthy("loop.org")
        },
        Case {
            spf: "$ TXT v=spf1 include:gone.$ -all",
            said: &["bad $ SPF: include:gone.$: there is no such name | remove"],
            ..healthy("include-gone.org")
        },
        Case {
            spf: "$ TXT v=spf1 include:mail.$ -all",
            said: &["bad $ SPF: include:mail.$ has no SPF record | remove"],
            ..healthy("include-none.org")
        },
        Case {
            spf: "$ TXT v=spf1 include:_spf.$ -all\n_spf.$ TXT v=spf1 ip4:192.0.2.1\n_spf.$ TXT v=spf1 ip4:192.0.2.2",
            said: &["bad $ SPF: include:_spf.$ has more than one | remove"],
            ..healthy("include-two.org")
        },
        Case {
            spf: "$ TXT v=spf1 include:_spf.$ -all\n_spf.$ !SERVFAIL",
            said: &["skipped $ SPF: include:_spf.$: the name server answered | "],
            ..healthy("include-unknown.org")
        },
        Case {
            spf: "$ !SERVFAIL",
            mx: "",
            said: &["skipped $: could not be looked up | "],
            dkim: String::new(),
            dmarc: "",
            ..healthy("servfail.org")
        },
        Case {
            spf: "$ TXT v=spf1 redirect=_spf.$\n_spf.$ TXT v=spf1 include:x.$ -all\nx.$ TXT v=spf1 ip4:192.0.2.0/24 ?all",
            ..healthy("redirect.org")
        },
        Case {
            spf: "$ TXT v=spf1 include:ten.$ -all\nten.$ TXT v=spf1 a:mail.$ a:mail.$ a:mail.$ a:mail.$ a:mail.$ a:mail.$ a:mail.$ a:mail.$ a:mail.$ -all",
            ..healthy("just-ten.org")
        },
        Case {
            spf: "$ TXT v=spf1 mx include:ten.$ -all\nten.$ TXT v=spf1 a:mail.$ a:mail.$ a:mail.$ a:mail.$ a:mail.$ a:mail.$ a:mail.$ a:mail.$ a:mail.$ -all",
            said: &["bad $ SPF: look up 11 names | do not use any more"],
            ..healthy("eleven.org")
        },
        Case {
            spf: "$ TXT v=spf1 a:x.$ a:y.$ a:z.$ mx -all",
            said: &["warning $ SPF: 3 names in the record do not exist | remove"],
            ..healthy("voids.org")
        },
        Case { spf: "$ TXT v=spf1 exists:%{i}._spf.$ include:%{d}._spf.$ -all", ..healthy("macros.org") },
    ]
}
