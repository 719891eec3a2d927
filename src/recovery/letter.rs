//! The mail of an admin's recovery, in the shape in which Kratos posts its own: so it is rendered,
//! stored and shown like all others. The subject and body here go out only if every template
//! fails (promise P7).

use super::Template;
use crate::domain::{CourierPayload, EmailAddress, PayloadError, Secret};
use crate::kratos::Identity;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// What a mail needs to know.
pub(super) struct Letter<'a> {
    pub(super) template: Template,
    pub(super) recipient: &'a EmailAddress,
    pub(super) identity: &'a Identity,
    pub(super) code: &'a Secret<String>,
    pub(super) link: Option<&'a str>,
    pub(super) lifetime: Duration,
    pub(super) locale: Option<&'a str>,
    pub(super) transient_payload: &'a Map<String, Value>,
}

impl Letter<'_> {
    /// The payload that intake takes.
    pub(super) fn payload(&self) -> Result<CourierPayload, PayloadError> {
        let code = self.code.expose();
        let purpose = match self.template {
            Template::AdminRecoveryCode => "recover access to your account",
            Template::Invite => "set up your account",
        };
        let place = self.link.map(|link| format!("\nEnter it on this page:\n\n{link}\n")).unwrap_or_default();
        let mut transient = self.transient_payload.clone();
        if let Some(locale) = self.locale {
            // the first link of the locale chain
            transient.insert("locale".to_owned(), locale.into());
        }
        let mut data = json!({
            "to": self.recipient.as_str(),
            "recovery_code": code,
            "expires_in_minutes": self.lifetime.as_secs().div_euclid(60).max(1),
            "identity": {
                "id": self.identity.id,
                "state": self.identity.state,
                "traits": self.identity.traits,
                "metadata_public": self.identity.metadata_public,
            },
            "transient_payload": transient,
        });
        if let (Some(link), Some(fields)) = (self.link, data.as_object_mut()) {
            fields.insert("recovery_link".to_owned(), link.into());
        }
        let whole = Secret::new(
            json!({
                "recipient": self.recipient.as_str(),
                "message_type": "email",
                "template_type": self.template.as_str(),
                "subject": format!("Use code {code} to {purpose}"),
                "body": format!("Use this code to {purpose}:\n\n{code}\n{place}"),
                "template_data": data,
                "request_headers": {},
            })
            .to_string(),
        );
        CourierPayload::parse(whole.expose().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(template: Template, link: Option<&str>) -> CourierPayload {
        let identity =
            serde_json::from_value(json!({"id": "7", "traits": {"name": {"first": "Ada"}, "locale": "en"}})).unwrap();
        let transient = json!({"theme": "dark", "locale": "fr"});
        let letter = Letter {
            template,
            recipient: &EmailAddress::parse("ada@example.org").unwrap(),
            identity: &identity,
            code: &Secret::from("012345"),
            link,
            lifetime: Duration::from_secs(929),
            locale: Some("de"),
            transient_payload: transient.as_object().unwrap(),
        };
        letter.payload().unwrap()
    }

    #[test]
    fn it_is_read_as_kratos_s_own_mails_are() {
        let payload = payload(Template::Invite, Some("https://app.example.org/?recovery_id=x"));
        assert_eq!(
            (payload.template_type.as_str(), payload.recipient.expose().as_str()),
            ("invite", "ada@example.org")
        );
        assert_eq!((payload.code(), payload.link()), (Some("012345"), Some("https://app.example.org/?recovery_id=x")));
        assert_eq!(payload.expires_in_minutes(), Some(15));
        assert_eq!(payload.data()["transient_payload"], json!({"theme": "dark", "locale": "de"}));
        assert_eq!(payload.data()["identity"]["traits"]["name"]["first"], "Ada");
    }

    #[test]
    fn should_every_template_fail_the_code_still_arrives() {
        let without = payload(Template::AdminRecoveryCode, None);
        assert_eq!(without.link(), None);
        assert_eq!(without.body.expose(), "Use this code to recover access to your account:\n\n012345\n");
        let with = payload(Template::AdminRecoveryCode, Some("https://x.example/"));
        assert!(with.body.expose().ends_with("\n\nhttps://x.example/\n"));
    }
}
