//! Ory's own SDK on its whole way, with only its base path changed.

use crate::fake_kratos::{ADDRESS, CODE, LOOKUP, TOTP};
use crate::ory_sdk;
use crate::scene::{Scene, scene};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

const NEW: &str = "a good new password 2";

async fn walk(scene: &Scene, way: &str, flow: &str, prefix: &str) -> Value {
    let base = format!("http://{}{prefix}", scene.app.public());
    let url = scene.kratos.url();
    let kratos = url.trim_end_matches('/');
    let environment =
        [("BASE", base.as_str()), ("KRATOS", kratos), ("ADDRESS", ADDRESS), ("PASSWORD", NEW), ("FLOW", flow)];
    let answer = async |what: &str| {
        let known = [("code", CODE), ("wrong code", "999999"), ("totp", TOTP), ("lookup", LOOKUP)];
        known.iter().find(|(name, _)| *name == what).unwrap_or_else(|| panic!("{what}?")).1.to_owned()
    };
    let seen = ory_sdk::walk(way, &environment, answer).await;
    assert_eq!(scene.kratos.world(|world| world.password.clone()), NEW, "{way}");
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_recovers_with_ory_s_sdk() {
    if !ory_sdk::is_there() {
        return;
    }
    for prefix in ["", "/sources/default"] {
        let scene = scene("").await;
        assert!(walk(&scene, "recover", "", prefix).await["session"].is_string());
        assert_eq!(scene.codes(), 2, "a wrong one and a right one; the repeat was answered here");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_s_code_goes_on_with_ory_s_sdk() {
    if !ory_sdk::is_there() {
        return;
    }
    let scene = scene("").await;
    let issued = scene.issue(&json!({})).await;
    walk(&scene, "issued", issued["recovery_id"].as_str().unwrap(), "").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_factor_is_shown_with_ory_s_sdk() {
    if !ory_sdk::is_there() {
        return;
    }
    for way in ["totp", "lookup"] {
        let scene = scene("").await;
        scene.kratos.world(|world| world.second_factor = true);
        let issued = scene.issue(&json!({})).await;
        walk(&scene, way, issued["recovery_id"].as_str().unwrap(), "").await;
        assert_eq!(scene.kratos.world(|world| world.stepped_up.len()), 1, "{way}");
    }
}

/// What the documentation's example needs around it.
const AROUND: &str = r#"
import { createInterface } from "node:readline"
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
async function ask(what) {
  process.stdout.write(`? ${what}\n`)
  return (await lines.next()).value
}
const token = await recover(process.env.ADDRESS, () => ask("code"))
await setPassword(token, process.env.PASSWORD, () => ask("totp"))
process.stdout.write(`= ${JSON.stringify(token)}\n`)
process.exit(0)
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_example_of_the_documentation_recovers() {
    if !ory_sdk::is_there() {
        return;
    }
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ory-routes.md");
    let document = std::fs::read_to_string(document).unwrap();
    let example = document.split("<!-- example -->\n```js\n").nth(1).unwrap().split("```\n").next().unwrap();
    for second_factor in [false, true] {
        let scene = scene("").await;
        scene.kratos.world(|world| world.second_factor = second_factor);
        let base = format!("http://{}", scene.app.public());
        let script = example.replace("https://id.example.org", &base) + AROUND;
        let asked = AtomicUsize::new(0);
        let answer = async |what: &str| {
            // Mistyped at first.
            let code = if asked.fetch_add(1, Ordering::Relaxed) == 0 { "999999" } else { CODE };
            if what == "totp" { TOTP } else { code }.to_owned()
        };
        let environment = [("ADDRESS", ADDRESS), ("PASSWORD", NEW)];
        let token = ory_sdk::run_text(&script, &environment, answer).await;
        assert!(token.as_str().unwrap().starts_with("ory_st_"));
        assert_eq!(scene.kratos.world(|world| world.password.clone()), NEW);
        assert_eq!(asked.into_inner(), 2 + usize::from(second_factor));
    }
}
