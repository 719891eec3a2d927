//! Whether Kratos hands its mail over at all.

use crate::doctor::lint::Lint;
use crate::doctor::{Check, Finding, Run};

pub(super) const CHECK: Check =
    Check { name: "strategy", good: "Kratos hands its mail to an HTTP service", run: Run::KratosYml(run) };

const KEY: &str = "courier.delivery_strategy";

fn run(lint: &Lint<'_>) -> Vec<Finding> {
    let change = "courier.delivery_strategy: http";
    match lint.text(KEY).as_deref() {
        Some("http") => Vec::new(),
        Some("smtp") | None => {
            vec![Finding::bad(KEY, "Kratos sends its mail itself, by SMTP, and postrider gets none").change(change)]
        }
        Some(_) => vec![Finding::bad(KEY, "Kratos knows smtp and http only, and does not start").change(change)],
    }
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::doctor::lint::said;

    #[test]
    fn only_http_hands_mail_over() {
        assert!(said(run, "courier: {delivery_strategy: http}").is_empty());
        for text in ["courier: {delivery_strategy: smtp}", "courier: {delivery_strategy: https}", "courier:", "{}"] {
            assert_eq!(said(run, text), ["bad courier.delivery_strategy"], "{text}");
        }
    }
}
