//! A set of compiled templates: two registries, since HTML escapes and text must not, both strict,
//! so that a missing value fails instead of leaving a hole.

use super::catalogue::Catalogues;
use super::error::Problem;
use super::files::{Files, Part, Slot};
use super::graph::Graph;
use super::helpers::{self, Said};
use super::scan::{Scan, scan};
use super::uses::uses;
use crate::domain::Channel;
use handlebars::{
    BlockContext, BlockParams, Context, Handlebars, Output, RenderContext, RenderError, RenderErrorReason,
    Renderable as _, Template,
};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

/// The largest part that is rendered; larger ones fail.
const LARGEST: usize = 1024 * 1024;
/// What most of ours fit into, so that a rendering is not moved while it grows.
const USUAL_HTML: usize = 8 * 1024;
const USUAL_TEXT: usize = 1024;

/// Compiled templates.
pub(super) struct Engine {
    html: Handlebars<'static>,
    text: Handlebars<'static>,
    overlaid: BTreeSet<String>,
    /// The file of each compiled template; a partial without an ending is there twice.
    files: BTreeMap<(bool, String), String>,
    /// Documents that, with all their partials, look at nothing but the top of the context.
    flat: BTreeSet<String>,
}

type Partials = BTreeMap<String, (String, Scan)>;

impl Engine {
    /// Checks and compiles every file. What is refused is left out and told.
    pub(super) fn build(files: &Files, catalogues: &Arc<Catalogues>) -> (Self, Vec<Problem>) {
        let mut engine = Self {
            html: registry(true, catalogues),
            text: registry(false, catalogues),
            overlaid: BTreeSet::new(),
            files: BTreeMap::new(),
            flat: BTreeSet::new(),
        };
        let mut problems = Vec::new();
        let mut scans: BTreeMap<&str, Scan> = BTreeMap::new();
        let (mut html, mut text) = (Partials::new(), Partials::new());
        for (path, file) in files.iter().filter(|(_, file)| file.text.len() <= super::overlay::LARGEST) {
            let Some(slot) = Slot::parse(path) else { continue };
            let mut add = |partials: &mut Partials, name: &str| match scan(&file.text) {
                Ok(found) => {
                    if let Some((other, _)) = partials.insert(name.to_owned(), (path.clone(), found)) {
                        problems.push(Problem::new(path, format!("has the same name as {other}; rename one")));
                    }
                }
                Err((line, why)) => problems.push(Problem::at(path, line, why)),
            };
            match slot {
                Slot::Sample { .. } | Slot::Catalogue(_) => {}
                Slot::HtmlPartial(name) => add(&mut html, name),
                Slot::TextPartial(name) => add(&mut text, name),
                Slot::Partial(name) => {
                    add(&mut html, name);
                    add(&mut text, name);
                }
                Slot::Mail { .. } | Slot::Sms { .. } => match scan(&file.text) {
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
        let mut documents: Vec<(String, BTreeSet<&str>)> = Vec::new();
        let own = html.values().chain(text.values()).map(|(path, found)| (path.as_str(), found));
        for (path, found) in entries.chain(own) {
            let is_html = Slot::parse(path).is_some_and(Slot::is_html);
            match Graph::new(path, found, if is_html { &html } else { &text }).check() {
                Ok(used) => {
                    if used.iter().any(|path| files.get(*path).is_some_and(|file| file.overlay)) {
                        engine.overlaid.insert(path.to_owned());
                    }
                    if scans.contains_key(path) {
                        engine.compile(is_html, path, path, files, &mut problems);
                        documents.push((path.to_owned(), used));
                    }
                }
                // What an inline partial of the mail would fill is unknown to a partial alone.
                Err(found) => problems.extend(found.into_iter().filter(|p| !p.message.starts_with("there is no"))),
            }
        }
        let scoped = engine.compiled().filter(|(_, template)| uses(template).scoped).map(|(path, _)| path.to_owned());
        let scoped: BTreeSet<String> = scoped.collect();
        let flat = documents.into_iter().filter(|(_, used)| !used.iter().any(|path| scoped.contains(*path)));
        engine.flat = flat.map(|(path, _)| path).collect();
        (engine, problems)
    }

    /// Registers only what the graph has passed: handlebars would abort on the rest.
    fn compile(&mut self, html: bool, name: &str, path: &str, files: &Files, problems: &mut Vec<Problem>) {
        let Some(file) = files.get(path) else { return };
        let registry = if html { &mut self.html } else { &mut self.text };
        match registry.register_template_string(name, &file.text) {
            Ok(()) => drop(self.files.insert((html, name.to_owned()), path.to_owned())),
            Err(error) => {
                let (line, column) = error.pos().unzip();
                problems.push(Problem { line, column, ..Problem::new(path, error.reason().to_string()) });
            }
        }
    }

    /// The file and place where the rendering of a document failed. Within partials a rendering
    /// knows only their names.
    pub(super) fn place<'a>(
        &'a self,
        document: &'a str,
        error: &RenderError,
    ) -> (&'a str, Option<usize>, Option<usize>) {
        let html = self.html.has_template(document);
        let named = error.template_name.as_deref().filter(|name| *name != document);
        let file = named.and_then(|name| self.files.get(&(html, name.to_owned()))).map_or(document, String::as_str);
        (file, error.line_no, error.column_no)
    }

    /// As if every document looked elsewhere, too.
    #[cfg(test)]
    pub(super) fn forget_flat(&mut self) -> usize {
        std::mem::take(&mut self.flat).len()
    }

    /// Whether a file was compiled.
    pub(super) fn has(&self, path: &str) -> bool {
        self.html.has_template(path) || self.text.has_template(path)
    }

    /// The document for a part of a mail: the locale's own, else the one for all.
    pub(super) fn document(&self, name: &str, part: Part, locale: &str) -> Option<String> {
        let (stem, part) = (format!("mails/{name}"), part.as_str());
        [format!("{stem}/{part}.{locale}.hbs"), format!("{stem}/{part}.hbs")].into_iter().find(|path| self.has(path))
    }

    /// The document of a text message.
    pub(super) fn sms(&self, name: &str, locale: &str) -> Option<String> {
        [format!("sms/{name}.{locale}.hbs"), format!("sms/{name}.hbs")].into_iter().find(|path| self.has(path))
    }

    /// Every document that a message of this type and locale is rendered from.
    pub(super) fn documents(&self, name: &str, channel: Channel, locale: &str) -> Vec<String> {
        match channel {
            Channel::Sms => self.sms(name, locale).into_iter().collect(),
            Channel::Email => Part::ALL.iter().filter_map(|part| self.document(name, *part, locale)).collect(),
        }
    }

    /// Whether a file of the operator's takes part in it.
    pub(super) fn overlaid(&self, path: &str) -> bool {
        self.overlaid.contains(path)
    }

    /// All compiled templates with their files.
    pub(super) fn compiled(&self) -> impl Iterator<Item = (&str, &Template)> {
        self.files.iter().filter_map(|((html, name), path)| {
            let registry = if *html { &self.html } else { &self.text };
            Some((path.as_str(), registry.get_template(name)?))
        })
    }

    /// Renders one file.
    pub(super) fn render(&self, path: &str, context: &Context) -> Result<String, RenderError> {
        let html = self.html.has_template(path);
        let registry = if html { &self.html } else { &self.text };
        let missing = || RenderError::from(RenderErrorReason::TemplateNotFound(path.to_owned()));
        let template = registry.get_template(path).ok_or_else(missing)?;
        let mut turn = RenderContext::new(template.name.as_ref());
        if self.flat.contains(path) {
            turn.push_block(top(context)?);
        }
        let mut out = Bounded(String::with_capacity(if html { USUAL_HTML } else { USUAL_TEXT }));
        template.render(registry, context, &mut turn, &mut out)?;
        Ok(out.0)
    }
}

/// Names for everything at the top of the context. Handlebars copies what a partial stands on, for
/// each partial anew; so flat documents stand on nothing, and find their values by these names,
/// which are found from wherever they are. (Twice as fast; see `benches/speed/letters.rs`.)
fn top(context: &Context) -> Result<BlockContext<'_>, RenderError> {
    let mut names = BlockParams::new();
    for name in context.data().as_object().into_iter().flat_map(Map::keys) {
        names.add_path(name, vec![name.clone()])?;
    }
    let mut block = BlockContext::new();
    block.set_base_value(Value::Object(Map::new()));
    block.set_block_params(names);
    Ok(block)
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that decides the escaping")]
fn registry(html: bool, catalogues: &Arc<Catalogues>) -> Handlebars<'static> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.set_prevent_indent(true);
    registry.register_escape_fn(if html { handlebars::html_escape } else { handlebars::no_escape });
    // It would write a mail's content to our log.
    registry.unregister_helper("log");
    helpers::register(&mut registry, catalogues);
    registry
}

/// What failed, in words that quote the template and never the data; and whether only a
/// translation is missing.
pub(super) fn kind(error: &RenderError) -> (String, bool) {
    let why = match error.reason() {
        RenderErrorReason::MissingVariable(Some(path)) => format!("{path} is missing"),
        RenderErrorReason::MissingVariable(None) => "a value is missing".to_owned(),
        RenderErrorReason::PartialNotFound(_) | RenderErrorReason::TemplateNotFound(_) => "no such partial".to_owned(),
        RenderErrorReason::HelperNotFound(name) => format!("no helper {name}"),
        RenderErrorReason::ParamNotFoundForIndex(name, _) => format!("{name} lacks a value"),
        RenderErrorReason::IOError(_) => "larger than 1 MiB".to_owned(),
        RenderErrorReason::NestedError(inner) => match inner.downcast_ref::<Said>() {
            Some(Said { why, untranslated }) => return (why.clone(), *untranslated),
            None => "it cannot be rendered".to_owned(),
        },
        _ => "it cannot be rendered".to_owned(),
    };
    (why, false)
}

struct Bounded(String);

impl Output for Bounded {
    fn write(&mut self, text: &str) -> Result<(), io::Error> {
        if self.0.len().saturating_add(text.len()) > LARGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.push_str(text);
        Ok(())
    }
}
