//! What Kratos posts, in small. tests/fixtures holds what it really posted.

use serde_json::{Value, json};

/// A mail with a code that lives 15 minutes.
pub(crate) fn code_mail(recipient: &str, code: &str) -> Value {
    json!({
        "recipient": recipient,
        "message_type": "email",
        "template_type": "login_code_valid",
        "subject": format!("Use code {code} to log in"),
        "body": format!("Login to your account with the following code:\n\n{code}\n\nIt expires in 15 minutes.\n"),
        "html_body": format!("<p>Login to your account with the following code:</p><p>{code}</p>"),
        "template_data": {"to": recipient, "login_code": code, "expires_in_minutes": 15},
    })
}

/// A mail with a link.
pub(crate) fn link_mail(recipient: &str, link: &str) -> Value {
    json!({
        "recipient": recipient,
        "message_type": "email",
        "template_type": "recovery_valid",
        "subject": "Recover access to your account",
        "body": format!("Recover access to your account by clicking the following link:\n\n{link}\n"),
        "template_data": {"to": recipient, "recovery_url": link, "expires_in_minutes": 15},
    })
}

/// A mail without code or link.
pub(crate) fn notice_mail(recipient: &str) -> Value {
    json!({
        "recipient": recipient,
        "message_type": "email",
        "template_type": "recovery_code_invalid",
        "subject": "Account access attempted",
        "body": "You (or someone else) entered this email address when trying to recover access to an account.",
        "template_data": {"to": recipient},
    })
}

/// A text message.
pub(crate) fn sms(recipient: &str, code: &str) -> Value {
    json!({
        "recipient": recipient,
        "message_type": "sms",
        "template_type": "login_code_valid",
        "subject": "",
        "body": format!("Your login code is: {code}"),
        "template_data": {"to": recipient, "login_code": code, "expires_in_minutes": 15},
    })
}
