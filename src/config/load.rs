//! The way from files and variables to a [`Config`].

use super::path::Path;
use super::shape::Shape;
use super::tree::{Node, Origin};
use super::{Config, ConfigError, DEFAULT_YML};
use super::{check, dev, environment, error, schema, secret_files, unread, validate, yaml};
use std::path::PathBuf;

/// A valid configuration and what an operator should know about it.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// One line each: variables that mean nothing, keys that this version does not use yet.
    pub warnings: Vec<String>,
    /// The files that secrets were read from, for watching.
    pub secret_files: Vec<PathBuf>,
}

impl Config {
    /// Lays files (later ones win) and variables over the defaults and checks the whole. `dev` fills
    /// what the operator left out, see [`super::DEV_KEY`].
    pub fn load(
        files: &[PathBuf],
        env: impl Iterator<Item = (String, String)>,
        dev: bool,
    ) -> Result<Loaded, ConfigError> {
        let schema = schema();
        let shape = Shape::of(&schema);
        let mut root = defaults().map_err(|problem| ConfigError::of(vec![problem]))?;
        let mut problems = Vec::new();
        for file in files {
            match read(file) {
                Ok(layer) => root.merge(layer, Some(&shape)),
                Err(problem) => problems.push(problem),
            }
        }
        let strangers = environment::overlay(&mut root, &shape, env, &mut problems);
        if dev {
            dev::fill(&mut root);
        }
        let mut secret_files = Vec::new();
        secret_files::resolve(&mut root, &shape, &Path::default(), &mut secret_files, &mut problems);
        check::check(&mut root, &shape, &Path::default(), &mut problems);
        if !problems.is_empty() {
            return Err(ConfigError::of(problems));
        }
        let config = typed(&root).map_err(|problem| ConfigError::of(vec![problem]))?;
        let findings = validate::validate(&config, dev);
        if !findings.is_empty() {
            let place = |key: &str| root.origin_of(&Path::parse(key));
            let lines = findings.iter().map(|(key, why)| format!("{}{key}: {why}", place(key)));
            return Err(ConfigError::of(lines.collect()));
        }
        let warnings = warnings(&config, &strangers, dev);
        Ok(Loaded { config, warnings, secret_files })
    }
}

/// The compiled-in defaults as a tree.
pub(super) fn defaults() -> Result<Node, String> {
    let mut root = yaml::parse(DEFAULT_YML, "postrider.default.yml")?;
    forget_places(&mut root);
    Ok(root)
}

fn forget_places(node: &mut Node) {
    use super::tree::Kind;
    node.origin = Origin::Default;
    match &mut node.kind {
        Kind::Map(entries) => entries.values_mut().for_each(forget_places),
        Kind::List(items) => items.iter_mut().for_each(forget_places),
        Kind::Null | Kind::Plain(..) | Kind::Text(_) => {}
    }
}

pub(super) fn read(file: &PathBuf) -> Result<Node, String> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|error| format!("{name}: cannot read this file: {error}"))?;
    yaml::parse(&text, &name)
}

/// The tree with types.
pub(super) fn typed(root: &Node) -> Result<Config, String> {
    serde_path_to_error::deserialize(root.to_json()).map_err(|failure| {
        let path = Path::from(failure.path());
        let why = error::without_value(&failure.inner().to_string());
        format!("{}{path}: {why}", root.origin_of(&path))
    })
}

fn warnings(config: &Config, strangers: &[String], dev: bool) -> Vec<String> {
    let mut warnings = Vec::new();
    if !strangers.is_empty() {
        warnings.push(format!("these variables are no configuration keys and were not read: {}", strangers.join(", ")));
    }
    if config.admin.tokens.is_empty() {
        warnings.push("admin.tokens is empty: the admin routes and the console let nobody in".to_owned());
    }
    warnings.extend(dev::warning(config).filter(|_| dev));
    for key in unread::not_yet_read(config) {
        warnings.push(format!("{key} is set, but this version does not use it yet"));
    }
    warnings
}
