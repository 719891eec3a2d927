//! Devices and places in plain words, and as what is compared with those seen before. What a
//! browser says of itself is written by a stranger: only words of our own tables are printed.

use crate::domain::{Action, Secret};
use std::net::IpAddr;

/// Browsers and apps by the mark that they leave, the more special one first.
const PROGRAMS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];

/// Systems by their mark, the more special one first.
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
];

/// `Firefox, Windows`; none if we know neither.
pub(super) fn in_words(user_agent: &str) -> Option<String> {
    let of = |table: &[(&str, &'static str)]| {
        table.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, word)| *word)
    };
    let words: Vec<_> = [of(PROGRAMS), of(SYSTEMS)].into_iter().flatten().collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// A browser after its update is the same device: digits and dots do not count.
pub(super) fn same_device(user_agent: &str) -> String {
    user_agent.chars().filter(|c| !c.is_ascii_digit() && *c != '.' && *c != '_').take(400).collect()
}

/// The network that an address is in: /24, or /48 for IPv6.
pub(super) fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

/// What a proxy says about the place, if it is nothing but letters: a country or a town.
pub(super) fn place(action: &Action) -> Option<String> {
    let said = action.place.as_ref().map(Secret::expose)?;
    let fine = said.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | ',' | '-' | '\''));
    // Cloudflare's words for «unknown» and «Tor»
    (fine && said.chars().count() <= 40 && !matches!(said.as_str(), "XX" | "T1")).then(|| said.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_named_in_our_words_only() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36";
        for (agent, words) in [
            (chrome, Some("Chrome, Windows")),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0", Some("Firefox, Linux")),
            ("ExampleApp/4.2 (iPhone; iOS 19.1)", Some("iPhone")),
            ("<b>visit evil.example</b>", None),
            ("", None),
        ] {
            assert_eq!(in_words(agent).as_deref(), words, "{agent}");
        }
        assert_eq!(same_device(chrome), same_device(&chrome.replace("129", "130")));
        assert_ne!(same_device(chrome), same_device("curl/8"));
    }

    #[test]
    fn a_place_is_a_network_for_us_and_letters_for_the_reader() {
        assert_eq!(network("203.0.113.7".parse().unwrap()), network("203.0.113.99".parse().unwrap()));
        assert_eq!(network("::ffff:203.0.113.7".parse().unwrap()), "203.0.113.0/24");
        assert_eq!(network("2001:db8:1:2::1".parse().unwrap()), "2001:db8:1::/48");
        let said = |place: &str| {
            let body = serde_json::json!({"request_headers": {"Cf-Ipcountry": [place]}});
            super::place(&Action::parse(body.to_string().as_bytes()).unwrap())
        };
        assert_eq!(said("DE").as_deref(), Some("DE"));
        for unknown in ["XX", "visit evil.example", "http://x", ""] {
            assert_eq!(said(unknown), None, "{unknown}");
        }
    }
}
