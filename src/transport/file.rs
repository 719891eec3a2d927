//! `file:///dir`: one `.eml` a mail, for trying things out. Readable by its owner only, since it
//! holds codes in clear.

use crate::domain::{Outcome, Phase, Report, Secret};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// Writes `message` as `name.eml` into `dir`, whole or not at all; a second attempt replaces the
/// first. Blocks: call it where that may be.
pub fn deliver_to_file(dir: &Path, name: &str, message: &[u8]) -> Report {
    let name: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    match write(dir, name.trim_start_matches('.'), message) {
        Ok(()) => Report::of(Outcome::Sent, Phase::Local),
        Err(error) => {
            let why = match error.kind() {
                ErrorKind::NotFound => "the directory does not exist".to_owned(),
                ErrorKind::PermissionDenied => "postrider may not write there (permission denied)".to_owned(),
                kind => kind.to_string(),
            };
            let words = format!("cannot keep a mail in {}: {why}", dir.display());
            Report { reply: Some(Secret::new(words)), ..Report::of(Outcome::ProviderFault, Phase::Local) }
        }
    }
}

const fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@')
}

fn write(dir: &Path, name: &str, message: &[u8]) -> io::Result<()> {
    let part = dir.join(format!(".{name}.part"));
    let written = write_new(&part, message).and_then(|()| std::fs::rename(&part, dir.join(format!("{name}.eml"))));
    if written.is_err() {
        // The first error is the one to tell.
        drop(std::fs::remove_file(&part));
    }
    written?;
    // The name is durable only with its directory.
    File::open(dir)?.sync_all()
}

fn write_new(path: &Path, message: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(message)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_becomes_one_file_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        for text in ["first", "again"] {
            assert_eq!(deliver_to_file(dir.path(), "id@example.org", text.as_bytes()).outcome, Outcome::Sent);
        }
        let names: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["id@example.org.eml"]);
        assert_eq!(std::fs::read(dir.path().join("id@example.org.eml")).unwrap(), b"again");
    }

    #[test]
    fn a_name_cannot_leave_the_directory() {
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("inner");
        std::fs::create_dir(&inner).unwrap();
        assert_eq!(deliver_to_file(&inner, "../../up", b"x").outcome, Outcome::Sent);
        assert!(inner.join("_.._up.eml").exists());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        deliver_to_file(dir.path(), "id", b"x");
        let mode = std::fs::metadata(dir.path().join("id.eml")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_missing_directory_is_told_clearly() {
        let report = deliver_to_file(Path::new("/no/such/dir"), "id", b"x");
        assert_eq!((report.outcome, report.phase), (Outcome::ProviderFault, Phase::Local));
        let words = report.reply.unwrap();
        assert_eq!(words.expose(), "cannot keep a mail in /no/such/dir: the directory does not exist");
    }
}
