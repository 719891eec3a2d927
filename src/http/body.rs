//! Bodies that come in: JSON alone, in bounded size and time.

use super::problem::Problem;
use super::server::BodyLimit;
use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use actix_web::web::{Bytes, BytesMut, Payload};
use futures_util::StreamExt as _;
use serde_json::{Map, Value};
use std::time::Duration;

/// A body must arrive within this time.
const PATIENCE: Duration = Duration::from_secs(30);
/// The largest `transient_payload` in bytes of JSON: Kratos's jsonnet breaks at 62 KiB of everything, and
/// takes other people's mails along (contract 1.10).
const TRANSIENT: usize = 8 * 1024;

/// The JSON object that somebody sent.
pub(super) async fn object(request: &HttpRequest, payload: Payload) -> Result<Map<String, Value>, Problem> {
    if !is_json(request) {
        return Err(Problem::UnsupportedMediaType);
    }
    let bytes = read(request, payload).await?;
    let object: Map<String, Value> =
        serde_json::from_slice(&bytes).map_err(|_no_object| Problem::BadRequest("the body is no JSON object"))?;
    if object.get("transient_payload").is_some_and(|payload| payload.to_string().len() > TRANSIENT) {
        return Err(Problem::TransientPayloadTooLarge(TRANSIENT));
    }
    Ok(object)
}

/// The same, where the whole body may be left out.
pub(super) async fn object_or_nothing(request: &HttpRequest, payload: Payload) -> Result<Map<String, Value>, Problem> {
    let empty = request.headers().get(CONTENT_LENGTH).is_none_or(|length| length == "0");
    let chunked = request.headers().contains_key(TRANSFER_ENCODING);
    if empty && !chunked { Ok(Map::new()) } else { object(request, payload).await }
}

/// Parameters such as `charset` are ignored; no media type at all is none of ours.
pub(super) fn is_json(request: &HttpRequest) -> bool {
    let value = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// The whole body, up to the listener's `body_limit`.
pub(super) async fn read(request: &HttpRequest, mut payload: Payload) -> Result<Bytes, Problem> {
    let limit = request.app_data::<BodyLimit>().map_or(0, |limit| limit.0);
    let declared = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(Problem::TooLarge(limit));
    }
    let reading = async {
        let mut body = BytesMut::with_capacity(declared.unwrap_or(4096));
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_broken| Problem::BadRequest("the body broke off"))?;
            if body.len() + chunk.len() > limit {
                return Err(Problem::TooLarge(limit));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    };
    tokio::time::timeout(PATIENCE, reading).await.map_err(|_elapsed| Problem::RequestTimeout)?
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::FromRequest as _;
    use actix_web::test::TestRequest;
    use serde_json::json;

    async fn object_of(media_type: &str, body: String) -> Result<Map<String, Value>, Problem> {
        let test = TestRequest::post().insert_header((CONTENT_TYPE, media_type)).app_data(BodyLimit(16 * 1024));
        let (request, mut payload) = test.set_payload(body).to_http_parts();
        let payload = Payload::from_request(&request, &mut payload).await.unwrap();
        object(&request, payload).await
    }

    #[tokio::test]
    async fn a_json_object_of_bounded_size_is_taken() {
        let json = "application/json";
        let payload = |length: usize| json!({"transient_payload": {"a": "x".repeat(length)}}).to_string();
        assert_eq!(object_of("application/json; charset=utf-8", r#"{"code":"1"}"#.into()).await.unwrap()["code"], "1");
        assert!(object_of(json, payload(TRANSIENT - 8)).await.is_ok());
        assert_eq!(object_of(json, payload(TRANSIENT - 7)).await, Err(Problem::TransientPayloadTooLarge(TRANSIENT)));
        assert_eq!(object_of(json, payload(16 * 1024)).await, Err(Problem::TooLarge(16 * 1024)));
        assert_eq!(object_of("text/plain", "{}".into()).await, Err(Problem::UnsupportedMediaType));
        for body in ["", "[]", "{", "null"] {
            assert!(matches!(object_of(json, body.into()).await, Err(Problem::BadRequest(_))), "{body}");
        }
    }
}
