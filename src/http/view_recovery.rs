//! Recoveries and the audit log as the admin API shows them. A code stands only where its issuer
//! asked for it and may see it.

use crate::domain::Status;
use crate::recovery::{Details, Issue, IssueAnswer, Withdrawal};
use crate::store::{AuditRow, RecoveryRow};
use jiff::Timestamp;
use serde_json::{Value, json};

/// The answer to `POST /admin/recoveries`.
pub fn answered(answer: &IssueAnswer) -> Value {
    match answer {
        IssueAnswer::Issued(issue) => issued(issue),
        IssueAnswer::DryRun { identity_id, recipient, template, flow } => json!({
            "dry_run": true,
            "identity_id": identity_id,
            "message": { "recipient": recipient },
            "template": template.as_str(),
            "flow": flow,
        }),
    }
}

fn issued(issue: &Issue) -> Value {
    let status = if issue.mail.reason.is_some() { Status::Abandoned } else { Status::Queued };
    let mut view = json!({
        "recovery_id": issue.recovery_id,
        "id": issue.id,
        "identity_id": issue.identity_id,
        "flow": issue.flow,
        "expires_at": issue.expires_at,
        "recovery_link": issue.link,
        "message": {
            "id": issue.mail.id, "recipient": issue.mail.recipient, "status": status, "reason": issue.mail.reason,
        },
    });
    if let (Some(code), Some(fields)) = (&issue.code, view.as_object_mut()) {
        fields.insert("recovery_code".to_owned(), code.expose().as_str().into());
    }
    view
}

/// The same in Ory's words. Ory's SDKs want a link and a code.
pub(super) fn issued_as_ory(issue: &Issue) -> Value {
    json!({
        "recovery_link": issue.link.as_ref().unwrap_or(&issue.kratos_link),
        "recovery_code": issue.code.as_ref().map_or("", |code| code.expose().as_str()),
        "expires_at": issue.kratos_expires_at,
    })
}

/// A stored recovery.
pub fn recovery(row: &RecoveryRow, now: Timestamp) -> Value {
    let (status, reason) = row.mail.unzip();
    json!({
        "id": row.id,
        "state": row.state(now),
        "source": row.source,
        "identity_id": row.identity_id,
        "flow": row.flow,
        "template": row.template_type,
        "issued_by": row.token,
        "issued_at": row.issued_at,
        "expires_at": row.expires_at,
        "tries": row.tries,
        "used_at": row.used_at,
        "withdrawn_at": row.withdrawn_at,
        "message": {
            "id": row.message_id, "recipient": row.recipient_masked, "status": status, "reason": reason.flatten(),
        },
    })
}

/// A withdrawn recovery, with what withdrawing cannot do.
pub fn withdrawn(withdrawal: &Withdrawal, now: Timestamp) -> Value {
    let mut view = recovery(&withdrawal.row, now);
    if let Some(fields) = view.as_object_mut() {
        fields.insert("mail_stopped".to_owned(), withdrawal.mail_stopped.into());
        fields.insert("kratos_code_lives_until".to_owned(), json!(withdrawal.row.expires_at));
        let notice = "postrider refuses this recovery from now on. Kratos cannot take its code back: with the code \
            and the id of the flow it can be used at Kratos itself until it expires.";
        fields.insert("notice".to_owned(), notice.into());
    }
    view
}

/// A line of the audit log.
pub fn audit(line: &AuditRow, details: &Details) -> Value {
    json!({
        "id": line.id,
        "at": line.at,
        "token": line.token,
        "actor": details.actor,
        "action": line.action,
        "outcome": line.outcome,
        "reason": details.reason,
        "source": line.source,
        "identity_id": line.identity_id,
        "identifier": details.identifier,
        "recovery_id": line.recovery_id,
        "message_id": line.message_id,
        "client_address": details.client,
        "code_returned": details.code_returned,
    })
}
