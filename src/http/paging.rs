//! Pages of lists: `page_size` and `page_token` in the query, `Link` in the answer (RFC 8288), as
//! Ory's APIs have them. A token is the id of the last item.

use super::problem::Problem;
use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde_json::Value;
use uuid::Uuid;

const DEFAULT: usize = 10;
const LARGEST: usize = 500;

/// The page that a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paging {
    /// How many items.
    pub(super) size: usize,
    /// Only items older than this one.
    pub(super) before: Option<Uuid>,
}

impl Paging {
    /// Reads the query.
    pub(super) fn of(size: Option<&str>, token: Option<&str>) -> Result<Self, Problem> {
        let given = |text: &&str| !text.is_empty();
        let size = match size.filter(given) {
            Some(size) => size.parse().ok().filter(|size| (1..=LARGEST).contains(size)),
            None => Some(DEFAULT),
        };
        let before = token.filter(given).map(Uuid::parse_str).transpose();
        Ok(Self {
            size: size.ok_or(Problem::BadRequest("page_size is 1 … 500"))?,
            before: before.map_err(|_uuid| Problem::BadRequest("page_token is none of ours"))?,
        })
    }

    /// The answer with its links; `last` is the last item's id if more items are there.
    pub(super) fn answer(self, request: &HttpRequest, items: &[Value], last: Option<Uuid>) -> HttpResponse {
        let mut response = HttpResponse::Ok();
        self.link(&mut response, request, None, "first");
        if last.is_some() {
            self.link(&mut response, request, last, "next");
        }
        response.json(items)
    }

    /// With the query of this request.
    fn link(self, response: &mut HttpResponseBuilder, request: &HttpRequest, token: Option<Uuid>, rel: &str) {
        let ours = |key: &str| key == "page_size" || key == "page_token";
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query
            .extend_pairs(url::form_urlencoded::parse(request.query_string().as_bytes()).filter(|(key, _)| !ours(key)));
        query.append_pair("page_size", &self.size.to_string());
        if let Some(token) = token {
            query.append_pair("page_token", &token.to_string());
        }
        if let Ok(link) = HeaderValue::from_str(&format!("<{}?{}>; rel=\"{rel}\"", request.path(), query.finish())) {
            response.append_header(("Link", link));
        }
    }
}
