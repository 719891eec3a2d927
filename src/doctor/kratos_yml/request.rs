//! Method and headers of Kratos's post.

use crate::doctor::lint::Lint;
use crate::doctor::{Check, Finding, Run};
use serde_json::Value;

pub(super) const CHECK: Check = Check { name: "request", good: "Kratos posts JSON by POST", run: Run::KratosYml(run) };

const METHOD: &str = "courier.http.request_config.method";
const HEADERS: &str = "courier.http.request_config.headers";
const CONTENT_TYPE: &str = "courier.http.request_config.headers: {Content-Type: application/json}";

fn run(lint: &Lint<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if lint.text(METHOD).is_some_and(|method| method != "POST") {
        let means = "postrider takes mail by POST only, and answers 405";
        findings.push(Finding::bad(METHOD, means).change("courier.http.request_config.method: POST"));
    }
    findings.extend(lint.kratos.get(HEADERS).and_then(|headers| content_type(&headers)));
    findings
}

/// Kratos compares the whole value; a charset behind it stops all mail (contract 1.2).
fn content_type(headers: &Value) -> Option<Finding> {
    let mut named = headers.as_object()?.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    match named.next()?.1.as_str() {
        Some("application/json") => None,
        Some("application/x-www-form-urlencoded") => {
            Some(Finding::bad(HEADERS, "postrider takes JSON only, and answers 415 to forms").change(CONTENT_TYPE))
        }
        _ => {
            let means = "Kratos posts nothing at all: Content-Type must be exactly application/json, without a charset";
            Some(Finding::bad(HEADERS, means).change(CONTENT_TYPE))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::doctor::lint::said;

    fn with(config: &str) -> Vec<String> {
        said(run, &format!("courier: {{http: {{request_config: {config}}}}}"))
    }

    #[test]
    fn kratos_s_defaults_and_json_by_post_are_good() {
        assert!(with("{}").is_empty());
        assert!(with("{method: POST, headers: {content-type: application/json, X-Other: a}}").is_empty());
    }

    #[test]
    fn other_methods_and_media_types_are_bad() {
        assert_eq!(with("{method: PUT}"), ["bad courier.http.request_config.method"]);
        assert_eq!(with("{method: post}"), ["bad courier.http.request_config.method"]);
        for value in ["application/json; charset=utf-8", "application/x-www-form-urlencoded", "Application/JSON", "1"] {
            let said = with(&format!("{{headers: {{Content-Type: '{value}'}}}}"));
            assert_eq!(said, ["bad courier.http.request_config.headers"], "{value}");
        }
    }
}
