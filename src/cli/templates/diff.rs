//! `templates diff`: exit status 1 if a mail does not say what Kratos's says.

use super::super::Context;
use super::super::output::{Format, print_one, say};
use super::{Which, recorded};
use crate::domain::CourierPayload;
use crate::templates::{Comparison, Difference, Templates};
use anyhow::{Context as _, bail};
use clap::Args as ClapArgs;
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(ClapArgs)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
    /// Bodies that Kratos posted with its own templates: a folder of .json files, as
    /// `serve --dev --record` writes.
    #[arg(long, value_name = "DIR")]
    payloads: PathBuf,
}

/// How many lines of a difference are shown.
const SHOWN: usize = 12;

#[derive(Default)]
struct Count {
    same: usize,
    differ: usize,
    fail: usize,
    not_taken_over: usize,
}

pub(super) fn run(context: &Context, args: &Args) -> anyhow::Result<()> {
    let mut options = args.which.options(context)?;
    // Types that are not ready yet shall not be in the way of those that are.
    options.render_default_kratos = true;
    options.postrider_types.clear();
    let recorded = recorded::read(&args.payloads)?;
    let templates = Templates::load(options).context("run `postrider templates check`")?;
    let (mut count, mut rows) = (Count::default(), Vec::new());
    for body in &recorded {
        let payload = CourierPayload::parse(body.json.as_bytes())
            .with_context(|| format!("{} is no body of Kratos's courier", body.file))?;
        let comparison = templates.compare(&payload);
        let (tally, result) = match &comparison {
            Comparison::NoTemplate => (&mut count.not_taken_over, "no template"),
            Comparison::Fails(_) => (&mut count.fail, "fails"),
            Comparison::Parts(parts) if parts.is_empty() => (&mut count.same, "same"),
            Comparison::Parts(_) => (&mut count.differ, "differs"),
        };
        *tally = tally.saturating_add(1);
        match context.format {
            Format::Table => show(&body.file, &comparison),
            Format::Json | Format::Yaml => rows.push(row(&body.file, result, &comparison)),
        }
    }
    let Count { same, differ, fail, not_taken_over } = count;
    match context.format {
        Format::Table => say(&format!(
            "{} compared: {same} the same, {differ} differ, {fail} fail, {not_taken_over} without a template of yours",
            recorded.len()
        )),
        Format::Json | Format::Yaml => print_one(context.format, &json!(rows))?,
    }
    if same == 0 && differ == 0 && fail == 0 {
        bail!("nothing was compared: none of these messages has a template of yours; give --directory");
    }
    if differ > 0 || fail > 0 {
        bail!("not every message says what Kratos's says");
    }
    Ok(())
}

fn show(file: &str, comparison: &Comparison) {
    match comparison {
        Comparison::NoTemplate => {}
        Comparison::Fails(problem) => say(&format!("{file}: {problem}")),
        Comparison::Parts(parts) => {
            for part in parts {
                say(&format!("{file}: the {} differs", part.part));
                let (kratos, ours) = changed(part);
                for (whose, lines) in [("kratos: ", kratos), ("ours:   ", ours)] {
                    for line in lines {
                        say(&format!("  {whose}{line}"));
                    }
                }
            }
        }
    }
}

/// The lines between those that are the same at the beginning and at the end.
fn changed(part: &Difference) -> (Vec<&str>, Vec<&str>) {
    let (mut kratos, mut ours): (Vec<&str>, Vec<&str>) = (part.kratos.lines().collect(), part.ours.lines().collect());
    for _ in 0..2 {
        while kratos.last().is_some_and(|line| ours.last() == Some(line)) {
            kratos.pop();
            ours.pop();
        }
        kratos.reverse();
        ours.reverse();
    }
    for lines in [&mut kratos, &mut ours] {
        if lines.len() > SHOWN {
            lines.truncate(SHOWN);
            lines.push("…");
        }
    }
    (kratos, ours)
}

fn row(file: &str, result: &str, comparison: &Comparison) -> Value {
    let part = |part: &Difference| json!({ "part": part.part, "kratos": part.kratos, "ours": part.ours });
    match comparison {
        Comparison::NoTemplate => json!({ "file": file, "result": result }),
        Comparison::Fails(problem) => json!({ "file": file, "result": result, "why": problem.to_string() }),
        Comparison::Parts(parts) => {
            json!({ "file": file, "result": result, "differences": parts.iter().map(part).collect::<Vec<_>>() })
        }
    }
}
