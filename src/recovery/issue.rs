//! An admin issues a recovery: Kratos makes the code, we mail it to an address of the identity.
//! Nothing is told to anybody before the mail, the recovery and the audit line are stored.

use super::by::Details;
use super::keys::{IdempotencyKey, Key, Stash};
use super::letter::Letter;
use super::request::{Issue, IssueAnswer, IssueRequest, Mail, Who};
use super::{AdminError, By, Project, Recovery, address};
use crate::domain::{EmailAddress, Event, RecoveryFlow, RecoveryId, RecoveryKind, RecoveryTicket, Secret, mask};
use crate::intake::OwnMail;
use crate::kratos::Identity;
use crate::seal::Purpose;
use crate::store::{KeyAnswer, NewAudit, NewRecovery};
use jiff::Timestamp;
use std::time::Duration;
use url::Url;

/// In the audit log.
const ACTION: &str = "recovery.issue";

/// What is known of a request so far, for the audit line of its failure.
struct Known {
    source: Option<String>,
    identity_id: Option<String>,
    flow: RecoveryFlow,
}

impl Recovery {
    /// Issues a recovery. When this answers `Issued`, its mail is on stable storage; when it fails,
    /// nothing was stored, nobody is mailed, and the key is free again.
    pub async fn issue(
        &self,
        request: &IssueRequest,
        key: Option<IdempotencyKey<'_>>,
        by: &By,
    ) -> Result<IssueAnswer, AdminError> {
        let identity_id = match &request.who {
            Who::Identity(id) => Some(id.clone()),
            Who::Identifier(_) => None,
        };
        let mut known = Known { source: None, identity_id, flow: request.flow.unwrap_or(RecoveryFlow::Api) };
        let answer = Box::pin(self.attempt(request, key, by, &mut known)).await;
        if let Err(error) = &answer
            && !request.dry_run
        {
            self.count(known.flow, error.id());
            if *error == AdminError::Unavailable {
                return answer; // a store that is away takes no line either
            }
            let line = self.line(by, ACTION, error.id(), details(request, false));
            self.write(NewAudit { source: known.source, identity_id: known.identity_id, ..line }).await;
        }
        answer
    }

    async fn attempt(
        &self,
        request: &IssueRequest,
        key: Option<IdempotencyKey<'_>>,
        by: &By,
        known: &mut Known,
    ) -> Result<IssueAnswer, AdminError> {
        let (source, project) = self.project(request.source.as_deref())?;
        known.source = Some(source.to_owned());
        known.flow = request.flow.unwrap_or(project.flow);
        if request.return_code && !by.sees_codes {
            return Err(AdminError::CodeForbidden);
        }
        if request.dry_run {
            let (identity, recipient) = self.recipient(project, request, known).await?;
            let (recipient, template, flow) = (recipient.to_string(), request.template, known.flow);
            return Ok(IssueAnswer::DryRun { identity_id: identity.id, recipient, template, flow });
        }
        let now = self.clock.now();
        let id = RecoveryId::new(now);
        let key = match self.reserve(key, id, by, now).await? {
            Key::Before(issue) => return Ok(IssueAnswer::Issued(issue)),
            Key::Mine(key) => key,
        };
        match Box::pin(self.mail(request, id, key, by, known)).await {
            Ok(issue) => {
                self.count(known.flow, "issued");
                Ok(IssueAnswer::Issued(Box::new(issue)))
            }
            Err(error) => {
                self.free(key, id, &error).await;
                Err(error)
            }
        }
    }

    async fn mail(
        &self,
        request: &IssueRequest,
        id: RecoveryId,
        key: Option<KeyAnswer>,
        by: &By,
        known: &mut Known,
    ) -> Result<Issue, AdminError> {
        let (source, project) = self.project(request.source.as_deref())?;
        let (identity, recipient) = self.recipient(project, request, known).await?;
        let flow = known.flow;
        // The code lives from here on at the latest, whatever the clock of Kratos shows.
        let now = whole_millis(self.clock.now());
        let code = project.code(&identity.id, request.expires_in, flow).await?;
        let expires_at = whole_millis(request.expires_in.map_or(code.expires_at, |time| now + time));
        let ticket = RecoveryTicket {
            kind: RecoveryKind::Admin,
            source: source.to_owned(),
            flow_id: code.flow_id.clone(),
            expires_at,
            record: Some(id),
            identifier: None,
            locale: request.locale.clone(),
            transient_payload: None,
            recovery_v2: false,
            begun_at: None,
        };
        let recovery_id = self.seal(&ticket).map_err(|error| unexpected("a ticket cannot be sealed", &error))?;
        let link = match flow {
            RecoveryFlow::Api => project.ui_url.as_ref().map(|page| link(page, &recovery_id)),
            RecoveryFlow::Browser => Some(code.link.clone()),
        };
        if link.is_none() {
            tracing::warn!(source, "recovery.ui_url is not set: the mail of this recovery has a code and no link");
        }
        let letter = Letter {
            template: request.template,
            recipient: &recipient,
            identity: &identity,
            code: &code.code,
            link: link.as_deref(),
            lifetime: Duration::try_from(expires_at.duration_since(now)).unwrap_or_default(),
            locale: request.locale.as_deref(),
            transient_payload: &request.transient_payload,
        };
        let payload = letter.payload().map_err(|error| unexpected("the mail has no form", &error))?;
        let stash = Stash { recovery_id, link, kratos_link: code.link, kratos_expires_at: code.expires_at };
        let audit = self.line(by, ACTION, "issued", details(request, request.return_code));
        let (for_source, for_identity) = (known.source.clone(), known.identity_id.clone());
        let recovery = NewRecovery {
            id,
            identity_id: identity.id.clone(),
            flow,
            code_hash: project.by_identifier.then(|| self.hash_of_code(id, code.code.expose())),
            sealed: self.sealed_stash(id, &stash)?,
            key,
            audit: NewAudit { source: for_source, identity_id: for_identity, ..audit },
        };
        let own = OwnMail { source, payload: &payload, now, expires_at, recovery };
        let mailed = self.intake.issue(own).await.map_err(|_store| AdminError::Unavailable)?;
        let mailed = mailed.ok_or(AdminError::KeyInFlight)?;
        self.remember_flow(&ticket).await;
        tracing::info!(recovery.id = %id, mail.id = %mailed.accepted.id, token = by.token, "a recovery was issued");
        Ok(Issue {
            recovery_id: stash.recovery_id,
            id,
            identity_id: identity.id,
            flow,
            expires_at,
            link: stash.link,
            kratos_link: stash.kratos_link,
            kratos_expires_at: stash.kratos_expires_at,
            mail: Mail { id: mailed.accepted.id, recipient: mailed.recipient, reason: mailed.accepted.reason },
            code: request.return_code.then_some(code.code),
        })
    }

    /// The identity of a request, and the address of it that the code goes to.
    async fn recipient(
        &self,
        project: &Project,
        request: &IssueRequest,
        known: &mut Known,
    ) -> Result<(Identity, EmailAddress), AdminError> {
        let identity = match &request.who {
            Who::Identity(id) => project.kratos.identity(id).await?.ok_or(AdminError::IdentityNotFound)?,
            Who::Identifier(identifier) => project.identity_of(identifier.expose()).await?,
        };
        known.identity_id = Some(identity.id.clone());
        let recipient = address::choose(&identity, request.address.as_ref())?;
        Ok((identity, recipient))
    }

    /// The named project with its source; unnamed, the only one or `default`.
    pub(super) fn project(&self, source: Option<&str>) -> Result<(&str, &Project), AdminError> {
        let found = match (source, self.projects.len()) {
            (Some(source), _) => self.projects.get_key_value(source),
            (None, 1) => self.projects.first_key_value(),
            (None, _) => self.projects.get_key_value("default"),
        };
        found.map(|(source, project)| (source.as_str(), project)).ok_or(AdminError::UnknownSource)
    }

    /// The keyed hash of a recovery's code.
    pub fn hash_of_code(&self, id: RecoveryId, code: &str) -> [u8; 32] {
        self.code_hash.of(&[&id.to_string(), code])
    }

    fn sealed_stash(&self, id: RecoveryId, stash: &Stash) -> Result<Vec<u8>, AdminError> {
        let plain = Secret::new(serde_json::to_vec(stash).unwrap_or_default());
        let sealed = self.sealer.seal(Purpose::Answer, id.0.as_bytes(), plain.expose());
        sealed.map_err(|error| unexpected("a recovery cannot be sealed", &error))
    }

    pub(super) fn count(&self, flow: RecoveryFlow, outcome: &'static str) {
        let flow = match flow {
            RecoveryFlow::Api => "admin_api",
            RecoveryFlow::Browser => "admin_browser",
        };
        (self.report)(Event::Recovery { flow, outcome });
    }
}

fn unexpected(what: &str, error: &dyn std::error::Error) -> AdminError {
    tracing::error!(%error, "{what}");
    AdminError::Unavailable
}

fn details(request: &IssueRequest, code_returned: bool) -> Details {
    let identifier = match &request.who {
        Who::Identity(_) => None,
        Who::Identifier(identifier) => Some(mask(identifier.expose())),
    };
    Details { reason: request.reason.clone(), identifier, code_returned, ..Details::default() }
}

/// As databases keep it and links like it; never later than it was.
fn whole_millis(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}

/// The page with the recovery in its query. It never holds the code.
fn link(page: &Url, recovery_id: &str) -> String {
    let mut link = page.clone();
    link.query_pairs_mut().append_pair("recovery_id", recovery_id);
    link.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_keeps_what_the_page_has() {
        let of = |page: &str| link(&Url::parse(page).unwrap(), "a-_9");
        assert_eq!(of("https://app.example.org/recover"), "https://app.example.org/recover?recovery_id=a-_9");
        assert_eq!(of("https://app.example.org/?a=b#/x"), "https://app.example.org/?a=b&recovery_id=a-_9#/x");
    }
}
