//! Reads the operator's directory. The layout is flat and known, so reading goes three levels deep
//! and no further, whatever links there are; what has no place in it is refused with the nearest
//! name that has.

use super::error::Problem;
use super::files::{File, Files, Slot};
use super::near::nearest;
use crate::domain::TemplateType;
use std::fs;
use std::io::Read;
use std::path::Path;

/// The largest file.
pub(super) const LARGEST: usize = 256 * 1024;
/// The most files.
const MOST: usize = 512;
/// How many edits still count as a slip of the pen.
const SLIP: usize = 2;

/// Reads the directory's files; the problems say what was left out and why.
pub(super) fn read(directory: &Path, built_in: &Files) -> (Files, Vec<Problem>) {
    let mut reader = Reader { built_in, files: Files::new(), problems: Vec::new() };
    reader.directory(directory, "", 0);
    let mut found = Files::new();
    std::mem::swap(&mut found, &mut reader.files);
    reader.new_types(&found);
    (found, reader.problems)
}

struct Reader<'a> {
    built_in: &'a Files,
    files: Files,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn directory(&mut self, directory: &Path, prefix: &str, level: usize) {
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) => {
                let shown = directory.display().to_string();
                self.problems.push(Problem::new(shown, format!("cannot be read ({error}); check templates.directory")));
                return;
            }
        };
        for entry in entries {
            let name = match entry {
                Ok(entry) => entry.file_name(),
                Err(error) => {
                    self.refuse(prefix, format!("cannot be listed ({error})"));
                    continue;
                }
            };
            let Some(name) = name.to_str() else {
                self.refuse(&format!("{prefix}{}", name.display()), "its name is not UTF-8; rename it".to_owned());
                continue;
            };
            // What editors, git and Kubernetes leave behind, and notes.
            let extension = Path::new(name).extension().and_then(|ext| ext.to_str());
            if name.starts_with('.') || name.ends_with('~') || extension == Some("md") {
                continue;
            }
            self.entry(&directory.join(name), &format!("{prefix}{name}"), level);
        }
    }

    fn entry(&mut self, place: &Path, path: &str, level: usize) {
        // Follows links: a mounted ConfigMap is made of them.
        let metadata = match fs::metadata(place) {
            Ok(metadata) => metadata,
            Err(error) => {
                return self.refuse(path, format!("cannot be read ({error}); is it a broken or circular link?"));
            }
        };
        if metadata.is_dir() {
            let known = level == 0 && matches!(path, "mails" | "sms" | "layouts" | "partials" | "locales");
            if known || (level == 1 && (path.starts_with("mails/") || path.starts_with("locales/"))) {
                return self.directory(place, &format!("{path}/"), level.saturating_add(1));
            }
            return self.unknown(path);
        }
        if Slot::parse(path).is_none() {
            return self.unknown(path);
        }
        if !metadata.is_file() {
            return self.refuse(path, "is no ordinary file; put a file there".to_owned());
        }
        if self.files.len() >= MOST {
            return self.refuse(path, format!("is one file too many; at most {MOST} are read"));
        }
        match read_file(place) {
            Ok(text) => {
                self.files.insert(path.to_owned(), File { text: text.into(), overlay: true });
            }
            Err(why) => self.refuse(path, why),
        }
    }

    /// A directory for a type that we do not know is meant so if it can be a mail, and a slip of
    /// the pen if it is almost one that we know.
    fn new_types(&mut self, found: &Files) {
        let known: Vec<&str> = TemplateType::all().iter().map(|row| row.name).collect();
        for path in found.keys() {
            let Some(slot) = Slot::parse(path) else { continue };
            let Some(name) = slot.mail_type().filter(|name| !known.contains(name)) else { continue };
            if let Some(near) = nearest(name, known.iter().copied(), SLIP) {
                self.refuse(path, format!("{name} is no mail type; did you mean {near}?"));
            } else if !matches!(slot, Slot::Sms { .. }) {
                for needed in ["subject.hbs", "text.hbs"] {
                    if !found.contains_key(&format!("mails/{name}/{needed}")) {
                        let message = format!("{name} is no type of Kratos's; a new one needs {needed} as well");
                        self.refuse(&format!("mails/{name}"), message);
                    }
                }
            }
        }
    }

    fn unknown(&mut self, path: &str) {
        let near = nearest(path, self.built_in.keys().map(String::as_str), path.len().min(8));
        let hint = near.map_or_else(String::new, |near| format!("; the nearest that has is {near}"));
        self.refuse(path, format!("has no place in a template directory{hint}"));
    }

    fn refuse(&mut self, path: &str, message: String) {
        self.problems.push(Problem::new(path, message));
    }
}

fn read_file(place: &Path) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read ({error}); check its permissions");
    let most = u64::try_from(LARGEST).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    fs::File::open(place).map_err(unreadable)?.take(most).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > LARGEST {
        return Err("is larger than 256 KiB; a mail should be far smaller".to_owned());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        format!("is not UTF-8 (at byte {}); save it as UTF-8", error.utf8_error().valid_up_to().saturating_add(1))
    })?;
    Ok(text.trim_start_matches('\u{feff}').replace("\r\n", "\n"))
}
