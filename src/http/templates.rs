//! `GET /admin/templates` and `POST /admin/templates/preview` (design 3.3): what mails there are, what
//! is wrong with their templates, and how one would look.

use super::admin::Admin;
use super::fields::Fields;
use super::problem::Problem;
use super::{Api, body};
use crate::auth::Role;
use crate::domain::Channel;
use crate::templates::{self, Listed, Render, Templates, Wanted};
use actix_web::web::{self, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

/// All mails with their languages, and what `templates check` tells of the files as they are now.
pub(super) async fn list(api: Data<Api>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Admin::of(&api, &request, Role::Viewer)?;
    let set = api.intake.templates.now();
    let refused_at = api.intake.templates.refused_at();
    // Renders every mail in every language: not on a thread that others wait for.
    let listed = web::block(move || {
        let problems: Vec<Value> = set.inspect().problems.iter().map(problem).collect();
        json!({ "templates": listed(&set), "problems": problems, "refused_at": refused_at })
    });
    Ok(HttpResponse::Ok().json(listed.await.map_err(|_stopped| Problem::Internal)?))
}

/// Renders a sample, or the body that is given.
pub(super) async fn preview(api: Data<Api>, request: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    Admin::of(&api, &request, Role::Viewer)?;
    let mut fields = Fields::new(body::object(&request, payload).await?);
    let template_type = fields.text("template_type", 64)?.ok_or(Problem::BadField("template_type", "is missing"))?;
    let channel = fields.parsed("channel", Channel::parse, "is email or sms")?;
    let (locale, sample) = (fields.text("locale", 35)?, fields.text("sample", 64)?);
    let (source, dark) = (fields.text("source", 32)?, fields.flag("dark")?);
    let body = Some(fields.object("body")?).filter(|body| !body.is_empty()).map(Value::Object);
    fields.end()?;
    let set = api.intake.templates.now();
    let wanted = Wanted {
        source: source.as_deref().unwrap_or("default"),
        name: &template_type,
        channel: channel.unwrap_or(Channel::Email),
        locale: locale.as_deref(),
        sample: sample.as_deref().unwrap_or_default(),
        body: body.as_ref(),
    };
    let expected = "has no such sample, or body is none of Kratos's";
    let render = set.preview(&wanted).map_err(|_why| Problem::BadField("template_type", expected))?;
    Ok(HttpResponse::Ok().json(rendered(&set, &render, dark)))
}

/// The list of mails.
pub(super) fn listed(set: &Templates) -> Vec<Value> {
    let row = |row: Listed| {
        json!({
            "template_type": row.name,
            "channel": row.channel,
            "locales": row.locales,
            "samples": row.samples,
            "template_source": row.source.as_str(),
        })
    };
    set.list().into_iter().map(row).collect()
}

/// A rendered mail; its HTML holds its logo.
pub(super) fn rendered(set: &Templates, render: &Render, dark: bool) -> Value {
    json!({
        "subject": render.rendered.subject,
        "text": render.rendered.text,
        "html": set.alone(render, dark),
        "locale": render.locale,
        "locale_reason": render.locale_reason,
        "template_source": render.source.as_str(),
        "fallback": render.fallback,
    })
}

/// A thing to mend.
pub(super) fn problem(problem: &templates::Problem) -> Value {
    let templates::Problem { file, line, column, message } = problem;
    json!({ "file": file, "line": line, "column": column, "message": message })
}
