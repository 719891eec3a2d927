//! Templates taken over from Go render what Go rendered: `tests/fixtures/gotmpl` has the output of
//! real Go with Sprig (its `oracle/` says how), for data that is full, bare and hostile.

use super::super::catalogue::Catalogues;
use super::super::compare::html as tidied;
use super::super::engine::Engine;
use super::super::files::File;
use super::super::{Looks, Options, context};
use crate::domain::CourierPayload;
use crate::gotemplate::tests::template;
use crate::gotemplate::{Release, import};
use handlebars::Context;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A template once it is taken over, compiled; the path of its file and the file.
fn compiled(template: &str, html: bool) -> Result<(Engine, String, String), String> {
    let name = if html { "email.body.gotmpl" } else { "email.body.plaintext.gotmpl" };
    let files = BTreeMap::from([(format!("verification_code/valid/{name}"), template.to_owned())]);
    let path = format!("mails/verification_code_valid/{}.hbs", if html { "html" } else { "text" });
    let file = import(&files, Release::Current).files.into_iter().find(|file| file.path == path).unwrap();
    let marks: Vec<&str> = file.marks.iter().map(|mark| mark.why.as_str()).collect();
    let files = BTreeMap::from([(path.clone(), File { text: file.text.clone().into(), overlay: true })]);
    let (engine, problems) = Engine::build(&files, &Arc::new(Catalogues::default()));
    if !problems.is_empty() {
        return Err(format!("refused: {problems:?}\n{}", file.text));
    }
    // A mark that is not in the file would not be found by whoever mends it.
    if marks.is_empty() == file.text.contains("fail \"") && !template.contains('=') {
        return Err(format!("{marks:?}\n{}", file.text));
    }
    Ok((engine, path, file.text))
}

/// What it renders to.
fn rendered(template: &str, html: bool, data: &Value) -> Result<String, String> {
    let (engine, path, text) = compiled(template, html)?;
    let posted = json!({
        "recipient": "x@example.org",
        "template_type": "verification_code_valid",
        "message_type": "email",
        "template_data": data,
    });
    let payload = CourierPayload::parse(posted.to_string().as_bytes()).unwrap();
    let options = Options::default();
    let context = context::build(&payload, &options, &Looks::new(&options).0.general, "en", true);
    engine.render(&path, &Context::from(context)).map_err(|error| format!("failed: {error:?}\n{text}"))
}

fn read(name: &str) -> Value {
    let path = format!("{}/tests/fixtures/gotmpl/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn what_is_taken_over_renders_what_go_renders() {
    let (cases, more, data) = (read("expected.json"), read("random.json"), read("data.json"));
    let mut wrong = Vec::new();
    let mut compared = 0;
    for case in cases.as_array().unwrap().iter().chain(more.as_array().unwrap()) {
        let (name, template) = (case["name"].as_str().unwrap(), case["template"].as_str().unwrap());
        let html = case["html"].as_bool().unwrap();
        for outcome in case["outcomes"].as_array().unwrap() {
            let data = data.as_array().unwrap().iter().find(|data| data["name"] == outcome["data"]).unwrap();
            let ours = rendered(template, html, &data["template_data"]);
            // Where Go fails, the mail is not sent at all; any text of ours is better.
            let Some(go) = outcome["go"].as_str() else { continue };
            compared += 1;
            let tidy = |text: &str| {
                let text = text.replace("<no value>", "");
                if html {
                    tidied(&text)
                } else {
                    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned()
                }
            };
            match ours {
                Ok(ours) if tidy(&ours) == tidy(go) => {}
                Ok(ours) => wrong.push(format!("## {name} ({})\nours {ours:?}\ngo   {go:?}", outcome["data"])),
                Err(why) => wrong.push(format!("## {name} ({}): {why}", outcome["data"])),
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {compared} differ\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(compared > 400, "{compared}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever is taken over, our own templates' reader takes it, and rendering it ends.
    #[test]
    fn any_template_is_taken_over_into_one_that_loads(template in template(), html in any::<bool>()) {
        let data = read("data.json")[0]["template_data"].clone();
        if let Err(why) = rendered(&template, html, &data) {
            // What was marked fails; it is never refused.
            prop_assert!(why.starts_with("failed: "), "{template}\n{why}");
        }
    }
}
