//! Every text in every language, whole and as it was reviewed.

use crate::mails::{BRANDED, LOCALES, SMS, TEMPLATES, mail, payload, sms, types};
use postrider::domain::Channel;
use postrider::templates::Measure;
use std::fmt::Write as _;

#[test]
fn every_mail_is_there_in_every_language() {
    assert!(types().len() >= 24);
    for name in types() {
        assert_eq!(TEMPLATES.locales(name, Channel::Email), LOCALES, "{name}");
        for locale in LOCALES {
            let rendered = mail(&TEMPLATES, name, locale, |_| ()).rendered;
            let html = rendered.html.unwrap();
            let dir = if ["ar", "he"].contains(&locale) { "rtl" } else { "ltr" };
            assert!(html.contains(&format!("<html lang=\"{locale}\" dir=\"{dir}\"")), "{name} {locale}");
            let sample = payload(name, locale, |_| ());
            if let Some(code) = sample.code() {
                assert!(rendered.subject.contains(code), "{name} {locale}");
                assert_eq!(rendered.text.lines().filter(|line| *line == code).count(), 1, "{name} {locale}");
                assert_eq!(html.matches(&format!(">{code}<")).count(), 1, "{name} {locale}: once as copyable text");
                // What is copied is the code and nothing invisible beside it.
                for part in [&rendered.subject, &rendered.text, &html] {
                    assert!(!part.contains(&format!("\u{2068}{code}")) && !part.contains(&format!("{code}\u{2069}")));
                }
            }
            if let Some(link) = sample.link() {
                assert!(rendered.text.lines().any(|line| line == link), "{name} {locale}");
            }
            let body = html.split_once("<body").unwrap().1;
            for part in [rendered.subject.as_str(), rendered.text.as_str(), body] {
                assert!(!part.contains("{ ") && !part.contains("{$") && !part.contains("{{"), "{name} {locale}");
            }
        }
    }
}

#[test]
fn a_language_leaves_no_english_behind() {
    for locale in LOCALES.into_iter().filter(|locale| *locale != "en") {
        for name in types().into_iter().filter(|name| *name != "stub") {
            let (english, theirs) = (mail(&TEMPLATES, name, "en", |_| ()), mail(&TEMPLATES, name, locale, |_| ()));
            assert_ne!(english.rendered.subject, theirs.rendered.subject, "{name} {locale}");
            let lines: Vec<_> = english.rendered.text.lines().filter(|line| line.contains(' ')).collect();
            let left = theirs.rendered.text.lines().find(|line| lines.contains(line));
            assert_eq!(left, None, "{name} {locale}");
        }
    }
}

#[test]
fn texts_are_as_they_were_reviewed() {
    for locale in LOCALES {
        let mut all = String::new();
        for name in types() {
            let rendered = mail(&BRANDED, name, locale, |_| ()).rendered;
            writeln!(all, "=== {name}\n{}\n\n{}", rendered.subject, rendered.text).unwrap();
        }
        insta::assert_snapshot!(format!("mails-{locale}"), all);
        let mut all = String::new();
        for name in SMS {
            let (short, long) = (sms(&TEMPLATES, name, locale, 60), sms(&BRANDED, name, locale, 15));
            writeln!(all, "=== {name}\n{short}\n{long}").unwrap();
        }
        insta::assert_snapshot!(format!("sms-{locale}"), all);
    }
}

#[test]
fn stretches_of_time_follow_the_language_s_plural() {
    let mut all = String::new();
    for locale in LOCALES {
        for minutes in [1, 2, 3, 5, 11, 15, 22, 60, 120, 300, 1440, 2880, 4320, 14_400, 15_840] {
            let rendered = mail(&TEMPLATES, "recovery_code_valid", locale, |body| {
                body["template_data"]["expires_in_minutes"] = minutes.into();
            });
            let line = rendered.rendered.text.lines().skip_while(|line| *line != "012345").nth(2).unwrap().to_owned();
            let sentence = line.split_inclusive(['.', '。']).next().unwrap();
            writeln!(all, "{locale} {minutes}: {sentence}").unwrap();
        }
    }
    insta::assert_snapshot!("durations", all);
}

#[test]
fn a_text_message_fits() {
    // What can be written in the GSM alphabet is; the others get two parts of 67 UTF-16 units.
    let gsm = ["de", "en", "es", "fr", "it", "nl", "pl"];
    for locale in LOCALES {
        for name in SMS {
            for minutes in [15, 60] {
                let text = sms(&BRANDED, name, locale, minutes);
                let code = name.ends_with("_valid");
                assert!(!code || text.starts_with("012345"), "{locale} {name}: {text}");
                assert!(!code || text.ends_with("\n\n@auth.example.org #012345"), "{locale} {name}: {text}");
                let Measure { gsm: is_gsm, length, parts } = Measure::of(&text);
                // Hour in Polish has an ę when there is one, and its notices have no way around theirs.
                let excused = locale == "pl" && (minutes == 60 || !code);
                assert!(is_gsm || excused || !gsm.contains(&locale), "{locale} {name}: {text}");
                assert!(parts <= if is_gsm { 1 } else { 2 }, "{locale} {name}: {length} as {parts}: {text}");
            }
        }
    }
}
