//! Writes notices: to whom, with what in them, and what makes two of them the same.

use super::{Call, Hooks, device};
use crate::domain::{Action, Notice, Person, Secret, mask};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Writes the notices of one call.
pub(super) struct Writer<'a> {
    pub(super) hooks: &'a Hooks,
    pub(super) call: &'a Call<'a>,
    pub(super) action: &'a Action,
    pub(super) person: &'a Person,
    pub(super) now: Timestamp,
}

impl Writer<'_> {
    /// One notice a proven address, once a call of the hook.
    pub(super) fn to_all(&self, template_type: &'static str, extra: &[(&str, &str)]) -> Vec<Notice> {
        let once = self.once();
        self.person.verified().map(|to| self.notice(template_type, to, extra, &once)).collect()
    }

    /// One notice a proven address, once for what `once` names, whichever hook tells it.
    pub(super) fn to_all_once(&self, template_type: &'static str, once: &str) -> Vec<Notice> {
        self.person.verified().map(|to| self.notice(template_type, to, &[], once)).collect()
    }

    /// To each proven address that has left the identity.
    pub(super) fn to_the_old(&self) -> Vec<Notice> {
        let Some(before) = &self.action.before else { return Vec::new() };
        let is_there = |old: &Secret<String>| {
            self.person.addresses.iter().any(|new| new.value.expose().eq_ignore_ascii_case(old.expose()))
        };
        let is_new = |address: &&crate::domain::MailAddress| {
            before.addresses.iter().all(|old| !old.value.expose().eq_ignore_ascii_case(address.value.expose()))
        };
        let new = self.person.addresses.iter().find(is_new).map(|address| mask(address.value.expose()));
        let extra = [("address", new.as_deref().unwrap_or_default())];
        let gone = before.verified().filter(|old| !is_there(old));
        gone.map(|old| self.notice("address_changed", old, &extra, "")).collect()
    }

    fn notice(&self, template_type: &'static str, to: &Secret<String>, extra: &[(&str, &str)], once: &str) -> Notice {
        let mut data = Map::new();
        let mut put = |name: &str, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                data.insert(name.to_owned(), Value::String(value));
            }
        };
        put("to", Some(to.expose().clone()));
        put("time", Some(self.now.to_string()));
        put("device", self.action.user_agent.as_ref().and_then(|agent| device::in_words(agent.expose())));
        put("place", device::place(self.action));
        put("recovery_url", self.hooks.recovery_urls.get(self.call.source).cloned());
        for (name, value) in extra {
            put(name, Some((*value).to_owned()));
        }
        let identity = json!({"traits": self.person.traits, "metadata_public": self.person.metadata_public});
        data.insert("identity".to_owned(), identity);
        if !self.action.transient_payload.is_null() {
            data.insert("transient_payload".to_owned(), self.action.transient_payload.clone());
        }
        let plain = plain(template_type);
        let languages: Vec<_> = self.action.accept_language.iter().collect();
        let body = json!({
            "recipient": to.expose(),
            "message_type": "email",
            "template_type": template_type,
            "subject": plain,
            "body": format!("{plain}.\n\nTime: {}\n", self.now),
            "template_data": data,
            "request_headers": {"Accept-Language": languages},
        });
        let key = ["notice", self.call.source, template_type, to.expose(), once].map(str::to_owned).to_vec();
        Notice { body: Secret::new(body.to_string()), key }
    }

    /// Kratos's own word for «the same call again», else the flow with everything that was told.
    fn once(&self) -> String {
        match self.call.trigger {
            Some(trigger) => format!("trigger {trigger}"),
            None => format!("body {} {:?}", self.action.flow_id, crate::seal::digest(self.call.body)),
        }
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
