//! Bodies that Kratos posted once, kept in files (`serve --dev --record`).

use crate::templates::Recorded;
use anyhow::{Context as _, bail};
use std::path::{Path, PathBuf};

/// Every body below a folder, in the order of their names; there must be one.
pub(super) fn read(folder: &Path) -> anyhow::Result<Vec<Recorded>> {
    let mut recorded = Vec::new();
    collect(folder, &mut recorded)?;
    if recorded.is_empty() {
        bail!("there is no body in {}; expected .json files", folder.display());
    }
    Ok(recorded)
}

fn collect(folder: &Path, recorded: &mut Vec<Recorded>) -> anyhow::Result<()> {
    let unreadable = || format!("{} cannot be read", folder.display());
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>())
        .with_context(unreadable)?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, recorded)?;
        } else if path.extension().is_some_and(|ending| ending == "json")
            && path.file_name() != Some("headers.json".as_ref())
        {
            let json = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            recorded.push(Recorded { file: path.display().to_string(), json });
        }
    }
    Ok(())
}
