//! `templates check`: everything that can be told before a reader sees it. Each mail is rendered from
//! each sample in each language, and looked at: names, texts, code and link, size, remote content,
//! links, legibility. Loading refuses what cannot be used; this also tells what should not be.

use super::error::Problem;
use super::files::{self, Files, Part, Slot};
use super::look::{Look, Looks};
use super::samples::Samples;
use super::set::Set;
use super::{Options, check, context, lint, locale, names, overlay};
use crate::domain::{Channel, CourierPayload};
use handlebars::Context;
use lint::Excess;
use std::collections::{BTreeMap, BTreeSet};

/// A body that Kratos posted once, to be rendered as if it came again.
pub struct Recorded {
    /// Where it is kept.
    pub file: String,
    /// The body.
    pub json: String,
}

/// What an inspection saw.
#[derive(Debug, Default)]
pub struct Inspection {
    /// What is to be mended, sorted by file.
    pub problems: Vec<Problem>,
    /// How many mail types there are.
    pub types: usize,
    /// The languages.
    pub locales: BTreeSet<String>,
    /// How many messages were rendered.
    pub rendered: usize,
    /// How many recorded bodies would go out in Kratos's own words, since there is no template for
    /// them or they lack their code.
    pub as_kratos_wrote_them: usize,
}

/// Looks at everything.
pub fn inspect(options: &Options, recorded: &[Recorded]) -> Inspection {
    let ours = files::built_in();
    let mut problems = Vec::new();
    let theirs = options.directory.as_deref().map_or_else(Files::new, |directory| {
        let (theirs, found) = overlay::read(directory, &ours);
        problems.extend(found);
        theirs
    });
    let (set, found) = Set::build(&ours, &theirs, &options.default_locale);
    problems.extend(found);
    problems.extend(names::check(&set));
    for (path, file) in set.files.iter().filter(|(path, _)| Slot::parse(path).is_some_and(Slot::is_html)) {
        problems.extend(lint::unchecked_links(path, &file.text));
    }
    let (looks, found) = Looks::new(options);
    problems.extend(found);
    let mut inspector = Inspector::new(&set, options, looks);
    inspector.samples(options.directory.is_some());
    for body in recorded {
        inspector.recorded(body);
    }
    let mut inspection = inspector.found;
    inspection.problems.extend(inspector.longest.into_values().map(|excess| excess.problem));
    inspection.problems.extend(problems);
    inspection.problems.extend(super::load::default_locale_is_known(&set, &options.default_locale));
    let types: BTreeSet<&str> = set.all().map(|(name, _, _)| name).collect();
    inspection.types = types.len();
    inspection.locales = set.catalogues.iter().map(|(tag, _)| tag.to_owned()).collect();
    finish(&mut inspection.problems);
    inspection
}

/// A place for each, since an editor wants one; nothing twice.
fn finish(problems: &mut Vec<Problem>) {
    for problem in problems.iter_mut().filter(|problem| Slot::parse(&problem.file).is_some()) {
        problem.line.get_or_insert(1);
        problem.column.get_or_insert(1);
    }
    // What no context has, a rendering lacks, too; the first says more.
    let place = |problem: &Problem| (problem.file.clone(), problem.line, problem.column);
    let unknown = |problem: &&Problem| problem.message.starts_with("there is no value");
    let named: BTreeSet<_> = problems.iter().filter(unknown).map(place).collect();
    problems.retain(|problem| !problem.message.ends_with(" is missing") || !named.contains(&place(problem)));
    problems.sort();
    problems.dedup();
}

struct Inspector<'a> {
    set: &'a Set,
    /// The same set with a mark in each start tag, and the files that the marks number.
    marked: Set,
    files: Vec<&'a str>,
    options: &'a Options,
    looks: Looks,
    found: Inspection,
    /// Of each document that is too long in some language, the longest.
    longest: BTreeMap<String, Excess>,
}

/// One message to render.
struct Case<'a> {
    payload: &'a CourierPayload,
    locale: &'a str,
    look: &'a Look,
    /// Whether the operator's files may take part, which see more.
    whole: bool,
}

impl<'a> Inspector<'a> {
    fn new(set: &'a Set, options: &'a Options, looks: Looks) -> Self {
        let files: Vec<&str> = set.files.keys().map(String::as_str).collect();
        let mark = |(number, (path, file)): (usize, (&String, &files::File))| {
            let mut file = file.clone();
            if matches!(Slot::parse(path), Some(slot) if slot.is_html() || matches!(slot, Slot::Partial(_))) {
                file.text = lint::mark(number, &file.text).into();
            }
            (path.clone(), file)
        };
        let marked: Files = set.files.iter().enumerate().map(mark).collect();
        // Whatever is wrong with it is wrong with the other, too, and told of that.
        let (marked, _) = Set::build(&marked, &Files::new(), &options.default_locale);
        Self { set, marked, files, options, looks, found: Inspection::default(), longest: BTreeMap::new() }
    }

    fn samples(&mut self, whole: bool) {
        let samples = Samples::of(&self.set.files);
        for sample in samples.iter() {
            let mut payload = match check::parse(&sample) {
                Ok(payload) => payload,
                Err(problem) => {
                    self.found.problems.push(problem);
                    continue;
                }
            };
            for channel in [Channel::Email, Channel::Sms] {
                payload.channel = channel;
                self.everywhere(&payload, whole, "");
            }
        }
        let with_sample: BTreeSet<&str> = samples.iter().map(|sample| sample.name).collect();
        for (name, channel, _) in self.set.all().filter(|(name, _, _)| !with_sample.contains(name)) {
            let file =
                if channel == Channel::Sms { format!("sms/{name}.hbs") } else { format!("mails/{name}/text.hbs") };
            let cure = format!("write mails/{name}/sample.json, a body as Kratos posts it");
            self.found
                .problems
                .push(Problem::new(file, format!("it has no sample, so nobody has looked at it; {cure}")));
        }
    }

    fn recorded(&mut self, body: &Recorded) {
        let payload = match CourierPayload::parse(body.json.as_bytes()) {
            Ok(payload) => payload,
            Err(error) => {
                self.found.problems.push(Problem::new(&body.file, format!("is no body of Kratos's courier: {error}")));
                return;
            }
        };
        let name = payload.template_type.as_str();
        if super::lacks(&payload).is_some() || self.set.languages(name, payload.channel).is_empty() {
            self.found.as_kratos_wrote_them = self.found.as_kratos_wrote_them.saturating_add(1);
            return;
        }
        self.everywhere(&payload, self.options.directory.is_some(), &format!("{}: ", body.file));
    }

    /// One message in all its languages, the default's in each brand.
    fn everywhere(&mut self, payload: &CourierPayload, whole: bool, about: &str) {
        let tags = self.set.languages(payload.template_type.as_str(), payload.channel);
        let default = locale::parse(&self.options.default_locale);
        for tag in tags {
            let locale = tag.to_string();
            let all = self.looks.all();
            let brands = if default.as_ref() == Some(tag) { all.len() } else { 1 };
            let about = |problem: Problem| Problem { message: format!("{about}{}", problem.message), ..problem };
            let (mut problems, mut excesses) = (Vec::new(), Vec::new());
            for look in all.into_iter().take(brands) {
                let case = Case { payload, locale: &locale, look, whole };
                problems.extend(self.look_at(&case, &mut excesses).into_iter().map(about));
            }
            self.found.rendered = self.found.rendered.saturating_add(brands);
            self.found.problems.extend(problems);
            for Excess { length, problem } in excesses {
                let longest = self.longest.get(&problem.file).map_or(0, |excess| excess.length);
                if length > longest {
                    self.longest.insert(problem.file.clone(), Excess { length, problem: about(problem) });
                }
            }
        }
    }

    /// What is wrong with one message; what is too long apart.
    fn look_at(&self, case: &Case<'_>, excesses: &mut Vec<Excess>) -> Vec<Problem> {
        let Case { payload, locale, look, whole } = case;
        let (engine, name) = (&self.set.engine, payload.template_type.as_str());
        let found = check::sample(engine, payload, self.options, look, locale, *whole);
        // A missing text is told by the names, for each catalogue once.
        let told_elsewhere = self.set.catalogues.get(locale).is_some();
        let mut problems: Vec<Problem> = found
            .into_iter()
            .filter_map(|(problem, untranslated)| (!untranslated || !told_elsewhere).then_some(problem))
            .collect();
        let context = Context::from(context::build(payload, self.options, look, locale, *whole));
        let rendered = |document: &str| engine.render(document, &context).ok();
        if payload.channel == Channel::Sms {
            let document = engine.sms(name, locale).unwrap_or_default();
            excesses.extend(rendered(&document).and_then(|text| lint::long_sms(&document, text.trim_end(), locale)));
            return problems;
        }
        if let Some(document) = engine.document(name, Part::Subject, locale)
            && let Some(subject) = rendered(&document)
        {
            problems.extend(lint::broken_subject(&document, &subject));
            excesses.extend(lint::long_subject(&document, &subject, locale));
        }
        if let Some(document) = engine.document(name, Part::Html, locale)
            && let Some(html) = rendered(&document)
            && let Ok(marked) = self.marked.engine.render(&document, &context)
        {
            problems.extend(lint::html(&document, &marked, &self.files));
            excesses.extend(lint::large_html(&document, &html, locale));
        }
        problems
    }
}
