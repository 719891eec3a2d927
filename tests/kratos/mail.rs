//! What stands in a mail that an SMTP server took.

use crate::fake_smtp::Mail;
use mail_parser::MessageParser;

/// The text of a mail.
pub(crate) fn text(mail: &Mail) -> String {
    let message = MessageParser::default().parse(&mail.data).unwrap();
    message.body_text(0).unwrap().into_owned()
}

/// The code in a mail: six digits that are part of no longer word, such as an id in a link.
pub(crate) fn code(mail: &Mail) -> String {
    let text = text(mail);
    let is_part = |c: char| c.is_alphanumeric() || "-_=&?/".contains(c);
    let mut words = text.split(|c| !is_part(c));
    let code = words.find(|word| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit()));
    code.unwrap_or_else(|| panic!("no code in {text:?}")).to_owned()
}
