//! What Kratos thinks that it is called: it stands in links of mails.

use crate::doctor::lint::Lint;
use crate::doctor::{Check, Finding, Run};

pub(super) const CHECK: Check =
    Check { name: "base_url", good: "Kratos knows its public name", run: Run::KratosYml(run) };

const KEY: &str = "serve.public.base_url";

fn run(lint: &Lint<'_>) -> Vec<Finding> {
    let change = "serve.public.base_url: https://auth.example.org/";
    match lint.text(KEY).map(|text| url::Url::parse(&text)) {
        Some(Ok(_)) => Vec::new(),
        Some(Err(_)) => vec![Finding::bad(KEY, "this is no URL").change(change)],
        None => {
            let means = "links in mails lead to https://<host name of Kratos's machine>:4433/";
            vec![Finding::warning(KEY, means).change(change)]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::doctor::lint::said;

    #[test]
    fn kratos_must_know_its_name() {
        assert!(said(run, "serve: {public: {base_url: 'https://auth.example.org/'}}").is_empty());
        assert_eq!(said(run, "serve: {public: {port: 4433}}"), ["warning serve.public.base_url"]);
        assert_eq!(said(run, "serve: {public: {base_url: auth}}"), ["bad serve.public.base_url"]);
    }
}
