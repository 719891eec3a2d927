//! Composing: from the stored parts to RFC 5322 bytes, the same bytes each time. Pure: no clock,
//! no randomness, no template. Knows nothing of SMTP or of where the mail goes. Pictures are handed
//! in, since a stored mail holds only the name of its logo.

mod pictures;

pub use pictures::Pictures;

use crate::domain::{Picture, StoredMail};
use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MessageBuilder, MultiPart, SinglePart};
use lettre::{Address, Message};

/// Why a mail could not be composed. Never quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// The From address cannot stand in a header.
    #[error("the From address cannot stand in a mail header; check from_address")]
    From,
    /// The recipient's cannot.
    #[error("the recipient's address cannot stand in a mail header")]
    To,
    /// A provider's own header has a name or value that no header can have.
    #[error("a header of the provider's `headers` has a name or value that no mail header can have")]
    Header,
    /// lettre refused the whole.
    #[error("the parts do not make a mail")]
    Parts,
}

/// Composes the mail; `headers` are the provider's own (`courier.smtp.headers`), `logo` is the
/// picture that the mail names, see [`Pictures::of`].
pub fn compose(
    mail: &StoredMail,
    headers: &[(String, String)],
    logo: Option<&Picture>,
) -> Result<Vec<u8>, ComposeError> {
    let from = mailbox(&mail.from_name, &mail.from_address).ok_or(ComposeError::From)?;
    let to = mailbox("", &mail.envelope.to).ok_or(ComposeError::To)?;
    let fixed = [
        ("Date", mail.date.as_str()),
        ("Message-ID", &format!("<{}>", mail.message_id)),
        ("Auto-Submitted", "auto-generated"), // RFC 3834
        // Not `All`: that would swallow bounces, too (design part 5).
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
    ];
    // lettre would read the envelope back from the headers, where it trips over quoted local parts.
    let envelope = Envelope::new(Some(from.email.clone()), vec![to.email.clone()]);
    let envelope = envelope.map_err(|_lettre| ComposeError::To)?;
    let subject = one_line(&mail.rendered.subject);
    let mut builder = Message::builder().envelope(envelope).from(from).to(to).subject(subject);
    for (name, value) in fixed {
        builder = builder.raw_header(raw(name, value).ok_or(ComposeError::Parts)?);
    }
    for (name, value) in headers {
        builder = builder.raw_header(raw(name, value).ok_or(ComposeError::Header)?);
    }
    Ok(body(builder, mail, logo).map_err(|_lettre| ComposeError::Parts)?.formatted())
}

fn body(builder: MessageBuilder, mail: &StoredMail, logo: Option<&Picture>) -> Result<Message, lettre::error::Error> {
    let text = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(mail.rendered.text.clone());
    let Some(html) = &mail.rendered.html else { return builder.singlepart(text) };
    let html = SinglePart::builder().header(ContentType::TEXT_HTML).body(html.clone());
    let alternative = MultiPart::alternative().boundary(mail.boundary.as_str()).singlepart(text);
    builder.multipart(match mail.logo.as_deref().zip(logo).and_then(|(name, logo)| inline(name, logo)) {
        Some(logo) => {
            // Inside the alternative, so that a reader of plain text gets no attachment (RFC 2387).
            let related = MultiPart::related().boundary(format!("{}.related", mail.boundary));
            alternative.multipart(related.singlepart(html).singlepart(logo))
        }
        None => alternative.singlepart(html),
    })
}

/// The picture under the Content-ID that the HTML refers to.
fn inline(name: &str, logo: &Picture) -> Option<SinglePart> {
    let media_type = ContentType::parse(logo.media_type).ok()?;
    Some(Attachment::new_inline(Picture::content_id(name)).body(logo.bytes.clone(), media_type))
}

/// A display name with CR, LF or NUL makes lettre panic, so none comes through here.
fn mailbox(name: &str, address: &str) -> Option<Mailbox> {
    let name = one_line(name);
    let address: Address = address.parse().ok()?;
    Some(Mailbox::new(if name.is_empty() { None } else { Some(name) }, address))
}

/// A header as it is. Its name must be a token (RFC 5322 2.2) and its value one line, since
/// lettre's own check lets CR and LF pass in a name.
fn raw(name: &str, value: &str) -> Option<HeaderValue> {
    let is_token = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    let is_line = !value.chars().any(char::is_control);
    let name = (is_token && is_line).then(|| HeaderName::new_from_ascii(name.to_owned()).ok())??;
    Some(HeaderValue::new(name, value.to_owned()))
}

/// Removes what could open a header line or turn the reading direction: C0, C1, line and
/// paragraph separators, bidirectional overrides.
pub fn one_line(text: &str) -> String {
    let harmless = |c: &char| {
        !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().filter(harmless).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests;
