//! Mails to look at before anybody gets them: a sample in one language, and its HTML as a page of
//! its own that a browser shows alone, in light or in dark.

use super::{Render, TemplateSource, Templates};
use crate::domain::{Channel, CourierPayload, Picture, mask};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// What to look at.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Whose brand.
    pub source: &'a str,
    /// The mail type.
    pub name: &'a str,
    /// As a mail or as a text message.
    pub channel: Channel,
    /// In which language; none: the one that the body asks for.
    pub locale: Option<&'a str>,
    /// Which sample; empty for the first.
    pub sample: &'a str,
    /// A body as Kratos posts it, in place of a sample.
    pub body: Option<&'a Value>,
}

/// A mail type in a channel, and what there is of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The mail type.
    pub name: String,
    /// Mail or text message.
    pub channel: Channel,
    /// The languages.
    pub locales: Vec<String>,
    /// The samples; the first one's name is empty.
    pub samples: Vec<String>,
    /// Whose files it is rendered from in the default language.
    pub source: TemplateSource,
}

impl Templates {
    /// Everything that can be rendered.
    pub fn list(&self) -> Vec<Listed> {
        let set = self.overlay.as_ref().unwrap_or(&self.built_in);
        let listed = set.all().filter(|(_, _, tags)| !tags.is_empty()).map(|(name, channel, tags)| {
            let shown = super::locale::choose(&[], tags, &self.options.default_locale).locale;
            let by_kratos = self.options.in_kratos_words(name);
            let source = match (by_kratos, self.overlay.as_ref().is_some_and(|set| set.overlaid(name, channel, &shown)))
            {
                (true, _) => TemplateSource::Kratos,
                (false, true) => TemplateSource::Overlay,
                (false, false) => TemplateSource::BuiltIn,
            };
            Listed {
                name: name.to_owned(),
                channel,
                locales: tags.iter().map(ToString::to_string).collect(),
                samples: self.samples(name).map(|(variant, _)| variant.to_owned()).collect(),
                source,
            }
        });
        listed.collect()
    }

    /// Renders what is wanted, or says what there is instead.
    pub fn preview(&self, wanted: &Wanted<'_>) -> Result<Render, String> {
        let mut body = match wanted.body {
            Some(body) => body.clone(),
            None => self.sample_body(wanted)?,
        };
        let fields = body.as_object_mut().ok_or("the body is no JSON object")?;
        fields.insert("template_type".to_owned(), json!(wanted.name));
        fields.insert("message_type".to_owned(), json!(wanted.channel));
        if let Some(locale) = wanted.locale {
            let transient = within(fields, "template_data").and_then(|data| within(data, "transient_payload"));
            transient.ok_or("template_data is no object")?.insert("locale".to_owned(), json!(locale));
        }
        let payload = CourierPayload::parse(body.to_string().as_bytes()).map_err(|error| error.to_string())?;
        Ok(self.render(wanted.source, &payload))
    }

    /// The HTML as a page that needs nothing beside it: the logo inside, dark or light whatever the
    /// reader's system says.
    pub fn alone(&self, render: &Render, dark: bool) -> Option<String> {
        let mut html = render.rendered.html.clone()?;
        for logo in self.logos() {
            let reference = format!("cid:{}", Picture::content_id(&logo.name));
            if html.contains(&reference) {
                html = html.replace(&reference, &inside(&logo));
            }
        }
        let query = if dark { "(min-width: 0)" } else { "(max-width: 0)" };
        Some(html.replace("(prefers-color-scheme: dark)", query))
    }

    fn sample_body(&self, wanted: &Wanted<'_>) -> Result<Value, String> {
        let of_type: Vec<(&str, &str)> = self.samples(wanted.name).collect();
        let found = of_type.iter().find(|(variant, _)| *variant == wanted.sample);
        let Some((_, json)) = found else {
            let named = |names: Vec<&str>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            return Err(if of_type.is_empty() {
                format!(
                    "there is no sample of {}; there are: {}",
                    mask_name(wanted.name),
                    named(self.types().collect())
                )
            } else {
                let others =
                    of_type.iter().map(|(variant, _)| *variant).filter(|variant| !variant.is_empty()).collect();
                format!("{} has no such sample; besides the first there are: {}", wanted.name, named(others))
            });
        };
        serde_json::from_str(json).map_err(|error| format!("the sample is no JSON: {error}"))
    }
}

/// An object within an object, made where there is none.
fn within<'a>(fields: &'a mut Map<String, Value>, name: &str) -> Option<&'a mut Map<String, Value>> {
    let value = fields.entry(name).or_insert(Value::Null);
    if value.is_null() {
        *value = json!({});
    }
    value.as_object_mut()
}

/// A name that somebody typed, unless it could be an address.
fn mask_name(name: &str) -> String {
    if name.contains('@') { mask(name) } else { name.chars().take(64).collect() }
}

/// A picture as a `data:` address (RFC 2397), each byte written out.
fn inside(picture: &Picture) -> String {
    let mut address = format!("data:{},", picture.media_type);
    for byte in &picture.bytes {
        // Nothing goes wrong when writing into a String.
        let _written = write!(address, "%{byte:02X}");
    }
    address
}
