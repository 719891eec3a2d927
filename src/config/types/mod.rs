//! The values that configuration keys may have, each parsed once and typed from then on. They
//! know how they are written, not which key they stand under; no error of theirs quotes a value.

mod dsn;
mod fields;
mod id;
mod lanes;
mod sha256;
mod size;
mod smtp_uri;
mod span;
mod uri;

pub use dsn::{Dsn, DsnError};
pub use id::{Id, IdError};
pub use lanes::PerLane;
pub use sha256::{Sha256, Sha256Error};
pub use size::{Size, SizeError};
pub use smtp_uri::{SmtpUri, Tls};
pub use span::{Span, SpanError};
pub use uri::{ProviderUri, UriError};

pub(super) use fields::{address, http_url};

/// Reads a type from its text by its `parse`, and says in the schema how it is written.
macro_rules! parsed {
    ($name:ident, $schema:tt) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    };
}
use parsed;
