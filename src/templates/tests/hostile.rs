//! Whatever a payload holds, it stays text: it opens no tag, no attribute, no header line, no
//! expression and no helper.

use super::super::*;
use super::{load, sample};
use crate::domain::TemplateType;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

static OURS: LazyLock<Templates> = LazyLock::new(|| load(|options| options.brand.name = "Shop".to_owned()));

/// Puts a text everywhere in a sample where a person or a program can have written it.
fn laced(name: &str, text: &str, locale: &str) -> CourierPayload {
    sample(&OURS, name, |json| {
        let data = &mut json["template_data"];
        for key in ["recovery_code", "verification_code", "login_code", "registration_code"] {
            if data.get(key).is_some() {
                data[key] = text.into();
            }
        }
        for key in ["device", "place", "method", "address", "time", "changed_at", "added_at", "request_url_domain"] {
            data[key] = text.into();
        }
        let traits = json!({"email": text, "name": {"first": text}, "zoneinfo": text});
        data["identity"] = json!({"traits": traits});
        data["oauth2_login_request"] = json!({"client": {"client_name": text, "client_id": text}});
        data["transient_payload"] = json!({"locale": locale, "name": text});
        json["recipient"] = format!("{text}@example.org").into();
    })
}

fn marks(html: &str) -> [usize; 4] {
    ['<', '>', '"', '\''].map(|mark| html.matches(mark).count())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_value_becomes_markup(text in "[<>&\"'{}=/\\\\#$ \r\n\ta-z0-9:;!-]{1,24}|\\{\\{(t|url|code|> code|#if x|\\{x\\})[ a-z\"]{0,9}\\}\\}|\\PC{1,12}", rtl: bool) {
        prop_assume!(!text.trim().is_empty() && !clean::line(&text).is_empty());
        let locale = if rtl { "ar" } else { "en" };
        for row in TemplateType::all().iter().filter(|row| row.name != "otp") {
            let plain = OURS.render("default", &laced(row.name, "plain", locale));
            let render = OURS.render("default", &laced(row.name, &text, locale));
            if render.source == TemplateSource::Kratos {
                continue; // a code of blanks alone is none
            }
            prop_assert!(!render.rendered.subject.contains(|c: char| c.is_control()));
            let (ours, theirs) = (plain.rendered.html.unwrap(), render.rendered.html.unwrap());
            let greeted = clean::name(&text).is_some();
            if greeted {
                prop_assert_eq!(marks(&ours), marks(&theirs), "{}", row.name);
            }
            prop_assert!(!theirs.contains("</script") && !render.rendered.text.contains('\r'));
        }
    }
}

#[test]
fn an_expression_in_a_value_is_printed_and_not_run() {
    for text in ["{{code}}", "{{t \"greeting\"}}", "{ $code }", "{ -brand }", "{{> footer}}"] {
        let payload = sample(&OURS, "login_code_valid", |json| {
            json["template_data"]["identity"]["traits"]["name"] = Value::from(text);
        });
        let render = OURS.render("default", &payload).rendered;
        let greeted = clean::name(text).unwrap();
        assert!(render.text.starts_with(&format!("Hello {greeted},\n")), "{}", render.text);
        assert!(render.html.unwrap().contains(&format!("Hello {},", handlebars::html_escape(&greeted))));
    }
}
