//! Identity schemas: without a recovery address in one, its identities cannot recover.

use crate::doctor::lint::Lint;
use crate::doctor::{Check, Finding, Run};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

pub(super) const CHECK: Check = Check {
    name: "addresses",
    good: "identity schemas name the trait that recovery mails go to",
    run: Run::KratosYml(run),
};

fn run(lint: &Lint<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for index in 0..lint.items("identity.schemas") {
        let key = format!("identity.schemas[{index}].url");
        let Some(text) = lint.text(&key) else { continue };
        let schema = match text.split_once("://") {
            Some(("base64", encoded)) => STANDARD.decode(encoded.trim()).ok(),
            Some(("file", path)) => std::fs::read(path).ok(),
            _ => None,
        };
        let Some(schema) = schema.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok()) else {
            let means = "nobody looked at this schema: it is not in the file, or not on this machine";
            findings.push(Finding::note(key, means));
            continue;
        };
        if !has_recovery(&schema) {
            let means = "no trait of this schema is a recovery address, so its identities have none to mail a code to";
            let change = "\"ory.sh/kratos\": {\"recovery\": {\"via\": \"email\"}} at the address's trait";
            findings.push(Finding::warning(key, means).change(change));
        }
    }
    findings
}

/// Whether any trait has `ory.sh/kratos.recovery.via: email`.
fn has_recovery(schema: &Value) -> bool {
    match schema {
        Value::Object(entries) => entries.iter().any(|(key, value)| {
            let here = key == "ory.sh/kratos" && value.pointer("/recovery/via").is_some_and(|via| via == "email");
            here || has_recovery(value)
        }),
        Value::Array(items) => items.iter().any(has_recovery),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{STANDARD, run};
    use crate::doctor::lint::said;
    use base64::Engine as _;

    #[test]
    fn a_schema_without_recovery_is_named() {
        let with = |extension: &str| {
            let schema = format!(
                r#"{{"properties":{{"traits":{{"properties":{{"email":{{"ory.sh/kratos":{extension}}}}}}}}}}}"#
            );
            said(run, &format!("identity: {{schemas: [{{id: d, url: 'base64://{}'}}]}}", STANDARD.encode(schema)))
        };
        assert!(with(r#"{"recovery":{"via":"email"}}"#).is_empty());
        assert_eq!(with(r#"{"verification":{"via":"email"}}"#), ["warning identity.schemas[0].url"]);
        let elsewhere =
            "identity: {schemas: [{id: d, url: 'file:///nowhere/schema.json'}, {id: e, url: 'https://h/s'}]}";
        assert_eq!(said(run, elsewhere), ["note identity.schemas[0].url", "note identity.schemas[1].url"]);
    }
}
