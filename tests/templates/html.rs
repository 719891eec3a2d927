//! The HTML as a browser and an independent parser read it.

use crate::mails::{BRANDED, LOCALES, TEMPLATES, mail, types};
use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::RcDom;

#[test]
fn every_html_parses_without_an_error_and_is_small() {
    for templates in [&*TEMPLATES, &*BRANDED] {
        for name in types() {
            for locale in LOCALES {
                let html = mail(templates, name, locale, |_| ()).rendered.html.unwrap();
                assert!(html.len() < 36_000, "{name} {locale}: {}", html.len());
                let parsed = html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default()).one(html);
                assert_eq!(*parsed.errors.borrow(), Vec::<String>::new(), "{name} {locale}");
            }
        }
    }
}

#[test]
fn html_is_as_it_was_reviewed() {
    for name in types() {
        insta::assert_snapshot!(format!("html-{name}"), mail(&BRANDED, name, "en", |_| ()).rendered.html.unwrap());
    }
    let arabic = mail(&BRANDED, "verification_code_valid", "ar", |_| ()).rendered.html.unwrap();
    insta::assert_snapshot!("html-verification_code_valid-ar", arabic);
}
