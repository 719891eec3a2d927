//! Renders a message, and looks at the rendering for what a mail must hold. At load every sample is
//! rendered so, in each language.

use super::engine::{Engine, kind};
use super::error::Problem;
use super::files::Part;
use super::samples::Sample;
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

    fn of(engine: &Engine, document: &str, error: &RenderError) -> Self {
        let (why, untranslated) = kind(error);
        let (file, line, column) = engine.place(document, error);
        let why = if file == document { why } else { format!("{why} (for {document})") };
        Self { file: file.to_owned(), line, column, why, untranslated }
    }
}

/// Renders a message with one set of templates.
pub(super) fn draw(engine: &Engine, payload: &CourierPayload, locale: &str, context: Value) -> Result<Rendered, Fault> {
    let context = Context::from(context);
    if payload.channel == Channel::Sms {
        return Ok(Rendered { subject: String::new(), text: sms(engine, payload, locale, &context)?, html: None });
    }
    let needed = |part: Part| {
        let path = format!("mails/{}/{}.hbs", payload.template_type.as_str(), part.as_str());
        self::part(engine, payload, locale, part, &context)?.ok_or_else(|| Fault::new(&path, "this file is missing"))
    };
    let (subject, text) = (needed(Part::Subject)?, needed(Part::Text)?);
    Ok(Rendered { subject, text, html: part(engine, payload, locale, Part::Html, &context)? })
}

/// Renders a text message.
fn sms(engine: &Engine, payload: &CourierPayload, locale: &str, context: &Context) -> Result<String, Fault> {
    let name = payload.template_type.as_str();
    let path = engine.sms(name, locale).ok_or_else(|| Fault::new(name, "there is no text message of this type"))?;
    let rendered = engine.render(&path, context).map_err(|error| Fault::of(engine, &path, &error))?;
    let text = clean::text(&rendered).trim_end().to_owned();
    holds(payload, &path, &text, false)?;
    Ok(text)
}

/// Renders a part of a mail; nothing if there is no document for it.
fn part(
    engine: &Engine,
    payload: &CourierPayload,
    locale: &str,
    part: Part,
    context: &Context,
) -> Result<Option<String>, Fault> {
    let Some(path) = engine.document(payload.template_type.as_str(), part, locale) else { return Ok(None) };
    let rendered = engine.render(&path, context).map_err(|error| Fault::of(engine, &path, &error))?;
    let done = match part {
        Part::Subject => clean::subject(&rendered),
        Part::Text => clean::text(&rendered),
        Part::Html => rendered,
    };
    if part == Part::Subject {
        return if done.is_empty() { Err(Fault::new(&path, "the subject is empty")) } else { Ok(Some(done)) };
    }
    holds(payload, &path, &done, part == Part::Html)?;
    Ok(Some(done))
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
pub(super) fn parse(sample: &Sample<'_>) -> Result<CourierPayload, Problem> {
    let Sample { name, json, .. } = *sample;
    let file = sample.file();
    let payload = CourierPayload::parse(json.as_bytes())
        .map_err(|error| Problem::new(&file, format!("is no body of Kratos's courier: {error}")))?;
    if payload.template_type.as_str() != name {
        return Err(Problem::new(file, format!("its template_type is not {name}; make it so")));
    }
    Ok(payload)
}

/// What a payload may lack.
const OPTIONAL: &[&str] =
    &["name", "expires_in_minutes", "client", "time", "device", "place", "address", "method", "changed_at", "added_at"];

/// Renders a sample in one language: as it is, and as a payload without its optional values would
/// come. Tells what is wrong, and of each problem whether only a translation is missing.
pub(super) fn sample(
    engine: &Engine,
    payload: &CourierPayload,
    options: &Options,
    look: &Look,
    locale: &str,
    whole: bool,
) -> Vec<(Problem, bool)> {
    let full = context::build(payload, options, look, locale, whole);
    let mut bare = full.clone();
    for optional in OPTIONAL {
        bare.as_object_mut().and_then(|fields| fields.remove(*optional));
    }
    let advice = "when a payload has no name, lifetime and the like (put {{#if …}} around those): ";
    let mut problems = Vec::new();
    for (context, when) in [(full, ""), (bare, advice)] {
        // What fails as it is need not be tried without.
        if problems.is_empty() {
            let told = |fault: Fault| {
                let Fault { file, line, column, why, untranslated } = fault;
                (Problem { line, column, ..Problem::new(file, format!("{when}{why}")) }, untranslated)
            };
            problems.extend(faults(engine, payload, locale, context).into_iter().map(told));
        }
    }
    problems
}

/// What is wrong with each part.
fn faults(engine: &Engine, payload: &CourierPayload, locale: &str, context: Value) -> Vec<Fault> {
    let context = Context::from(context);
    if payload.channel == Channel::Sms {
        return sms(engine, payload, locale, &context).err().into_iter().collect();
    }
    Part::ALL.iter().filter_map(|each| part(engine, payload, locale, *each, &context).err()).collect()
}
