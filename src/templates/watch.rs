//! Whether the operator's files have changed, told by their names, sizes, times and inodes. Links are
//! followed, so a swapped link counts.

use super::Options;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Files must have been left alone for this long: an editor writes in several steps.
const QUIET: Duration = Duration::from_millis(200);
/// How deep the layout goes.
const DEPTH: usize = 3;

/// Files, and how they were when last looked at.
pub struct Watch {
    directory: Option<PathBuf>,
    logos: Vec<PathBuf>,
    seen: Vec<Sight>,
}

/// How a file looks from outside. What cannot be looked at counts, too: it may come back.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Sight(PathBuf, Option<(u64, SystemTime, u64)>);

impl Watch {
    /// Looks at all files that the options name; nothing if they name none.
    pub fn new(options: &Options) -> Option<Self> {
        let brands = [&options.brand].into_iter().chain(options.brands.values()).chain(options.clients.values());
        let mut logos: Vec<PathBuf> = brands.filter_map(|brand| brand.logo_file.clone()).collect();
        logos.sort();
        logos.dedup();
        let mut watch = Self { directory: options.directory.clone(), logos, seen: Vec::new() };
        watch.seen = watch.look();
        (watch.directory.is_some() || !watch.logos.is_empty()).then_some(watch)
    }

    /// Whether anything has changed since the last time. Waits until the files are quiet, a second at
    /// most; called where waiting hurts nobody.
    pub fn changed(&mut self) -> bool {
        let mut now = self.look();
        if now == self.seen {
            return false;
        }
        for _ in 0..5 {
            std::thread::sleep(QUIET);
            let again = self.look();
            let quiet = again == now;
            now = again;
            if quiet {
                break;
            }
        }
        self.seen = now;
        true
    }

    fn look(&self) -> Vec<Sight> {
        let mut sights: Vec<Sight> = self.logos.iter().map(|path| sight(path)).collect();
        if let Some(directory) = &self.directory {
            walk(directory, 0, &mut sights);
        }
        sights.sort();
        sights
    }
}

fn sight(path: &Path) -> Sight {
    Sight(path.to_owned(), std::fs::metadata(path).ok().map(|metadata| outside(&metadata)))
}

fn outside(metadata: &Metadata) -> (u64, SystemTime, u64) {
    #[cfg(unix)]
    let inode = std::os::unix::fs::MetadataExt::ino(metadata);
    #[cfg(not(unix))]
    let inode = 0;
    // A directory's own size and time tell nothing that its entries do not.
    let modified = metadata.modified().ok().filter(|_| metadata.is_file()).unwrap_or(SystemTime::UNIX_EPOCH);
    (if metadata.is_file() { metadata.len() } else { 0 }, modified, inode)
}

fn walk(directory: &Path, level: usize, sights: &mut Vec<Sight>) {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return sights.push(Sight(directory.to_owned(), None));
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let path = entry.path();
        let is_directory = std::fs::metadata(&path).is_ok_and(|metadata| metadata.is_dir());
        sights.push(sight(&path));
        if is_directory && level < DEPTH {
            walk(&path, level.saturating_add(1), sights);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::overlay::directory;
    use super::*;
    use std::fs;

    fn watch(place: &Path) -> Watch {
        Watch::new(&Options { directory: Some(place.to_owned()), ..Options::default() }).unwrap()
    }

    #[test]
    fn what_is_written_added_or_removed_counts_once() {
        let place = directory(&[("mails/stub/subject.hbs", b"one"), (".git/x", b"")]);
        let mut watch = watch(place.path());
        assert!(!watch.changed());
        fs::write(place.path().join("mails/stub/subject.hbs"), "longer").unwrap();
        assert!(watch.changed() && !watch.changed());
        fs::create_dir_all(place.path().join("locales/de")).unwrap();
        fs::write(place.path().join("locales/de/my.ftl"), "a = b\n").unwrap();
        assert!(watch.changed() && !watch.changed());
        fs::remove_file(place.path().join("locales/de/my.ftl")).unwrap();
        assert!(watch.changed() && !watch.changed());
        fs::write(place.path().join(".git/x"), "hidden").unwrap();
        assert!(!watch.changed());
    }

    #[cfg(unix)]
    #[test]
    fn a_config_map_is_swapped_by_one_link() {
        use std::os::unix::fs::symlink;
        let place = tempfile::tempdir().unwrap();
        let root = place.path();
        for version in ["..one", "..two"] {
            fs::create_dir_all(root.join(version).join("mails/stub")).unwrap();
            fs::write(root.join(version).join("mails/stub/subject.hbs"), "same size").unwrap();
        }
        symlink("..one", root.join("..data")).unwrap();
        symlink("..data/mails", root.join("mails")).unwrap();
        let mut watch = watch(root);
        assert!(!watch.changed());
        symlink("..two", root.join("..data_tmp")).unwrap();
        fs::rename(root.join("..data_tmp"), root.join("..data")).unwrap();
        assert!(watch.changed() && !watch.changed());
    }

    #[test]
    fn a_logo_counts_and_nothing_named_needs_no_watch() {
        assert!(Watch::new(&Options::default()).is_none());
        let place = tempfile::tempdir().unwrap();
        let logo = place.path().join("logo.png");
        let mut options = Options::default();
        options.brand.logo_file = Some(logo.clone());
        let mut watch = Watch::new(&options).unwrap();
        fs::write(&logo, "picture").unwrap();
        assert!(watch.changed() && !watch.changed());
    }
}
