//! Renders every sample once at load, and looks at each rendering for what a mail must hold.

use super::engine::{Engine, kind};
use super::error::Problem;
use super::{Options, clean, context};
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
}

impl Fault {
    fn new(file: &str, why: &str) -> Self {
        Self { file: file.to_owned(), line: None, column: None, why: why.to_owned() }
    }

    fn of(file: &str, error: &RenderError) -> Self {
        let place = error.template_name.as_deref().filter(|name| *name != file);
        let why = place.map_or_else(|| kind(error), |name| format!("{} (in {name})", kind(error)));
        // The line is the named template's; only for the file itself it can be looked up.
        Self { file: file.to_owned(), line: error.line_no, column: error.column_no, why }
    }
}

/// Renders a message with one set of templates.
pub(super) fn draw(engine: &Engine, payload: &CourierPayload, context: Value) -> Result<Rendered, Fault> {
    let context = Context::from(context);
    let name = payload.template_type.as_str();
    let render = |path: &str| engine.render(path, &context).map_err(|error| Fault::of(path, &error));
    if payload.channel == Channel::Sms {
        let path = format!("sms/{name}.hbs");
        let text = clean::text(&render(&path)?).trim_end().to_owned();
        holds(payload, &path, &text, false)?;
        return Ok(Rendered { subject: String::new(), text, html: None });
    }
    let path = |file: &str| format!("mails/{name}/{file}");
    let subject = clean::subject(&render(&path("subject.hbs"))?);
    if subject.is_empty() {
        return Err(Fault::new(&path("subject.hbs"), "the subject is empty"));
    }
    let text = clean::text(&render(&path("text.hbs"))?);
    holds(payload, &path("text.hbs"), &text, false)?;
    let html_path = path("html.hbs");
    let html = if engine.has(&html_path) { Some(render(&html_path)?) } else { None };
    if let Some(html) = &html {
        holds(payload, &html_path, html, true)?;
    }
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

/// Renders a type's sample: as it is, and as a payload without name and lifetime would come.
pub(super) fn sample(
    engine: &Engine,
    options: &Options,
    locale: &str,
    whole: bool,
    name: &str,
    json: &str,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let file = format!("mails/{name}/sample.json");
    let mut payload = match CourierPayload::parse(json.as_bytes()) {
        Ok(payload) => payload,
        Err(error) => return vec![Problem::new(file, format!("is no body of Kratos's courier: {error}"))],
    };
    if payload.template_type.as_str() != name {
        return vec![Problem::new(file, format!("its template_type is not {name}; make it so"))];
    }
    for (channel, path) in
        [(Channel::Email, format!("mails/{name}/text.hbs")), (Channel::Sms, format!("sms/{name}.hbs"))]
    {
        payload.channel = channel;
        if !engine.has(&path) || (channel == Channel::Email && !engine.has(&format!("mails/{name}/subject.hbs"))) {
            continue;
        }
        let full = context::build(&payload, options, locale, whole);
        let mut bare = full.clone();
        for optional in ["name", "expires_in_minutes", "expires_text", "request_url_domain"] {
            bare.as_object_mut().and_then(|fields| fields.remove(optional));
        }
        let advice = "when a payload has no name or lifetime (put {{#if …}} around those): ";
        for (context, when) in [(full, ""), (bare, advice)] {
            if let Err(fault) = draw(engine, &payload, context) {
                let Fault { file, line, column, why } = fault;
                problems.push(Problem { line, column, ..Problem::new(file, format!("{when}{why}")) });
                break;
            }
        }
    }
    problems
}
