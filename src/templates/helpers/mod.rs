//! The helpers that templates have beyond Handlebars's own. Each gives its value back instead of
//! writing it, so the registry escapes it: no value can open a tag, whichever helper printed it.

mod logic;
mod text;
mod time;
mod value;
mod words;

pub(super) use time::zone;

use super::catalogue::{Catalogue, Catalogues, Unformatted};
use fluent_bundle::FluentArgs;
use handlebars::{Context, Handlebars, Helper, PathAndJson, RenderError, RenderErrorReason, ScopedJson};
use serde_json::Value;
use std::sync::Arc;

/// The names of all helpers, ours first; `t` must stay first for those who look for keys.
pub(super) const NAMES: &[&str] = &[
    "t",
    "duration",
    "datetime",
    "code",
    "mask",
    "url",
    "brand",
    "default",
    "if",
    "unless",
    "each",
    "with",
    "lookup",
    "eq",
    "ne",
    "gt",
    "gte",
    "lt",
    "lte",
    "and",
    "or",
    "not",
    "len",
    "ternary",
    "upper",
    "lower",
    "title",
    "trim",
    "nospace",
    "trimPrefix",
    "trimSuffix",
    "replace",
    "hasPrefix",
    "hasSuffix",
    "contains",
    "trunc",
    "substr",
    "concat",
    "join",
    "split",
    "get",
    "urlquery",
    "add",
    "sub",
    "mul",
    "div",
    "mod",
    "fail",
];

/// Why a helper of ours failed: quotes the template and never the data.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub(super) struct Said {
    pub(super) why: String,
    /// Only a translation is missing.
    pub(super) untranslated: bool,
}

/// Registers all helpers.
pub(super) fn register(registry: &mut Handlebars<'static>, catalogues: &Arc<Catalogues>) {
    let words = || Words(Arc::clone(catalogues));
    registry.register_helper("t", Box::new(text::Translate(words())));
    registry.register_helper("duration", Box::new(time::Duration(words())));
    registry.register_helper("datetime", Box::new(time::DateTime(words())));
    registry.register_helper("code", Box::new(value::Code));
    registry.register_helper("mask", Box::new(value::Mask));
    registry.register_helper("url", Box::new(value::Url));
    registry.register_helper("brand", Box::new(value::Brand));
    registry.register_helper("default", Box::new(value::Default));
    registry.register_helper("fail", Box::new(words::Fail));
    for (name, question) in logic::ALL {
        registry.register_helper(name, Box::new(question));
    }
    for worker in words::ALL {
        registry.register_helper(worker.name(), Box::new(worker));
    }
}

/// The catalogues, and which of them a mail is written from.
struct Words(Arc<Catalogues>);

impl Words {
    fn of(&self, context: &Context) -> Result<&Catalogue, RenderError> {
        let locale = context.data().get("locale").and_then(Value::as_str).unwrap_or_default();
        let why = || format!("there are no translations for {locale}; write locales/{locale}/*.ftl");
        self.0.get(locale).ok_or_else(|| Said { why: why(), untranslated: true }.into())
    }

    fn format(&self, context: &Context, key: &str, args: &FluentArgs<'_>) -> Answer<'static> {
        let text = self.of(context)?.format(key, args);
        Ok(derived(text.map_err(|Unformatted { why, untranslated }| Said { why, untranslated })?))
    }
}

type Answer<'rc> = Result<ScopedJson<'rc>, RenderError>;

fn derived<'rc>(value: impl Into<Value>) -> ScopedJson<'rc> {
    ScopedJson::Derived(value.into())
}

impl From<Said> for RenderError {
    fn from(said: Said) -> Self {
        RenderErrorReason::NestedError(Box::new(said)).into()
    }
}

fn refused(why: impl Into<String>) -> RenderError {
    Said { why: why.into(), untranslated: false }.into()
}

/// A value that must be there, as strict mode has it for `{{name}}`.
fn present<'a>(param: &'a PathAndJson<'_>, name: &str) -> Result<&'a Value, RenderError> {
    if param.is_value_missing() || param.value().is_null() {
        let path = param.relative_path().map_or(name, String::as_str);
        return Err(RenderErrorReason::MissingVariable(Some(path.to_owned())).into());
    }
    Ok(param.value())
}

/// The first parameter, which must be there.
fn first<'a>(helper: &'a Helper<'_>) -> Result<&'a Value, RenderError> {
    let lacking = || RenderError::from(RenderErrorReason::ParamNotFoundForIndex("helper", 0));
    present(helper.param(0).ok_or_else(lacking)?, helper.name())
}
