//! How types of others are read from configuration: addresses and URLs by their own parsers,
//! secrets and the domain's words in the schema. Nothing quotes a value in an error.

use crate::domain::{Channel, EmailAddress, Network, Secret};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error};
use std::borrow::Cow;
use url::Url;

/// An optional mail address.
pub(in super::super) fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<EmailAddress>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| EmailAddress::parse(&text)).transpose().map_err(D::Error::custom)
}

/// An optional `http://` or `https://` URL.
pub(in super::super) fn http_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.ok_or_else(|| D::Error::custom("expected a URL such as https://auth.example.org/"))?;
    if !url.username().is_empty() || url.password().is_some() {
        // It would be printed wherever the URL is; credentials have keys of their own.
        return Err(D::Error::custom("expected a URL without user and password"));
    }
    Ok(Some(url))
}

impl JsonSchema for Secret<String> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "writeOnly": true })
    }
}

impl JsonSchema for Network {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Network".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

impl JsonSchema for Channel {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Channel".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = Self::ALL.iter().map(|word| word.as_str()).collect();
        json_schema!({ "type": "string", "enum": words })
    }
}

impl JsonSchema for crate::domain::Lane {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Lane".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = Self::ALL.iter().map(|word| word.as_str()).collect();
        json_schema!({ "type": "string", "enum": words })
    }
}
