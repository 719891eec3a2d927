//! The jsonnet that makes Kratos's post: what of a mail gets through, and what stops it.

use crate::doctor::lint::Lint;
use crate::doctor::{Check, Finding, Run};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub(super) const CHECK: Check =
    Check { name: "body", good: "Kratos tells all that it knows of a mail", run: Run::KratosYml(run) };

const KEY: &str = "courier.http.request_config.body";
const WHOLE: &str = "courier.http.request_config.body: base64://ZnVuY3Rpb24oY3R4KSBjdHg=   # function(ctx) ctx";
/// What some versions or some mails do not have: reading it stops the mail (contract 1.5).
const OPTIONAL: [&str; 3] = ["ctx.html_body", "ctx.request_headers", "ctx.message_type"];

fn run(lint: &Lint<'_>) -> Vec<Finding> {
    let Some(body) = lint.text(KEY) else {
        let means = "Kratos's own default leaves out login and registration codes, the identity (so the reader's \
                     language) and the HTML; such mails go out in Kratos's words";
        return vec![Finding::warning(KEY, means).change(WHOLE)];
    };
    let (scheme, rest) = body.split_once("://").unwrap_or_default();
    match scheme {
        "base64" => {
            let decoded = STANDARD.decode(rest.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let means =
                "Kratos cannot read this and posts nothing: base64 of the standard alphabet, padded, on one line";
            decoded.map_or_else(|| vec![Finding::bad(KEY, means).change(WHOLE)], |jsonnet| look_at(&jsonnet))
        }
        "http" | "https" => {
            let means = "Kratos fetches it anew for every mail, and sends none while it cannot";
            vec![Finding::warning(KEY, means).change(WHOLE)]
        }
        "file" => match std::fs::read_to_string(rest) {
            Ok(jsonnet) => look_at(&jsonnet),
            Err(_elsewhere) => {
                let means = "nobody looked into this file: Kratos reads it on its own machine, below its own directory";
                vec![Finding::note(KEY, means)]
            }
        },
        _ => vec![Finding::bad(KEY, "Kratos takes base64://, file://, http:// and https:// here").change(WHOLE)],
    }
}

fn look_at(jsonnet: &str) -> Vec<Finding> {
    let bad = |means: &str| vec![Finding::bad(KEY, means).change(WHOLE)];
    let packed: String = jsonnet.split_whitespace().collect();
    if jsonnet.contains("PUT-THE-KEY-HERE") {
        return vec![
            Finding::bad(KEY, "the signing jsonnet still has its placeholder for a key")
                .change("put a key of 32 random bytes in its place, and the same into sources.*.auth of postrider.yml"),
        ];
    }
    if packed.contains("import'") || packed.contains("import\"") || packed.contains("importstr") {
        return bad("jsonnet of Kratos's cannot import anything: no mail would be posted");
    }
    if !packed.starts_with("function(") && !packed.contains("function(ctx)") {
        return bad("this is no function(ctx), so it knows nothing of the mail");
    }
    if packed.contains("ctx.Recipient") || packed.contains("ctx.TemplateData") {
        return bad("these names are v1.0's; later versions have no such field, and each mail fails");
    }
    if let Some(field) = OPTIONAL.iter().find(|field| packed.contains(**field)) {
        let means = format!("{field} is missing in some mails and versions, and reading it stops those mails");
        let name = field.trim_start_matches("ctx.");
        return vec![Finding::bad(KEY, means).change(format!("std.get(ctx, '{name}', null)"))];
    }
    if packed == "function(ctx)ctx" || packed.contains("payload:") && packed.contains("mac:") {
        return Vec::new();
    }
    let means = "a jsonnet of your own: postrider needs recipient, template_type, template_data, subject and body; \
                 what it leaves out, no mail will show";
    vec![Finding::note(KEY, means).change(WHOLE)]
}

#[cfg(test)]
mod tests {
    use super::{KEY, STANDARD, run};
    use crate::doctor::lint::said;
    use base64::Engine as _;

    fn with(body: &str) -> Vec<String> {
        let said = said(run, &format!("courier: {{http: {{request_config: {{body: '{body}'}}}}}}"));
        said.iter().map(|said| said.replace(&format!(" {KEY}"), "")).collect()
    }

    fn jsonnet(text: &str) -> Vec<String> {
        with(&format!("base64://{}", STANDARD.encode(text)))
    }

    #[test]
    fn the_shipped_ones_are_good() {
        assert!(jsonnet(include_str!("../../../deploy/kratos/courier.jsonnet")).is_empty());
        let signed = include_str!("../../../deploy/kratos/courier-signed.jsonnet");
        assert_eq!(jsonnet(signed), ["bad"], "its key is still missing");
        assert!(jsonnet(&signed.replace("PUT-THE-KEY-HERE", "k")).is_empty());
    }

    #[test]
    fn what_stops_a_mail_is_bad() {
        for text in [
            "function(ctx) {to: ctx.recipient, html: ctx.html_body}",
            "function(ctx) {h: ctx.request_headers}",
            "function(ctx) {to: ctx.Recipient}",
            "function(ctx) import 'x'",
            "{a: 1}",
        ] {
            assert_eq!(jsonnet(text), ["bad"], "{text}");
        }
        assert_eq!(with("base64://ZnVuY3Rpb24oY3R4KSBjdHg"), ["bad"], "no padding");
        assert_eq!(with("function(ctx) ctx"), ["bad"]);
    }

    #[test]
    fn what_loses_something_is_said() {
        assert_eq!(said(run, "courier: {}"), [format!("warning {KEY}")]);
        assert_eq!(with("https://example.org/courier.jsonnet"), ["warning"]);
        assert_eq!(with("file:///nowhere/courier.jsonnet"), ["note"]);
        assert_eq!(jsonnet("function(ctx) {recipient: ctx.recipient, html: std.get(ctx, \"html_body\")}"), ["note"]);
    }
}
