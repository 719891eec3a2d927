//! What one key alone cannot tell.

use super::{LEAST, error, load, with};
use crate::config::{Render, not_yet_read};
use crate::domain::Lane;

#[test]
fn the_least_configuration_starts_without_a_warning() {
    let loaded = with("").unwrap();
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    assert_eq!(loaded.config.providers().len(), 1);
    assert_eq!(loaded.config.courier.retry_policy(Lane::Codes).wait(1, 0.0).as_secs(), 1);
    assert_eq!(loaded.config.courier.timeouts.dot.get(Lane::Links).get().as_secs(), 60);
    assert_eq!(loaded.config.templates.render("any"), Render::Postrider);
}

/// Each refused with the place and a word of the cure.
#[test]
fn mistakes_are_refused_with_the_key_and_the_cure() {
    for (text, key, cure) in [
        ("dsn_listen: postgres://u:p@h/d", "dsn_listen", "a dsn of Postgres only"),
        ("sources: {other: {auth: []}}", "sources.other.auth", "at least one credential"),
        ("serve: {reuse_port: true}", "serve.reuse_port", "use Postgres"),
        ("secrets: {cipher: [short]}", "secrets.cipher[0]", "32 characters"),
        ("secrets: {cipher: []}", "secrets.cipher", "32 characters"),
        ("courier: {smtp: {from_address: }}", "courier.smtp.from_address", "a sender is needed"),
        ("courier: {smtp: {connection_uri: }}", "courier.smtp.connection_uri", "at least one provider"),
        ("courier: {smtp: {connection_uri: 'inbox://'}}", "courier.smtp.connection_uri", "keep_readable: true"),
        ("courier: {smtp: {connection_uri: 'file:///m'}}", "courier.smtp.connection_uri", "keep_readable: true"),
        ("courier: {smtp: {connection_uri: 'https://h'}}", "courier.smtp.connection_uri", "courier.providers"),
        ("courier: {providers: [{id: i, type: inbox}]}", "courier.providers[0].connection_uri", "keep_readable"),
        ("courier: {providers: [{id: i, type: smtp}]}", "courier.providers[0].connection_uri", "missing"),
        (
            "courier: {providers: [{id: i, type: smtp, connection_uri: 'http://h'}]}",
            "courier.providers[0].connection_uri",
            "scheme",
        ),
        (
            "courier: {providers: [{id: smtp, type: smtp, connection_uri: 'smtp://h'}]}",
            "courier.providers[0].id",
            "same id",
        ),
        (
            "courier: {providers: [{id: i, type: smtp, channel: sms, connection_uri: 'smtp://h'}]}",
            "courier.providers[0].channel",
            "http",
        ),
        ("courier: {smtp: {connections: 0}}", "courier.smtp.connections", "from 1 to 1000"),
        ("courier: {routes: [{providers: [nobody]}]}", "courier.routes[0].providers", "no provider"),
        ("courier: {routes: [{source: x, providers: [smtp]}]}", "courier.routes[0].source", "no such source"),
        ("courier: {routes: [{providers: []}]}", "courier.routes[0].providers", "at least one"),
        ("courier: {retry: {links: []}}", "courier.retry.links", "at least one wait"),
        ("courier: {retry: {codes: [1s, 0s]}}", "courier.retry.codes[1]", "without pause"),
        ("courier: {timeouts: {dot: {notices: 0s}}}", "courier.timeouts.dot.notices", "no time"),
        ("courier: {lifetime: {codes: 0s}}", "courier.lifetime.codes", "no time"),
        ("courier: {smtp: {client_cert_path: /c}}", "courier.smtp.client_cert_path", "need each other"),
        ("courier: {smtp: {from_name: \"a\\r\\nBcc: x\"}}", "courier.smtp.from_name", "control characters"),
        ("courier: {smtp: {headers: {'A b': c}}}", "courier.smtp.headers", "letters, digits and -"),
        ("courier: {smtp: {headers: {A: \"b\\nBcc: x\"}}}", "courier.smtp.headers", "control characters"),
        (
            "admin: {tokens: [{id: a, role: admin, value: x}, {id: a, role: admin, value: y}]}",
            "admin.tokens[1].id",
            "same id",
        ),
        (
            "admin: {tokens: [{id: a, role: admin}]}",
            "admin.tokens[0]",
            "exactly one of value, value_file and value_sha256",
        ),
        ("admin: {tokens: [{id: a, role: admin, value: ''}]}", "admin.tokens[0].value", "not empty"),
        ("admin: {tokens: [{id: A, role: admin, value: x}]}", "admin.tokens[0].id", "expected an id"),
        ("admin: {tokens: [{id: a, role: admin, value_sha256: ab}]}", "admin.tokens[0].value_sha256", "64 hexadecimal"),
        ("admin: {tokens: [{id: a, value: x}]}", "admin.tokens[0].role", "missing"),
        ("serve: {admin: {tls: {cert: /c}}}", "serve.admin.tls.key", "is needed too"),
        ("serve: {public: {tls: {key: /c}}}", "serve.public.tls.cert", "is needed too"),
        ("serve: {admin: {tls: {client_ca: /c}}}", "serve.admin.tls.client_ca", "tls.cert"),
        ("serve: {public: {cors: {enabled: true}}}", "serve.public.cors.allowed_origins", "cors is enabled for nobody"),
        (
            "serve: {public: {cors: {enabled: true, allowed_origins: [app.example.org]}}}",
            "serve.public.cors.allowed_origins[0]",
            "https://app.example.org",
        ),
        (
            "serve: {public: {cors: {enabled: true, allowed_origins: ['*', 'https://app.example.org/']}}}",
            "serve.public.cors.allowed_origins[1]",
            "https://*.example.org",
        ),
        (
            "serve: {public: {cors: {allowed_headers: ['A b']}}}",
            "serve.public.cors.allowed_headers[0]",
            "name of a header",
        ),
        ("serve: {admin: {host: ''}}", "serve.admin.host", "host name"),
        ("serve: {admin: {port: 4477}}", "serve.admin.port", "serve.public.port has the same"),
        ("serve: {admin: {body_limit: 1.5}}", "serve.admin.body_limit", "16KiB"),
        ("serve: {admin: {body_limit: -1}}", "serve.admin.body_limit", "16KiB"),
        ("serve: {admin: {body_limit: []}}", "serve.admin.body_limit", "expected a text"),
        ("serve: {admin: {port: 1.5}}", "serve.admin.port", "from 0 to 65535"),
        ("serve: {admin: {body_limit: 0}}", "serve.admin.body_limit", "every body"),
        ("serve: {public: {trusted_proxies: [10.0.0.0/33]}}", "serve.public.trusted_proxies[0]", "10.0.0.0/8"),
        ("templates: {render: {login_code_valid: other}}", "templates.render.login_code_valid", "postrider, kratos"),
        ("templates: {render: {Login: kratos}}", "templates.render", "login_code_valid"),
        ("templates: {default_locale: 'e n'}", "templates.default_locale", "language tag"),
        ("templates: {brand: {colour: red}}", "templates.brand.colour", "#1a73e8"),
        ("templates: {brand: {domain: 'https://example.org'}}", "templates.brand.domain", "without https://"),
        ("templates: {clients: {shop: {colour: red}}}", "templates.clients.shop.colour", "#1a73e8"),
        ("log: {format: xml}", "log.format", "text, json"),
        ("kratos: {admin_url: 'ftp://h'}", "kratos.admin_url", "expected a URL"),
        (
            "kratos: {admin_auth: {type: basic_auth, config: {user: '', password: p}}}",
            "kratos.admin_auth.config.user",
            "colon",
        ),
    ] {
        let error = error(text);
        let start = format!("2.yml:1: {key}: ");
        assert!(error.lines().any(|line| line.starts_with(&start) && line.contains(cure)), "{text}\n{error}");
    }
}

#[test]
fn headers_that_postrider_writes_are_refused_in_any_case() {
    for name in ["To", "FROM", "cc", "Bcc", "Subject", "date", "Message-ID", "message-id"] {
        let error = error(&format!("courier: {{smtp: {{headers: {{{name}: x}}}}}}"));
        assert!(error.contains(&format!("{name} is set by postrider")), "{error}");
    }
    assert!(with("courier: {smtp: {headers: {X-SES-CONFIGURATION-SET: my-set}}}").is_ok());
}

#[test]
fn credentials_are_checked_by_their_kind() {
    let auth = |kind: &str, config: &str| {
        with(&format!("sources: {{default: {{auth: [{{id: a, type: {kind}, config: {{{config}}}}}]}}}}"))
    };
    for (kind, config, cure) in [
        ("standard_webhooks", "secret: aGVsbG8=", "whsec_"),
        ("standard_webhooks", "secret: whsec_", "whsec_"),
        ("standard_webhooks", "secret: 'whsec_!!!!'", "base64"),
        ("standard_webhooks", "secret: whsec_aGVsbG8==", "base64"),
        ("standard_webhooks", "secret: whsec_aGVsbG8=, tolerance: 0s", "every post"),
        ("hmac_sha256", "secret: '', header: X", "protects nothing"),
        ("hmac_sha256", "secret: s, header: 'X:'", "name of a header"),
        ("hmac_sha256", "secret: s, header: X, encoding: hexa", "hex, base64"),
        ("envelope", "key: ''", "protects nothing"),
        ("envelope", "", "missing"),
        ("api_key", "name: X, value: ' '", "not empty"),
        ("api_key", "name: X, value: x, in: body", "header, cookie"),
        ("basic_auth", "user: u, password: ''", "protects nothing"),
    ] {
        let error = auth(kind, config).unwrap_err();
        assert!(error.contains("sources.default.auth[0]") && error.contains(cure), "{kind} {config}: {error}");
    }
    assert!(auth("standard_webhooks", "secret: whsec_aGVsbG8=").is_ok());
    assert!(auth("hmac_sha256", "secret: s, header: X-Hub-Signature-256").is_ok());
    let twice = error(
        "sources: {default: {auth: [{id: a, type: envelope, config: {key: x}}, {id: a, type: envelope, config: {key: y}}]}}",
    );
    assert!(twice.contains("sources.default.auth[1].id: another credential"), "{twice}");
}

#[test]
fn a_sender_may_stand_at_every_source_or_every_provider() {
    let without = LEAST.replace(", from_address: no-reply@example.org", "");
    assert!(load(&[&without], &[], false).is_err());
    assert!(load(&[&without, "sources: {default: {from_address: a@example.org}}"], &[], false).is_ok());
    let text = "courier: {smtp: {connection_uri: }, providers: [{id: a, type: smtp, connection_uri: 'smtp://m', from_address: a@example.org}]}";
    assert!(load(&[&without, text], &[], false).is_ok());
}

#[test]
fn readable_mail_needs_a_word_outside_dev() {
    let text = "courier: {keep_readable: true, smtp: {connection_uri: 'inbox://'}}";
    assert!(with(text).is_ok());
}

#[test]
fn all_findings_come_at_once() {
    let error = error(
        "secrets: {cipher: [short]}\nadmin: {tokens: [{id: a, role: admin}]}\nlog: {level: info}\ncourier: {lifetime: {codes: 0s}}",
    );
    assert_eq!(error.lines().count(), 3, "{error}");
}

#[test]
fn nobody_with_a_token_is_worth_a_warning() {
    let warnings = with("admin: {tokens: []}").unwrap().warnings;
    assert_eq!(warnings, ["admin.tokens is empty: the admin routes and the console let nobody in"]);
}

#[test]
fn keys_that_this_version_does_not_use_give_a_warning_each() {
    let text = "\
courier:
  smtp: {rate: 5}
  supersede: true
  providers: [{id: b, type: smtp, connection_uri: 'smtp://b'}]
  routes: [{providers: [b]}]
  retention: {audit: 1d, abandoned: 1d}
suppression: {complaint: 1d}
templates: {brand: {colour: '#fff', name: Ours}, locale_traits: []}
";
    let loaded = with(text).unwrap();
    let expected = ["courier.supersede", "suppression"];
    assert_eq!(not_yet_read(&loaded.config), expected);
    assert_eq!(loaded.warnings.len(), expected.len());
    assert_eq!(loaded.warnings[1], format!("{} is set, but this version does not use it yet", expected[1]));
}
