//! The pictures that stored mails name. A mail is sealed without its logo, so that a million mails
//! do not hold a million copies; each attempt adds it here. Every picture that was seen since the
//! start is kept, so attempts before and after a change of the file send the same bytes. Only when
//! a file changes while postrider is stopped do mails that wait get the new picture: as with the
//! provider's own headers, what they look like is then the configuration's.

use crate::domain::Picture;
use std::sync::{Arc, PoisonError, RwLock};

/// So many are kept; a file that changes more often while a mail waits is no logo.
const MOST: usize = 64;

/// Pictures by name, shared by whoever reads their files and whoever composes.
#[derive(Default)]
pub struct Pictures(RwLock<Vec<Arc<Picture>>>);

impl Pictures {
    /// Adds what is new; what is there under its name stays.
    pub fn add(&self, new: impl IntoIterator<Item = Arc<Picture>>) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for picture in new {
            // The newest of a file stands last, also when it looks as it did before.
            kept.retain(|one| one.name != picture.name);
            kept.push(picture);
        }
        let over = kept.len().saturating_sub(MOST);
        kept.drain(..over);
    }

    /// The picture of a name, else the newest of the same file.
    pub fn of(&self, name: &str) -> Option<Arc<Picture>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let exact = kept.iter().find(|picture| picture.name == name);
        let same_file = || kept.iter().rev().find(|picture| Picture::file(&picture.name) == Picture::file(name));
        exact.or_else(same_file).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(name: &str) -> Arc<Picture> {
        Arc::new(Picture { name: name.to_owned(), media_type: "image/png", bytes: name.as_bytes().to_vec() })
    }

    #[test]
    fn a_mail_gets_the_picture_that_it_names_even_after_the_file_changed() {
        let pictures = Pictures::default();
        pictures.add([picture("a.png#1"), picture("b.png#9")]);
        pictures.add([picture("a.png#2")]);
        let of = |name: &str| pictures.of(name).map(|picture| picture.name.clone());
        assert_eq!(of("a.png#1").as_deref(), Some("a.png#1"));
        assert_eq!(of("a.png#0").as_deref(), Some("a.png#2"), "unknown since the start: what its file holds now");
        assert_eq!(of("c.png#1"), None);
        pictures.add((0..MOST).map(|n| picture(&format!("c.png#{n}"))));
        assert_eq!((of("a.png#1"), of("c.png#0").is_some()), (None, true), "no more are kept than that");
    }
}
