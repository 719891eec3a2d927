//! The finished letter: rendered, with its fixed Message-ID, Date and boundary, sealed, and the
//! metadata that may be read in clear. What can be wrong is wrong here, at the door.

use super::{Hashes, Intake, policy};
use crate::domain::{
    Channel, CourierPayload, EmailAddress, Envelope, Lane, Message, MessageId, Reason, Rendered, Status, StoredMail,
    mask, same_recipient,
};
use crate::mail::one_line;
use crate::seal::Purpose;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;

/// What the operator configured for intake.
pub struct Settings {
    /// Who sends, where the source has no sender of its own.
    pub sender: Sender,
    /// Senders of sources.
    pub senders: BTreeMap<String, Sender>,
    /// `courier.bounce_address`; none: the From address.
    pub bounce_address: Option<EmailAddress>,
    /// Lifetimes of codes, links and notices without `expires_in_minutes`.
    pub lifetime: [Duration; 3],
    /// How many mails of one type a recipient may have in an hour; 0 is no limit.
    pub per_hour: u32,
    /// The same for a day.
    pub per_day: u32,
}

/// A From header.
#[derive(Clone)]
pub struct Sender {
    /// The address.
    pub address: EmailAddress,
    /// The name, may be empty.
    pub name: String,
}

/// A letter, ready to be stored.
pub(super) struct Letter {
    pub(super) message: Message,
    pub(super) mail: StoredMail,
    pub(super) sealed: Option<Vec<u8>>,
    pub(super) fallback: Option<&'static str>,
}

/// Writes the letter. It cannot fail: an address that no server could ever take, and a content
/// that cannot be sealed, make an abandoned message that is recorded as such.
/// `expires_at`: when its code ends, where that is known better than from the payload.
pub(super) fn write(
    intake: &Intake,
    source: &str,
    payload: &CourierPayload,
    now: Timestamp,
    expires_at: Option<Timestamp>,
) -> Letter {
    let id = MessageId::new(now);
    let render = intake.templates.now().render(source, payload);
    let settings = &intake.settings;
    let sender = settings.senders.get(source).unwrap_or(&settings.sender);
    let recipient = recipient(payload);
    let bounce = settings.bounce_address.as_ref().unwrap_or(&sender.address);
    let mail = StoredMail {
        envelope: Envelope {
            from: bounce.as_str().to_owned(),
            to: recipient.as_ref().map_or_else(String::new, |recipient| recipient.smtp.clone()),
        },
        from_address: sender.address.as_str().to_owned(),
        from_name: one_line(&sender.name),
        message_id: format!("{id}@{}", sender.address.domain()),
        date: rfc5322_date(now),
        boundary: format!("=_{}", id.0.simple()),
        rendered: render.rendered,
        logo: render.logo,
    };
    let lane = payload.lane();
    let lifetime = lifetime(settings, lane);
    let sealed = recipient.as_ref().and_then(|_| seal(intake, id, &mail));
    let reason = sealed.is_none().then_some(Reason::Undeliverable);
    let message = Message {
        id,
        source: source.to_owned(),
        channel: payload.channel,
        status: if reason.is_some() { Status::Abandoned } else { Status::Queued },
        reason,
        lane,
        template_type: payload.template_type.as_str().to_owned(),
        locale: render.locale,
        locale_reason: render.locale_reason,
        template_source: render.source.as_str().to_owned(),
        recipient_masked: mask(payload.recipient.expose()),
        recipient_hash: recipient_hash(&intake.hashes, payload.recipient.expose()),
        domain: recipient.map(|recipient| recipient.domain).unwrap_or_default(),
        provider: None,
        send_count: 0,
        attempts: 0,
        created_at: now,
        updated_at: now,
        due_at: now,
        expires_at: expires_at.unwrap_or_else(|| policy::deadline(now, payload.expires_in_minutes(), lifetime)),
        dispatches: Vec::new(),
    };
    Letter { message, mail, sealed, fallback: render.fallback }
}

/// The hash under which a recipient is kept, however it is written.
pub(super) fn recipient_hash(hashes: &Hashes, recipient: &str) -> [u8; 32] {
    hashes.recipient.of(&[&same_recipient(recipient)])
}

struct Recipient {
    smtp: String,
    domain: String,
}

fn recipient(payload: &CourierPayload) -> Option<Recipient> {
    let text = payload.recipient.expose();
    match payload.channel {
        Channel::Email => {
            let address = EmailAddress::parse(text)
                .map_err(|error| tracing::warn!(recipient = mask(text), %error, "no server could take this address"))
                .ok()?;
            Some(Recipient { domain: address.domain().to_owned(), smtp: address.as_str().to_owned() })
        }
        Channel::Sms => {
            let number: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
            (number.len() >= 4).then_some(Recipient { smtp: number, domain: String::new() })
        }
    }
}

fn seal(intake: &Intake, id: MessageId, mail: &StoredMail) -> Option<Vec<u8>> {
    let Rendered { subject, text, html } = &mail.rendered;
    // With some room for what JSON escapes.
    let room = (subject.len() + text.len() + html.as_ref().map_or(0, String::len)) * 9 / 8 + 1024;
    intake
        .sealer
        .seal_json(Purpose::Content, id.0.as_bytes(), mail, room)
        .map_err(|error| tracing::error!(mail.id = %id, %error, "a mail cannot be sealed"))
        .ok()
}

const fn lifetime(settings: &Settings, lane: Lane) -> Duration {
    let [codes, links, notices] = settings.lifetime;
    match lane {
        Lane::Codes => codes,
        Lane::Links => links,
        Lane::Notices => notices,
    }
}

/// RFC 5322 3.3, in UTC, with the numeric zone.
fn rfc5322_date(now: Timestamp) -> String {
    now.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_written_as_rfc_5322_wants() {
        assert_eq!(rfc5322_date(Timestamp::from_second(784_887_151).unwrap()), "Tue, 15 Nov 1994 08:12:31 +0000");
    }
}
