//! What must never be seen: values that nothing else contains.

use crate::test_app::{TestApp, files};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Secrets, each with a name for the failure.
pub(crate) struct Canaries(pub(crate) Vec<(&'static str, String)>);

impl Canaries {
    /// Fails if a text holds one.
    pub(crate) fn absent_from(&self, place: &str, bytes: &[u8]) {
        for (name, value) in &self.0 {
            for form in [value.clone(), STANDARD.encode(value), value.to_lowercase()] {
                let found = bytes.windows(form.len()).position(|window| window == form.as_bytes());
                if let Some(at) = found {
                    let from = at.saturating_sub(160);
                    let around = String::from_utf8_lossy(&bytes[from..(at + form.len() + 80).min(bytes.len())]);
                    panic!("the {name} stands in {place}: …{around}…");
                }
            }
        }
    }

    /// Fails if the database or a file beside it holds one.
    pub(crate) fn absent_from_database(&self, app: &TestApp) {
        if let Some(schema) = app.schema() {
            let dump = schema.dump();
            assert!(dump.contains("\nmessages: ") || dump.contains("\naudit: "), "there is something in it");
            return self.absent_from("the database", dump.as_bytes());
        }
        let all = files(app.home.path());
        let database = all.iter().filter(|(path, _)| path.to_string_lossy().contains("postrider.db"));
        let mut seen = 0;
        for (path, bytes) in database {
            self.absent_from(&path.display().to_string(), bytes);
            seen += 1;
        }
        assert!(seen >= 2, "the database and its lock are there");
    }
}
