//! Mail addresses: what RFC 5321 can carry, with the domain as A-label (RFC 5890), and the
//! masked form that logs and admin answers may show.

use std::fmt;

/// An address that SMTP can carry. `Display` and `Debug` are masked; [`EmailAddress::as_str`] is
/// the only way to the whole of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    whole: String,
    at: usize,
}

/// Why a text is no address. Never quotes the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No `@`, or nothing before it.
    #[error("a mail address is written local-part@domain")]
    Shape,
    /// Control characters, among them CR and LF.
    #[error("a mail address holds no control characters")]
    Control,
    /// RFC 5321 4.5.3.1: 64 octets before the `@`, 255 behind it, 254 in all (RFC 3696 errata 1690).
    #[error("the address is longer than RFC 5321 allows (64 octets before the @, 254 in all)")]
    Length,
    /// The part before the `@` is neither a dot-atom nor a quoted string.
    #[error("the part before the @ is neither a dot-atom nor a quoted string (RFC 5321 4.1.2)")]
    Local,
    /// The part behind the `@` is neither a host name nor an address literal.
    #[error("the part behind the @ is neither a domain name nor an address literal")]
    Domain,
}

impl EmailAddress {
    /// Parses an address as typed by a person or stored by Kratos. The domain becomes lower-case
    /// A-labels; the local part stays as it is, since only its own server may interpret it.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim_matches(' ');
        if text.chars().any(char::is_control) {
            return Err(AddressError::Control);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError::Shape)?;
        if local.is_empty() {
            return Err(AddressError::Shape);
        }
        if !is_dot_atom(local) && !is_quoted_string(local) {
            return Err(AddressError::Local);
        }
        let domain = parse_domain(domain)?;
        if local.len() > 64 || domain.len() > 253 || local.len() + 1 + domain.len() > 254 {
            return Err(AddressError::Length);
        }
        Ok(Self { whole: format!("{local}@{domain}"), at: local.len() })
    }

    /// The whole address: `local@domain`, domain as A-label.
    pub fn as_str(&self) -> &str {
        &self.whole
    }

    /// The part before the `@`.
    pub fn local(&self) -> &str {
        self.whole.get(..self.at).unwrap_or_default()
    }

    /// The part behind the `@`, lower-case A-labels.
    pub fn domain(&self) -> &str {
        self.whole.get(self.at + 1..).unwrap_or_default()
    }

    /// Whether a server must offer SMTPUTF8 (RFC 6531) to take this address.
    pub fn needs_smtputf8(&self) -> bool {
        !self.local().is_ascii()
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask(&self.whole))
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask(&self.whole))
    }
}

/// What makes two spellings of a recipient the same: lower case, the domain as A-label; anything that
/// is no address lower-case. Hashes are made of this.
pub fn same_recipient(recipient: &str) -> String {
    let whole = EmailAddress::parse(recipient).map(|address| address.whole);
    whole.unwrap_or_else(|_any| recipient.trim().to_owned()).to_lowercase()
}

/// `amelie@example.org` → `a***@e***.org`, `+12025550123` → `+***23`. Works on anything, so a
/// recipient that is no address can be shown too.
pub fn mask(recipient: &str) -> String {
    let first = |text: &str| text.chars().find(|c| !c.is_control()).map_or(String::new(), String::from);
    if let Some((local, domain)) = recipient.rsplit_once('@') {
        let top = domain.rsplit_once('.').map_or("", |(_, top)| top);
        let top: String = top.chars().filter(|c| c.is_alphanumeric() || *c == '-').take(24).collect();
        let dot = if top.is_empty() { "" } else { "." };
        return format!("{}***@{}***{dot}{top}", first(local), first(domain));
    }
    let digits: Vec<char> = recipient.chars().filter(char::is_ascii_digit).collect();
    if digits.len() >= 6 {
        let tail: String = digits.iter().skip(digits.len() - 2).collect();
        return format!("+***{tail}");
    }
    "***".to_owned()
}

fn is_atext(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || (!c.is_ascii() && !c.is_whitespace())
}

fn is_dot_atom(local: &str) -> bool {
    local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atext))
}

fn is_quoted_string(local: &str) -> bool {
    let Some(inner) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return false };
    let mut escaped = false;
    for c in inner.chars() {
        match (escaped, c) {
            (true, _) => escaped = false,
            (false, '\\') => escaped = true,
            (false, '"') => return false,
            (false, _) => {}
        }
    }
    !escaped && !inner.is_empty()
}

fn parse_domain(domain: &str) -> Result<String, AddressError> {
    if let Some(literal) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let is_ip = literal.parse::<std::net::Ipv4Addr>().is_ok()
            || literal.strip_prefix("IPv6:").is_some_and(|ip| ip.parse::<std::net::Ipv6Addr>().is_ok());
        return if is_ip { Ok(domain.to_owned()) } else { Err(AddressError::Domain) };
    }
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_invalid| AddressError::Domain)?;
    if ascii.is_empty() || ascii.ends_with('.') {
        return Err(AddressError::Domain);
    }
    Ok(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_smtp_can_carry_are_taken() {
        for (typed, kept) in [
            ("u@example.org", "u@example.org"),
            (" amelie+news@Example.ORG ", "amelie+news@example.org"),
            ("Mixed.Case@example.org", "Mixed.Case@example.org"),
            ("u@bücher.example", "u@xn--bcher-kva.example"),
            ("ünï@example.org", "ünï@example.org"),
            ("\"john doe\"@example.org", "\"john doe\"@example.org"),
            ("\"a@b\"@example.org", "\"a@b\"@example.org"),
            ("o'brien@example.org", "o'brien@example.org"),
            ("u@[192.0.2.1]", "u@[192.0.2.1]"),
            ("u@localhost", "u@localhost"),
            ("u@💌.example", "u@xn--rr8h.example"),
        ] {
            assert_eq!(EmailAddress::parse(typed).map(|a| a.as_str().to_owned()), Ok(kept.to_owned()), "{typed}");
        }
    }

    #[test]
    fn what_smtp_cannot_carry_is_refused_with_the_reason() {
        let long_local = format!("{}@example.org", "a".repeat(65));
        let long = format!("u@{}.org", vec!["a".repeat(60); 5].join("."));
        for (typed, why) in [
            ("", AddressError::Shape),
            ("nobody", AddressError::Shape),
            ("@example.org", AddressError::Shape),
            ("u@example.org\r\nBcc: x@example.org", AddressError::Control),
            ("u\0@example.org", AddressError::Control),
            ("a..b@example.org", AddressError::Local),
            (".a@example.org", AddressError::Local),
            ("john doe@example.org", AddressError::Local),
            ("<u@example.org", AddressError::Local),
            ("\"a\"b\"@example.org", AddressError::Local),
            ("u@", AddressError::Domain),
            ("u@exa mple.org", AddressError::Domain),
            ("u@example..org", AddressError::Domain),
            ("u@-example.org", AddressError::Domain),
            ("u@[not-an-ip]", AddressError::Domain),
            (long_local.as_str(), AddressError::Length),
            (long.as_str(), AddressError::Domain),
        ] {
            assert_eq!(EmailAddress::parse(typed), Err(why), "{typed:?}");
        }
    }

    #[test]
    fn shown_addresses_are_masked() {
        let address = EmailAddress::parse("amelie@example.org").unwrap();
        assert_eq!(format!("{address} {address:?}"), "a***@e***.org a***@e***.org");
        assert_eq!(mask("+12025550123"), "+***23");
        assert_eq!(mask("u@host"), "u***@h***");
        assert_eq!(mask("anything else"), "***");
        assert_eq!(mask("u@a.b\r\nX: y"), "u***@a***.bXy");
    }
}
