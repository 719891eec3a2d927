//! Which language a reader gets: the chain of wishes that a payload holds (design part 5), and the
//! negotiation of one wish with what there is.

use crate::domain::CourierPayload;
use fluent_langneg::{NegotiationStrategy, negotiate_languages};
use serde_json::Value;
use unic_langid::{CharacterDirection, LanguageIdentifier};

/// Longer tags are nonsense.
const LONGEST_TAG: usize = 35;
/// Of an `Accept-Language` so much is read.
const LONGEST_HEADER: usize = 1_000;

/// One language that the payload asks for, and where.
pub(super) struct Wish {
    place: String,
    tag: LanguageIdentifier,
}

/// The language of a mail, and which link of the chain decided.
pub(super) struct Choice {
    pub(super) locale: String,
    pub(super) reason: String,
}

/// Reads a tag: `de-CH`, also `de_CH.UTF-8` and the old `iw`.
pub(super) fn parse(text: &str) -> Option<LanguageIdentifier> {
    let text = text.trim().split(['.', '@']).next().unwrap_or_default();
    if text.is_empty() || text.len() > LONGEST_TAG {
        return None;
    }
    let mut tag: LanguageIdentifier = text.parse().ok()?;
    if tag.language.as_str() == "iw" {
        tag.language = "he".parse().ok()?;
    }
    (!tag.language.is_empty()).then_some(tag)
}

/// `ltr` or `rtl`.
pub(super) fn direction(tag: &LanguageIdentifier) -> &'static str {
    if tag.character_direction() == CharacterDirection::RTL { "rtl" } else { "ltr" }
}

/// What the payload asks for, strongest first: the client's own word, the identity's traits, its
/// public metadata, the browser.
pub(super) fn wishes(payload: &CourierPayload, traits: &[String]) -> Vec<Wish> {
    let data = payload.data();
    let mut wishes = Vec::new();
    let mut wish = |place: String, value: Option<&Value>| {
        if let Some(tag) = value.and_then(Value::as_str).and_then(parse) {
            wishes.push(Wish { place, tag });
        }
    };
    let transient = data.get("transient_payload");
    wish("transient_payload.locale".to_owned(), transient.and_then(|transient| transient.get("locale")));
    let identity = data.get("identity");
    // A registration has the traits beside the identity, by SMS instead of it (contract 1.6).
    let own = identity.and_then(|identity| identity.get("traits")).or_else(|| data.get("traits")).or(identity);
    let public = identity.and_then(|identity| identity.get("metadata_public"));
    for (place, map) in [("traits", own), ("metadata_public", public)] {
        for path in traits {
            let found = map.and_then(|map| path.split('.').try_fold(map, |value, key| value.get(key)));
            wish(format!("{place}.{path}"), found);
        }
    }
    let accepted = payload.request_header("Accept-Language").map(accepted).unwrap_or_default();
    wishes.extend(accepted.into_iter().map(|tag| Wish { place: "Accept-Language".to_owned(), tag }));
    wishes
}

/// An `Accept-Language` in the order of its q-values; `q=0` means no.
fn accepted(header: &str) -> Vec<LanguageIdentifier> {
    let header = header.get(..header.len().min(LONGEST_HEADER)).unwrap_or_default();
    let mut ranges: Vec<(f32, LanguageIdentifier)> = header
        .split(',')
        .filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next()?;
            let q = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            let q = q.map_or(Some(1.0), |q| q.trim().parse::<f32>().ok())?;
            Some((q, parse(tag).filter(|_| q > 0.0 && q <= 1.0)?))
        })
        .collect();
    ranges.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    ranges.into_iter().map(|(_, tag)| tag).collect()
}

/// The first wish that can be met decides, else the default, else what there is.
pub(super) fn choose(wishes: &[Wish], available: &[LanguageIdentifier], default: &str) -> Choice {
    for Wish { place, tag } in wishes {
        if let Some(found) = best(tag, available) {
            return Choice { locale: found.to_string(), reason: format!("{place}: {tag}") };
        }
    }
    let unmet = wishes.first().map_or_else(String::new, |Wish { place, tag }| format!(" (no {tag}, {place})"));
    let fitting = parse(default).and_then(|default| best(&default, available));
    let fitting = fitting.or_else(|| available.iter().find(|tag| tag.to_string() == super::options::BUILT_IN_LOCALE));
    let locale = fitting.or_else(|| available.first()).map_or_else(|| default.to_owned(), ToString::to_string);
    Choice { locale, reason: format!("default_locale{unmet}") }
}

/// The same language in the nearest script and region; a reader of `zh-TW` would rather read
/// `zh-Hans` than another language.
fn best<'a>(wish: &LanguageIdentifier, available: &'a [LanguageIdentifier]) -> Option<&'a LanguageIdentifier> {
    let exact = available.iter().find(|tag| *tag == wish);
    let nearest = || {
        let found = negotiate_languages(std::slice::from_ref(wish), available, None, NegotiationStrategy::Lookup);
        found.first().copied()
    };
    exact.or_else(nearest).or_else(|| available.iter().find(|tag| tag.language == wish.language))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const OURS: &[&str] = &["ar", "de", "en", "es", "fr", "he", "it", "ja", "nl", "pl", "pt-BR", "zh-Hans"];

    fn tags(of: &[&str]) -> Vec<LanguageIdentifier> {
        of.iter().map(|tag| parse(tag).unwrap()).collect()
    }

    fn negotiated(wish: &str, available: &[&str]) -> Option<String> {
        best(&parse(wish)?, &tags(available)).map(ToString::to_string)
    }

    fn chosen(payload: &Value, default: &str) -> (String, String) {
        let payload = CourierPayload::parse(payload.to_string().as_bytes()).unwrap();
        let traits = ["locale", "preferences.language"].map(str::to_owned);
        let Choice { locale, reason } = choose(&wishes(&payload, &traits), &tags(OURS), default);
        (locale, reason)
    }

    #[test]
    fn a_wish_finds_the_nearest_there_is() {
        for (wish, expected) in [
            ("de", "de"),
            ("de-CH", "de"),
            ("DE_at.UTF-8", "de"),
            ("en-GB", "en"),
            ("es-419", "es"),
            ("iw-IL", "he"),
            ("pt", "pt-BR"),
            ("pt-PT", "pt-BR"),
            ("zh", "zh-Hans"),
            ("zh-CN", "zh-Hans"),
            ("zh-TW", "zh-Hans"),
            ("zh-Hant-HK", "zh-Hans"),
        ] {
            assert_eq!(negotiated(wish, OURS).as_deref(), Some(expected), "{wish}");
        }
        assert_eq!(negotiated("zh-TW", &["en", "zh-Hans", "zh-Hant"]).as_deref(), Some("zh-Hant"));
        assert_eq!(negotiated("pt-PT", &["pt-BR", "pt-PT"]).as_deref(), Some("pt-PT"));
        for unknown in ["sv", "und", "*", "", "x", "german", "de-CH-and-much-more-than-any-tag-ever-had"] {
            assert_eq!(negotiated(unknown, OURS), None, "{unknown}");
        }
    }

    #[test]
    fn the_chain_is_followed_link_by_link() {
        let mut payload = json!({
            "recipient": "u@example.org",
            "template_type": "login_code_valid",
            "template_data": {
                "transient_payload": {"locale": "de-CH"},
                "identity": {
                    "traits": {"locale": "sv", "preferences": {"language": "fr"}},
                    "metadata_public": {"locale": "pt"},
                },
            },
            "request_headers": {"Accept-Language": ["nl;q=0.2, fi, ja;q=0.9, it;q=0"]},
        });
        let steps = [
            ("/template_data/transient_payload/locale", "de", "transient_payload.locale: de-CH"),
            ("/template_data/identity/traits/preferences/language", "fr", "traits.preferences.language: fr"),
            ("/template_data/identity/metadata_public/locale", "pt-BR", "metadata_public.locale: pt"),
            ("/request_headers/Accept-Language", "ja", "Accept-Language: ja"),
        ];
        for (place, locale, reason) in steps {
            assert_eq!(chosen(&payload, "es"), (locale.to_owned(), reason.to_owned()));
            *payload.pointer_mut(place).unwrap() = Value::Null;
        }
        assert_eq!(chosen(&payload, "es"), ("es".to_owned(), "default_locale (no sv, traits.locale)".to_owned()));
        payload["template_data"] = json!({"traits": {"locale": "pl"}});
        assert_eq!(chosen(&payload, "es"), ("pl".to_owned(), "traits.locale: pl".to_owned()));
        payload["template_data"] = json!({"identity": {"locale": "he"}});
        assert_eq!(chosen(&payload, "es").0, "he");
        payload["template_data"] = json!({});
        assert_eq!(chosen(&payload, "fi"), ("en".to_owned(), "default_locale".to_owned()));
    }

    #[test]
    fn q_values_are_honoured() {
        let order = |header| accepted(header).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(order("fr-CA;q=0.2, de"), ["de", "fr-CA"]);
        assert_eq!(order("de;q=0.5,*;q=0.1, en ; q=0.7,fr;q=x,nl;q=2,it;q=0"), ["en", "de"]);
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_choice(text in any::<String>()) {
            let payload = json!({
                "recipient": "u@example.org",
                "template_data": {"transient_payload": {"locale": text}, "traits": {"locale": text}},
                "request_headers": {"Accept-Language": [text]},
            });
            let (locale, reason) = chosen(&payload, "en");
            prop_assert!(OURS.contains(&locale.as_str()));
            prop_assert!(reason.is_ascii() && reason.len() < 120);
        }
    }
}
