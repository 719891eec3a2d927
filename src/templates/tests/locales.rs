//! Languages: the operator's catalogues and documents for one locale, and what is missing in them.

use super::super::*;
use super::overlay::{directory, with};
use super::{load, sample};
use serde_json::json;

fn speaking(templates: &Templates, name: &str, locale: &str) -> Render {
    let payload =
        sample(templates, name, |json| json["template_data"]["transient_payload"] = json!({"locale": locale}));
    templates.render("default", &payload)
}

#[test]
fn the_reader_s_language_decides_and_is_told() {
    let templates = load(|_| ());
    let render = speaking(&templates, "login_code_valid", "en-GB");
    assert_eq!((render.locale.as_str(), render.locale_reason.as_str()), ("en", "transient_payload.locale: en-GB"));
    assert!(render.rendered.html.unwrap().contains("<html lang=\"en\" dir=\"ltr\""));
}

#[test]
fn one_message_of_the_operator_s_is_enough() {
    let place = directory(&[("locales/en/my.ftl", "greeting-name = Dear { $name },\n".as_bytes())]);
    let templates = with(place.path()).unwrap();
    assert_eq!(templates.warnings(), []);
    let render = speaking(&templates, "login_code_valid", "en");
    assert!(render.rendered.text.starts_with("Dear Ada,\n"));
    assert_eq!(render.source, TemplateSource::Overlay);
}

#[test]
fn a_language_is_offered_only_where_it_is_whole() {
    let shared =
        "greeting-name = Hej { $name },\nfooter-automatic = Automatiskt.\nstub-subject = Test\nstub-body = Prov\n";
    let place = directory(&[("locales/sv/common.ftl", shared.as_bytes())]);
    let templates = with(place.path()).unwrap();
    let render = speaking(&templates, "stub", "sv");
    assert_eq!((render.locale.as_str(), render.source), ("sv", TemplateSource::Overlay));
    assert!(render.rendered.text.contains("Prov"));
    assert_eq!(speaking(&templates, "login_code_valid", "sv").locale, "en");
    assert!(templates.locales("stub", Channel::Email).contains(&"sv".to_owned()));
    assert!(!templates.locales("login_code_valid", Channel::Email).contains(&"sv".to_owned()));
    let told: Vec<_> = templates.warnings().iter().map(ToString::to_string).collect();
    assert!(
        told.contains(
            &"locales/sv/common.ftl: code-note is missing; partials/code-note.text.hbs:5 asks for it".to_owned()
        ),
        "{told:#?}"
    );
}

#[test]
fn a_document_for_one_language_takes_the_place_of_the_general_one() {
    let place = directory(&[
        ("mails/login_code_valid/html.en.hbs", b"<p>{{code}} in English only</p>"),
        ("mails/greeting_card/subject.hbs", b"Card"),
        ("mails/greeting_card/text.hbs", b"A card"),
        ("mails/greeting_card/subject.fr.hbs", b"Carte"),
        ("mails/greeting_card/text.fr.hbs", b"Une carte"),
        ("sms/greeting_card.fr.hbs", b"Une carte"),
    ]);
    let templates = with(place.path()).unwrap();
    let html = speaking(&templates, "login_code_valid", "en").rendered.html.unwrap();
    assert_eq!(html, "<p>012345 in English only</p>");
    let card = |locale: &str, channel: &str| {
        let body = json!({
            "recipient": "u@example.org", "message_type": channel, "template_type": "greeting_card",
            "template_data": {"transient_payload": {"locale": locale}},
        });
        let render = templates.render("default", &CourierPayload::parse(body.to_string().as_bytes()).unwrap());
        (render.rendered.subject, render.rendered.text.trim().to_owned(), render.locale)
    };
    let of = |subject: &str, text: &str, locale: &str| (subject.to_owned(), text.to_owned(), locale.to_owned());
    assert_eq!(card("fr-CA", "email"), of("Carte", "Une carte", "fr"));
    assert_eq!(card("ja", "email"), of("Card", "A card", "en"));
    assert_eq!(card("ja", "sms"), of("", "Une carte", "fr"));
}

#[test]
fn hard_written_words_speak_the_default_language() {
    let place = directory(&[("mails/login_code_valid/text.hbs", "Dein Code: {{code}}".as_bytes())]);
    let options =
        Options { directory: Some(place.path().to_owned()), default_locale: "en".to_owned(), ..Options::default() };
    let templates = Templates::load(options).unwrap();
    assert_eq!(templates.locales("login_code_valid", Channel::Email), ["en"]);
    let unknown = Options { default_locale: "tlh".to_owned(), ..Options::default() };
    let error = Templates::load(unknown).err().unwrap().to_string();
    assert!(error.contains("templates.default_locale: there is no language tlh; there are "), "{error}");
}

#[test]
fn a_default_language_without_a_text_is_refused() {
    let place = directory(&[("locales/sv/common.ftl", b"greeting = Hej\n")]);
    let options =
        Options { directory: Some(place.path().to_owned()), default_locale: "sv".to_owned(), ..Options::default() };
    let error = Templates::load(options).err().unwrap().to_string();
    assert!(error.contains("has no translation in locales/sv/; write one"), "{error}");
}

#[test]
fn slips_that_no_sample_reaches_are_told() {
    let text = "{{#if brand.nam}}{{/if}}{{#if false}}{{t \"gretting\"}}{{t code}}{{t \"greeting-name\"}}{{nme}}{{/if}}{{code}}";
    let place = directory(&[
        ("mails/login_code_valid/text.hbs", text.as_bytes()),
        ("locales/en/my.ftl", b"mine = Mine\ncode-preview = Code { $cod }\n"),
    ]);
    let told: Vec<_> = match with(place.path()) {
        Ok(templates) => templates.warnings().iter().map(ToString::to_string).collect(),
        Err(error) => error.problems.iter().map(ToString::to_string).collect(),
    };
    assert!(told.iter().any(|problem| problem.contains("it prints $cod")), "a sample reaches it: {told:#?}");
    std::fs::write(place.path().join("locales/en/my.ftl"), "mine = Mine\ncode-preview = Code { $code }\n").unwrap();
    let templates = with(place.path()).unwrap();
    let told: Vec<_> = templates.warnings().iter().map(ToString::to_string).collect();
    for expected in [
        "mails/login_code_valid/text.hbs:1:1: there is no value brand.nam; did you mean name?",
        "the key of t must be written out in quotes",
        "there is no value nme; did you mean name?",
        "locales/en/my.ftl: gretting is missing (is it greeting?); mails/login_code_valid/text.hbs:1 asks for it",
        "mails/login_code_valid/text.hbs:1:64: greeting-name prints $name; hand it over: {{t \"greeting-name\" name=…}}",
        "locales/en/my.ftl:1: no template asks for mine; remove it",
    ] {
        assert!(told.iter().any(|problem| problem.contains(expected)), "{expected}\n{told:#?}");
    }
}

#[test]
fn helpers_print_what_they_promise() {
    let place = directory(&[(
        "mails/login_code_valid/text.hbs",
        b"{{code}}|{{code group=3}}|{{mask recipient}}|{{brand}}|{{brand \"footer\"}}|{{default data.none brand.name \"x\"}}|\
          {{duration 120}}|{{datetime \"2026-11-23T08:05:22Z\"}}|{{datetime \"2026-11-23T23:05:22Z\" zone=\"Asia/Tokyo\"}}|\
          {{datetime \"soon\"}}|{{#if (eq channel \"email\")}}mail{{/if}}|{{t \"stub-subject\"}}|{{default data.none \"\"}}|\
          {{#if (eq data.none \"x\")}}a{{else}}b{{/if}}|{{#eq channel \"email\" \"sms\"}}c{{/eq}}|{{or data.none channel}}|\
          {{upper (concat channel \"!\")}}|{{ternary data.none \"a\" \"b\"}}",
    )]);
    let text = speaking(&with(place.path()).unwrap(), "login_code_valid", "en").rendered.text;
    assert_eq!(
        text.trim(),
        "012345|012 345|a***@e***.org|||x|2 hours|23 November 2026, 08:05 UTC|24 November 2026, 08:05 JST|soon|mail|A test message||b|c|email|EMAIL!|b"
    );
    for (wrong, why) in [
        ("{{t \"none-such\"}}{{code}}", "none-such has no translation in locales/en/"),
        ("{{t code}}{{code}}", "its first value is a key in quotes"),
        ("{{t \"greeting-name\" name=data.none}}{{code}}", "data.none is missing"),
        ("{{duration code}}", ""),
        ("{{duration brand}}{{code}}", "a number of whole minutes"),
        ("{{datetime \"2026-11-23T08:05:22Z\" zone=\"Nowhere\"}}{{code}}", "zone is a name such as Europe/Berlin"),
        ("{{code group=0}}{{code}}", "group is a number from 1"),
        ("{{brand \"shoe\"}}{{code}}", "it has name, support_address"),
        ("{{default data.none data.other}}{{code}}", "every value of default is missing"),
        ("{{fail \"not yet\"}}{{code}}", "not yet"),
        ("{{fail code}}{{code}}", "its reason is a text in quotes"),
        ("{{div 1 0}}{{code}}", "div: there is no such number"),
        ("{{url code}}{{code}}", "not an http or https address"),
    ] {
        let place = directory(&[("mails/login_code_valid/text.hbs", wrong.as_bytes())]);
        let error = with(place.path()).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(why), "{wrong}: {error}");
    }
}
