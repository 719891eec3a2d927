//! An end user begins a recovery, has the code sent again, or looks where it stands. The address
//! goes to Kratos behind the answer, so that neither the answer nor its time tells whether there
//! is such an account.

use super::{Beginning, Begun, Progress, Project, Recovery, Standing, UserError};
use crate::domain::{EmailAddress, Event, RecoveryFlow, RecoveryKind, RecoveryTicket, Secret};
use crate::kratos::{AddressOutcome, Broken, Caller, KratosError, RecoveryState};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// Between the attempts to reach Kratos behind an answer.
const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(10)];
/// Longer than any `Accept-Language` that people have.
const LONGEST_LOCALE: usize = 256;

impl Recovery {
    /// Begins a recovery: a code goes to the address if there is such an account.
    pub async fn begin(self: &Arc<Self>, source: Option<&str>, new: Beginning) -> Result<Begun, UserError> {
        let (source, _) = self.project_for(source)?;
        let (recovery, source) = (Arc::clone(self), source.to_owned());
        self.going.finish(async move { recovery.begun(&source, new).await }).await
    }

    /// Has a code sent again, with the locale and the data of the first time: Kratos drops them.
    pub async fn resend(self: &Arc<Self>, ticket: RecoveryTicket, caller: Caller) -> Result<(), UserError> {
        let recovery = Arc::clone(self);
        self.going.finish(async move { recovery.sent_again(ticket, caller).await }).await
    }

    /// Where a recovery stands. Spends no try.
    pub async fn look(&self, ticket: &RecoveryTicket) -> Result<Standing, UserError> {
        let (source, project) = self.project_for(Some(&ticket.source))?;
        let state = match self.still_open(ticket).await {
            Ok(()) if self.is_exhausted(source, &ticket.flow_id).await => Progress::Exhausted,
            Ok(()) => match project.kratos.recovery_flow(&ticket.flow_id).await? {
                RecoveryState::Open(flow) if flow.passed => Progress::PassedChallenge,
                RecoveryState::Open(_) => Progress::SentEmail,
                RecoveryState::Expired => Progress::Expired,
                RecoveryState::NotFound => return Err(UserError::NotFound),
            },
            Err(UserError::Expired) => Progress::Expired,
            Err(error) => return Err(error),
        };
        Ok(Standing { state, expires_at: ticket.expires_at })
    }

    /// Fails once its time is over or an admin withdrew it.
    pub(super) async fn still_open(&self, ticket: &RecoveryTicket) -> Result<(), UserError> {
        if ticket.expires_at <= self.clock.now() {
            return Err(UserError::Expired);
        }
        let Some(record) = ticket.record else { return Ok(()) };
        let row = self.store.recovery(record).await?;
        // One that is gone was forgotten, long after its end.
        if row.is_none_or(|row| row.withdrawn_at.is_some()) { Err(UserError::Expired) } else { Ok(()) }
    }

    /// The named project with its source; unnamed, the only one or `default`.
    pub(super) fn project_for(&self, source: Option<&str>) -> Result<(&str, &Project), UserError> {
        self.project(source).map_err(|_unknown| UserError::NotOffered)
    }

    async fn begun(self: &Arc<Self>, source: &str, new: Beginning) -> Result<Begun, UserError> {
        let address = address(&new.identifier).ok_or(UserError::IdentifierMalformed)?;
        let place = self.going.place()?;
        let (_, project) = self.project_for(Some(source))?;
        project.kratos.ensure_transitions().await?;
        let flow = project.kratos.create_recovery_flow(&new.caller).await?;
        let payload = new.transient_payload.map(Value::Object);
        let locale = new.caller.accept_language.clone().filter(|locale| locale.len() <= LONGEST_LOCALE);
        let ticket = RecoveryTicket {
            kind: RecoveryKind::SelfService,
            source: source.to_owned(),
            flow_id: flow.id,
            expires_at: flow.expires_at,
            record: None,
            identifier: Some(address.clone()),
            locale,
            transient_payload: payload.clone(),
            recovery_v2: flow.recovery_v2,
            begun_at: Some(self.clock.now()),
        };
        let recovery_id = self.seal(&ticket).map_err(|error| {
            tracing::error!(%error, "a ticket cannot be sealed");
            UserError::Unavailable
        })?;
        if let Some(payload) = payload.as_ref().filter(|payload| !RecoveryTicket::carries(payload)) {
            self.keep_payload(&ticket, payload).await;
        }
        let expires_at = ticket.expires_at;
        self.send(place, ticket, address, payload, new.caller);
        Ok(Begun { recovery_id, expires_at })
    }

    async fn sent_again(self: &Arc<Self>, ticket: RecoveryTicket, caller: Caller) -> Result<(), UserError> {
        let address = ticket.identifier.clone().ok_or(UserError::NotResendable)?;
        let place = self.going.place()?;
        let (source, project) = self.project_for(Some(&ticket.source))?;
        self.still_open(&ticket).await?;
        if self.is_exhausted(source, &ticket.flow_id).await {
            return Err(UserError::TooManyAttempts);
        }
        // Kratos breaks down over an address for a flow that was passed.
        match project.kratos.recovery_flow(&ticket.flow_id).await? {
            RecoveryState::Open(flow) if flow.passed => return Err(UserError::CodeUsed),
            RecoveryState::Open(_) => {}
            RecoveryState::Expired => return Err(UserError::Expired),
            RecoveryState::NotFound => return Err(UserError::NotFound),
        }
        let payload = match &ticket.transient_payload {
            Some(payload) => Some(payload.clone()),
            None => self.kept_payload(&ticket).await,
        };
        let accept_language = caller.accept_language.clone().or_else(|| ticket.locale.clone());
        self.send(place, ticket, address, payload, Caller { accept_language, ..caller });
        Ok(())
    }

    /// Behind the answer.
    fn send(
        self: &Arc<Self>,
        place: tokio::sync::OwnedSemaphorePermit,
        ticket: RecoveryTicket,
        address: Secret<String>,
        payload: Option<Value>,
        caller: Caller,
    ) {
        let (recovery, flow) = (Arc::clone(self), ticket.flow_id.clone());
        let report = Arc::clone(&self.report);
        let work = async move { recovery.submit_address(&ticket, &address, payload.as_ref(), &caller).await };
        let arrived = move |outcome| report(Event::Recovery { flow: "self_service", outcome });
        // Asked twice at once: one code is enough.
        let _first = self.going.send(place, &flow, work, arrived);
    }

    async fn submit_address(
        &self,
        ticket: &RecoveryTicket,
        address: &Secret<String>,
        payload: Option<&Value>,
        caller: &Caller,
    ) -> &'static str {
        let Ok((_, project)) = self.project_for(Some(&ticket.source)) else { return "not_found" };
        let mut pauses = PAUSES.iter();
        let outcome = loop {
            let submitted = project
                .kratos
                .submit_recovery_address(&ticket.flow_id, ticket.recovery_v2, address, payload, caller)
                .await;
            match (&submitted, pauses.next()) {
                // Nothing was done yet, so doing it again sends no second mail.
                (Err(KratosError::Unreachable(_, Broken::NoConnection)), Some(pause)) => {
                    tokio::time::sleep(*pause).await;
                }
                _ => break submitted,
            }
        };
        match outcome {
            Ok(AddressOutcome::Sent) => {
                tracing::debug!("Kratos took the address of a recovery");
                "sent"
            }
            Ok(AddressOutcome::Refused) => "refused",
            Ok(AddressOutcome::Gone) => "gone",
            Err(error) => {
                tracing::error!(%error, kratos.flow = ticket.flow_id, "a recovery was begun, but Kratos did not take its address: no code goes out until it is sent again");
                error.id()
            }
        }
    }

    /// Counts what became of a code.
    pub(super) fn count_code(&self, ticket: &RecoveryTicket, outcome: &'static str) {
        let (kind, id) = (ticket.kind.as_str(), ticket.record.map(tracing::field::display));
        tracing::info!(recovery.kind = kind, recovery.id = id, outcome, "a code of a recovery was tried");
        match ticket.kind {
            RecoveryKind::Admin => self.count(RecoveryFlow::Api, outcome),
            RecoveryKind::SelfService => (self.report)(Event::Recovery { flow: "self_service", outcome }),
        }
    }
}

/// What a person typed, if it could be an address: of mail, or a telephone number.
pub(super) fn address(typed: &Secret<String>) -> Option<Secret<String>> {
    let trimmed = typed.expose().trim();
    let number = trimmed.strip_prefix('+').is_some_and(|digits| {
        let count = digits.bytes().filter(u8::is_ascii_digit).count();
        (7..=15).contains(&count) && digits.chars().all(|c| c.is_ascii_digit() || " -()".contains(c))
    });
    (number || EmailAddress::parse(trimmed).is_ok()).then(|| Secret::new(trimmed.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_an_address_is_taken_as_typed() {
        for typed in [" U@Example.org ", "ünï@example.org", "u@bücher.example", "+41 44 123 45 67", "+12025550123"] {
            assert_eq!(address(&Secret::from(typed)).unwrap().expose(), typed.trim(), "{typed}");
        }
        for typed in ["", " ", "nobody", "a@", "@b.c", "12025550123", "+123", "+1202555012345678", "a@b.c\r\nx"] {
            assert!(address(&Secret::from(typed)).is_none(), "{typed:?}");
        }
    }
}
