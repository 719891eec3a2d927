//! The template files and what their paths mean. An overlay is laid out as the repository's own
//! `templates/`, and each file in it takes the place of ours.

use std::collections::BTreeMap;

/// `templates/` of the repository, built into the binary.
#[derive(rust_embed::RustEmbed)]
#[folder = "templates/"]
struct BuiltIn;

/// A template file's text and where it is from.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) text: String,
    pub(super) overlay: bool,
}

/// Files by path, `/` between the parts.
pub(super) type Files = BTreeMap<String, File>;

/// What a path stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot<'a> {
    /// `mails/<type>/subject.hbs`
    Subject(&'a str),
    /// `mails/<type>/text.hbs`
    Text(&'a str),
    /// `mails/<type>/html.hbs`
    Html(&'a str),
    /// `mails/<type>/sample.json`
    Sample(&'a str),
    /// `sms/<type>.hbs`
    Sms(&'a str),
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
            ("mails", name, Some("subject.hbs")) => Self::Subject(name),
            ("mails", name, Some("text.hbs")) => Self::Text(name),
            ("mails", name, Some("html.hbs")) => Self::Html(name),
            ("mails", name, Some("sample.json")) => Self::Sample(name),
            ("sms", file, None) => Self::Sms(file.strip_suffix(".hbs")?),
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
            Self::Subject(name) | Self::Text(name) | Self::Html(name) | Self::Sample(name) | Self::Sms(name) => {
                Some(name)
            }
            Self::HtmlPartial(_) | Self::TextPartial(_) | Self::Partial(_) => None,
        }
    }

    fn name_is_plain(self) -> bool {
        let (Self::HtmlPartial(name) | Self::TextPartial(name) | Self::Partial(name)) = self else {
            let name = self.mail_type().unwrap_or_default();
            return !name.is_empty() && crate::domain::TemplateType::parse(name).as_str() == name;
        };
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    }
}

/// Our own files.
pub(super) fn built_in() -> Files {
    let read = |path: String| {
        Slot::parse(&path)?;
        let bytes = BuiltIn::get(&path)?.data;
        Some((path, File { text: String::from_utf8_lossy(&bytes).into_owned(), overlay: false }))
    };
    BuiltIn::iter().map(|path| path.replace('\\', "/")).filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_find_their_slot() {
        assert_eq!(Slot::parse("mails/stub/text.hbs"), Some(Slot::Text("stub")));
        assert_eq!(Slot::parse("sms/otp.hbs"), Some(Slot::Sms("otp")));
        assert_eq!(Slot::parse("partials/code.html.hbs"), Some(Slot::HtmlPartial("code")));
        assert_eq!(Slot::parse("layouts/base.text.hbs"), Some(Slot::TextPartial("base")));
        assert_eq!(Slot::parse("partials/account.hbs"), Some(Slot::Partial("account")));
        for path in [
            "mails/stub/txt.hbs",
            "mails/stub/x/text.hbs",
            "mails/a b/text.hbs",
            "x.hbs",
            "partials/a.b.hbs",
            "sms/a.txt",
        ] {
            assert_eq!(Slot::parse(path), None, "{path}");
        }
    }
}
