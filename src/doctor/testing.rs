//! What tests of checks share.

use crate::config::Config;

/// Kratos's credential in [`config`]; no finding may hold it.
pub(super) const SECRET: &str = "courier-key-5f0c2d9a";

const LEAST: &str = "\
dsn: sqlite:///nowhere/postrider.db
secrets: {cipher: [a-cipher-secret-of-at-least-32-characters]}
sources:
  default:
    auth:
      - {id: k1, type: api_key, config: {in: header, name: Authorization, value: Bearer courier-key-5f0c2d9a}}
  signed:
    auth:
      - {id: e1, type: envelope, config: {key: courier-key-5f0c2d9a}}
  gateway:
    auth:
      - {id: w1, type: standard_webhooks, config: {secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}}
  basic:
    auth:
      - {id: b1, type: basic_auth, config: {user: kratos, password: courier-key-5f0c2d9a}}
courier: {smtp: {connection_uri: 'smtp://127.0.0.1:1/?disable_starttls=true', from_address: no-reply@example.org}}
";

/// A configuration with these lines laid over the least one.
pub(super) fn config(more: &str) -> Config {
    let home = tempfile::tempdir().unwrap();
    let files = [("1.yml", LEAST), ("2.yml", more)].map(|(name, text)| {
        let file = home.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    });
    Config::load(&files, std::iter::empty(), false).unwrap_or_else(|error| panic!("{error}")).config
}
