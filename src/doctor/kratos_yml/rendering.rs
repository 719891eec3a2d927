//! Templates of Kratos's own: they are rendered even when postrider renders its own, and go through a
//! process that takes 64 KiB.

use crate::doctor::lint::Lint;
use crate::doctor::{Check, Finding, Run};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

pub(super) const CHECK: Check =
    Check { name: "rendering", good: "Kratos's own templates are small enough", run: Run::KratosYml(run) };

/// HTML of 36 KiB was seen to pass, 40 KiB to fail (measured on v26.2).
const FAILS: usize = 36 * 1024;
const RISKY: usize = 24 * 1024;

fn run(lint: &Lint<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let change = "leave Kratos's built-in templates in place; postrider has templates of its own (templates.directory)";
    if let Some(templates) = lint.kratos.get("courier.templates") {
        let mut bodies = Vec::new();
        collect(&templates, "courier.templates", &mut bodies);
        for (key, size) in bodies {
            let kib = size / 1024;
            if size > FAILS {
                let means = format!(
                    "HTML of {kib} KiB stops its mails or empties them: Kratos's jsonnet takes 64 KiB of everything"
                );
                findings.push(Finding::bad(key, means).change(change));
            } else if size > RISKY {
                let means = format!("HTML of {kib} KiB comes near the 36 KiB at which its mails stop");
                findings.push(Finding::warning(key, means).change(change));
            }
        }
    }
    let key = "courier.template_override_path";
    if lint.has(key) {
        let means = "nobody looked into this directory: HTML above 36 KiB stops its mails, above 48 KiB empties them";
        findings.push(Finding::note(key, means).change(change));
    }
    findings
}

/// The HTML that stands in the file itself, with its size.
fn collect(value: &Value, path: &str, found: &mut Vec<(String, usize)>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                collect(value, &format!("{path}.{key}"), found);
            }
        }
        Value::String(text) if path.rsplit('.').next() == Some("html") => {
            let decoded = text.strip_prefix("base64://").and_then(|text| STANDARD.decode(text.trim()).ok());
            found.extend(decoded.map(|bytes| (path.to_owned(), bytes.len())));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{STANDARD, run};
    use crate::doctor::lint::said;
    use base64::Engine as _;

    #[test]
    fn large_html_is_found_before_it_stops_a_mail() {
        let with = |kib: usize| {
            let html = STANDARD.encode("x".repeat(kib * 1024));
            said(
                run,
                &format!(
                    "courier: {{templates: {{recovery_code: {{valid: {{email: {{body: {{html: 'base64://{html}'}}}}}}}}}}}}"
                ),
            )
        };
        let key = "courier.templates.recovery_code.valid.email.body.html";
        assert!(with(10).is_empty());
        assert_eq!(with(30), [format!("warning {key}")]);
        assert_eq!(with(40), [format!("bad {key}")]);
        assert_eq!(said(run, "courier: {template_override_path: /conf}"), ["note courier.template_override_path"]);
        assert!(
            said(run, "courier: {templates: {recovery: {valid: {email: {body: {html: 'file:///x'}}}}}}").is_empty()
        );
    }
}
