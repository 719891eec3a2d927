//! The helper that templates have beyond Handlebars's own. It gives its value back instead of
//! writing it, so the registry escapes it.

use handlebars::{Context, Handlebars, Helper, HelperDef, RenderContext, RenderError, RenderErrorReason, ScopedJson};

/// `{{url link}}`: the value if it is an http or https address, else the rendering fails.
pub(super) struct Url;

impl HelperDef for Url {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let value = helper.param(0).and_then(|param| param.value().as_str());
        let address = value.filter(|value| is_http(value));
        let refused = || RenderErrorReason::Other("url: not an http or https address".to_owned());
        Ok(ScopedJson::Derived(address.ok_or_else(refused)?.into()))
    }
}

fn is_http(value: &str) -> bool {
    let scheme = value.split_once("://").map(|(scheme, rest)| (scheme.to_ascii_lowercase(), rest));
    let safe = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '"' | '\'' | '<' | '>' | '\\' | '`');
    scheme.is_some_and(|(scheme, rest)| {
        matches!(scheme.as_str(), "http" | "https") && !rest.is_empty() && rest.chars().all(safe)
    })
}

#[cfg(test)]
mod tests {
    use super::is_http;

    #[test]
    fn only_web_addresses_pass() {
        assert!(is_http("https://x.example/?a=b&c=d") && is_http("HTTP://x"));
        for bad in
            ["javascript:alert(1)", "data:text/html,x", "//x", "https://", "https://x y", "https://x\"", "ftp://x"]
        {
            assert!(!is_http(bad), "{bad}");
        }
    }
}
