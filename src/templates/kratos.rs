//! The last resort that always works (promise P7): what Kratos itself rendered.

use super::{Look, clean};
use crate::domain::{Channel, CourierPayload, Rendered};

/// Kratos's own subject and bodies, cleaned. Never an empty mail: what Kratos left out is made of
/// what the payload holds.
pub(super) fn rendering(payload: &CourierPayload, look: &Look, code_in_subject: bool) -> Rendered {
    let mut subject = clean::subject(payload.subject.expose());
    if subject.is_empty() && payload.channel == Channel::Email {
        let brand = clean::subject(look.brand.get("name").and_then(serde_json::Value::as_str).unwrap_or_default());
        subject = if brand.is_empty() { "A message about your account".to_owned() } else { brand };
    }
    if let Some(code) = payload.code().filter(|code| !code_in_subject && !code.is_empty()) {
        subject = subject.replace(code, "…");
    }
    let html =
        payload.html_body.as_ref().map(|html| clean::value(html.expose())).filter(|html| !html.trim().is_empty());
    let mut text = clean::value(payload.body.expose());
    if text.trim().is_empty() {
        text = stand_in(payload, &subject, html.is_some());
    }
    Rendered { subject, text, html: if payload.channel == Channel::Email { html } else { None } }
}

fn stand_in(payload: &CourierPayload, subject: &str, has_html: bool) -> String {
    let values = [Some(subject), payload.code(), payload.link()].into_iter().flatten().map(clean::line);
    let mut lines: Vec<String> = values.filter(|line| !line.is_empty()).collect();
    lines.push(if has_html {
        "This message has an HTML part only. Please open it in a mail program that shows HTML.".to_owned()
    } else {
        "This message came without a text of its own.".to_owned()
    });
    format!("{}\n", lines.join("\n\n"))
}
