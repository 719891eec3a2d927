//! Which addresses hear of a call, and what makes two calls the same one.

use super::{Call, Hooks};
use crate::domain::{Action, MailAddress, Notice, Person, Secret, Telling, mask};
use jiff::Timestamp;

/// Writes the notices of one call.
pub(super) struct Writer<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) action: &'a Action,
    pub(super) telling: Telling<'a>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        hooks: &'a Hooks,
        call: &'a Call<'a>,
        action: &'a Action,
        person: &'a Person,
        now: Timestamp,
    ) -> Self {
        let telling = Telling {
            source: call.source,
            person,
            now,
            user_agent: action.user_agent.as_ref(),
            place: action.place.as_ref(),
            accept_language: action.accept_language.as_deref(),
            transient_payload: &action.transient_payload,
            recovery_url: hooks.recovery_urls.get(call.source).map(String::as_str),
        };
        Self { call, action, telling }
    }

    /// One notice a proven address, once a call of the hook.
    pub(super) fn to_all(&self, template_type: &'static str, extra: &[(&str, &str)]) -> Vec<Notice> {
        self.telling.to_all(template_type, extra, &self.once())
    }

    /// A recovery, which our own routes may tell, too; without its flow each call is one.
    pub(super) fn recovery_used(&self) -> Vec<Notice> {
        match self.action.flow_id.as_str() {
            "" => self.to_all("recovery_used", &[]),
            flow => self.telling.recovery_used(flow),
        }
    }

    /// To each proven address that has left the identity.
    pub(super) fn to_the_old(&self) -> Vec<Notice> {
        let Some(before) = &self.action.before else { return Vec::new() };
        let person = self.telling.person;
        let is_there = |old: &Secret<String>| {
            person.addresses.iter().any(|new| new.value.expose().eq_ignore_ascii_case(old.expose()))
        };
        let is_new = |address: &&MailAddress| {
            before.addresses.iter().all(|old| !old.value.expose().eq_ignore_ascii_case(address.value.expose()))
        };
        let new = person.addresses.iter().find(is_new).map(|address| mask(address.value.expose()));
        let extra = [("address", new.as_deref().unwrap_or_default())];
        let gone = before.verified().filter(|old| !is_there(old));
        gone.map(|old| self.telling.to_one("address_changed", old, &extra, &self.once())).collect()
    }

    /// Kratos's own word for «the same call again», else the flow with everything that was told.
    fn once(&self) -> String {
        match self.call.trigger {
            Some(trigger) => format!("trigger {trigger}"),
            None => format!("body {} {:?}", self.action.flow_id, crate::seal::digest(self.call.body)),
        }
    }
}
