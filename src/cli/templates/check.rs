//! `templates check`: exit status 1 if there is anything to mend.

use super::super::Context;
use super::super::output::{Format, print_one, say};
use super::Which;
use crate::templates::{Inspection, Problem, Recorded, inspect};
use anyhow::{Context as _, bail};
use clap::Args as ClapArgs;
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(ClapArgs)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
    /// Bodies that Kratos posted, rendered too: a folder of .json files.
    #[arg(long, value_name = "DIR")]
    payloads: Option<PathBuf>,
}

pub(super) fn run(context: &Context, args: &Args) -> anyhow::Result<()> {
    let options = args.which.options(context)?;
    let mut recorded = Vec::new();
    if let Some(folder) = &args.payloads {
        collect(folder, &mut recorded)?;
        if recorded.is_empty() {
            bail!("there is no body in {}; expected .json files", folder.display());
        }
    }
    let inspection = inspect(&options, &recorded);
    match context.format {
        Format::Table => tell(&inspection, recorded.len()),
        Format::Json | Format::Yaml => print_one(
            context.format,
            &json!({
                "problems": inspection.problems.iter().map(as_json).collect::<Vec<_>>(),
                "types": inspection.types,
                "locales": inspection.locales,
                "rendered": inspection.rendered,
                "recorded": recorded.len(),
                "recorded_without_template": inspection.as_kratos_wrote_them,
            }),
        )?,
    }
    match inspection.problems.len() {
        0 => Ok(()),
        1 => bail!("1 problem"),
        many => bail!("{many} problems"),
    }
}

/// A line a problem, as compilers write them: editors jump to such lines.
fn tell(inspection: &Inspection, recorded: usize) {
    for problem in &inspection.problems {
        say(&problem.to_string());
    }
    let Inspection { types, locales, rendered, as_kratos_wrote_them, .. } = inspection;
    let bodies = if recorded == 0 {
        String::new()
    } else {
        format!("; {recorded} recorded bodies, of which {as_kratos_wrote_them} go out as Kratos wrote them")
    };
    say(&format!("{types} types in {} languages, {rendered} messages rendered{bodies}", locales.len()));
}

fn as_json(problem: &Problem) -> serde_json::Value {
    let Problem { file, line, column, message } = problem;
    json!({ "file": file, "line": line, "column": column, "message": message })
}

/// Every body below a folder, in the order of their names.
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
