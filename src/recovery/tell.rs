//! The notice «your account was recovered» of a recovery that went on over our routes. Kratos's own hook
//! may tell of the same one: whichever is first, it is mailed once.

use super::submit::ASIDE;
use super::{Project, Recovery};
use crate::domain::{Event, Person, RecoveryTicket, Secret, Telling};
use crate::kratos::{Caller, Session, Whoami};
use serde_json::Value;
use tokio::time::timeout;

/// A recovery whose right code came.
pub(super) struct Used<'a> {
    pub(super) source: &'a str,
    pub(super) flow: &'a str,
    /// What we know of it.
    pub(super) ticket: Option<&'a RecoveryTicket>,
    pub(super) caller: &'a Caller,
}

/// The session that a recovery gave, if Kratos shows it soon.
pub(super) async fn session_of(project: &Project, token: &Secret<String>, caller: &Caller) -> Option<Session> {
    match timeout(ASIDE, project.kratos.whoami(token, caller)).await {
        Ok(Ok(Whoami::Session(session))) => Some(session),
        _ => None,
    }
}

impl Recovery {
    /// Tells whoever was recovered, if a hook asks for that notice. It holds nobody up for long and fails
    /// nothing. `session`: what the recovery gave, where Kratos shows it.
    pub(super) async fn tell_used(&self, project: &Project, used: &Used<'_>, session: Option<Session>) {
        if !self.tells_used {
            return;
        }
        let told = timeout(ASIDE, self.tell(project, used, session)).await;
        if let Err(why) = told.unwrap_or_else(|_elapsed| Err("it took too long".to_owned())) {
            tracing::error!(source = used.source, why, "nobody is notified that a recovery was used");
            (self.report)(Event::HookLost { source: used.source.to_owned() });
        }
    }

    async fn tell(&self, project: &Project, used: &Used<'_>, session: Option<Session>) -> Result<(), String> {
        let person = match session {
            Some(session) => session.person,
            None => self.owner(project, used).await?,
        };
        let user_agent = used.caller.user_agent.clone().map(Secret::new);
        let transient_payload = used.ticket.and_then(|ticket| ticket.transient_payload.as_ref());
        let telling = Telling {
            source: used.source,
            person: &person,
            now: self.clock.now(),
            user_agent: user_agent.as_ref(),
            place: None,
            accept_language: used.caller.accept_language.as_deref(),
            transient_payload: transient_payload.unwrap_or(&Value::Null),
            recovery_url: project.ui_url.as_ref().map(url::Url::as_str),
        };
        for notice in telling.recovery_used(used.flow) {
            self.intake.notify(used.source, &notice, Vec::new()).await.map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Whom a recovery is for, where Kratos does not show its session: one that has to show a second
    /// factor first.
    async fn owner(&self, project: &Project, used: &Used<'_>) -> Result<Person, String> {
        let ticket = used.ticket.ok_or("Kratos does not show whose session it is")?;
        let identity = if let Some(record) = ticket.record {
            let row = self.store.recovery(record).await.map_err(|error| error.to_string())?;
            let id = row.ok_or("the recovery is not known any more")?.identity_id;
            project.kratos.identity(&id).await.map_err(|error| error.to_string())?
        } else {
            let identifier = ticket.identifier.as_ref().ok_or("whose recovery it is, is not known")?;
            Some(project.identity_of(identifier.expose()).await.map_err(|error| error.to_string())?)
        };
        Ok(identity.ok_or("the identity is gone")?.into_person())
    }
}
