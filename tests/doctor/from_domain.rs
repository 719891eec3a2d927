//! What DNS says of the domains that our mail is From, and what the doctor makes of it.

use crate::fake_dns::FakeDns;
use crate::patient::{Patient, Said};
use crate::spf_zones::spf_records;
use crate::zones::{Case, RSA_2048, healthy, key, keys, mail_servers, policies};
use serde_json::Value;
use std::fmt::Write as _;

/// Sources with these From domains.
fn sources<'a>(domains: impl Iterator<Item = &'a str>) -> String {
    let auth = "auth: [{id: k, type: api_key, config: {name: A, value: b}}]";
    domains.enumerate().fold("sources:\n".to_owned(), |mut text, (n, domain)| {
        let id = if n == 0 { "default".to_owned() } else { format!("s{n}") };
        writeln!(text, "  {id}: {{{auth}, from_address: 'login@{domain}'}}").unwrap();
        text
    })
}

const SELECTORS: &str = "courier: {smtp: {dkim_selectors: [s1]}}\n";

/// What was said of From domains, as in [`Case::said`], the good besides only if asked for.
fn findings(said: &Said, good_too: bool) -> Vec<(String, String)> {
    let report: Value = serde_json::from_str(&said.text).unwrap_or_else(|error| panic!("{error}: {}", said.text));
    let word = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let ours = report["findings"].as_array().unwrap().iter().filter(|finding| finding["check"] == "from domain");
    ours.filter(|finding| good_too || finding["verdict"] != "good")
        .map(|finding| {
            let verdict = word(finding, "verdict");
            assert!(finding["change"].is_string() || ["good", "skipped"].contains(&verdict.as_str()), "{finding}");
            (
                word(finding, "subject"),
                format!(
                    "{verdict} {}: {} | {}",
                    word(finding, "subject"),
                    word(finding, "means"),
                    word(finding, "change")
                ),
            )
        })
        .collect()
}

/// Whether this finding is meant.
fn is_meant(expected: &str, domain: &str, text: &str) -> bool {
    let expected = expected.replace('$', domain);
    let (head, rest) = expected.split_once(": ").unwrap();
    let (means, change) = rest.rsplit_once(" | ").unwrap();
    let (said, said_change) = text.rsplit_once(" | ").unwrap();
    said.starts_with(&format!("{head}: ")) && said.contains(means) && said_change.contains(change)
}

async fn compare(patient: &Patient, cases: &[Case]) {
    patient.dns.add(&cases.iter().map(|case| case.zone() + "\n").collect::<String>());
    patient.configure(&(SELECTORS.to_owned() + &sources(cases.iter().map(|case| case.domain))));
    let said = patient.run(&["--format", "json"]).await;
    let mut findings = findings(&said, false);
    for case in cases {
        let is_ours = |subject: &str| {
            subject
                .split(' ')
                .next()
                .is_some_and(|name| name == case.domain || name.ends_with(&format!(".{}", case.domain)))
        };
        let (ours, others): (Vec<_>, Vec<_>) = findings.into_iter().partition(|(subject, _)| is_ours(subject));
        findings = others;
        let texts: Vec<String> = ours.into_iter().map(|(_, text)| text).collect();
        let fits = texts.len() == case.said.len()
            && case.said.iter().zip(&texts).all(|(expected, text)| is_meant(expected, case.domain, text));
        assert!(fits, "{}: expected {:#?}\nsaid {texts:#?}", case.domain, case.said);
    }
    assert!(findings.is_empty(), "{findings:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_servers_that_cannot_take_mail_are_named() {
    compare(&Patient::new().await, &mail_servers()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_way_to_get_spf_wrong_is_told_with_the_record_to_publish() {
    compare(&Patient::new().await, &spf_records()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_and_policies_are_judged_as_receivers_do() {
    let patient = Patient::new().await;
    compare(&patient, &[keys(), policies()].into_iter().flatten().collect::<Vec<_>>()).await;
    let by_tcp = patient.dns.by_tcp();
    assert!(by_tcp.contains(&"s1._domainkey.long-key.org".to_owned()), "too long for a datagram: {by_tcp:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bounce_address_elsewhere_leaves_dmarc_to_dkim() {
    const SAME: &str = "_dmarc.$ TXT v=DMARC1; p=reject; rua=mailto:dmarc@$";
    const STRICT: &str = "_dmarc.$ TXT v=DMARC1; p=reject; aspf=s; adkim=s; rua=mailto:dmarc@$";
    let none = String::new;
    let above = || format!("s1._domainkey.$ TXT p={RSA_2048}").replace('$', "home.org");
    for (bounces, from, dkim, dmarc, expected) in [
        ("b.home.org", "home.org", none(), SAME, &["bad s1._domainkey.home.org"][..]),
        ("b.home.org", "home.org", none(), STRICT, &["bad s1._domainkey.home.org", "bad home.org DMARC"]),
        ("b.home.org", "home.org", key(RSA_2048), STRICT, &[]),
        ("b.away.net", "home.org", key(RSA_2048), SAME, &[]),
        ("b.away.net", "home.org", none(), SAME, &["bad s1._domainkey.home.org", "bad home.org DMARC"]),
        ("b.away.net", "a.home.org", above(), "_dmarc.home.org TXT v=DMARC1; p=reject; rua=mailto:d@home.org", &[]),
        (
            "b.away.net",
            "a.home.org",
            above(),
            "_dmarc.home.org TXT v=DMARC1; p=reject; adkim=s; rua=mailto:d@home.org",
            &["bad a.home.org DMARC"],
        ),
        // Without a policy above, a name is an organisation of its own.
        (
            "home.org",
            "a.home.org",
            none(),
            "_dmarc.a.home.org TXT v=DMARC1; p=none; rua=mailto:d@a.home.org",
            &["bad s1._domainkey.a.home.org", "note a.home.org DMARC", "warning a.home.org DMARC"],
        ),
    ] {
        let patient = Patient::new().await;
        let case = Case { dkim, dmarc, ..healthy(from) };
        patient.dns.add(&case.zone());
        patient.dns.add(&Case { dkim: none(), dmarc: "", ..healthy(bounces) }.zone());
        let bounce = format!("courier: {{bounce_address: 'b@{bounces}', smtp: {{dkim_selectors: [s1]}}}}\n");
        patient.configure(&(bounce + &sources([from].into_iter())));
        let said = patient.run(&["--format", "json"]).await;
        let heads: Vec<String> =
            findings(&said, false).into_iter().map(|(_, text)| text.split(": ").next().unwrap().to_owned()).collect();
        assert_eq!(heads, expected, "{bounces} {from}: {}", said.text);
        // SPF is about the envelope, and the From domain must be able to get answers all the same.
        let subjects: Vec<String> = findings(&said, true).into_iter().map(|(subject, _)| subject).collect();
        for subject in [format!("{bounces} SPF"), format!("{bounces} MX"), format!("{from} MX")] {
            assert!(subjects.contains(&subject), "{subject}: {subjects:?}");
        }
        assert!(!subjects.contains(&format!("{from} SPF")));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_server_that_is_away_is_no_fault_of_the_domain() {
    let patient = Patient::new().await;
    patient.configure(SELECTORS);
    let closed = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    for name_server in
        [closed, FakeDns::start("com !SILENT").await.address(), FakeDns::start("example.com !REFUSED").await.address()]
    {
        let said = patient.run_beside(name_server, &["--format", "json"]).await;
        let findings = findings(&said, true);
        assert_eq!((said.code, findings.len()), (0, 1), "{}", said.text);
        assert!(findings[0].1.starts_with("skipped example.com: could not be looked up: "), "{findings:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_from_of_sources_and_providers_is_looked_at_where_it_is_used() {
    let patient = Patient::new().await;
    let port = patient.smtp.port();
    let second = format!(
        "{{id: second, type: smtp, connection_uri: 'smtp://127.0.0.1:{port}/?disable_starttls=true', from_address: 'a@second.org', dkim_selectors: [x]}}"
    );
    let third = format!(
        "{{id: third, type: smtp, connection_uri: 'smtp://127.0.0.1:{port}/?disable_starttls=true', dkim_selectors: [y]}}"
    );
    let auth = "auth: [{id: k, type: api_key, config: {name: A, value: b}}]";
    let subjects = async |more: &str| {
        patient.configure(&format!("courier: {{providers: [{second}, {third}]{more}}}\nsources: {{own: {{{auth}, from_address: 'a@own.org'}}, plain: {{{auth}}}}}"));
        let said = patient.run(&["--format", "json"]).await;
        findings(&said, true).into_iter().map(|(subject, _)| subject).collect::<Vec<_>>()
    };
    for domain in ["second.org", "own.org"] {
        patient.dns.add(&healthy(domain).zone());
    }
    let all = subjects("").await;
    for subject in [
        "example.com DKIM",
        "y._domainkey.example.com",
        "x._domainkey.second.org",
        "own.org DKIM",
        "x._domainkey.own.org",
        "y._domainkey.own.org",
    ] {
        assert!(all.contains(&subject.to_owned()), "{subject}: {all:?}");
    }
    assert!(!all.contains(&"y._domainkey.second.org".to_owned()), "the third has no From of its own");
    let routed = subjects(", routes: [{source: own, lane: codes, providers: [third]}, {source: own, providers: [third]}, {providers: [smtp]}]").await;
    assert!(routed.contains(&"y._domainkey.own.org".to_owned()) && routed.contains(&"example.com DKIM".to_owned()));
    assert!(!routed.iter().any(|subject| subject.contains("second.org") || subject == "own.org DKIM"), "{routed:?}");

    patient.configure("courier: {keep_readable: true, smtp: {connection_uri: 'file:///tmp'}}");
    let stays = patient.run(&["--format", "json"]).await;
    assert_eq!(findings(&stays, true).len(), 1, "{}", stays.text);
    assert!(stays.text.contains("no mail leaves this machine"), "{}", stays.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_read_what_to_publish() {
    let patient = Patient::new().await;
    patient.dns.add(&Case { spf: "", ..healthy("plain.org") }.zone());
    patient.configure(&(SELECTORS.to_owned() + &sources(["plain.org"].into_iter())));
    let said = patient.run(&[]).await;
    for part in [
        "warning  from domain: plain.org SPF\n",
        "change: plain.org. TXT \"v=spf1 include:",
        "good     from domain: plain.org takes mail",
        "good     from domain: s1._domainkey.plain.org is a good key for the signatures of provider smtp",
        "good     from domain: _dmarc.plain.org wants reject for mail that is not aligned, and ours can be",
    ] {
        assert!(said.text.contains(part), "{part}: {}", said.text);
    }
    let (code, _, errors) = crate::server::run(patient.home.path(), &["doctor", "--name-server", "dns.example.org"]);
    assert!(code == 2 && errors.contains("192.0.2.53"), "{errors}");
}
