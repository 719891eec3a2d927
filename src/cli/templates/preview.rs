//! `templates preview`: all mails in a browser, again as soon as a file is saved; or as files.

use super::super::Context;
use super::super::output::{complain, say};
use super::Which;
use crate::app;
use crate::domain::{Channel, Clock, SystemClock};
use crate::http::{Previews, serve_previews};
use crate::templates::{Listed, Live, Options, Render, Templates, Wanted};
use anyhow::Context as _;
use clap::Args as ClapArgs;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(ClapArgs)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
    /// Write everything into this folder instead, with an index.html.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 4480)]
    port: u16,
    /// Only this type; may be given several times.
    #[arg(long = "type", value_name = "TYPE", requires = "out")]
    types: Vec<String>,
    /// Only this language; may be given several times.
    #[arg(long = "locale", value_name = "TAG", requires = "out")]
    locales: Vec<String>,
    /// The brand of this source.
    #[arg(long, default_value = "default", requires = "out")]
    source: String,
}

pub(super) async fn run(context: &Context, args: Args) -> anyhow::Result<()> {
    let options = args.which.options(context)?;
    if let Some(folder) = &args.out {
        let written = write(&super::load(options)?, &args, folder)?;
        say(&format!("{written} messages written; open {}", folder.join("index.html").display()));
        return Ok(());
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let live = Arc::new(first(&options, &*clock)?);
    // It lives as long as the process, and keeps the set fresh.
    drop(app::keep_templates_fresh(&live, options.clone(), &clock));
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port));
    let socket = socket.with_context(|| format!("port {} is taken; choose another by --port", args.port))?;
    let (address, server) = serve_previews(socket, Previews { live, options })?;
    say(&format!("http://{address}/ shows every mail; save a file and look again. Ctrl-C ends it."));
    let handle = server.handle();
    let ended = tokio::spawn(server);
    if let Err(error) = tokio::signal::ctrl_c().await {
        complain(&format!("Ctrl-C cannot be received ({error}); end me by a signal"));
        std::future::pending::<()>().await;
    }
    handle.stop(false).await;
    ended.await??;
    Ok(())
}

/// The files as they are; ours, as long as they do not pass: the page says why.
fn first(options: &Options, clock: &dyn Clock) -> anyhow::Result<Live> {
    if let Ok(set) = Templates::load(options.clone()) {
        return Ok(Live::new(set));
    }
    let live = Live::new(Templates::load(Options { directory: None, ..options.clone() })?);
    live.refuse(clock.now());
    Ok(live)
}

/// Writes `TYPE/LOCALE.…` for each mail and each of its samples.
fn write(templates: &Templates, args: &Args, folder: &Path) -> anyhow::Result<usize> {
    let chosen = |list: &[String], one: &str| list.is_empty() || list.iter().any(|wanted| wanted == one);
    let (mut written, mut index) = (0_usize, String::new());
    for Listed { name, channel, locales, samples, .. } in templates.list() {
        if !chosen(&args.types, &name) {
            continue;
        }
        // Nothing goes wrong when writing into a String.
        let _written = writeln!(index, "<h2>{name} ({channel})</h2>\n<ul>");
        for locale in locales.iter().filter(|locale| chosen(&args.locales, locale)) {
            for sample in &samples {
                let wanted =
                    Wanted { source: &args.source, name: &name, channel, locale: Some(locale), sample, body: None };
                let render = templates.preview(&wanted).map_err(anyhow::Error::msg)?;
                let dot = if sample.is_empty() { "" } else { "." };
                let sms = if channel == Channel::Sms { ".sms" } else { "" };
                let stem = format!("{name}/{locale}{dot}{sample}{sms}");
                let line = files(templates, &render, folder, &stem)?;
                let _written = writeln!(index, "<li>{locale} {sample}: {line}</li>");
                written = written.saturating_add(1);
            }
        }
        index.push_str("</ul>\n");
    }
    anyhow::ensure!(written > 0, "there is no such mail; `postrider templates list` shows all");
    let page = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Templates</title>\n\
         <style>:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,sans-serif;margin:2rem}}</style>\n{index}</html>\n"
    );
    save(&folder.join("index.html"), &page)?;
    Ok(written)
}

/// One message's files; gives links to them.
fn files(templates: &Templates, render: &Render, folder: &Path, stem: &str) -> anyhow::Result<String> {
    let text = format!("{}\n\n{}", render.rendered.subject, render.rendered.text);
    save(&folder.join(format!("{stem}.txt")), text.trim_start())?;
    let mut links = format!("<a href=\"{stem}.txt\">text</a>");
    for (dark, name) in [(false, "light"), (true, "dark")] {
        if let Some(html) = templates.alone(render, dark) {
            save(&folder.join(format!("{stem}.{name}.html")), &html)?;
            let _written = write!(links, " <a href=\"{stem}.{name}.html\">{name}</a>");
        }
    }
    Ok(links)
}

fn save(path: &Path, text: &str) -> anyhow::Result<()> {
    let write = || {
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        std::fs::write(path, text)
    };
    write().with_context(|| format!("{} cannot be written", path.display()))
}
