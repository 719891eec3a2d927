//! Kratos's own words beside ours, for templates that were taken over from Kratos: is what the reader
//! sees the same? What a reader cannot see makes no difference.

use super::check::{self, Fault};
use super::error::Problem;
use super::{Templates, clean, context, locale};
use crate::domain::{Channel, CourierPayload, Rendered};

/// What became of a comparison.
#[derive(Debug)]
pub enum Comparison {
    /// The operator has no template for this message.
    NoTemplate,
    /// The operator's template cannot render it.
    Fails(Problem),
    /// The parts that differ; none: the reader sees the same.
    Parts(Vec<Difference>),
}

/// A part of a message that does not say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// `subject`, `text` or `html`.
    pub part: &'static str,
    /// What Kratos rendered, tidied.
    pub kratos: String,
    /// What we render, tidied in the same way.
    pub ours: String,
}

impl Templates {
    /// Renders a recorded message with the operator's templates, whatever `templates.render` says, and
    /// compares it with what Kratos rendered.
    pub fn compare(&self, payload: &CourierPayload) -> Comparison {
        let (name, channel) = (payload.template_type.as_str(), payload.channel);
        let Some(set) = &self.overlay else { return Comparison::NoTemplate };
        if set.languages(name, channel).is_empty() {
            return Comparison::NoTemplate;
        }
        let wishes = locale::wishes(payload, &self.options.locale_traits);
        let locale = locale::choose(&wishes, set.languages(name, channel), &self.options.default_locale).locale;
        if !set.overlaid(name, channel, &locale) {
            return Comparison::NoTemplate;
        }
        let look = self.looks.of("default", payload);
        let context = context::build(payload, &self.options, look, &locale, true);
        match check::draw(&set.engine, payload, &locale, context) {
            Ok(rendered) => Comparison::Parts(differences(payload, &rendered)),
            Err(Fault { file, line, column, why, .. }) => {
                Comparison::Fails(Problem { line, column, ..Problem::new(file, why) })
            }
        }
    }
}

fn differences(payload: &CourierPayload, ours: &Rendered) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut beside = |part, kratos: String, ours: String| {
        if kratos != ours {
            differences.push(Difference { part, kratos, ours });
        }
    };
    if payload.channel == Channel::Email {
        beside("subject", clean::subject(payload.subject.expose()), ours.subject.clone());
    }
    beside("text", text(payload.body.expose()), text(&ours.text));
    // Kratos before v25.4 posts no HTML, so there is nothing to compare with.
    if let (Some(kratos), Some(ours)) = (&payload.html_body, &ours.html) {
        beside("html", html(&clean::value(kratos.expose())), html(ours));
    }
    differences
}

/// A text as it is sent; without the words that Go prints for what is not there.
fn text(rendered: &str) -> String {
    clean::text(&clean::value(rendered).replace("<no value>", ""))
}

/// HTML with one spelling for what has several: entities, the letters of `%2b`, and white space
/// between words, which becomes the end of a line.
pub(super) fn html(rendered: &str) -> String {
    let mut tidy = String::with_capacity(rendered.len());
    let mut rest = rendered;
    let mut space = false;
    while let Some(c) = rest.chars().next() {
        if c.is_whitespace() {
            space = !tidy.is_empty();
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            continue;
        }
        if std::mem::take(&mut space) {
            tidy.push('\n');
        }
        if let Some((meant, length)) = entity(rest) {
            match meant {
                '&' => tidy.push_str("&amp;"),
                '<' => tidy.push_str("&lt;"),
                '>' => tidy.push_str("&gt;"),
                '"' => tidy.push_str("&quot;"),
                '\'' => tidy.push_str("&#39;"),
                other => tidy.push(other),
            }
            rest = rest.get(length..).unwrap_or_default();
        } else if let Some(escape) = rest.get(..3).filter(|escape| percent(escape)) {
            tidy.push_str(&escape.to_ascii_uppercase());
            rest = rest.get(3..).unwrap_or_default();
        } else {
            tidy.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    tidy
}

/// `%2b` in an address.
fn percent(escape: &str) -> bool {
    escape.strip_prefix('%').is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// The character that an entity stands for, and its length.
fn entity(text: &str) -> Option<(char, usize)> {
    let (name, _) = text.strip_prefix('&')?.split_once(';').filter(|(name, _)| name.len() <= 8)?;
    let meant = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let digits = name.strip_prefix('#')?;
            let hex = digits.strip_prefix(['x', 'X']);
            let number = hex.map_or_else(|| digits.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())?;
            char::from_u32(number).filter(|c| !c.is_whitespace() && !c.is_control())?
        }
    };
    Some((meant, name.len().saturating_add(2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_makes_no_difference_and_meaning_does() {
        assert_eq!(html(" <p>a&#43;&#34;b\n\n  c&#x27; &amp; d%2b "), html("<p>a+&quot;b c&#39;\n&#38;  d%2B"));
        for (one, other) in [("&lt;b>", "<b>"), ("a b", "ab"), ("'", "&#39;"), ("&nbsp;", " ")] {
            assert_ne!(html(one), html(other));
        }
    }

    #[test]
    fn what_go_prints_for_nothing_is_nothing() {
        assert_eq!(text("id: <no value>\r\n\r\n\r\nx"), "id:\n\nx\n");
    }
}
