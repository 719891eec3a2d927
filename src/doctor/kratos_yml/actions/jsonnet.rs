//! What a web hook hands on: the shipped jsonnet, or one that tells too much or too little.

use crate::doctor::Finding;
use crate::doctor::lint::Lint;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const SHIPPED: &str = include_str!("../../../../deploy/kratos/actions.jsonnet");
const CHANGE: &str = "body: the one of deploy/kratos/actions.yml";

/// What is wrong with the body under this key.
pub(super) fn look_at(lint: &Lint<'_>, key: &str) -> Option<Finding> {
    let Some(body) = lint.text(key) else {
        return Some(Finding::bad(key, "Kratos calls no hook without a body: it fails instead").change(CHANGE));
    };
    let (scheme, rest) = body.split_once("://").unwrap_or_default();
    match scheme {
        "base64" => {
            let decoded = STANDARD.decode(rest.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let Some(text) = decoded else {
                let means = "Kratos cannot read this: base64 of the standard alphabet, padded, on one line";
                return Some(Finding::bad(key, means).change(CHANGE));
            };
            read(key, &text)
        }
        "http" | "https" => {
            let means = "Kratos fetches it and keeps it for an hour; while it cannot, nobody is notified";
            Some(Finding::warning(key, means).change(CHANGE))
        }
        // a bare path is one of an older way to write it
        _ => match std::fs::read_to_string(if scheme == "file" { rest } else { &body }) {
            Ok(text) => read(key, &text),
            Err(_elsewhere) => {
                let means = "nobody looked into this file: Kratos reads it on its own machine, below its own directory";
                Some(Finding::note(key, means))
            }
        },
    }
}

fn read(key: &str, text: &str) -> Option<Finding> {
    if text.trim() == SHIPPED.trim() {
        return None;
    }
    let packed: String = text.split_whitespace().collect();
    if !packed.contains("function(ctx)") {
        return Some(
            Finding::bad(key, "this is no function(ctx), so it knows nothing of what happened").change(CHANGE),
        );
    }
    if leaks(&packed) {
        let means = "it hands on cookies: with them, whoever reads along is logged in as your user";
        return Some(Finding::bad(key, means).change(CHANGE));
    }
    if packed.contains("ctx.request_headers") && !packed.contains("ctx.request_headers[") {
        let means = "up to v1.2 all headers are in there, Cookie and Authorization too: whoever reads along is logged in \
                     as your user";
        return Some(Finding::warning(key, means).change(CHANGE));
    }
    let optional = ["ctx.identity", "ctx.session", "ctx.flow.transient_payload"];
    if let Some(field) = optional.into_iter().find(|field| packed.contains(field)) {
        let means = format!("{field} is missing in some hooks and versions, and reading it then stops the call");
        return Some(
            Finding::note(key, means).change("std.get(ctx, '…', null), or as in deploy/kratos/actions.jsonnet"),
        );
    }
    let means = "a jsonnet of your own: a notice needs identity, flow.id, flow.ui.nodes and flow.identity of settings, \
                 request_headers";
    Some(Finding::note(key, means).change(CHANGE))
}

/// Whether cookies leave: by name, or with everything else.
fn leaks(packed: &str) -> bool {
    let (_, result) = packed.rsplit_once("function(ctx)").unwrap_or_default();
    let whole = result == "ctx" || result.starts_with("ctx+") || result.starts_with("ctx{") || result.ends_with("+ctx");
    whole || packed.to_lowercase().contains("cookie") && !packed.contains("request_cookies::")
}
