//! `templates check`: exit status 1 if there is anything to mend.

use super::super::Context;
use super::super::output::{Format, print_one, say};
use super::{Which, recorded};
use crate::templates::{Inspection, Problem, inspect};
use anyhow::bail;
use clap::Args as ClapArgs;
use serde_json::json;
use std::path::PathBuf;

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
    let recorded = args.payloads.as_deref().map(recorded::read).transpose()?.unwrap_or_default();
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

pub(super) fn as_json(problem: &Problem) -> serde_json::Value {
    let Problem { file, line, column, message } = problem;
    json!({ "file": file, "line": line, "column": column, "message": message })
}
