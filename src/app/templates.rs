//! Templates: from configuration to a set in use, which is kept fresh while the server runs.

use crate::config::{self, Config};
use crate::domain::{Clock, Event, Reporter};
use crate::mail::Pictures;
use crate::templates::{self, Live, Options, Templates, Watch};
use anyhow::Context as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{JoinHandle, spawn_blocking};

/// How often the files are looked at: their names, sizes and times. Unlike notifications of the
/// kernel this also sees network and overlay file systems, and what Kubernetes does to a `ConfigMap`
/// (a link is swapped, no file in the directory changes).
const LOOK: Duration = Duration::from_secs(1);
/// The same for somebody who waits before a browser.
const LOOK_SOON: Duration = Duration::from_millis(200);

/// The templates of a configuration, checked.
pub fn load_templates(config: &Config) -> anyhow::Result<Templates> {
    Templates::load(template_options(config)).with_context(|| match &config.templates.directory {
        Some(directory) => format!("the templates in {} do not pass", directory.display()),
        None => "the templates do not pass".to_owned(),
    })
}

/// Looks at the files as long as the task lives, and puts a set that passes in the place of the one
/// in use. Nothing to look at, no task.
pub(super) fn keep_fresh(
    live: &Arc<Live>,
    pictures: &Arc<Pictures>,
    options: Options,
    clock: &Arc<dyn Clock>,
    report: &Reporter,
) -> Option<JoinHandle<()>> {
    looking(live, pictures, options, clock, report, LOOK)
}

fn looking(
    live: &Arc<Live>,
    pictures: &Arc<Pictures>,
    options: Options,
    clock: &Arc<dyn Clock>,
    report: &Reporter,
    every: Duration,
) -> Option<JoinHandle<()>> {
    pictures.add(live.now().logos());
    let mut watch = Watch::new(&options)?;
    let (live, pictures, clock, report) = (Arc::clone(live), Arc::clone(pictures), Arc::clone(clock), report.clone());
    Some(tokio::spawn(async move {
        loop {
            tokio::time::sleep(every).await;
            let options = options.clone();
            // Reading and compiling takes a while; no thread that carries posts does it.
            let turn = spawn_blocking(move || {
                let changed = watch.changed();
                (watch, changed.then(|| Templates::load(options)))
            });
            let Ok((again, loaded)) = turn.await else { return };
            watch = again;
            match loaded {
                None => {}
                Some(Ok(fresh)) => {
                    tell(fresh.warnings());
                    pictures.add(fresh.logos());
                    live.replace(fresh);
                    report(Event::TemplatesReloaded { taken: true });
                    tracing::info!("changed templates are in use");
                }
                Some(Err(error)) => {
                    live.refuse(clock.now());
                    report(Event::TemplatesReloaded { taken: false });
                    tracing::error!("changed templates do not pass; the last that did stay in use");
                    for problem in &error.problems {
                        tracing::error!("templates: {problem}");
                    }
                }
            }
        }
    }))
}

/// The same for whoever only looks at mails and sends none.
pub fn keep_templates_fresh(live: &Arc<Live>, options: Options, clock: &Arc<dyn Clock>) -> Option<JoinHandle<()>> {
    let nobody: Reporter = Arc::new(|_event| ());
    looking(live, &Arc::default(), options, clock, &nobody, LOOK_SOON)
}

/// Says in the log what is not as it should be.
pub(super) fn tell(warnings: &[templates::Problem]) {
    for warning in warnings {
        tracing::warn!("templates: {warning}");
    }
}

/// What the configuration says about templates, in their own words.
pub fn template_options(config: &Config) -> Options {
    let from = &config.templates;
    let is_kratos = |render: &config::Render| matches!(render, config::Render::Kratos);
    let named = |kratos: bool| {
        let types = from.render.iter().filter(move |(_, render)| is_kratos(render) == kratos);
        types.map(|(name, _)| name.clone()).collect()
    };
    Options {
        directory: from.directory.clone(),
        default_locale: from.default_locale.clone(),
        render_default_kratos: from.render.get("default").is_some_and(is_kratos),
        kratos_types: named(true),
        postrider_types: named(false),
        locale_traits: from.locale_traits.clone(),
        brand: brand(&from.brand, None),
        brands: config
            .sources
            .iter()
            .filter_map(|(id, source)| Some((id.to_string(), brand(source.brand.as_ref()?, Some(&from.brand)))))
            .collect(),
        clients: from.clients.iter().map(|(id, own)| (id.clone(), brand(own, Some(&from.brand)))).collect(),
        // A bounce quotes the header fields of the mail it is about.
        code_in_subject: config.courier.code_in_subject && config.courier.bounce_address.is_none(),
    }
}

/// A brand; what a source's own leaves out is the general one's.
fn brand(own: &config::Brand, general: Option<&config::Brand>) -> templates::Brand {
    let name = own.name.clone().or_else(|| general?.name.clone());
    let support_address = own.support_address.as_ref().or_else(|| general?.support_address.as_ref());
    templates::Brand {
        name: name.unwrap_or_default(),
        support_address: support_address.map(|address| address.as_str().to_owned()),
        footer: own.footer.clone().or_else(|| general?.footer.clone()),
        colour: own.colour.clone().or_else(|| general?.colour.clone()),
        logo_file: own.logo_file.clone().or_else(|| general?.logo_file.clone()),
        domain: own.domain.clone().or_else(|| general?.domain.clone()),
    }
}
