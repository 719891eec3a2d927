//! Writes notices: to whom, with what in them, and what makes two of them the same.

use super::{Notice, change, device};
use crate::domain::{Person, Secret};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Something that happened to an identity, for which notices are written.
pub struct Telling<'a> {
    /// The source it belongs to.
    pub source: &'a str,
    /// Whom it happened to.
    pub person: &'a Person,
    /// When.
    pub now: Timestamp,
    /// The browser or app that did it; printed in words of ours only.
    pub user_agent: Option<&'a Secret<String>>,
    /// Where that was, if a proxy says so.
    pub place: Option<&'a Secret<String>>,
    /// For the language.
    pub accept_language: Option<&'a str>,
    /// What the app sent along, for the language; may be null.
    pub transient_payload: &'a Value,
    /// «This was not me».
    pub recovery_url: Option<&'a str>,
}

impl Telling<'_> {
    /// A recovery was used; `flow_id` is Kratos's flow: whoever tells it, it is told once.
    pub fn recovery_used(&self, flow_id: &str) -> Vec<Notice> {
        self.to_all("recovery_used", &[], flow_id)
    }

    /// One notice a proven address, once for what `once` names, whoever tells it.
    pub fn to_all(&self, template_type: &'static str, extra: &[(&str, &str)], once: &str) -> Vec<Notice> {
        self.person.verified().map(|to| self.to_one(template_type, to, extra, once)).collect()
    }

    /// A notice to one address.
    pub fn to_one(
        &self,
        template_type: &'static str,
        to: &Secret<String>,
        extra: &[(&str, &str)],
        once: &str,
    ) -> Notice {
        let data = self.data(template_type, to, extra);
        let change = change::told_by_us(template_type, &data, self.person, to.expose());
        let plain = plain(template_type);
        let languages: Vec<_> = self.accept_language.iter().collect();
        let body = json!({
            "recipient": to.expose(),
            "message_type": "email",
            "template_type": template_type,
            "subject": plain,
            "body": format!("{plain}.\n\nTime: {}\n", self.now),
            "template_data": data,
            "request_headers": {"Accept-Language": languages},
        });
        let key = ["notice", self.source, template_type, to.expose(), once].map(str::to_owned).to_vec();
        Notice { body: Secret::new(body.to_string()), key, change }
    }

    fn data(&self, template_type: &str, to: &Secret<String>, extra: &[(&str, &str)]) -> Map<String, Value> {
        let mut data = Map::new();
        let mut put = |name: &str, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                data.insert(name.to_owned(), Value::String(value));
            }
        };
        put("to", Some(to.expose().clone()));
        put("time", Some(self.now.to_string()));
        put("device", self.user_agent.and_then(|agent| device::in_words(agent.expose())));
        put("place", self.place.and_then(|place| device::place(place.expose())));
        // Whoever did not register has no account to win back.
        put("recovery_url", self.recovery_url.filter(|_| template_type != "welcome").map(str::to_owned));
        for (name, value) in extra {
            put(name, Some((*value).to_owned()));
        }
        let identity = json!({"traits": self.person.traits, "metadata_public": self.person.metadata_public});
        data.insert("identity".to_owned(), identity);
        if !self.transient_payload.is_null() {
            data.insert("transient_payload".to_owned(), self.transient_payload.clone());
        }
        data
    }
}

/// What goes out should every template fail (promise P7).
fn plain(template_type: &str) -> &'static str {
    match template_type {
        "password_changed" => "The password of your account was changed",
        "recovery_used" => "Your account was recovered",
        "new_login" => "There was a new login to your account",
        "login_method_added" => "A new way to log in was added to your account",
        "login_method_removed" => "A way to log in was removed from your account",
        "two_factor_enabled" => "Two-step verification was turned on for your account",
        "two_factor_disabled" => "Two-step verification was turned off for your account",
        "address_changed" => "This address was removed from your account",
        _ => "Welcome",
    }
}
