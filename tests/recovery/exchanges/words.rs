//! Outcomes of our client in a few words.

use postrider::kratos::{AddressOutcome, CodeOutcome, Issue, KratosError, PasswordOutcome};

pub(super) fn issued(issue: Issue) -> String {
    match issue {
        Issue::Issued(issued) => {
            let complete = issued.flow_id.len() == 36 && issued.code.expose().len() == 6;
            if complete && issued.link.ends_with(&issued.flow_id) { "issued" } else { "issued in part" }.to_owned()
        }
        Issue::IdentityNotFound => "identity not found".to_owned(),
        Issue::ExpiryRefused => "expiry refused".to_owned(),
    }
}

pub(super) fn address_outcome(outcome: AddressOutcome, asked: usize) -> String {
    let word = match outcome {
        AddressOutcome::Sent => "sent",
        AddressOutcome::Refused => "refused",
        AddressOutcome::Gone => "gone",
    };
    if asked == 1 { word.to_owned() } else { format!("{word} after {asked}") }
}

pub(super) fn code_outcome(outcome: CodeOutcome) -> String {
    match outcome {
        CodeOutcome::Passed { token, settings_flow } => {
            let complete = token.expose().starts_with("ory_st_") && settings_flow.is_some_and(|flow| flow.len() == 36);
            if complete { "passed" } else { "passed in part" }
        }
        CodeOutcome::Wrong => "wrong",
        CodeOutcome::TooManyAttempts => "too many",
        CodeOutcome::Used => "used",
        CodeOutcome::Expired => "expired",
        CodeOutcome::NotFound => "not found",
        CodeOutcome::IdentityDisabled => "disabled",
    }
    .to_owned()
}

pub(super) fn password_outcome(outcome: &PasswordOutcome, asked: usize) -> String {
    let word = match outcome {
        PasswordOutcome::Set => "set".to_owned(),
        PasswordOutcome::Refused(messages) => {
            format!("refused {:?}", messages.iter().map(|message| message.id).collect::<Vec<_>>())
        }
        PasswordOutcome::Aal2Required => "aal2 required".to_owned(),
        PasswordOutcome::RefreshRequired => "refresh required".to_owned(),
        PasswordOutcome::NoSession => "no session".to_owned(),
    };
    if asked == 1 { word } else { format!("{word} after {asked}") }
}

pub(super) fn named(error: &KratosError) -> String {
    match error {
        KratosError::Unreachable(..) => "unreachable".to_owned(),
        KratosError::Failed(seen) => format!("failed {}", seen.status),
        KratosError::Unexpected(seen) => format!("unexpected {}", seen.status),
        KratosError::Misconfigured(missing) => format!("misconfigured {}", missing.key()),
    }
}
