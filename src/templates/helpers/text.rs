//! `{{t "key" name=value}}`: a text of the reader's catalogue.

use super::{Answer, Words, present, refused};
use fluent_bundle::{FluentArgs, FluentValue};
use handlebars::{Context, Handlebars, Helper, HelperDef, RenderContext, RenderError};
use serde_json::Value;
use std::borrow::Cow;

pub(super) struct Translate(pub(super) Words);

impl HelperDef for Translate {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        context: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Answer<'rc> {
        // A key out of a payload would let a stranger choose the words.
        let key = helper.param(0).and_then(|param| param.try_get_constant_value()?.as_str());
        let key = key.ok_or_else(|| refused("t: its first value is a key in quotes, such as {{t \"greeting\"}}"))?;
        let rtl = self.0.of(context)?.rtl;
        let mut args = FluentArgs::with_capacity(helper.hash().len());
        for (name, param) in helper.hash() {
            let value = present(param, name)?;
            args.set(*name, argument(name, value, rtl)?);
        }
        self.0.format(context, key, &args)
    }
}

/// Numbers stay numbers, since plurals need them, and codes stay text, since zeros lead them.
fn argument<'a>(name: &str, value: &'a Value, rtl: bool) -> Result<FluentValue<'a>, RenderError> {
    match value {
        // Nothing invisible may stand beside a code that somebody copies.
        Value::String(text) if name != "code" && runs_against(text, rtl) => {
            Ok(FluentValue::String(Cow::Owned(format!("\u{2068}{text}\u{2069}"))))
        }
        Value::String(text) => Ok(FluentValue::String(Cow::Borrowed(text))),
        Value::Number(number) => Ok(number.as_f64().map_or(FluentValue::None, FluentValue::from)),
        Value::Bool(flag) => Ok(FluentValue::String(Cow::Borrowed(if *flag { "true" } else { "false" }))),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(refused(format!("t: {name} is no text and no number"))),
    }
}

/// Whether a value has letters of the other direction: then it is set apart, or it would turn the
/// words around it.
fn runs_against(text: &str, rtl: bool) -> bool {
    let right = |c: char| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}');
    text.chars().any(|c| if rtl { c.is_alphabetic() && !right(c) } else { right(c) })
}

#[cfg(test)]
mod tests {
    use super::runs_against;

    #[test]
    fn only_the_other_direction_is_set_apart() {
        assert!(runs_against("דנה", false) && runs_against("Ada", true));
        assert!(!runs_against("Ada", false) && !runs_against("דנה", true) && !runs_against("012345 €", true));
    }
}
