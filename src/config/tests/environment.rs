//! Variables.

use super::{Files, LEAST, load};
use crate::config::{Config, CredentialKind, ProviderUri, environment};
use crate::domain::{EmailAddress, Secret};

fn loaded(env: &[(&str, &str)]) -> Config {
    let loaded = load(&[LEAST], env, false).unwrap();
    assert!(!loaded.warnings.iter().any(|warning| warning.contains("variables")), "{:?}", loaded.warnings);
    loaded.config
}

#[test]
fn a_variable_is_prefix_and_path() {
    let config = loaded(&[
        ("POSTRIDER_COURIER_SMTP_CONNECTION_URI", "smtp://other:2525"),
        ("POSTRIDER_SERVE_ADMIN_PORT", "9000"),
        ("POSTRIDER_SERVE_INBOUND_ENABLED", "true"),
        ("POSTRIDER_SERVE_ADMIN_BODY_LIMIT", "1000"),
        ("POSTRIDER_COURIER_SMTP_FROM_NAME", "12345"),
        ("POSTRIDER_DSN", "sqlite://env.db"),
        ("POSTRIDER_COURIER_TIMEOUTS_DOT_CODES", "7s"),
        ("HOME", "/root"),
    ]);
    assert!(matches!(&config.courier.smtp.connection_uri, Some(ProviderUri::Smtp(uri)) if uri.host == "other"));
    assert_eq!((config.serve.admin.port, config.serve.inbound.enabled), (9000, true));
    assert_eq!(config.serve.admin.body_limit.get(), 1000);
    assert_eq!(config.courier.smtp.from_name.as_deref(), Some("12345"));
    assert_eq!(config.courier.timeouts.dot.codes.get().as_secs(), 7);
}

#[test]
fn lists_come_by_index_or_json_and_maps_by_json() {
    let config = loaded(&[
        ("POSTRIDER_SECRETS_CIPHER_1", "a-second-secret-of-more-than-32-characters"),
        ("POSTRIDER_SECRETS_CIPHER_0", "1234567890123456789012345678901234"),
        ("POSTRIDER_COURIER_RETRY_CODES", r#"["1s", "2s"]"#),
        ("POSTRIDER_COURIER_RETRY_CODES_1", "9s"),
        ("POSTRIDER_COURIER_SMTP_HEADERS", r#"{"X-Key": "V"}"#),
        ("POSTRIDER_TEMPLATES_RENDER", r#"{"login_code_valid": "kratos"}"#),
    ]);
    let secrets: Vec<&String> = config.secrets.cipher.iter().map(Secret::expose).collect();
    assert_eq!(secrets, ["1234567890123456789012345678901234", "a-second-secret-of-more-than-32-characters"]);
    let waits: Vec<u64> = config.courier.retry.codes.iter().map(|wait| wait.get().as_secs()).collect();
    assert_eq!(waits, [1, 9]);
    assert_eq!(config.courier.smtp.headers["X-Key"], "V");
    assert_eq!(config.templates.render("login_code_valid"), crate::config::Render::Kratos);
}

#[test]
fn ten_items_keep_their_order() {
    let names: Vec<String> = (0..12).map(|n| format!("POSTRIDER_COURIER_RETRY_NOTICES_{n}")).collect();
    let values: Vec<String> = (1..13).map(|n| format!("{n}s")).collect();
    let env: Vec<(&str, &str)> = names.iter().zip(&values).map(|(n, v)| (n.as_str(), v.as_str())).rev().collect();
    let config = loaded(&env);
    let waits: Vec<u64> = config.courier.retry.notices.iter().map(|wait| wait.get().as_secs()).collect();
    assert_eq!(waits, (1..13).collect::<Vec<_>>());
}

#[test]
fn named_entries_come_by_json_or_by_their_path() {
    let config = loaded(&[
        ("POSTRIDER_SOURCES_DEFAULT_AUTH", r#"[{"id": "e", "type": "envelope", "config": {"key": "k"}}]"#),
        ("POSTRIDER_SOURCES_DEFAULT_FROM_ADDRESS", "env@example.org"),
        ("POSTRIDER_SOURCES_STAGING_ONE_AUTH_0_ID", "w"),
        ("POSTRIDER_SOURCES_STAGING_ONE_AUTH_0_TYPE", "standard_webhooks"),
        ("POSTRIDER_SOURCES_STAGING_ONE_AUTH_0_CONFIG_SECRET", "whsec_aGVsbG8="),
    ]);
    let source = &config.sources["default"];
    assert!(matches!(source.auth[0].kind, CredentialKind::Envelope(_)));
    assert_eq!(source.from_address.as_ref().map(EmailAddress::as_str), Some("env@example.org"));
    assert!(matches!(config.sources["staging_one"].auth[0].kind, CredentialKind::StandardWebhooks(_)));
}

#[test]
fn a_secret_variable_may_name_a_file() {
    let files = Files::new();
    let path = files.put("dsn", "sqlite://by-file.db\n").display().to_string();
    assert!(format!("{:?}", loaded(&[("POSTRIDER_DSN_FILE", &path)]).dsn).contains("by-file.db"));
    let error = load(&[LEAST], &[("POSTRIDER_COURIER_SMTP_CONNECTION_URI_FILE", &path)], false).unwrap_err();
    assert_eq!(
        error,
        "POSTRIDER_COURIER_SMTP_CONNECTION_URI_FILE: courier.smtp.connection_uri and \
         courier.smtp.connection_uri_file are both set; keep one"
    );
}

#[test]
fn an_empty_variable_takes_back_what_may_be_null() {
    let text = "courier: {smtp: {from_name: A}}";
    let config = load(&[LEAST, text], &[("POSTRIDER_COURIER_SMTP_FROM_NAME", "")], false).unwrap().config;
    assert_eq!(config.courier.smtp.from_name, None);
}

#[test]
fn mistakes_name_the_variable_and_quote_nothing() {
    for (name, expected) in [
        ("POSTRIDER_SERVE_ADMIN_PORT", "serve.admin.port: expected a whole number from 0 to 65535"),
        ("POSTRIDER_COURIER_SUPERSEDE", "courier.supersede: expected true or false"),
        ("POSTRIDER_COURIER_SHUTDOWN", "courier.shutdown: expected a stretch of time"),
        ("POSTRIDER_COURIER_SMTP_CONNECTION_URI", "courier.smtp.connection_uri: expected a URI"),
        ("POSTRIDER_SECRETS_CIPHER", "expected a JSON list"),
        ("POSTRIDER_COURIER_SMTP_HEADERS", "expected a JSON object"),
        ("POSTRIDER_SECRETS_CIPHER_7", "the items of a list are numbered from 0"),
        ("POSTRIDER_LOG_LEVEL", "log.level: expected one of"),
    ] {
        let error = load(&[LEAST], &[(name, "hunter2")], false).unwrap_err();
        assert!(error.starts_with(&format!("{name}: {expected}")) && !error.contains("hunter2"), "{error}");
    }
}

#[test]
fn variables_that_are_no_keys_give_one_warning() {
    let env = [("POSTRIDER_COURIER_SMPT_RATE", "hunter2"), ("POSTRIDER_ZZZ", "1"), ("POSTRIDERX", "1")];
    let loaded = load(&[LEAST], &env, false).unwrap();
    assert_eq!(
        loaded.warnings,
        ["these variables are no configuration keys and were not read: POSTRIDER_COURIER_SMPT_RATE, POSTRIDER_ZZZ"]
    );
}

#[test]
fn what_kubernetes_injects_and_other_parts_read_gives_no_warning() {
    let config = loaded(&[
        ("POSTRIDER_SERVICE_HOST", "10.0.0.1"),
        ("POSTRIDER_SERVICE_PORT", "4478"),
        ("POSTRIDER_ADMIN_SERVICE_PORT_HTTP", "4478"),
        ("POSTRIDER_PORT", "tcp://10.0.0.1:4478"),
        ("POSTRIDER_ADMIN_PORT_4478_TCP", "tcp://10.0.0.1:4478"),
        ("POSTRIDER_ADMIN_PORT_4478_TCP_PROTO", "tcp"),
        ("POSTRIDER_ADMIN_PORT_4478_TCP_ADDR", "10.0.0.1"),
        ("POSTRIDER_SERVE_ADMIN_PORT", "tcp://10.0.0.1:4478"),
        ("POSTRIDER_TOKEN", "hunter2"),
        ("POSTRIDER_TEST_KRATOS_BIN", "/bin/kratos"),
    ]);
    assert_eq!(config.serve.admin.port, 4478);
}

#[test]
fn the_environment_of_the_process_can_be_read() {
    assert!(environment().any(|(name, value)| name == "PATH" && !value.is_empty()));
}
