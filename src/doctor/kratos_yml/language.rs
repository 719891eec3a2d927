//! The reader's language: Kratos hands on only the headers that its list names.

use crate::doctor::lint::Lint;
use crate::doctor::{Check, Finding, Run};

pub(super) const CHECK: Check = Check {
    name: "language",
    good: "Kratos hands on the reader's Accept-Language (from v26.2)",
    run: Run::KratosYml(run),
};

const KEY: &str = "clients.web_hook.header_allowlist";

fn run(lint: &Lint<'_>) -> Vec<Finding> {
    let Some(allowed) = lint.kratos.get(KEY) else { return Vec::new() };
    let names = allowed.as_array().into_iter().flatten().filter_map(|name| name.as_str());
    if names.clone().any(|name| name.eq_ignore_ascii_case("accept-language")) {
        return Vec::new();
    }
    let means =
        "without Accept-Language on this list mails go out in the default language, unless the identity has one";
    vec![Finding::warning(KEY, means).change("add Accept-Language to clients.web_hook.header_allowlist")]
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::doctor::lint::said;

    #[test]
    fn a_list_of_one_s_own_must_name_the_language() {
        assert!(said(run, "{}").is_empty());
        assert!(said(run, "clients: {web_hook: {header_allowlist: [User-Agent, accept-language]}}").is_empty());
        let without = "clients: {web_hook: {header_allowlist: [User-Agent]}}";
        assert_eq!(said(run, without), ["warning clients.web_hook.header_allowlist"]);
    }
}
