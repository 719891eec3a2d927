//! A set of compiled templates: two registries, since HTML escapes and text must not, both strict,
//! so that a missing value fails instead of leaving a hole.

use super::error::Problem;
use super::files::{Files, Slot};
use super::graph::Graph;
use super::helpers::Url;
use super::scan::{Scan, scan};
use handlebars::{Context, Handlebars, RenderError, RenderErrorReason};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// The largest part that is rendered; larger ones fail.
const LARGEST: usize = 1024 * 1024;

/// Compiled templates.
pub(super) struct Engine {
    html: Handlebars<'static>,
    text: Handlebars<'static>,
    overlaid: BTreeSet<String>,
}

type Partials = BTreeMap<String, (String, Scan)>;

impl Engine {
    /// Checks and compiles every file. What is refused is left out and told.
    pub(super) fn build(files: &Files) -> (Self, Vec<Problem>) {
        let mut engine = Self { html: registry(true), text: registry(false), overlaid: BTreeSet::new() };
        let mut problems = Vec::new();
        let mut scans: BTreeMap<&str, Scan> = BTreeMap::new();
        let (mut html, mut text) = (Partials::new(), Partials::new());
        for (path, file) in files.iter().filter(|(_, file)| file.text.len() <= super::overlay::LARGEST) {
            let Some(slot) = Slot::parse(path).filter(|slot| !matches!(slot, Slot::Sample(_))) else { continue };
            let mut add = |partials: &mut Partials, name: &str| match scan(&file.text) {
                Ok(found) => {
                    if let Some((other, _)) = partials.insert(name.to_owned(), (path.clone(), found)) {
                        problems.push(Problem::new(path, format!("has the same name as {other}; rename one")));
                    }
                }
                Err((line, why)) => problems.push(Problem::at(path, line, why)),
            };
            match slot {
                Slot::HtmlPartial(name) => add(&mut html, name),
                Slot::TextPartial(name) => add(&mut text, name),
                Slot::Partial(name) => {
                    add(&mut html, name);
                    add(&mut text, name);
                }
                _ => match scan(&file.text) {
                    Ok(found) => drop(scans.insert(path, found)),
                    Err((line, why)) => problems.push(Problem::at(path, line, why)),
                },
            }
        }
        for (is_html, partials) in [(true, &html), (false, &text)] {
            for (name, (path, _)) in partials {
                engine.compile(is_html, name, path, files, &mut problems);
            }
        }
        let entries = scans.iter().map(|(path, found)| (*path, found));
        let own = html.values().chain(text.values()).map(|(path, found)| (path.as_str(), found));
        for (path, found) in entries.chain(own) {
            let is_html = matches!(Slot::parse(path), Some(Slot::Html(_) | Slot::HtmlPartial(_)));
            match Graph::new(path, found, if is_html { &html } else { &text }).check() {
                Ok(used) => {
                    if used.iter().any(|path| files.get(*path).is_some_and(|file| file.overlay)) {
                        engine.overlaid.insert(path.to_owned());
                    }
                    if scans.contains_key(path) {
                        engine.compile(is_html, path, path, files, &mut problems);
                    }
                }
                // What an inline partial of the mail would fill is unknown to a partial alone.
                Err(found) => problems.extend(found.into_iter().filter(|p| !p.message.starts_with("there is no"))),
            }
        }
        (engine, problems)
    }

    /// Registers only what the graph has passed: handlebars would abort on the rest.
    fn compile(&mut self, html: bool, name: &str, path: &str, files: &Files, problems: &mut Vec<Problem>) {
        let Some(file) = files.get(path) else { return };
        let registry = if html { &mut self.html } else { &mut self.text };
        if let Err(error) = registry.register_template_string(name, &file.text) {
            let (line, column) = error.pos().unzip();
            problems.push(Problem { line, column, ..Problem::new(path, error.reason().to_string()) });
        }
    }

    /// Whether a file was compiled.
    pub(super) fn has(&self, path: &str) -> bool {
        self.html.has_template(path) || self.text.has_template(path)
    }

    /// Whether a file of the operator's takes part in it.
    pub(super) fn overlaid(&self, path: &str) -> bool {
        self.overlaid.contains(path)
    }

    /// Renders one file.
    pub(super) fn render(&self, path: &str, context: &Context) -> Result<String, RenderError> {
        let registry = if self.html.has_template(path) { &self.html } else { &self.text };
        let mut out = Bounded(Vec::new());
        registry.render_with_context_to_write(path, context, &mut out)?;
        Ok(String::from_utf8(out.0)?)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that decides the escaping")]
fn registry(html: bool) -> Handlebars<'static> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.set_prevent_indent(true);
    registry.register_escape_fn(if html { handlebars::html_escape } else { handlebars::no_escape });
    // It would write a mail's content to our log.
    registry.unregister_helper("log");
    registry.register_helper("url", Box::new(Url));
    registry
}

/// What failed, in words that quote the template and never the data.
pub(super) fn kind(error: &RenderError) -> String {
    match error.reason() {
        RenderErrorReason::MissingVariable(Some(path)) => format!("{path} is missing"),
        RenderErrorReason::MissingVariable(None) => "a value is missing".to_owned(),
        RenderErrorReason::PartialNotFound(_) | RenderErrorReason::TemplateNotFound(_) => "no such partial".to_owned(),
        RenderErrorReason::HelperNotFound(name) => format!("no helper {name}"),
        RenderErrorReason::ParamNotFoundForIndex(name, _) => format!("{name} lacks a value"),
        RenderErrorReason::IOError(_) => "larger than 1 MiB".to_owned(),
        RenderErrorReason::Other(text) if text.starts_with("url: ") => text.clone(),
        _ => "it cannot be rendered".to_owned(),
    }
}

struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len().saturating_add(bytes.len()) > LARGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
