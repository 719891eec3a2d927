//! `--dev`.

use super::{LEAST, load};
use crate::config::{CredentialKind, DEV_KEY, Dsn, Id, ProviderUri, Role};

#[test]
fn dev_needs_no_configuration() {
    let loaded = load(&[], &[], true).unwrap();
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    let config = loaded.config;
    assert!(matches!(&config.dsn, Dsn::Sqlite(file) if file.as_os_str() == "postrider-dev.db"));
    let [provider] = &config.providers()[..] else { panic!("one provider") };
    assert!(matches!(provider.uri, ProviderUri::Inbox));
    assert_eq!(config.courier.smtp.from_address.as_ref().unwrap().as_str(), "postrider@localhost");
    let CredentialKind::ApiKey(key) = &config.sources["default"].auth[0].kind else { panic!("api_key") };
    assert_eq!((key.name.as_str(), key.value.expose().as_str()), ("Authorization", "Bearer dev"));
    let token = &config.admin.tokens[0];
    assert_eq!((token.role, token.value.as_ref().unwrap().expose().as_str()), (Role::Admin, DEV_KEY));
    assert!(config.secrets.cipher[0].expose().len() >= 32);
}

#[test]
fn dev_leaves_what_the_operator_gave() {
    let config = load(&[LEAST, "dsn: sqlite://mine.db"], &[], true).unwrap().config;
    assert!(matches!(&config.dsn, Dsn::Sqlite(file) if file.as_os_str() == "mine.db"));
    assert_eq!(config.sources["default"].auth[0].id.as_str(), "k1");
    assert_eq!(config.admin.tokens[0].id.as_str(), "ops");
    assert!(matches!(config.courier.smtp.connection_uri, Some(ProviderUri::Smtp(_))));
    assert_eq!(config.secrets.cipher[0].expose(), "a-cipher-secret-of-at-least-32-characters");
}

#[test]
fn dev_fills_a_source_without_credentials_and_respects_other_providers() {
    let text = "sources: {shop: {from_name: Shop}}\ncourier: {providers: [{id: f, type: file, connection_uri: 'file:///var/m'}]}";
    let config = load(&[text], &[], true).unwrap().config;
    assert_eq!(config.sources.keys().map(Id::as_str).collect::<Vec<_>>(), ["shop"]);
    assert_eq!(config.sources["shop"].auth[0].id.as_str(), "dev");
    assert_eq!(config.providers().iter().map(|provider| provider.id.as_str()).collect::<Vec<_>>(), ["f"]);
}

#[test]
fn the_dev_key_stays_on_loopback() {
    for host in ["127.0.0.1", "127.8.0.1", "::1", "\"[::1]\"", "localhost"] {
        let text = format!("serve: {{public: {{host: {host}}}, admin: {{host: {host}}}}}");
        assert!(load(&[&text], &[], true).is_ok(), "{host}");
    }
    for (key, text) in [
        ("serve.public.host", "serve: {public: {host: 0.0.0.0}}"),
        ("serve.admin.host", "serve: {admin: {host: '::'}}"),
        ("serve.admin.host", "serve: {admin: {host: example.org}}"),
        ("serve.inbound.host", "serve: {inbound: {enabled: true, host: 10.0.0.1}}"),
    ] {
        let error = load(&[text], &[], true).unwrap_err();
        assert!(error.starts_with(&format!("1.yml:1: {key}: --dev binds to loopback only")), "{error}");
        assert!(error.contains("sources.default.auth[0] and admin.tokens[0]"), "{error}");
    }
    assert!(load(&["serve: {inbound: {host: 10.0.0.1}}"], &[], true).is_ok());
    assert_eq!(load(&[LEAST, "serve: {admin: {host: 0.0.0.0}}"], &[], true).unwrap().warnings, [""; 0]);
    let sealed = "secrets: {cipher: [postrider --dev seals with this well-known secret]}\nserve: {admin: {host: '::'}}";
    let warnings = load(&[LEAST, sealed], &[], true).unwrap().warnings;
    assert_eq!(warnings, ["--dev seals mail with a well-known secret and is not on loopback; set secrets.cipher"]);
    assert!(load(&[LEAST, sealed], &[], false).unwrap_err().starts_with("2.yml:1: secrets.cipher: "));
    let half = "admin: {tokens: [{id: ops, role: admin, value: mine}]}\nserve: {admin: {host: 0.0.0.0}}";
    assert!(load(&[half], &[], true).unwrap_err().contains("sources.default.auth[0]"));
}

#[test]
fn the_dev_key_is_refused_without_dev() {
    let token = "admin: {tokens: [{id: ops, role: admin, value: dev}]}";
    let error = load(&[LEAST, token], &[], false).unwrap_err();
    assert!(error.starts_with("2.yml:1: admin.tokens[0]: this is the well-known key of --dev"), "{error}");
}
