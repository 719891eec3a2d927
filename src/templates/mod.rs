//! The words of the mails: a directory of Handlebars templates built into the binary, one document
//! a mail type, with a catalogue of texts for each language; each file may be replaced by the
//! operator. All checking is done at load; rendering cannot fail: what goes wrong with a template of
//! the operator's is made good by ours, and what goes wrong with ours by what Kratos rendered
//! (promise P7).

mod catalogue;
mod check;
mod clean;
mod colour;
mod compare;
mod context;
mod engine;
mod error;
mod files;
mod fluent;
mod graph;
mod helpers;
mod inspect;
mod kratos;
mod lex;
mod lint;
mod live;
mod load;
mod locale;
mod logo;
mod look;
mod names;
mod near;
mod options;
mod overlay;
mod preview;
mod samples;
mod scan;
mod set;
#[cfg(test)]
mod tests;
mod uses;
mod watch;

pub use compare::{Comparison, Difference};
pub use error::{Problem, TemplatesError};
pub use inspect::{Inspection, Recorded, inspect};
pub use lint::Measure;
pub use live::Live;
pub use options::{Brand, Options};
pub use preview::{Listed, Wanted};
pub use watch::Watch;

use crate::domain::{Channel, CourierPayload, Lane, Picture, Rendered};
use look::{Look, Looks};
use samples::Samples;
use set::Set;
use std::sync::Arc;

/// Whose words a mail has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateSource {
    /// The operator's files took part.
    Overlay,
    /// Ours alone.
    BuiltIn,
    /// Kratos's own rendering.
    Kratos,
}

impl TemplateSource {
    /// The word in the store, in logs and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Overlay => "overlay",
            Self::BuiltIn => "built-in",
            Self::Kratos => "kratos",
        }
    }
}

/// A finished mail, and how it came about.
#[derive(Debug)]
pub struct Render {
    /// Subject and bodies.
    pub rendered: Rendered,
    /// Whose words they are.
    pub source: TemplateSource,
    /// The language.
    pub locale: String,
    /// Which link of the locale chain decided, and what it said.
    pub locale_reason: String,
    /// Why it is not as configured: `overlay_failed`, `built_in_failed`, `unknown_type`,
    /// `missing_code` or `missing_link`.
    pub fallback: Option<&'static str>,
    /// The name of the logo that the HTML shows.
    pub logo: Option<String>,
}

/// All templates, compiled and checked. Immutable.
pub struct Templates {
    options: Options,
    looks: Looks,
    built_in: Set,
    /// Ours with the operator's files in place of them.
    overlay: Option<Set>,
    samples: Samples,
    warnings: Vec<Problem>,
}

impl Templates {
    /// Renders a message of a source. Never fails; [`Render::fallback`] says what did.
    pub fn render(&self, source: &str, payload: &CourierPayload) -> Render {
        let (name, channel) = (payload.template_type.as_str(), payload.channel);
        let look = self.looks.of(source, payload);
        if self.options.in_kratos_words(name) {
            return self.kratos(payload, look, None);
        }
        let tries = [
            (self.overlay.as_ref(), TemplateSource::Overlay, "overlay_failed"),
            (Some(&self.built_in), TemplateSource::BuiltIn, "built_in_failed"),
        ];
        let wishes = locale::wishes(payload, &self.options.locale_traits);
        let mut fallback = None;
        let mut known = false;
        for (set, source, cause) in tries {
            let Some(set) = set.filter(|set| !set.languages(name, channel).is_empty()) else { continue };
            let choice = locale::choose(&wishes, set.languages(name, channel), &self.options.default_locale);
            let whole = source == TemplateSource::Overlay;
            if whole && !set.overlaid(name, channel, &choice.locale) {
                continue;
            }
            known = true;
            if let Some(cause) = lacks(payload) {
                tracing::warn!(
                    template_type = name,
                    cause,
                    "the payload lacks what its template needs; Kratos's text is sent"
                );
                return self.kratos(payload, look, Some(cause));
            }
            let context = context::build(payload, &self.options, look, &choice.locale, whole);
            match check::draw(&set.engine, payload, &choice.locale, context) {
                Ok(rendered) => {
                    let locale::Choice { locale, reason } = choice;
                    let logo = look.logo_in(rendered.html.as_deref());
                    return Render { rendered, source, locale, locale_reason: reason, fallback, logo };
                }
                Err(check::Fault { file, line, column, why, .. }) => {
                    tracing::warn!(
                        template_type = name,
                        locale = choice.locale,
                        cause,
                        file,
                        line,
                        column,
                        why,
                        "a template failed; the next best is used"
                    );
                    fallback = Some(cause);
                }
            }
        }
        // A text message that has no template is as short as it gets in Kratos's words.
        let unknown = (!known && payload.template_type.row().is_none()).then_some("unknown_type");
        self.kratos(payload, look, fallback.or(unknown))
    }

    /// Every mail type that has a sample.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.samples.iter().filter(|sample| sample.variant.is_empty()).map(|sample| sample.name)
    }

    /// A type's first sample: a body as Kratos posts it.
    pub fn sample(&self, name: &str) -> Option<&str> {
        self.samples.of_type(name).next().map(|sample| sample.json)
    }

    /// All samples of a type: their names, the first one's empty, and what they hold.
    pub fn samples<'a>(&'a self, name: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.samples.of_type(name).map(|sample| (sample.variant, sample.json))
    }

    /// The languages that a mail type can be had in.
    pub fn locales(&self, name: &str, channel: Channel) -> Vec<String> {
        let set = self.overlay.as_ref().unwrap_or(&self.built_in);
        set.languages(name, channel).iter().map(ToString::to_string).collect()
    }

    /// Every logo that a mail may name.
    pub fn logos(&self) -> impl Iterator<Item = Arc<Picture>> {
        self.looks.logos()
    }

    /// What is not as it should be, though mails go out: a language that lacks a text.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// What would be told of the files as they lie there now, which need not be those in use.
    pub fn inspect(&self) -> Inspection {
        inspect(&self.options, &[])
    }

    fn kratos(&self, payload: &CourierPayload, look: &Look, fallback: Option<&'static str>) -> Render {
        Render {
            rendered: kratos::rendering(payload, look, self.options.code_in_subject),
            source: TemplateSource::Kratos,
            locale: self.options.default_locale.clone(),
            locale_reason: "default_locale".to_owned(),
            fallback,
            logo: None,
        }
    }
}

/// What the type's template prints but the payload has not: Kratos's default body has no login
/// code in a field, but its text has.
fn lacks(payload: &CourierPayload) -> Option<&'static str> {
    let row = payload.template_type.row()?;
    if !row.code.is_empty() {
        return payload.code().is_none().then_some("missing_code");
    }
    (row.lane == Lane::Links && payload.link().is_none()).then_some("missing_link")
}
