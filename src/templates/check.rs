//! Renders a message, and looks at the rendering for what a mail must hold. At load every sample is
//! rendered so, in each language.

use super::engine::{Engine, kind};
use super::error::Problem;
use super::files::Part;
use super::{Look, Options, clean, context};
use crate::domain::{Channel, CourierPayload, Rendered};
use handlebars::{Context, RenderError};
use serde_json::Value;

/// Why a rendering is not used: names the template, never what was rendered.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) file: String,
    pub(super) line: Option<usize>,
    pub(super) column: Option<usize>,
    pub(super) why: String,
    /// Only a translation is missing.
    pub(super) untranslated: bool,
}

impl Fault {
    fn new(file: &str, why: &str) -> Self {
        Self { file: file.to_owned(), line: None, column: None, why: why.to_owned(), untranslated: false }
    }

    fn of(file: &str, error: &RenderError) -> Self {
        let (why, untranslated) = kind(error);
        let place = error.template_name.as_deref().filter(|name| *name != file);
        let why = place.map_or_else(|| why.clone(), |name| format!("{why} (in {name})"));
        // The line is the named template's; only for the file itself it can be looked up.
        Self { file: file.to_owned(), line: error.line_no, column: error.column_no, why, untranslated }
    }
}

/// Renders a message with one set of templates.
pub(super) fn draw(engine: &Engine, payload: &CourierPayload, locale: &str, context: Value) -> Result<Rendered, Fault> {
    let context = Context::from(context);
    let name = payload.template_type.as_str();
    let render = |path: &str| engine.render(path, &context).map_err(|error| Fault::of(path, &error));
    if payload.channel == Channel::Sms {
        let path = engine.sms(name, locale).ok_or_else(|| Fault::new(name, "there is no text message of this type"))?;
        let text = clean::text(&render(&path)?).trim_end().to_owned();
        holds(payload, &path, &text, false)?;
        return Ok(Rendered { subject: String::new(), text, html: None });
    }
    let path = |part: Part| {
        let missing = || Fault::new(&format!("mails/{name}/{}.hbs", part.as_str()), "this file is missing");
        engine.document(name, part, locale).ok_or_else(missing)
    };
    let subject_path = path(Part::Subject)?;
    let subject = clean::subject(&render(&subject_path)?);
    if subject.is_empty() {
        return Err(Fault::new(&subject_path, "the subject is empty"));
    }
    let text_path = path(Part::Text)?;
    let text = clean::text(&render(&text_path)?);
    holds(payload, &text_path, &text, false)?;
    let html = match engine.document(name, Part::Html, locale) {
        Some(html_path) => {
            let html = render(&html_path)?;
            holds(payload, &html_path, &html, true)?;
            Some(html)
        }
        None => None,
    };
    Ok(Rendered { subject, text, html })
}

/// Both parts hold the code, contiguous, and the link, where the payload has them.
fn holds(payload: &CourierPayload, path: &str, part: &str, html: bool) -> Result<(), Fault> {
    if part.trim().is_empty() {
        return Err(Fault::new(path, "it renders to nothing"));
    }
    let shown = |value: &str| {
        let value = clean::line(value);
        part.contains(&if html { handlebars::html_escape(&value) } else { value })
    };
    if !payload.code().is_none_or(shown) {
        return Err(Fault::new(path, "it does not show the code; print {{code}}, whole and with no tag inside"));
    }
    // A text message has room for the code alone.
    let code_is_enough = payload.channel == Channel::Sms && payload.code().is_some();
    if !code_is_enough && !payload.link().is_none_or(shown) {
        return Err(Fault::new(path, "it does not show the link; print {{url link}}, as text, too"));
    }
    Ok(())
}

/// A type's sample, in a message as Kratos posts it.
pub(super) fn parse(name: &str, json: &str) -> Result<CourierPayload, Problem> {
    let file = format!("mails/{name}/sample.json");
    let payload = CourierPayload::parse(json.as_bytes())
        .map_err(|error| Problem::new(&file, format!("is no body of Kratos's courier: {error}")))?;
    if payload.template_type.as_str() != name {
        return Err(Problem::new(file, format!("its template_type is not {name}; make it so")));
    }
    Ok(payload)
}

/// What a payload may lack.
const OPTIONAL: &[&str] = &[
    "name",
    "expires_in_minutes",
    "request_url_domain",
    "client",
    "time",
    "device",
    "place",
    "address",
    "method",
    "changed_at",
    "added_at",
];

/// Renders a sample in one language: as it is, and as a payload without its optional values would
/// come.
pub(super) fn sample(
    engine: &Engine,
    payload: &CourierPayload,
    options: &Options,
    look: &Look,
    locale: &str,
    whole: bool,
) -> Result<(), (Problem, bool)> {
    let full = context::build(payload, options, look, locale, whole);
    let mut bare = full.clone();
    for optional in OPTIONAL {
        bare.as_object_mut().and_then(|fields| fields.remove(*optional));
    }
    let advice = "when a payload has no name, lifetime and the like (put {{#if …}} around those): ";
    for (context, when) in [(full, ""), (bare, advice)] {
        if let Err(fault) = draw(engine, payload, locale, context) {
            let Fault { file, line, column, why, untranslated } = fault;
            return Err((Problem { line, column, ..Problem::new(file, format!("{when}{why}")) }, untranslated));
        }
    }
    Ok(())
}
