//! What providers need to go together.

use super::{error, with};

#[test]
fn a_token_needs_a_user_and_no_password() {
    for (uri, cure) in [
        ("smtp://u:p@h", "a password; keep one of them"),
        ("smtps://h", "must name the user"),
        ("file:///m", "for smtp:// and smtps:// only"),
    ] {
        let error = error(&format!("courier: {{smtp: {{token_command: [t], connection_uri: '{uri}'}}}}"));
        assert!(error.contains("courier.smtp.token_command: ") && error.contains(cure), "{error}");
    }
    let config = with("courier: {smtp: {token_command: [t, -x], connection_uri: 'smtp://u@h'}}").unwrap().config;
    assert_eq!(config.providers()[0].token_command, ["t", "-x"]);
}
