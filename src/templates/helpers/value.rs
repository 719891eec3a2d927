//! Values: `code`, `mask`, `url`, `brand`, `default`.

use super::super::look::FIELDS;
use super::{Answer, derived, first, refused};
use crate::domain;
use handlebars::{Context, Handlebars, Helper, HelperDef, RenderContext, RenderError, RenderErrorReason};
use serde_json::Value;

macro_rules! helper {
    ($(#[$doc:meta])* $name:ident, $call:expr) => {
        $(#[$doc])*
        pub(super) struct $name;

        impl HelperDef for $name {
            fn call_inner<'reg: 'rc, 'rc>(
                &self,
                helper: &Helper<'rc>,
                _: &'reg Handlebars<'reg>,
                context: &'rc Context,
                _: &mut RenderContext<'reg, 'rc>,
            ) -> Answer<'rc> {
                $call(helper, context)
            }
        }
    };
}

helper!(
    /// `{{code}}`: the code in one piece, for copying; `{{code group=3}}`: `012 345`, for reading.
    Code,
    code
);
helper!(
    /// `{{mask recipient}}`: `u***@e***.org`.
    Mask,
    mask
);
helper!(
    /// `{{url link}}`: the value if it is an http or https address, else the rendering fails.
    Url,
    url
);
helper!(
    /// `{{brand}}`: the name; `{{brand "footer"}}` and the like; empty when not set.
    Brand,
    brand
);
helper!(
    /// `{{default a b "c"}}`: the first that is there and not empty; one that stands last in quotes is
    /// taken even if it is empty.
    Default,
    default
);

fn code<'rc>(helper: &Helper<'rc>, context: &'rc Context) -> Answer<'rc> {
    let named = helper.param(0).map(|_| first(helper)).transpose()?;
    let missing = || RenderError::from(RenderErrorReason::MissingVariable(Some("code".to_owned())));
    let code = named.or_else(|| context.data().get("code")).and_then(Value::as_str).ok_or_else(missing)?;
    let Some(group) = helper.hash_get("group") else { return Ok(derived(code)) };
    let group = group.value().as_u64().and_then(|size| usize::try_from(size).ok()).filter(|size| *size > 0);
    let group = group.ok_or_else(|| refused("code: group is a number from 1"))?;
    let letters: Vec<char> = code.chars().collect();
    Ok(derived(letters.chunks(group).map(|chunk| chunk.iter().collect::<String>()).collect::<Vec<_>>().join(" ")))
}

fn mask<'rc>(helper: &Helper<'rc>, _: &'rc Context) -> Answer<'rc> {
    Ok(derived(domain::mask(first(helper)?.as_str().unwrap_or_default())))
}

fn url<'rc>(helper: &Helper<'rc>, _: &'rc Context) -> Answer<'rc> {
    let address = first(helper)?.as_str().filter(|value| is_http(value));
    Ok(derived(address.ok_or_else(|| refused("url: not an http or https address"))?))
}

fn brand<'rc>(helper: &Helper<'rc>, context: &'rc Context) -> Answer<'rc> {
    let field = helper.param(0).map_or(Some("name"), |param| param.value().as_str()).unwrap_or_default();
    let known = context.data().get("brand").and_then(|brand| brand.get(field));
    let known = known.ok_or_else(|| refused(format!("brand: it has {}", FIELDS.join(", "))))?;
    Ok(derived(if known.is_null() { Value::from("") } else { known.clone() }))
}

fn default<'rc>(helper: &Helper<'rc>, _: &'rc Context) -> Answer<'rc> {
    let there = |value: &&Value| !value.is_null() && value.as_str() != Some("");
    let values = helper.params().iter().filter(|param| !param.is_value_missing()).map(handlebars::PathAndJson::value);
    let written = || helper.params().last().and_then(handlebars::PathAndJson::try_get_constant_value);
    let missing = || RenderErrorReason::MissingVariable(Some("every value of default".to_owned()));
    Ok(derived(values.into_iter().find(there).or_else(written).ok_or_else(missing)?.clone()))
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
