//! YAML of somebody else's, such as kratos.yml: values by their path, and where each was written.
//! Knows no key of it.

use super::load;
use super::path::Path;
use super::tree::{Node, Origin};
use super::yaml;
use serde_json::Value;
use std::path::PathBuf;

/// One or several files, later ones laid over earlier ones. It may hold secrets.
pub struct Document(Node);

impl Document {
    /// Reads files.
    pub fn load(files: &[PathBuf]) -> Result<Self, String> {
        let mut whole = Self(Node::empty_map(Origin::Default));
        for file in files {
            whole.0.merge(load::read(file)?, None);
        }
        Ok(whole)
    }

    /// Reads a text; `name` is how its author knows it.
    pub fn parse(text: &str, name: &str) -> Result<Self, String> {
        yaml::parse(text, name).map(Self)
    }

    /// The value at a path such as `courier.channels[0].type`; null is none.
    pub fn get(&self, path: &str) -> Option<Value> {
        self.0.get(&Path::parse(path)).map(Node::to_json).filter(|value| !value.is_null())
    }

    /// `kratos.yml:12`: the line of a key, or of the nearest section around it; none if there is none.
    pub fn place(&self, path: &str) -> Option<String> {
        self.get(path.split('.').next()?)?;
        let place = self.0.origin_of(&Path::parse(path)).to_string();
        place.strip_suffix(": ").map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_their_lines_are_found_and_later_files_win() {
        let home = tempfile::tempdir().unwrap();
        let (one, two) = (home.path().join("one.yml"), home.path().join("two.yml"));
        std::fs::write(&one, "courier:\n  message_retries: 5\n  http:\n    url: a\n").unwrap();
        std::fs::write(&two, "courier:\n  http: {url: b}\n  smtp:\n").unwrap();
        let both = Document::load(&[one, two.clone()]).unwrap();
        assert_eq!(both.get("courier.message_retries").unwrap(), 5);
        assert_eq!(both.get("courier.http.url").unwrap(), "b");
        assert!(both.place("courier.http.url").unwrap().ends_with("two.yml:2"));
        assert!(both.place("courier.message_retries").unwrap().ends_with("one.yml:2"));
        assert!(both.get("courier.smtp").is_none() && both.get("feature_flags").is_none());
        let alone = Document::parse("\na: {}", "kratos.yml").unwrap();
        assert_eq!((alone.place("a.b"), alone.place("b")), (Some("kratos.yml:2".to_owned()), None));
        assert!(Document::load(&[two.with_file_name("none.yml")]).err().unwrap().contains("cannot read"));
    }
}
