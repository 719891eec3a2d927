//! `postrider.default.yml` and the schema are what they claim to be.

use crate::config::path::Path;
use crate::config::shape::Shape;
use crate::config::{Config, DEFAULT_YML, Role, environment, load, not_yet_read, schema};
use std::iter;

/// Every key that has a variable of its own, and every key within lists and maps.
fn walk(shape: &Shape<'_>, path: &Path, fixed: bool, leaves: &mut Vec<(Path, bool)>, inner: &mut Vec<String>) {
    for (key, below) in shape.keys(None) {
        let path = path.key(key);
        if !fixed && !is_file_of_secret(shape, key) {
            inner.push(key.to_owned());
        }
        let is_section = !below.keys(None).is_empty() && !below.is_nullable();
        if fixed && !is_section {
            leaves.push((path.clone(), is_file_of_secret(shape, key)));
        }
        walk(&below, &path, fixed && is_section, leaves, inner);
        for entry in below.entry().into_iter().chain(below.items()) {
            walk(&entry, &path, false, leaves, inner);
        }
    }
}

#[test]
fn the_default_file_has_every_key_and_its_variable() {
    let schema = schema();
    let (mut leaves, mut inner) = (Vec::new(), Vec::new());
    walk(&Shape::of(&schema), &Path::default(), true, &mut leaves, &mut inner);
    assert!(leaves.len() > 80 && inner.len() > 40, "{} {}", leaves.len(), inner.len());
    let root = load::defaults().ok().unwrap();
    let words: Vec<&str> = DEFAULT_YML.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    for (path, is_file) in leaves {
        let variable = environment::variable(&path);
        assert!(words.contains(&variable.as_str()), "{variable} is not in postrider.default.yml");
        assert!(is_file || root.get(&path).is_some(), "{path} is not in postrider.default.yml");
    }
    for key in inner {
        assert!(words.contains(&key.as_str()), "{key} is not in postrider.default.yml");
    }
}

/// Those stand in the file's first comment, once for all.
fn is_file_of_secret(section: &Shape<'_>, key: &str) -> bool {
    let secret = key.strip_suffix("_file").and_then(|key| section.child(key, None));
    secret.is_some_and(|secret| secret.is_secret())
}

#[test]
fn the_default_file_has_no_unknown_key_and_gives_every_section_its_defaults() {
    let config = load::defaults().and_then(|root| load::typed(&root)).unwrap();
    assert_eq!(config.serve.admin.port, 4478);
    assert_eq!(config.serve.admin.body_limit.as_usize(), 2 << 20);
    assert!(not_yet_read(&config).is_empty());
    // Load it as an operator's file too: every key is known, and only the required ones are missing.
    let error = super::load(&[DEFAULT_YML], &[], false).unwrap_err();
    assert!(!error.contains("unknown key"), "{error}");
    for key in ["secrets.cipher", "sources.default.auth", "courier.smtp.connection_uri", "courier.smtp.from_address"] {
        assert!(error.contains(key), "{key}: {error}");
    }
    assert_eq!(error.lines().count(), 4, "{error}");
}

#[test]
fn defaults_within_lists_are_those_of_the_sections() {
    let text = "courier: {providers: [{id: second, type: smtp, connection_uri: 'smtp://m'}]}";
    let config = super::with(text).unwrap().config;
    let [first, second] = &config.providers()[..] else { panic!("two providers") };
    assert_eq!(
        (first.connections, first.messages_per_connection, first.rate),
        (second.connections, second.messages_per_connection, second.rate)
    );
    assert_eq!((first.id.as_str(), second.id.as_str()), ("smtp", "second"));
}

#[test]
fn the_committed_schema_is_fresh() {
    let committed = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/config.schema.json"));
    let committed: serde_json::Value = serde_json::from_str(&committed.unwrap_or_default()).unwrap_or_default();
    assert!(
        committed == schema(),
        "deploy/config.schema.json is stale: cargo run -- config schema > deploy/config.schema.json"
    );
}

#[test]
fn the_schema_closes_every_section_and_knows_the_files_of_secrets() {
    let schema = schema();
    let smtp = schema.pointer("/properties/courier/properties/smtp").unwrap();
    assert_eq!(smtp["additionalProperties"], false);
    assert_eq!(smtp["properties"]["connections"]["default"], 8);
    assert!(smtp["properties"]["connection_uri_file"].is_object());
    assert!(smtp.get("required").is_none());
    assert!(schema.pointer("/properties/secrets/properties/cipher_file").is_some());
}

#[test]
fn roles_are_ordered() {
    assert!(Role::Viewer < Role::Support && Role::Support < Role::Operator && Role::Operator < Role::Admin);
}

#[test]
fn debug_of_a_configuration_shows_no_secret() {
    let text = "\
secrets: {cipher: [hunter2-hunter2-hunter2-hunter2-hunter2]}
admin: {tokens: [{id: ops, role: admin, value: hunter2-token}]}
sources:
  default:
    auth:
      - {id: a, type: api_key, config: {name: X-Key, value: hunter2}}
      - {id: b, type: basic_auth, config: {user: u, password: hunter2}}
      - {id: c, type: standard_webhooks, config: {secret: whsec_hunter2A}}
      - {id: d, type: hmac_sha256, config: {secret: hunter2, header: X-Sig}}
      - {id: e, type: envelope, config: {key: hunter2}}
courier: {smtp: {connection_uri: 'smtp://u:hunter2@m', from_address: a@example.org}}
kratos: {admin_auth: {type: api_key, config: {name: Authorization, value: Bearer hunter2}}}
dsn: postgres://u:hunter2@h/d
dsn_listen: postgres://u:hunter2@h/d
";
    let loaded = super::load(&[text], &[], false).unwrap();
    assert_eq!(loaded.config.sources["default"].auth.len(), 5);
    assert!(!format!("{loaded:?}").contains("hunter2"), "{loaded:?}");
    assert!(Config::load(&[], iter::empty(), false).is_err());
}
