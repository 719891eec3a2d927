//! How mails look for one brand, as templates print it: names cleaned, colours legible whatever the
//! brand's is, the logo read.

use super::colour::{Colour, SHAPE, TEXT};
use super::error::Problem;
use super::logo::{self, Logo};
use super::{Brand, Options, clean};
use crate::domain::{CourierPayload, Picture};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What templates may print of a brand.
pub(super) const FIELDS: &[&str] = &[
    "name",
    "support_address",
    "footer",
    "domain",
    "colour",
    "ink",
    "edge",
    "link",
    "dark_colour",
    "dark_ink",
    "dark_link",
    "logo",
    "logo_width",
    "logo_height",
    "logo_see_through",
];

/// What links need in dark mode: a little more than the least, since thin type glows.
const DARK_TEXT: f64 = 7.0;

/// A brand, made ready once.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub(super) brand: Value,
    pub(super) logo: Option<Arc<Picture>>,
}

impl Look {
    /// Reads the logo and works out the colours. What is wrong with either is left out and told.
    fn new(brand: &Brand, problems: &mut Vec<Problem>) -> Self {
        let line = |text: &Option<String>| text.as_deref().map(clean::line).filter(|text| !text.is_empty());
        let footer = brand.footer.as_deref().map(clean::value).filter(|text| !text.trim().is_empty());
        let logo = brand.logo_file.as_deref().and_then(|path| logo::read(path).map_err(|why| problems.push(why)).ok());
        let colour = brand.colour.as_deref().map_or(Some(Colour::BUTTON), Colour::parse).unwrap_or_else(|| {
            problems.push(Problem::new("templates.brand", "its colour is none such as #1a73e8"));
            Colour::BUTTON
        });
        let dark = colour.standing_out(Colour::DARK_CARD, SHAPE);
        let shown = |colour: Colour| colour.to_string();
        let of = |value: &dyn Fn(&Logo) -> Value| logo.as_ref().map(value);
        let fields = json!({
            "name": clean::line(&brand.name),
            "support_address": line(&brand.support_address),
            "footer": footer,
            "domain": line(&brand.domain),
            "colour": shown(colour),
            "ink": shown(colour.ink()),
            "edge": shown(colour.standing_out(Colour::WHITE, SHAPE)),
            "link": shown(colour.standing_out(Colour::WHITE, TEXT)),
            "dark_colour": shown(dark),
            "dark_ink": shown(dark.ink()),
            "dark_link": shown(colour.standing_out(Colour::DARK_CARD, DARK_TEXT)),
            "logo": of(&|logo| json!(format!("cid:{}", Picture::content_id(&logo.picture.name)))),
            "logo_width": of(&|logo| json!(logo.width)),
            "logo_height": of(&|logo| json!(logo.height)),
            "logo_see_through": of(&|logo| json!(logo.see_through)),
        });
        Self { brand: fields, logo: logo.map(|logo| logo.picture) }
    }

    /// The logo's name, if this HTML shows it.
    pub(super) fn logo_in(&self, html: Option<&str>) -> Option<String> {
        let logo = self.logo.as_ref()?;
        html?.contains(&Picture::content_id(&logo.name)).then(|| logo.name.clone())
    }
}

/// The looks of all brands.
pub(super) struct Looks {
    pub(super) general: Look,
    sources: BTreeMap<String, Look>,
    clients: BTreeMap<String, Look>,
}

impl Looks {
    /// Makes every brand ready, and tells what is wrong with any.
    pub(super) fn new(options: &Options) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let general = Look::new(&options.brand, &mut problems);
        let mut all = |brands: &BTreeMap<String, Brand>| {
            brands.iter().map(|(id, brand)| (id.clone(), Look::new(brand, &mut problems))).collect()
        };
        let (sources, clients) = (all(&options.brands), all(&options.clients));
        (Self { general, sources, clients }, problems)
    }

    /// The look of a message: that of the OAuth2 client which the reader signs in to, if it has one,
    /// else that of the source, else the general one. A client is known by its id alone: what it
    /// says of itself chooses nothing.
    pub(super) fn of(&self, source: &str, payload: &CourierPayload) -> &Look {
        let client = || payload.data().get("oauth2_login_request")?.get("client")?.get("client_id")?.as_str();
        let by_client = client().and_then(|id| self.clients.get(id));
        by_client.or_else(|| self.sources.get(source)).unwrap_or(&self.general)
    }

    /// All looks, the general one first.
    pub(super) fn all(&self) -> Vec<&Look> {
        [&self.general].into_iter().chain(self.sources.values()).chain(self.clients.values()).collect()
    }

    /// Every logo.
    pub(super) fn logos(&self) -> impl Iterator<Item = Arc<Picture>> {
        self.all().into_iter().filter_map(|look| look.logo.clone())
    }
}
