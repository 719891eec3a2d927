//! Samples as messages, in any language.

use postrider::domain::CourierPayload;
use postrider::templates::{Brand, Options, Render, TemplateSource, Templates};
use serde_json::{Value, json};
use std::sync::LazyLock;

pub const LOCALES: [&str; 12] = ["ar", "de", "en", "es", "fr", "he", "it", "ja", "nl", "pl", "pt-BR", "zh-Hans"];
pub const SMS: [&str; 6] = [
    "recovery_code_valid",
    "verification_code_valid",
    "login_code_valid",
    "registration_code_valid",
    "verifiable_address_changed",
    "authenticator_key_added",
];

pub static TEMPLATES: LazyLock<Templates> = LazyLock::new(|| Templates::load(Options::default()).unwrap());
pub static BRANDED: LazyLock<Templates> = LazyLock::new(|| {
    let brand = Brand {
        name: "Example Shop".to_owned(),
        support_address: Some("help@example.org".to_owned()),
        footer: Some("Example Ltd, 1 Example Street".to_owned()),
        domain: Some("auth.example.org".to_owned()),
        colour: Some("#0f766e".to_owned()),
        logo_file: Some(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/logo.png").into()),
    };
    Templates::load(Options { brand, ..Options::default() }).unwrap()
});

pub fn types() -> Vec<&'static str> {
    TEMPLATES.types().collect()
}

pub fn payload(name: &str, locale: &str, change: impl FnOnce(&mut Value)) -> CourierPayload {
    let mut body: Value = serde_json::from_str(TEMPLATES.sample(name).unwrap()).unwrap();
    body["template_data"]["transient_payload"] = json!({ "locale": locale });
    change(&mut body);
    CourierPayload::parse(body.to_string().as_bytes()).unwrap()
}

/// Renders a sample, which must not fall back to anything.
pub fn mail(templates: &Templates, name: &str, locale: &str, change: impl FnOnce(&mut Value)) -> Render {
    let render = templates.render("default", &payload(name, locale, change));
    assert_eq!((render.source, render.fallback), (TemplateSource::BuiltIn, None), "{name} {locale}");
    assert_eq!(render.locale, locale, "{name}");
    render
}

pub fn sms(templates: &Templates, name: &str, locale: &str, minutes: u64) -> String {
    let render = mail(templates, name, locale, |body| {
        body["message_type"] = "sms".into();
        body["template_data"]["expires_in_minutes"] = minutes.into();
    });
    render.rendered.text
}
