//! Devices and places in plain words. What a browser says of itself is written by a stranger: only
//! words of our own tables are printed.

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

/// What a proxy says about the place, if it is nothing but letters: a country or a town.
pub(super) fn place(said: &str) -> Option<String> {
    let fine = said.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | ',' | '-' | '\''));
    // Cloudflare's words for «unknown» and «Tor»
    (fine && !said.is_empty() && said.chars().count() <= 40 && !matches!(said, "XX" | "T1")).then(|| said.to_owned())
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
    }

    #[test]
    fn a_place_is_letters_for_the_reader() {
        for good in ["DE", "Zürich", "St. Gallen".replace('.', "").as_str(), "Val-d'Or, CA"] {
            assert_eq!(place(good).as_deref(), Some(good));
        }
        let long = "x".repeat(41);
        for unknown in ["XX", "T1", "visit evil.example", "http://x", "a\r\nb", long.as_str(), ""] {
            assert_eq!(place(unknown), None, "{unknown}");
        }
    }
}
