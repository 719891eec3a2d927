//! `templates import gotmpl DIR`: exit status 1 if a place needs a hand.

use super::super::Context;
use super::super::output::{Format, complain, print, print_one, say};
use super::check::as_json;
use crate::app;
use crate::gotemplate::{self, Import, Imported, Mark, Release};
use crate::templates::{Options, Problem, Templates};
use anyhow::{Context as _, bail};
use clap::{Args as ClapArgs, Subcommand};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Those of Kratos, in Go's text/template: what `courier.template_override_path` names.
    Gotmpl(Args),
}

#[derive(ClapArgs)]
pub(crate) struct Args {
    /// Kratos's template directory.
    #[arg(value_name = "DIR")]
    from: PathBuf,
    /// Where to write [default: `templates.directory`, else `templates`]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Your Kratos's version: what your directory lacks of a mail is taken from the templates that it
    /// brings along.
    #[arg(long, value_name = "VERSION", default_value = "v26.2.0")]
    kratos: String,
    /// Write over files that are there and say something else.
    #[arg(long)]
    force: bool,
}

/// The largest template that is read; Kratos's own have a few hundred bytes.
const LARGEST: u64 = 256 * 1024;
/// Kratos's directories are two deep.
const DEPTH: usize = 4;

pub(super) fn run(context: &Context, command: &Command) -> anyhow::Result<()> {
    let Command::Gotmpl(args) = command;
    let mut options = app::template_options(&context.load(context.files.is_empty())?.config);
    let mut files = BTreeMap::new();
    collect(&args.from, "", DEPTH, &mut files)?;
    let release = Release::of(&args.kratos)
        .with_context(|| format!("--kratos: {} is no version such as v1.3.1 or v26.2.0", args.kratos))?;
    let import = gotemplate::import(&files, release);
    if import.files.is_empty() {
        bail!(
            "no template of Kratos's is in {}; it has files such as recovery_code/valid/email.body.gotmpl",
            args.from.display()
        );
    }
    let out = args.out.clone().or(options.directory).unwrap_or_else(|| PathBuf::from("templates"));
    write(&import.files, &out, args.force)?;
    // Nothing is let off because it goes out in Kratos's words today.
    options = Options { directory: Some(out), render_default_kratos: false, ..options };
    options.kratos_types.clear();
    let problems = Templates::load(options).err().map(|error| error.problems).unwrap_or_default();
    tell(context, &import, &problems)?;
    let marks: usize = import.files.iter().map(|file| file.marks.len()).sum();
    match (marks, problems.len()) {
        (0, 0) => Ok(()),
        (0, count) => bail!("what was written does not pass yet: {count} to mend"),
        (count, _) => {
            bail!("{count} to translate by hand: each stands as {{{{fail \"…\"}}}} in the files, its Go beside it")
        }
    }
}

/// Every file below a directory, by its path in it.
fn collect(place: &Path, prefix: &str, depth: usize, files: &mut BTreeMap<String, String>) -> anyhow::Result<()> {
    let unreadable = || format!("{} cannot be read", place.display());
    for entry in fs::read_dir(place).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?.path();
        let Some(name) = entry.file_name().and_then(|name| name.to_str()) else { continue };
        if name.starts_with('.') {
            continue;
        }
        let metadata = fs::metadata(&entry).with_context(|| format!("{} cannot be read", entry.display()))?;
        if metadata.is_dir() && depth > 0 {
            collect(&entry, &format!("{prefix}{name}/"), depth.saturating_sub(1), files)?;
        } else if metadata.is_file() && metadata.len() <= LARGEST {
            let told = || format!("{} cannot be read as UTF-8", entry.display());
            files.insert(format!("{prefix}{name}"), fs::read_to_string(&entry).with_context(told)?);
        } else if metadata.is_file() {
            bail!("{} is larger than {} KiB: no template of a mail", entry.display(), LARGEST.div_euclid(1024));
        }
    }
    Ok(())
}

/// Writes all files, or none where one is there already that says something else.
fn write(files: &[Imported], out: &Path, force: bool) -> anyhow::Result<()> {
    let other = |file: &&Imported| fs::read_to_string(out.join(&file.path)).is_ok_and(|there| there != file.text);
    let there: Vec<&str> = files.iter().filter(other).map(|file| file.path.as_str()).collect();
    if !there.is_empty() && !force {
        bail!("{} has {} already; give another --out, or --force to write over them", out.display(), there.join(", "));
    }
    for file in files {
        let place = out.join(&file.path);
        let told = || format!("{} cannot be written", place.display());
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).with_context(told)?;
        }
        fs::write(&place, &file.text).with_context(told)?;
    }
    Ok(())
}

fn tell(context: &Context, import: &Import, problems: &[Problem]) -> anyhow::Result<()> {
    let row = |file: &Imported| {
        let from = if file.builtin { "Kratos's built-in, since there is none" } else { file.from.as_str() };
        json!({ "file": file.path, "from": from, "marks": file.marks.len() })
    };
    let files: Vec<Value> = import.files.iter().map(row).collect();
    let marks = || import.files.iter().flat_map(|file| file.marks.iter().map(move |mark| (mark, file)));
    if !matches!(context.format, Format::Table) {
        let mark = |(mark, file): (&Mark, &Imported)| {
            let Mark { file: of, at, why, source } = mark;
            json!({ "file": of, "line": at.line, "column": at.column, "why": why, "source": source, "in": file.path })
        };
        let left_out = import.left_out.iter().map(|(file, why)| json!({ "file": file, "why": why }));
        return print_one(
            context.format,
            &json!({
                "files": files,
                "marks": marks().map(mark).collect::<Vec<_>>(),
                "left_out": left_out.collect::<Vec<_>>(),
                "problems": problems.iter().map(as_json).collect::<Vec<_>>(),
            }),
        );
    }
    print(context.format, &files, &["file", "from", "marks"])?;
    for (mark, file) in marks() {
        say(&format!("{}:{}: {} (in {}: {})", mark.file, mark.at, mark.why, file.path, mark.source));
    }
    for (file, why) in &import.left_out {
        complain(&format!("{file} is left out: {why}"));
    }
    for problem in problems {
        say(&problem.to_string());
    }
    Ok(())
}
