//! Files: layers, unknown keys with their lines, wrong kinds, and secrets from files.

use super::{Files, LEAST, error, load, pairs, with};
use crate::config::{Config, CredentialKind, ProviderUri};
use crate::domain::Secret;

#[test]
fn later_files_win_maps_grow_together_and_lists_are_replaced() {
    let one = "serve: {admin: {port: 1}, public: {port: 2}}\ncourier: {retry: {codes: [1s, 2s]}}";
    let two = "serve: {admin: {port: 3}}\ncourier: {retry: {codes: [9s]}, smtp: {headers: {A: b}}}";
    let three = "courier: {smtp: {headers: {C: d}, from_name: }}\nserve:\nsources:\n";
    let config = load(&[LEAST, one, two, three], &[], false).unwrap().config;
    assert_eq!((config.serve.admin.port, config.serve.public.port, config.serve.inbound.port), (3, 2, 4479));
    assert_eq!(config.courier.retry.codes.len(), 1);
    assert_eq!(config.courier.smtp.headers.keys().collect::<Vec<_>>(), ["A", "C"]);
    assert_eq!(config.sources.len(), 1);
}

#[test]
fn a_null_takes_back_what_may_be_null() {
    let config = load(&[LEAST, "courier: {smtp: {from_name: A}}", "courier: {smtp: {from_name: }}"], &[], false);
    assert_eq!(config.unwrap().config.courier.smtp.from_name, None);
    let (one, two) = ("sources: {default: {from_name: A}}", "sources: {default: {from_name: }}");
    assert_eq!(load(&[LEAST, one, two], &[], false).unwrap().config.sources["default"].from_name, None);
}

#[test]
fn unknown_keys_are_refused_with_file_line_and_the_nearest_known_key() {
    assert_eq!(
        error("courier:\n  smtp:\n    # a comment\n    connection_url: smtp://m\n"),
        "2.yml:4: unknown key courier.smtp.connection_url; did you mean connection_uri?"
    );
    assert_eq!(
        error("courier: {smtp: {a_b: 1},\n  retyr: {codes: [1s]}}"),
        "2.yml:2: unknown key courier.retyr; did you mean retry?\n\
         2.yml:1: unknown key courier.smtp.a_b; known here are ca_cert_path, client_cert_path, client_key_path, \
         connection_uri, \
         connections, from_address, from_name, headers, local_name, messages_per_connection, rate, token_command"
    );
    assert_eq!(
        error("admin:\n  tokens:\n    - id: ops\n      role: admin\n      vale: x\n"),
        "2.yml:5: unknown key admin.tokens[0].vale; did you mean value?"
    );
    assert_eq!(
        error(
            "sources:\n  default:\n    auth:\n      - id: a\n        type: envelope\n        config:\n          kee: x\n"
        ),
        "2.yml:6: sources.default.auth[0].config.key: this key is missing\n\
         2.yml:7: unknown key sources.default.auth[0].config.kee; did you mean key?"
            .lines()
            .skip(1)
            .collect::<Vec<_>>()
            .join("\n")
    );
}

#[test]
fn the_line_is_that_of_the_key_not_of_its_value() {
    assert_eq!(error("log:\n  lvel:\n\n    info\n"), "2.yml:2: unknown key log.lvel; did you mean level?");
}

#[test]
fn what_serde_says_loses_the_half_that_quotes_the_value() {
    use crate::config::error::without_value;
    assert_eq!(without_value("invalid type: string \"a, expected b\", expected u16"), "expected u16");
    assert_eq!(without_value("invalid value: hunter2"), "this value is not valid");
    assert_eq!(without_value("missing field `key`"), "missing field `key`");
}

#[test]
fn values_of_the_wrong_kind_say_what_was_expected_all_at_once() {
    let text = "serve:\n  admin: {port: hunter2}\n  public: {port: 70000}\n  inbound: {enabled: hunter2}\n\
                courier:\n  routes: hunter2\n  smtp: hunter2\nlog: {level: hunter2}\n";
    assert_eq!(
        error(text),
        "2.yml:6: courier.routes: expected a list\n\
         2.yml:7: courier.smtp: expected a section of keys and values\n\
         2.yml:8: log.level: expected one of off, error, warn, info, debug, trace\n\
         2.yml:2: serve.admin.port: expected a whole number from 0 to 65535\n\
         2.yml:4: serve.inbound.enabled: expected true or false\n\
         2.yml:3: serve.public.port: expected a whole number from 0 to 65535"
    );
    let duration = error("courier:\n  shutdown: hunter2");
    assert!(duration.starts_with("2.yml:2: courier.shutdown: expected a stretch of time"), "{duration}");
    assert!(error("serve: {drain: 5}").contains("serve.drain: expected a stretch of time"));
    let address = error("courier: {smtp: {from_address: hunter2}}");
    assert!(address.starts_with("2.yml:1: courier.smtp.from_address: a mail address is"), "{address}");
    assert!(!(duration + &address).contains("hunter2"));
}

#[test]
fn a_credential_of_unknown_type_lists_the_known_ones() {
    assert_eq!(
        error("sources: {default: {auth: [{id: a, type: hunter2, config: {}}]}}"),
        "2.yml:1: sources.default.auth[0].type: expected one of api_key, basic_auth, standard_webhooks, hmac_sha256, envelope"
    );
    assert!(error("sources: {default: {auth: [{id: a, config: {}}]}}").contains("auth[0].type: expected one of"));
    assert!(error("sources: {Default: {}}").contains("expected an id"), "{}", error("sources: {Default: {}}"));
}

#[test]
fn a_text_that_looks_like_a_number_keeps_its_letters() {
    for written in ["0123", "1e5", "1_000", "0x1F", "true", "12345678901234567890123", "1e999", ".5", "1.0", "007"] {
        let text = format!("admin: {{tokens: [{{id: a, role: viewer, value: {written}}}]}}");
        let config = with(&text).unwrap().config;
        assert_eq!(config.admin.tokens[0].value.as_ref().unwrap().expose(), written);
    }
}

#[test]
fn broken_yaml_names_the_line_and_quotes_nothing() {
    for (text, line) in [
        ("a: *hunter2", 1),
        ("log:\n  level: \"hunter2", 2),
        ("log: {level: info}\nlog: {level: hunter2}", 2),
        ("- hunter2", 1),
        ("hunter2", 1),
        ("log:\n  level: hun: hunter2", 2),
        ("log: {level: @hunter2}", 1),
        ("dsn: !!int hunter2", 1),
    ] {
        let error = error(text);
        assert!(error.starts_with(&format!("2.yml:{line}: ")) && !error.contains("hunter2"), "{text}: {error}");
    }
    assert!(with("").is_ok() && with("# nothing\n").is_ok());
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Config::load(&["/nowhere/postrider.yml".into()], pairs(&[]), true).unwrap_err().to_string();
    assert!(error.starts_with("/nowhere/postrider.yml: cannot read"), "{error}");
}

#[test]
fn every_secret_may_come_from_a_file() {
    let files = Files::new();
    let cipher =
        files.put("cipher", "first-secret-of-more-than-32-characters\n\nsecond-secret-of-more-than-32-characters\r\n");
    let (uri, key) = (files.put("uri", "smtps://u:p@m\n"), files.put("key", "Bearer k \n"));
    let text = format!(
        "secrets: {{cipher_file: {}}}\n\
         sources: {{default: {{auth: [{{id: k1, type: api_key, config: {{name: Authorization, value_file: {}}}}}]}}}}\n\
         courier: {{smtp: {{connection_uri_file: {}, from_address: a@example.org}}}}\n",
        cipher.display(),
        key.display(),
        uri.display()
    );
    let loaded = load(&[&text], &[], false).unwrap();
    let secrets: Vec<&String> = loaded.config.secrets.cipher.iter().map(Secret::expose).collect();
    assert_eq!(secrets, ["first-secret-of-more-than-32-characters", "second-secret-of-more-than-32-characters"]);
    assert!(matches!(&loaded.config.courier.smtp.connection_uri, Some(ProviderUri::Smtp(uri)) if uri.host == "m"));
    // Only the one newline that an editor adds is taken off.
    let CredentialKind::ApiKey(api_key) = &loaded.config.sources["default"].auth[0].kind else { panic!("api_key") };
    assert_eq!(api_key.value.expose(), "Bearer k ");
    assert_eq!(loaded.secret_files.len(), 3);
}

#[test]
fn a_secret_and_its_file_cannot_both_be_set() {
    assert_eq!(
        error("courier:\n  smtp:\n    connection_uri_file: /run/secrets/uri\n"),
        "2.yml:3: courier.smtp.connection_uri and courier.smtp.connection_uri_file are both set; keep one"
    );
    assert!(error("secrets: {cipher_file: /x}").contains("secrets.cipher and secrets.cipher_file are both set"));
}

#[test]
fn the_file_of_a_default_replaces_the_default() {
    let files = Files::new();
    let dsn = files.put("dsn", "sqlite://from-file.db\n");
    let config = with(&format!("dsn_file: {}", dsn.display())).unwrap().config;
    assert!(format!("{:?}", config.dsn).contains("from-file.db"));
}

#[test]
fn a_missing_secret_file_names_key_and_path() {
    let error = error(
        "dsn_file: /nowhere/dsn\nsources: {default: {auth: [{id: a, type: envelope, config: {key_file: /nowhere/key}}]}}",
    );
    assert!(error.contains("2.yml:1: dsn_file: cannot read /nowhere/dsn: "), "{error}");
    assert!(error.contains("2.yml:2: sources.default.auth[0].config.key_file: cannot read /nowhere/key: "), "{error}");
}

#[test]
fn a_mistake_beside_a_secret_never_shows_the_secret() {
    let credential = |kind: &str, config: &str| {
        format!("sources: {{default: {{auth: [{{id: a, type: {kind}, config: {{{config}}}}}]}}}}")
    };
    for text in [
        "courier: {smtp: {connection_uri: 'smtp://u:hunter2@m:port'}}".to_owned(),
        "courier: {smtp: {connection_uri: [hunter2]}}".to_owned(),
        "courier: {smtp: {headers: {X: \"hunter2\\n\"}}}".to_owned(),
        "dsn_listen: 'postgres://u:hunter2@h/d'".to_owned(),
        "dsn: hunter2".to_owned(),
        "secrets: {cipher: [hunter2]}".to_owned(),
        "secrets: {cipher: hunter2}".to_owned(),
        "admin: {tokens: [{id: a, role: hunter2, value: hunter2}]}".to_owned(),
        "admin: {tokens: [{id: a, role: admin, value: hunter2, value_sha256: hunter2}]}".to_owned(),
        "kratos: {admin_url: 'http://u:hunter2@h/'}".to_owned(),
        credential("standard_webhooks", "secret: hunter2"),
        credential("hmac_sha256", "secret: hunter2"),
        credential("api_key", "value: hunter2, name: 'a b'"),
        credential("api_key", "value: [hunter2], name: a"),
        credential("basic_auth", "user: 'a:b', password: hunter2"),
        credential("api_key", "value: hunter2, valeu: hunter2, in: hunter2"),
    ] {
        let error = error(&text);
        assert!(!error.contains("hunter2"), "{text}: {error}");
        assert!(error.starts_with("2.yml:1: "), "{text}: {error}");
    }
}
