//! What an operator sees of the configuration, section by section of the loader.

mod dev;
mod environment;
mod files;
mod providers;
mod reference;
mod types;
mod validation;

use super::{Config, Loaded};
use std::path::PathBuf;

/// The least that starts outside `--dev`.
const LEAST: &str = "\
secrets: {cipher: [a-cipher-secret-of-at-least-32-characters]}
sources: {default: {auth: [{id: k1, type: api_key, config: {in: header, name: Authorization, value: Bearer k1}}]}}
admin: {tokens: [{id: ops, role: operator, value: ops-token}]}
courier: {smtp: {connection_uri: 'smtps://u:p@mail.example.org', from_address: no-reply@example.org}}
";

/// Files that go with the test.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn put(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

fn pairs(env: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
    let owned: Vec<_> = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    owned.into_iter()
}

/// Loads files by their texts, which errors know as `1.yml`, `2.yml` …
fn load(texts: &[&str], env: &[(&str, &str)], dev: bool) -> Result<Loaded, String> {
    let files = Files::new();
    let named = texts.iter().zip(1..).map(|(text, n)| files.put(&format!("{n}.yml"), text));
    let paths: Vec<PathBuf> = named.collect();
    let folder = format!("{}/", files.0.path().display());
    Config::load(&paths, pairs(env), dev).map_err(|error| error.to_string().replace(&folder, ""))
}

/// Loads [`LEAST`] with more laid over it as `2.yml`.
fn with(text: &str) -> Result<Loaded, String> {
    load(&[LEAST, text], &[], false)
}

/// The error of [`with`].
fn error(text: &str) -> String {
    with(text).unwrap_err()
}
