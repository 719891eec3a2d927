//! The template files and what their paths mean. An overlay is laid out as the repository's own
//! `templates/`, and each file in it takes the place of ours.

use super::locale;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// `templates/` of the repository, built into the binary.
#[derive(rust_embed::RustEmbed)]
#[folder = "templates/"]
struct BuiltIn;

/// A template file's text and where it is from.
#[derive(Debug, Clone)]
pub(super) struct File {
    /// Ours stand in the binary, and are not copied.
    pub(super) text: Cow<'static, str>,
    pub(super) overlay: bool,
}

/// Files by path, `/` between the parts.
pub(super) type Files = BTreeMap<String, File>;

/// The parts of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Subject,
    Text,
    Html,
}

impl Part {
    pub(super) const ALL: [Self; 3] = [Self::Subject, Self::Text, Self::Html];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Text => "text",
            Self::Html => "html",
        }
    }
}

/// What a path stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot<'a> {
    /// `mails/<type>/subject.hbs`, `text.hbs`, `html.hbs`, each also for one locale: `html.de.hbs`
    Mail { name: &'a str, part: Part, locale: Option<&'a str> },
    /// `mails/<type>/sample.json`, the first, and others such as `sample.long.json`
    Sample { name: &'a str, variant: &'a str },
    /// `sms/<type>.hbs`, `sms/<type>.de.hbs`
    Sms { name: &'a str, locale: Option<&'a str> },
    /// `locales/<tag>/<any>.ftl`
    Catalogue(&'a str),
    /// `layouts/<name>.html.hbs` or `partials/<name>.html.hbs`
    HtmlPartial(&'a str),
    /// The same with `.text.hbs`; also for subjects.
    TextPartial(&'a str),
    /// The same with `.hbs` alone: for both.
    Partial(&'a str),
}

impl<'a> Slot<'a> {
    /// Finds out what a path stands for; nothing if it has no place in a template directory.
    pub(super) fn parse(path: &'a str) -> Option<Self> {
        let mut parts = path.split('/');
        let slot = match (parts.next()?, parts.next()?, parts.next()) {
            ("mails", name, Some(file)) if file.starts_with("sample.") => {
                let variant = file.strip_prefix("sample.")?.strip_suffix("json")?;
                let variant = if variant.is_empty() { "" } else { variant.strip_suffix('.')? };
                Self::Sample { name, variant }
            }
            ("mails", name, Some(file)) => {
                let (stem, locale) = localised(file.strip_suffix(".hbs")?)?;
                let part = Part::ALL.into_iter().find(|part| part.as_str() == stem)?;
                Self::Mail { name, part, locale }
            }
            ("sms", file, None) => {
                let (name, locale) = localised(file.strip_suffix(".hbs")?)?;
                Self::Sms { name, locale }
            }
            ("locales", tag, Some(file)) => {
                file.strip_suffix(".ftl").filter(|stem| !stem.is_empty())?;
                locale::parse(tag).filter(|parsed| *parsed == tag)?;
                Self::Catalogue(tag)
            }
            ("layouts" | "partials", file, None) => {
                let stem = file.strip_suffix(".hbs")?;
                if let Some(name) = stem.strip_suffix(".html") {
                    Self::HtmlPartial(name)
                } else if let Some(name) = stem.strip_suffix(".text") {
                    Self::TextPartial(name)
                } else {
                    Self::Partial(stem)
                }
            }
            _ => return None,
        };
        if parts.next().is_some() || !slot.name_is_plain() { None } else { Some(slot) }
    }

    /// The mail type, if the path belongs to one.
    pub(super) const fn mail_type(self) -> Option<&'a str> {
        match self {
            Self::Mail { name, .. } | Self::Sample { name, .. } | Self::Sms { name, .. } => Some(name),
            Self::Catalogue(_) | Self::HtmlPartial(_) | Self::TextPartial(_) | Self::Partial(_) => None,
        }
    }

    /// Whether what it renders is HTML.
    pub(super) const fn is_html(self) -> bool {
        matches!(self, Self::HtmlPartial(_) | Self::Mail { part: Part::Html, .. })
    }

    fn name_is_plain(self) -> bool {
        match self {
            Self::Catalogue(_) => true,
            Self::Sample { name, variant } => is_type(name) && (variant.is_empty() || is_word(variant)),
            Self::Mail { name, .. } | Self::Sms { name, .. } => is_type(name),
            Self::HtmlPartial(name) | Self::TextPartial(name) | Self::Partial(name) => is_word(name),
        }
    }
}

fn is_type(name: &str) -> bool {
    !name.is_empty() && crate::domain::TemplateType::parse(name).as_str() == name
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

/// `html` or `html.de`; nothing if what stands behind the dot is no locale as we write them.
fn localised(stem: &str) -> Option<(&str, Option<&str>)> {
    let Some((name, tag)) = stem.split_once('.') else { return Some((stem, None)) };
    let parsed = locale::parse(tag)?;
    (parsed == tag).then_some((name, Some(tag)))
}

/// Our own files.
pub(super) fn built_in() -> Files {
    let read = |path: String| {
        Slot::parse(&path)?;
        let text = match BuiltIn::get(&path)?.data {
            Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        };
        Some((path, File { text, overlay: false }))
    };
    BuiltIn::iter().map(|path| path.replace('\\', "/")).filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_find_their_slot() {
        let mail = |name, part, locale| Some(Slot::Mail { name, part, locale });
        assert_eq!(Slot::parse("mails/stub/text.hbs"), mail("stub", Part::Text, None));
        assert_eq!(Slot::parse("mails/stub/html.pt-BR.hbs"), mail("stub", Part::Html, Some("pt-BR")));
        let sample = |variant| Some(Slot::Sample { name: "stub", variant });
        assert_eq!(Slot::parse("mails/stub/sample.json"), sample(""));
        assert_eq!(Slot::parse("mails/stub/sample.long-name.json"), sample("long-name"));
        assert_eq!(Slot::parse("sms/otp.hbs"), Some(Slot::Sms { name: "otp", locale: None }));
        assert_eq!(Slot::parse("sms/otp.ar.hbs"), Some(Slot::Sms { name: "otp", locale: Some("ar") }));
        assert_eq!(Slot::parse("locales/zh-Hans/my.ftl"), Some(Slot::Catalogue("zh-Hans")));
        assert_eq!(Slot::parse("partials/code.html.hbs"), Some(Slot::HtmlPartial("code")));
        assert_eq!(Slot::parse("layouts/base.text.hbs"), Some(Slot::TextPartial("base")));
        assert_eq!(Slot::parse("partials/account.hbs"), Some(Slot::Partial("account")));
        for path in [
            "mails/stub/txt.hbs",
            "mails/stub/sample.hbs",
            "mails/stub/sample.a.b.json",
            "mails/stub/samples.json",
            "mails/stub/html.pt-br.hbs",
            "mails/stub/x/text.hbs",
            "mails/a b/text.hbs",
            "locales/zh_Hans/my.ftl",
            "locales/de/.ftl",
            "locales/de.ftl",
            "x.hbs",
            "partials/a.b.hbs",
            "sms/a.txt",
        ] {
            assert_eq!(Slot::parse(path), None, "{path}");
        }
    }
}
