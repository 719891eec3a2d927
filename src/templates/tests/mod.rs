//! The built-in templates: every type renders whole, light and harmless.

mod hostile;
mod imported;
mod inspect;
mod locales;
pub(super) mod overlay;
mod whole;

use super::*;
use crate::domain::TemplateType;
use serde_json::Value;

/// Words that only a visitor can have written.
const HOSTILE: &str = "https://evil.example/win <b>CLICK</b>";

pub(super) fn load(change: impl FnOnce(&mut Options)) -> Templates {
    let mut options = Options::default();
    change(&mut options);
    Templates::load(options).unwrap()
}

pub(super) fn sample(templates: &Templates, name: &str, change: impl FnOnce(&mut Value)) -> CourierPayload {
    let mut json: Value = serde_json::from_str(templates.sample(name).unwrap()).unwrap();
    change(&mut json);
    CourierPayload::parse(json.to_string().as_bytes()).unwrap()
}

fn branded() -> Templates {
    load(|options| {
        options.brand = Brand {
            name: "O'Brien & <Co>".to_owned(),
            support_address: Some("help@example.org".to_owned()),
            footer: Some("Example Ltd\n1 Example Street".to_owned()),
            ..Brand::default()
        };
    })
}

fn mails() -> impl Iterator<Item = &'static str> {
    TemplateType::all().iter().map(|row| row.name).filter(|name| *name != "otp")
}

#[test]
fn every_type_renders_with_its_code_and_link() {
    for templates in [load(|_| ()), branded()] {
        for name in mails() {
            let payload = sample(&templates, name, |_| ());
            let render = templates.render("default", &payload);
            assert_eq!((render.source, render.fallback), (TemplateSource::BuiltIn, None), "{name}");
            let html = render.rendered.html.unwrap();
            if let Some(code) = payload.code() {
                assert!(render.rendered.text.lines().any(|line| line == code), "{name}");
                assert!(html.contains(&format!(">{code}<")), "{name}");
                assert!(render.rendered.subject.starts_with("Use code 012345 to "), "{name}");
            }
            if let Some(link) = payload.link() {
                assert!(render.rendered.text.lines().any(|line| line == link), "{name}");
                assert!(html.matches(&handlebars::html_escape(link)).count() >= 2, "{name}: as href and as text");
            }
            assert!(!render.rendered.text.contains("{{") && !html.contains("{{"), "{name}");
            assert!(!render.rendered.text.contains('<') || render.rendered.text.contains("O'Brien & <Co>"), "{name}");
            assert!(!html.contains("<Co>"), "{name}");
        }
    }
}

#[test]
fn subjects_are_kratos_s_unless_the_code_is_unwanted() {
    let (with, without) = (load(|_| ()), load(|options| options.code_in_subject = false));
    for name in mails() {
        let payload = sample(&with, name, |_| ());
        let kratos = payload.subject.expose().trim_end_matches('.').to_owned();
        assert_eq!(with.render("default", &payload).rendered.subject, kratos, "{name}");
        let render = without.render("default", &payload).rendered;
        assert!(!render.subject.is_empty() && !render.subject.contains("012345"), "{name}");
        let html = render.html.unwrap();
        let preview = html.split_once("&#847;").unwrap().0;
        assert!(!preview.contains("012345"), "{name}: the preview shows what the subject must not");
    }
}

#[test]
fn our_own_mails_read_well_without_a_link_and_say_who_can_help() {
    let (templates, branded) = (load(|_| ()), branded());
    for (name, nobody) in [("admin_recovery_code", "your administrator."), ("invite", "whoever invited you")] {
        let bare = |json: &mut Value| drop(json["template_data"].as_object_mut().unwrap().remove("recovery_link"));
        let render = templates.render("default", &sample(&templates, name, bare));
        assert_eq!(render.fallback, None, "{name}");
        assert!(render.rendered.text.contains("012345") && !render.rendered.text.contains("this page"), "{name}");
        assert!(render.rendered.text.contains(nobody) && render.rendered.html.unwrap().contains(nobody), "{name}");
        let named = branded.render("default", &sample(&branded, name, |_| ())).rendered;
        assert!(named.text.matches("help@example.org").count() >= 2 && !named.text.contains(nobody), "{name}");
    }
}

#[test]
fn html_is_light_local_and_balanced() {
    let templates = branded();
    for name in mails() {
        let html = templates.render("default", &sample(&templates, name, |_| ())).rendered.html.unwrap();
        assert!(html.len() < 36_000, "{name}: {}", html.len());
        for remote in
            ["<img", "<script", "<link", "@import", "@font-face", "url(", "src=", "background=", "<form", "<svg"]
        {
            assert!(!html.to_lowercase().contains(remote), "{name}: {remote}");
        }
        for needed in [
            "lang=\"en\"",
            "dir=\"ltr\"",
            "charset=\"utf-8\"",
            "color-scheme",
            "prefers-color-scheme: dark",
            "width=device-width",
            "<title>",
        ] {
            assert!(html.contains(needed), "{name}: {needed}");
        }
        for table in html.split("<table").skip(1) {
            assert!(table.starts_with(" role=\"presentation\""), "{name}");
        }
        assert_balanced(name, &html);
    }
}

/// Every tag that opens also closes, in order.
fn assert_balanced(name: &str, html: &str) {
    let mut open = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").unwrap().1;
            continue;
        }
        let (tag, next) = after.split_once('>').unwrap();
        rest = next;
        let word = tag.split([' ', '\n']).next().unwrap();
        if let Some(closing) = word.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closing), "{name}");
        } else if !matches!(word, "!doctype" | "meta" | "br" | "hr") {
            open.push(word);
        }
    }
    assert!(open.is_empty(), "{name}: {open:?}");
}

#[test]
fn a_name_is_greeted_harmlessly_where_it_is_the_person_s_own() {
    let templates = load(|_| ());
    let named = |name: Value| {
        let payload =
            sample(&templates, "login_code_valid", |json| json["template_data"]["identity"]["traits"]["name"] = name);
        templates.render("default", &payload).rendered
    };
    let script = named("<script>alert(1)</script>".into());
    assert!(script.html.unwrap().contains("Hello &lt;script&gt;alert(1)&lt;script&gt;,"));
    assert!(script.text.starts_with("Hello <script>alert(1)<script>,\n"));
    let brien = named(serde_json::json!({"first": "O'Brien & Co\u{202e}\r\nBcc: x"}));
    assert!(brien.html.unwrap().contains("Hello O&#x27;Brien &amp; Co Bcc x,"));
    assert!(brien.text.starts_with("Hello O'Brien & Co Bcc x,\n"));
    let link = named("https://evil.example/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".into());
    assert!(
        link.text.starts_with("Hello httpsevilexampleaaaaaaaaaaaaaaaaaaaaaaaaa,\n")
            || link.text.lines().next().unwrap().len() <= 47
    );
    assert!(!link.text.contains("evil.example"));
    for nobody in [Value::Null, 7.into(), "".into(), "///".into(), serde_json::json!([])] {
        assert!(named(nobody).text.starts_with("Hello,\n"));
    }
}

#[test]
fn what_strangers_write_appears_in_no_mail_that_they_can_cause() {
    let templates = load(|_| ());
    for row in TemplateType::all().iter().filter(|row| row.stranger && row.name != "otp") {
        for channel in ["email", "sms"] {
            let payload = sample(&templates, row.name, |json| {
                json["message_type"] = channel.into();
                let data = &mut json["template_data"];
                let traits = serde_json::json!({"email": HOSTILE, "name": {"first": HOSTILE}, HOSTILE: HOSTILE});
                data["transient_payload"] = serde_json::json!({"name": HOSTILE, "locale": HOSTILE});
                data["traits"] = traits.clone();
                data["identity"] = serde_json::json!({"traits": traits, "metadata_public": {"x": HOSTILE}});
                data["request_url_domain"] = HOSTILE.into();
                data["request_url"] = HOSTILE.into();
            });
            let Rendered { subject, text, html } = templates.render("default", &payload).rendered;
            for part in [subject, text, html.unwrap_or_default()] {
                assert!(!part.contains("evil") && !part.contains("CLICK"), "{} {channel}", row.name);
            }
        }
    }
}

#[test]
fn times_and_optional_values_are_printed_only_if_known() {
    let templates = load(|_| ());
    let expires = |minutes: Value| {
        let payload =
            sample(&templates, "recovery_code_valid", |json| json["template_data"]["expires_in_minutes"] = minutes);
        templates.render("default", &payload).rendered.text
    };
    assert!(expires(60.into()).contains("valid for 1 hour."));
    assert!(expires(0.into()).contains("valid for 1 minute."));
    assert!(!expires(Value::Null).contains("valid for"));
    let payload =
        sample(&templates, "verification_code_valid", |json| json["template_data"]["verification_url"] = Value::Null);
    let render = templates.render("default", &payload);
    assert!(render.fallback.is_none() && !render.rendered.html.unwrap().contains("href"));
}

#[test]
fn values_carry_no_control_characters() {
    let templates = load(|_| ());
    let payload = sample(&templates, "login_code_valid", |json| {
        json["template_data"]["login_code"] = "01\u{0}23\u{9b}45\r\nBcc: x".into();
    });
    let Rendered { subject, text, html } = templates.render("default", &payload).rendered;
    assert_eq!(subject, "Use code 012345 Bcc: x to log in");
    for part in [text, html.unwrap()] {
        assert!(!part.chars().any(|c| c.is_control() && c != '\n'));
    }
}

#[test]
fn text_messages_are_short() {
    let templates = load(|options| {
        let (name, domain) = ("Example Shop".to_owned(), Some("auth.example.org".to_owned()));
        options.brand = Brand { name, domain, ..Brand::default() };
    });
    for name in ["recovery_code_valid", "verification_code_valid", "login_code_valid", "registration_code_valid"] {
        let payload = sample(&templates, name, |json| {
            json["message_type"] = "sms".into();
            // Whoever asks Kratos by a host name of his own must not bind the code to it.
            json["template_data"]["request_url_domain"] = "evil.example".into();
        });
        let render = templates.render("default", &payload);
        assert_eq!((render.source, render.fallback), (TemplateSource::BuiltIn, None));
        assert!(render.rendered.text.starts_with("012345 is your Example Shop "));
        assert!(render.rendered.text.ends_with("\n\n@auth.example.org #012345"), "{}", render.rendered.text);
        assert!(render.rendered.text.is_ascii() && render.rendered.text.len() <= 160, "{}", render.rendered.text.len());
        assert!(render.rendered.html.is_none() && render.rendered.subject.is_empty());
    }
    for name in ["verifiable_address_changed", "authenticator_key_added"] {
        let render = templates.render("default", &sample(&templates, name, |json| json["message_type"] = "sms".into()));
        assert_eq!((render.source, render.fallback), (TemplateSource::BuiltIn, None));
        assert!(render.rendered.text.starts_with("Example Shop: ") && render.rendered.text.len() <= 160);
    }
    let notice = sample(&templates, "password_changed", |json| json["message_type"] = "sms".into());
    let render = templates.render("default", &notice);
    assert_eq!((render.source, render.fallback), (TemplateSource::Kratos, None));
}

#[test]
fn kratos_s_own_words_are_used_where_ours_cannot() {
    let templates = load(|options| {
        options.kratos_types.insert("stub".to_owned());
    });
    let of = |json: &str| templates.render("default", &CourierPayload::parse(json.as_bytes()).unwrap());
    let unknown = of(
        r#"{"recipient":"u@example.org","template_type":"brand_new","subject":"A\r\nBcc: b","body":"Text","html_body":"<p>x"}"#,
    );
    assert_eq!((unknown.source, unknown.fallback), (TemplateSource::Kratos, Some("unknown_type")));
    assert_eq!((unknown.rendered.subject.as_str(), unknown.rendered.text.as_str()), ("A Bcc: b", "Text"));
    assert_eq!(unknown.rendered.html.as_deref(), Some("<p>x"));
    let default_body = of(
        r#"{"recipient":"u@example.org","template_type":"login_code_valid","subject":"Use code 1","body":"Code 1"}"#,
    );
    assert_eq!((default_body.fallback, default_body.rendered.text.as_str()), (Some("missing_code"), "Code 1"));
    assert!(default_body.rendered.html.is_none());
    let no_link = of(r#"{"recipient":"u@example.org","template_type":"recovery_valid","subject":"s","body":"b"}"#);
    assert_eq!(no_link.fallback, Some("missing_link"));
    let odd_link = of(
        r#"{"recipient":"u@example.org","template_type":"recovery_valid","subject":"s","body":"b","template_data":{"recovery_url":"javascript:alert(1)"}}"#,
    );
    assert_eq!((odd_link.source, odd_link.fallback), (TemplateSource::Kratos, Some("built_in_failed")));
    let configured = of(r#"{"recipient":"u@example.org","template_type":"stub","subject":"s","body":"b"}"#);
    assert_eq!((configured.source, configured.fallback), (TemplateSource::Kratos, None));
    let bare_sms = of(r#"{"from":"+1555","to":"+12025550123","body":"Your code is 123456"}"#);
    assert_eq!((bare_sms.rendered.text.as_str(), bare_sms.fallback), ("Your code is 123456", None));
}
