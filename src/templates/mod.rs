//! The words of the mails: a directory of Handlebars templates built into the binary, each file
//! of which the operator may replace. All checking is done at load; rendering cannot fail: what
//! goes wrong with a template of the operator's is made good by ours, and what goes wrong with
//! ours by what Kratos rendered (promise P7).

mod check;
mod clean;
mod context;
mod engine;
mod error;
mod files;
mod graph;
mod helpers;
mod kratos;
mod lex;
mod near;
mod overlay;
mod scan;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_overlay;

pub use error::{Problem, TemplatesError};

use crate::domain::{Channel, CourierPayload, Rendered};
use engine::Engine;
use files::{Files, Slot};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The language of the built-in templates.
const BUILT_IN_LOCALE: &str = "en";

/// What the configuration says about templates.
#[derive(Debug, Clone)]
pub struct Options {
    /// The operator's own files, laid out as the repository's `templates/`.
    pub directory: Option<PathBuf>,
    /// The language of the operator's files.
    pub default_locale: String,
    /// Types that go out as Kratos rendered them.
    pub kratos_types: BTreeSet<String>,
    /// All types go out as Kratos rendered them, except `postrider_types`.
    pub render_default_kratos: bool,
    /// Types that are rendered here although the default is Kratos.
    pub postrider_types: BTreeSet<String>,
    /// Who writes.
    pub brand: Brand,
    /// Whether subjects hold the code, as Kratos's do.
    pub code_in_subject: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            directory: None,
            default_locale: BUILT_IN_LOCALE.to_owned(),
            kratos_types: BTreeSet::new(),
            render_default_kratos: false,
            postrider_types: BTreeSet::new(),
            brand: Brand::default(),
            code_in_subject: true,
        }
    }
}

/// Who writes, as the reader knows them.
#[derive(Debug, Clone, Default)]
pub struct Brand {
    /// A product or company; may be empty.
    pub name: String,
    /// Where a reader finds help: a mail address or a page.
    pub support_address: Option<String>,
    /// What stands below every mail, such as a postal address.
    pub footer: Option<String>,
}

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
    /// Which link of the locale chain decided.
    pub locale_reason: &'static str,
    /// Why it is not as configured: `overlay_failed`, `built_in_failed`, `unknown_type`,
    /// `missing_code` or `missing_link`.
    pub fallback: Option<&'static str>,
}

/// All templates, compiled and checked. Immutable.
pub struct Templates {
    options: Options,
    built_in: Engine,
    /// Ours with the operator's files in place of them.
    overlay: Option<Engine>,
    samples: BTreeMap<String, String>,
}

impl Templates {
    /// Compiles everything and renders every sample once; tells all problems at once.
    pub fn load(options: Options) -> Result<Self, TemplatesError> {
        let mut files = files::built_in();
        let (built_in, mut problems) = Engine::build(&files);
        let ours = samples(&files);
        for (name, json) in &ours {
            problems.extend(check::sample(&built_in, &options, BUILT_IN_LOCALE, false, name, json));
        }
        // Ours are proven by tests; should they fail all the same, no overlay can be judged.
        TemplatesError::unless_empty(problems)?;
        let Some(directory) = options.directory.clone() else {
            return Ok(Self { options, built_in, overlay: None, samples: ours });
        };
        let (theirs, mut problems) = overlay::read(&directory, &files);
        files.extend(theirs);
        let (overlay, found) = Engine::build(&files);
        problems.extend(found);
        let samples = samples(&files);
        for (name, json) in &samples {
            problems.extend(check::sample(&overlay, &options, &options.default_locale, true, name, json));
        }
        TemplatesError::unless_empty(problems)?;
        Ok(Self { options, built_in, overlay: Some(overlay), samples })
    }

    /// Renders a message. Never fails; [`Render::fallback`] says what did.
    pub fn render(&self, payload: &CourierPayload) -> Render {
        let name = payload.template_type.as_str();
        let by_default = self.options.render_default_kratos && !self.options.postrider_types.contains(name);
        if (by_default || self.options.kratos_types.contains(name)) && !payload.template_type.is_ours() {
            return self.kratos(payload, None);
        }
        let overlay = self.overlay.as_ref().filter(|engine| overlaid(engine, payload));
        let built_in = Some(&self.built_in).filter(|engine| engine.has(&main_file(payload)));
        if overlay.is_none() && built_in.is_none() {
            // Notices by SMS have no template on purpose: Kratos's own text is as short as it gets.
            return self.kratos(payload, payload.template_type.row().is_none().then_some("unknown_type"));
        }
        if let Some(cause) = lacks(payload) {
            tracing::warn!(
                template_type = name,
                cause,
                "the payload lacks what its template needs; Kratos's text is sent"
            );
            return self.kratos(payload, Some(cause));
        }
        let tries = [
            (overlay, TemplateSource::Overlay, self.options.default_locale.as_str(), "overlay_failed"),
            (built_in, TemplateSource::BuiltIn, BUILT_IN_LOCALE, "built_in_failed"),
        ];
        let mut fallback = None;
        for (engine, source, locale, cause) in tries {
            let Some(engine) = engine else { continue };
            let context = context::build(payload, &self.options, locale, source == TemplateSource::Overlay);
            match check::draw(engine, payload, context) {
                Ok(rendered) => {
                    let locale = locale.to_owned();
                    return Render { rendered, source, locale, locale_reason: "default", fallback };
                }
                Err(check::Fault { file, line, column, why }) => {
                    tracing::warn!(
                        template_type = name,
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
        self.kratos(payload, fallback)
    }

    /// Every mail type that has a sample.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.samples.keys().map(String::as_str)
    }

    /// A type's sample: a body as Kratos posts it.
    pub fn sample(&self, name: &str) -> Option<&str> {
        self.samples.get(name).map(String::as_str)
    }

    fn kratos(&self, payload: &CourierPayload, fallback: Option<&'static str>) -> Render {
        Render {
            rendered: kratos::rendering(payload, &self.options),
            source: TemplateSource::Kratos,
            locale: self.options.default_locale.clone(),
            locale_reason: "default",
            fallback,
        }
    }
}

fn main_file(payload: &CourierPayload) -> String {
    let name = payload.template_type.as_str();
    match payload.channel {
        Channel::Email => format!("mails/{name}/text.hbs"),
        Channel::Sms => format!("sms/{name}.hbs"),
    }
}

/// Whether a file of the operator's takes part in the message.
fn overlaid(engine: &Engine, payload: &CourierPayload) -> bool {
    let name = payload.template_type.as_str();
    match payload.channel {
        Channel::Email => {
            ["subject", "text", "html"].iter().any(|part| engine.overlaid(&format!("mails/{name}/{part}.hbs")))
        }
        Channel::Sms => engine.overlaid(&main_file(payload)),
    }
}

/// What the type's template prints but the payload has not: Kratos's default body has no login
/// code in a field, but its text has.
fn lacks(payload: &CourierPayload) -> Option<&'static str> {
    let row = payload.template_type.row()?;
    if !row.code.is_empty() {
        return payload.code().is_none().then_some("missing_code");
    }
    (!row.link.is_empty() && payload.link().is_none()).then_some("missing_link")
}

fn samples(files: &Files) -> BTreeMap<String, String> {
    let sample = |(path, file): (&String, &files::File)| match Slot::parse(path)? {
        Slot::Sample(name) => Some((name.to_owned(), file.text.clone())),
        _ => None,
    };
    files.iter().filter_map(sample).collect()
}
