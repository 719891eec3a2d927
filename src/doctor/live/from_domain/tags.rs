//! `tag=value; tag=value`, as DKIM keys and DMARC records are written (RFC 6376 3.2).

/// The tags of a record in their order.
#[derive(Debug)]
pub(super) struct Tags(Vec<(String, String)>);

impl Tags {
    /// Reads them, or says what is no tag.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut tags: Vec<(String, String)> = Vec::new();
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| format!("\"{part}\" is no tag=value"))?;
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().to_owned());
            if tags.iter().any(|(known, _)| *known == name) {
                return Err(format!("the tag {name} stands there twice"));
            }
            tags.push((name, value));
        }
        Ok(Self(tags))
    }

    /// The value of a tag.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The items of a tag that holds a list.
    pub(super) fn list(&self, name: &str, separator: char) -> Option<Vec<&str>> {
        Some(self.get(name)?.split(separator).map(str::trim).filter(|item| !item.is_empty()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_empty_parts_count_for_nothing() {
        let tags = Tags::parse(" v = DMARC1 ;; P=none; h=sha1 : sha256; ").unwrap();
        assert_eq!((tags.get("v"), tags.get("p"), tags.get("q")), (Some("DMARC1"), Some("none"), None));
        assert_eq!(tags.list("h", ':'), Some(vec!["sha1", "sha256"]));
        assert!(Tags::parse("v=DMARC1; none").unwrap_err().contains("\"none\""));
        assert!(Tags::parse("p=none; p=reject").unwrap_err().contains("twice"));
    }
}
