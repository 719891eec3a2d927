//! What a mail costs before it is stored and sent: rendered (subject, text, HTML) and composed. Beside
//! it bare Handlebars, which renders the same texts with nothing but values in them. Then a reload of a
//! whole copy of the templates, alone and while Kratos posts.

use crate::load::{self, Seen};
use crate::machine::{Process, Watch};
use crate::posts::Posts;
use crate::report::{Goal, Report};
use crate::server::{Home, Server};
use crate::sink::{Mode, Sink};
use handlebars::{Handlebars, no_escape};
use postrider::domain::{CourierPayload, Envelope, Rendered, StoredMail};
use postrider::mail::compose;
use postrider::templates::{Options, Templates};
use serde_json::{Value, json};
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

const ROUNDS: usize = 200;
/// Long enough for a changed file to be seen and taken.
const WINDOW: Duration = Duration::from_secs(2);
const WINDOWS: usize = 7;
const OURS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
/// What differs from mail to mail in the samples.
const VALUES: [(&str, &str); 3] = [("code", "012345"), ("name", "Ada"), ("time", "23 November 2026")];

pub(crate) fn render_and_compose(report: &mut Report) {
    let mut options = Options::default();
    "Example Shop".clone_into(&mut options.brand.name);
    let templates = Templates::load(options).unwrap();
    let payload = |name: &str| CourierPayload::parse(templates.sample(name).unwrap().as_bytes()).unwrap();
    let payloads: Vec<_> = templates.types().map(payload).collect();
    let bare = bare(&templates, &payloads);
    let data: Value =
        VALUES.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect::<serde_json::Map<_, _>>().into();
    let (mut renders, mut composes, mut wholes, mut bares) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let watch = Watch::start(Process(0));
    let started = Instant::now();
    for _round in 0..ROUNDS {
        for (number, payload) in payloads.iter().enumerate() {
            let begun = Instant::now();
            let rendered = templates.render("default", payload).rendered;
            let between = Instant::now();
            let mail = letter(rendered);
            black_box(compose(&mail, &[], None).unwrap());
            let done = Instant::now();
            renders.push(between - begun);
            composes.push(done - between);
            wholes.push(done - begun);
            let begun = Instant::now();
            for part in ["subject", "text", "html"] {
                black_box(bare.render(&format!("{number}{part}"), &data).unwrap());
            }
            bares.push(begun.elapsed());
        }
    }
    let [renders, composes, wholes, bares] =
        [renders, composes, wholes, bares].map(|latencies| Seen::of(latencies, started.elapsed()));
    let micros = |seen: &Seen| seen.quantile(0.5) * 1e3;
    let table = report.section("8 · a mail rendered and composed, English, every type in turn (ms)", watch.stop());
    table.line("render and compose", &wholes, "");
    table.line("render: subject, text, HTML", &renders, "");
    table.line("compose", &composes, "");
    table.line("bare Handlebars, the same texts", &bares, "");
    table.note("render and compose, p50 (µs)", micros(&wholes));
    table.note("render, p50 (µs)", micros(&renders));
    table.note("bare Handlebars, p50 (µs)", micros(&bares));
    report.goal("render and compose p50 (µs)", micros(&wholes), Goal::AtMost(100.0));
}

fn letter(rendered: Rendered) -> StoredMail {
    StoredMail {
        envelope: Envelope { from: "login@example.com".to_owned(), to: "u@example.org".to_owned() },
        from_address: "login@example.com".to_owned(),
        from_name: "Example".to_owned(),
        message_id: "01a20be7-b97c-7e7e-83ba-af6ee83f8c9c@example.com".to_owned(),
        date: "Tue, 15 Nov 1994 08:12:31 +0000".to_owned(),
        boundary: "=_01a20be7b97c7e7e83baaf6ee83f8c9c".to_owned(),
        rendered,
        logo: None,
    }
}

/// The finished texts as templates again, with only the values left to fill in: no partial, no
/// helper, no catalogue.
#[allow(clippy::disallowed_methods, reason = "the yardstick")]
fn bare(templates: &Templates, payloads: &[CourierPayload]) -> Handlebars<'static> {
    let mut bare = Handlebars::new();
    for (number, payload) in payloads.iter().enumerate() {
        let Rendered { subject, text, html } = templates.render("default", payload).rendered;
        for (part, rendered) in [("subject", subject), ("text", text), ("html", html.unwrap())] {
            let mut template = rendered;
            for (name, value) in VALUES {
                template = template.replace(value, &format!("{{{{{name}}}}}"));
            }
            bare.register_template_string(&format!("{number}{part}"), template).unwrap();
        }
    }
    bare.register_escape_fn(no_escape);
    bare
}

pub(crate) async fn reload(posts: &Posts, report: &mut Report) {
    let loads = |_| {
        let begun = Instant::now();
        let options = Options { directory: Some(OURS.into()), ..Options::default() };
        black_box(Templates::load(options).unwrap());
        begun.elapsed()
    };
    let loads = Seen::of((0..7).map(loads).collect(), Duration::from_secs(1));

    let sink = Sink::start(Mode::Accept);
    let home = Home::new(&sink.uri());
    copy(Path::new(OURS), &home.path().join("templates"));
    let config = home.path().join("postrider.yml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("{text}templates: {{directory: templates}}\n")).unwrap();
    let server = Server::start(&home).await;
    load::closed(server.address, posts, 1, Duration::from_secs(1)).await;
    let watch = Watch::start(server.process());
    let changing = home.path().join("templates/mails/login_code_valid/subject.hbs");
    let before = std::fs::read_to_string(&changing).unwrap();
    // In turn, so that what else the machine does falls on both alike.
    let (mut still, mut reloading) = (Vec::new(), Vec::new());
    for number in 1..=WINDOWS {
        still.push(load::closed(server.address, posts, 1, WINDOW).await);
        std::fs::write(&changing, format!("{before}{}", "\n".repeat(number))).unwrap();
        reloading.push(load::closed(server.address, posts, 1, WINDOW).await);
    }
    // Of the longest in each window the one in the middle: a pause would be in every window with a reload.
    let longest = |windows: &[Seen]| {
        let longest = windows.iter().map(|seen| seen.latencies[seen.latencies.len() - 1]).collect();
        Seen::of(longest, WINDOW).quantile(0.5)
    };
    let pauses = [&reloading, &still].map(|windows| longest(windows));
    let [reloading, still] = [reloading, still].map(|windows| windows.into_iter().reduce(Seen::join).unwrap());
    let taken = std::fs::read_to_string(home.path().join("log")).unwrap();
    let taken = taken.matches("changed templates are in use").count();
    assert_eq!(taken, WINDOWS, "the server did not reload each time");
    let table = report.section("8 · a reload of a whole copy of the templates (ms)", watch.stop());
    table.line("load, check and swap", &loads, "");
    table.line("ack meanwhile", &reloading, &format!("{taken} reloads"));
    table.line("ack without reloads", &still, "");
    table.note("longest ack of two seconds with a reload, median (ms)", pauses[0]);
    table.note("the same without (ms)", pauses[1]);
    report.goal("reload of all templates (ms)", loads.quantile(0.5), Goal::AtMost(500.0));
    report.goal("longest ack with a reload − without (ms)", pauses[0] - pauses[1], Goal::AtMost(20.0));
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(|entry| entry.unwrap()) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}
